"""Asking every provider at once, each in threads of its own, and giving up those that take too long."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from oppwizard.enrichment.asking import Answer, Cancel, Provider, ProviderProblem, Question
from oppwizard.errors import OppwizardError
from oppwizard.i18n import T
from oppwizard.model.fields import FIELDS

_MOST: Final = 200
"""So many answers to one question are looked at."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of asking a provider one question."""

    provider: str
    question: Question
    answers: tuple[Answer, ...] = ()
    problem: OppwizardError | None = None


def is_about(provider: Provider, question: Question) -> bool:
    """Whether a provider may know something of what a question is about."""
    return any(path in FIELDS and FIELDS[path].entity == question.about for path in provider.answers)


def ask_all(
    asked: Sequence[tuple[Provider, Sequence[Question]]],
    seconds: float,
    cancel: Cancel,
    found: Callable[[Found], None],
    over: Callable[[str], None] = lambda _name: None,
) -> list[threading.Thread]:
    """Begin to ask; the threads end by themselves, and none keeps the program from ending.

    Args:
        seconds: a provider that needs longer for one question is given up.
        found: called in those threads, once for each question that was asked; not after it was called off.
        over: called there once for each provider, at its end, with its name.
    """

    def supervise(provider: Provider, questions: Sequence[Question]) -> None:
        for question in questions:
            one = _within(provider, question, seconds, cancel)
            if cancel.called:
                break
            found(one)
            if one.problem is not None:  # one that cannot be reached is not tried for each person anew
                break
        over(provider.name)

    threads = [_thread(supervise, *each) for each in asked if each[1]]
    for thread in threads:
        thread.start()
    return threads


def _within(provider: Provider, question: Question, seconds: float, cancel: Cancel) -> Found:
    came: list[Found] = []
    over = threading.Event()
    mine = Cancel()
    one = Question(question.about, question.subject, question.row, dict(question.keys), mine)

    def ask() -> None:
        came.append(_asked(provider, one))
        over.set()

    with cancel.calling(mine), cancel.calling(over.set):
        _thread(ask).start()
        over.wait(0 if cancel.called else seconds)
    if came:
        return Found(came[0].provider, question, came[0].answers, came[0].problem)
    mine()
    return Found(
        provider.name,
        question,
        problem=ProviderProblem(T("It was given up after {seconds} s", seconds=f"{seconds:g}")),
    )


def _asked(provider: Provider, question: Question) -> Found:
    try:
        answers = tuple(islice(iter(provider.look_up(question)), _MOST))
    except OppwizardError as problem:
        return Found(provider.name, question, problem=problem)
    except Exception as error:  # foreign code raises what it likes; its words may hold a secret
        fault = ProviderProblem(T("It failed: {cause}", cause=type(error).__name__))
        return Found(provider.name, question, problem=fault)
    sound = tuple(answer for answer in answers if _is_sound(answer, provider, question))
    if len(sound) < len(answers):
        fault = ProviderProblem(
            T("{count} of its answers are none of the fields that it speaks of", count=len(answers) - len(sound))
        )
        return Found(provider.name, question, sound, fault)
    return Found(provider.name, question, sound)


def _is_sound(answer: object, provider: Provider, question: Question) -> bool:
    if not isinstance(answer, Answer) or answer.path not in provider.answers:
        return False
    return answer.path in FIELDS and FIELDS[answer.path].entity == question.about


def _thread(target: Callable[..., Any], *args: Any) -> threading.Thread:
    return threading.Thread(target=target, args=args, daemon=True, name="enrichment")
