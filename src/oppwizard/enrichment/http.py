"""A provider that is asked over HTTP, as the playbook describes it (A6)."""

import threading
import time
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from oppwizard.enrichment.asking import Answer, Cancel, ProviderProblem, Question
from oppwizard.enrichment.fetching import Limits, Unanswered, fetch
from oppwizard.enrichment.picking import answers, not_an_object, parsed
from oppwizard.enrichment.secrets import revealed
from oppwizard.i18n import T
from oppwizard.playbook.enrichment import PLACE, HttpSource

_LONGEST_WAIT: Final = 30.0
"""Seconds; a service that asks for a longer pause is not waited for."""


class Pace:
    """Sees to it that something is done so often a minute, and no more."""

    def __init__(self, per_minute: int) -> None:
        self._gap = 60 / per_minute
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self, cancel: Cancel) -> bool:
        """Wait for one's turn; returns whether it has come, and was not called off."""
        with self._lock:
            now = time.monotonic()
            mine = max(now, self._next)
            self._next = mine + self._gap
        return not cancel.wait(max(0.0, mine - now))


class HttpProvider:
    """Asks one service, within its limits."""

    def __init__(self, source: HttpSource) -> None:
        self.source = source
        self._pace = Pace(source.per_minute)
        self._limits = Limits(source.timeout, source.kilobytes * 1_000, source.hosts)

    @property
    def name(self) -> str:
        """What the playbook calls it."""
        return self.source.name

    @property
    def answers(self) -> frozenset[str]:
        """The fields that the playbook maps."""
        return frozenset(self.source.fields)

    def look_up(self, question: Question) -> Sequence[Answer]:
        """Ask the service, again if need be.

        Raises:
            ProviderProblem: it does not answer, or not in JSON; says why.
        """
        url = self.address(question)
        if url is None:
            return ()
        headers = {name: revealed(value) for name, value in self.source.headers.items()}
        body = self._fetch(url, headers, question.cancel)
        if not body:
            return ()
        document = parsed(body)
        if not isinstance(document, dict | list):
            raise ProviderProblem(not_an_object(document))
        return list(answers(document, self.source.fields, self.source))

    def address(self, question: Question) -> str | None:
        """The address to ask, everything in it encoded; None where something is not known that it needs."""
        keys = {name: question.keys.get(name, "").strip() for name in self.source.places}
        if any(not value.strip(".") for value in keys.values()):  # "." and ".." would lead elsewhere on the host
            return None
        return PLACE.sub(lambda place: quote(keys[place[1]], safe="", errors="replace"), self.source.url)

    def _fetch(self, url: str, headers: dict[str, str], cancel: Cancel) -> bytes | None:
        tries = self.source.retries + 1
        for number in range(1, tries + 1):
            if not self._pace.wait(cancel):
                return None
            try:
                return fetch(url, headers, self._limits, cancel)
            except Unanswered as problem:
                wait = problem.after if problem.after is not None else self.source.back_off * 2 ** (number - 1)
                if not problem.again or number == tries or wait > _LONGEST_WAIT:
                    raise self._given_up(problem, number) from None
            if cancel.wait(wait):
                return None
        return None

    @staticmethod
    def _given_up(problem: Unanswered, tries: int) -> ProviderProblem:
        if tries == 1:
            return problem
        return ProviderProblem(T("{problem}, in {tries} tries", problem=problem.problem, tries=tries), problem.remedy)
