"""The interface of a provider: what it is asked, what it answers, and how it says that it cannot."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from oppwizard.errors import OppwizardError


class ProviderProblem(OppwizardError):
    """A provider does not answer, or not as it should; it is said, and nothing else happens."""


class Cancel:
    """A way to call a look-up off, from any thread."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._hooks: list[Callable[[], None]] = []

    def __call__(self) -> None:
        """Call it off: whoever waits wakes up."""
        self._event.set()
        with self._lock:
            hooks = list(self._hooks)
        for hook in hooks:
            hook()

    @property
    def called(self) -> bool:
        """Whether it was called off."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait, unless it is called off; returns whether it was."""
        return self._event.wait(seconds)

    @contextmanager
    def calling(self, hook: Callable[[], None]) -> Iterator[None]:
        """Have something called when it is called off meanwhile."""
        with self._lock:
            self._hooks.append(hook)
        try:
            yield
        finally:
            with self._lock:
                self._hooks.remove(hook)


@dataclass(frozen=True, slots=True)
class Question:
    """What a provider is asked. It holds what a subject is found by, and nothing else of the record.

    Attributes:
        about: ``account`` or ``people``: of which fields the answers are to be.
        subject: the identity of the account or contact.
        row: the identity of the person's row in the record; None for the account.
        keys: what is known of the subject: of an account ``company``, ``legal_name``, ``domain`` and
            ``company_number``, of a person ``name``, ``email``, ``company`` and ``domain``; empty ones are not there.
        cancel: says whether nobody waits for the answer any more.
    """

    about: str
    subject: UUID
    row: UUID | None = None
    keys: dict[str, str] = field(default_factory=dict)
    cancel: Cancel = field(default_factory=Cancel, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """One value that a provider knows.

    Attributes:
        path: the declared field: ``account.employees``, ``people.title``.
        value: a text as a person would type it, a number, a boolean, or a list of texts.
        currency: that of an amount (ISO 4217), where the text does not name it.
        as_of: the day of which it is known, in the form 2026-11-23.
        confidence: how sure it is: a share from 0 to 1, or percent.
    """

    path: str
    value: Any
    currency: str = ""
    as_of: str = ""
    confidence: Any = None


@runtime_checkable
class Provider(Protocol):
    """Somebody who knows facts.

    Attributes:
        name: what it is called on screens and in the log.
        answers: the paths of the fields that it may know; it is asked about accounts, people, or both accordingly.
    """

    @property
    def name(self) -> str: ...

    @property
    def answers(self) -> frozenset[str]: ...

    def look_up(self, question: Question) -> Sequence[Answer]:
        """What it knows; nothing where it knows nothing. Called in a thread of its own.

        Raises:
            ProviderProblem: it cannot answer. Any other error is told as a fault of the provider.
        """
