"""Asking providers about the record on a person's desk, behind the screen's back (A6).

Nobody waits: the asking is done in threads that end by themselves; what comes is taken in the loop of the desk, onto
the record as it is by then.
"""

import asyncio
import queue
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from oppwizard.enrichment import Cancel, Provider, Question
from oppwizard.enrichment.rounds import Found, ask_all
from oppwizard.errors import OppwizardError
from oppwizard.i18n import T, Text
from oppwizard.model.fields import ACCOUNT
from oppwizard.model.findings import Address
from oppwizard.walk.enriching import Enriched, questions

if TYPE_CHECKING:
    from oppwizard.walk.desk import Desk
    from oppwizard.walk.service import Walk

Key = tuple[object, ...]
NONE: Final = T("The playbook names no provider of facts")
NOBODY: Final = T("Nothing can be asked yet: name the company or its people first")


class Lookups:
    """The look-ups about one record.

    Attributes:
        told: called with what happened, in words; the screen shows it and the record as it is now.
        busy: yields the field that the person is in, which is left alone.
    """

    def __init__(self, desk: "Desk") -> None:
        self.desk = desk
        self.told: Callable[[Text], None] = lambda _text: None
        self.busy: Callable[[], Address | None] = lambda: None
        self._cancel = Cancel()
        self._asking: list[str] = []
        self._asked = {_key(question) for question in questions(desk.record)}

    @property
    def asking(self) -> Text | None:
        """Who is being asked, in words; None where nobody is."""
        names = ", ".join(dict.fromkeys(self._asking))
        return T("saved; asking {providers} ...", providers=names) if names else None

    def follow(self) -> None:
        """Ask about what has been named since, if the playbook says that this is done by itself."""
        if not self.desk.walk.playbook.enrichment.automatic:
            return
        new = {key for key in map(_key, questions(self.desk.record)) if key not in self._asked}
        if new:
            self.begin(new)

    def begin(self, only: set[Key] | None = None) -> None:
        """Ask every provider what it can be asked, or only some of it; what comes of it is told."""
        walk = self.desk.walk
        try:
            asked = walk.asked_about(self.desk.record)
        except OppwizardError as problem:
            self.told(problem.problem)
            return
        self._asked |= {_key(question) for question in questions(self.desk.record)}
        if only is not None:
            asked = [(one, [each for each in mine if _key(each) in only]) for one, mine in asked]
        pairs = [(one, mine) for one, mine in asked if mine]
        if pairs:
            self._start(pairs)
        elif only is None:
            self.told(NOBODY if asked else NONE)

    def _start(self, pairs: Sequence[tuple[Provider, Sequence[Question]]]) -> None:
        loop, cancel = asyncio.get_running_loop(), self._cancel

        def arrived(found: Found) -> None:
            _in_loop(loop, lambda: None if cancel.called else self._take(found))

        def over(name: str) -> None:
            _in_loop(loop, lambda: None if cancel.called else self._asking.remove(name))

        names = [one.name for one, _mine in pairs]
        self._asking += names
        ask_all(pairs, self.desk.walk.playbook.enrichment.seconds, cancel, arrived, over)
        self.told(T("Asking {providers} ...", providers=", ".join(names)))

    def cancel(self) -> None:
        """Call off what is under way; what comes after all is dropped."""
        self._cancel()
        self._cancel = Cancel()
        self._asking = []

    def _take(self, found: Found) -> None:
        busy = self.busy()
        try:
            move = self.desk.do(lambda record: self.desk.walk.enrich(record, found, () if busy is None else (busy,)))
        except OppwizardError as problem:
            self.told(problem.problem)
            return
        assert isinstance(move, Enriched), "that is what enrich returns"
        self.told(told(found, move))


def look_up(walk: "Walk", asked: Sequence[tuple[Provider, Sequence[Question]]]) -> Iterator[Found]:
    """Ask, and wait for every answer, or until each provider is given up; they come as they come."""
    came: queue.SimpleQueue[Found | None] = queue.SimpleQueue()
    cancel = Cancel()
    left = len(ask_all(asked, walk.playbook.enrichment.seconds, cancel, came.put, lambda _name: came.put(None)))
    try:
        while left:
            found = came.get()
            if found is None:
                left -= 1
            else:
                yield found
    finally:
        cancel()


def told(found: Found, came: Enriched) -> Text:
    """What came of an answer, in one sentence."""
    if found.problem is not None:
        return T("{provider}: {problem}", provider=found.provider, problem=found.problem.problem)
    counts = {"filled": len(came.filled), "proposed": len(came.proposed)}
    if came.faults:
        return T(
            "{provider}: {filled} filled in, {proposed} proposed, {faults} not taken ({problem})",
            provider=found.provider,
            **counts,
            faults=len(came.faults),
            problem=came.faults[0],
        )
    if not any(counts.values()):
        return T("{provider}: nothing new", provider=found.provider)
    return T("{provider}: {filled} filled in, {proposed} proposed", provider=found.provider, **counts)


def _in_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:  # the program has ended meanwhile
        return


def _key(question: Question) -> Key:
    """What makes a question another one: of a person the name and the address, wherever they work."""
    names = question.keys if question.about == ACCOUNT else ("name", "email")
    return (
        question.about,
        question.subject,
        question.row,
        *((name, question.keys.get(name)) for name in sorted(names)),
    )
