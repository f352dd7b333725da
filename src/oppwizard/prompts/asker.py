"""How a line is asked for: with questionary on a terminal, or plainly, where there is none."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TextIO, TypeVar

from oppwizard.i18n import _
from oppwizard.model.text import visible

_T = TypeVar("_T")

COACH: Final = "?"
BACK: Final = "<"
END: Final = ">"
POINTS: Final = "!"
TAKE: Final = "="
CLEAR: Final = "-"
LEAVE: Final = ":q"
COMMANDS: Final = (COACH, BACK, END, POINTS, TAKE, LEAVE)
"""What is no answer when it stands alone on a line."""


class Left(Exception):
    """The person leaves; everything answered is saved.

    Attributes:
        interrupted: whether it was by Ctrl-C.
    """

    def __init__(self, *, interrupted: bool = False) -> None:
        super().__init__()
        self.interrupted = interrupted


@dataclass(frozen=True, slots=True)
class Question:
    """One line to be asked for.

    Attributes:
        label: what is asked.
        current: what an empty line keeps.
        choices: what it is chosen from, or may begin with.
        closed: whether nothing else is taken, so that the choices are worth reading out.
        several: whether more than one of them may be given, with commas between.
        long: whether the answer may have several lines; an empty one ends it.
        refused: whether the current text is one that was refused, to be corrected where the terminal can.
    """

    label: str
    current: str = ""
    choices: Sequence[str] = ()
    closed: bool = False
    several: bool = False
    long: bool = False
    refused: bool = False


class Asker(Protocol):
    """A way to talk with the person."""

    def say(self, text: str) -> None:
        """Show a text."""

    def ask(self, question: Question) -> str:
        """The answer as it is to stand: the current one for an empty line, nothing for a "-".

        Raises:
            Left: the input has ended, or Ctrl-C was pressed.
        """


class _Asking:
    """What both ways have in common."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def say(self, text: str) -> None:
        """Show a text, free of what a terminal would act on."""
        self._out.write(visible(text, lines=True) + "\n")
        self._out.flush()

    def _read_out(self, question: Question) -> None:
        if question.choices and question.closed:
            words = ", ".join(question.choices)
            told = _("One or more of: {choices}", choices=words) if question.several else None
            self.say("  " + (told or _("One of: {choices}", choices=words)))
        if question.long:
            self.say("  " + _("Several lines; an empty one ends them."))

    def _lines(self, first: str, more: Callable[[], str]) -> str:
        """A text of several lines, of which the first is there."""
        found = [first]
        while line := more():
            found.append(line)
        return "\n".join(found)


class PlainAsker(_Asking):
    """Reads plain lines: nothing moves on the screen, and nothing but text is needed."""

    def __init__(self, lines: TextIO, out: TextIO) -> None:
        super().__init__(out)
        self._in = lines

    def ask(self, question: Question) -> str:
        """Ask in one line, with what an empty answer keeps in brackets."""
        self._read_out(question)
        first = self._line(f"{question.label}{_kept(question.current)}: ")
        if not first.strip():
            return question.current
        if first.strip() == CLEAR:
            return ""
        if question.long and first.strip() not in COMMANDS:
            return self._lines(first, lambda: self._line(""))
        return first

    def _line(self, prompt: str) -> str:
        self._out.write(visible(prompt))
        self._out.flush()
        try:
            line = self._in.readline()
        except KeyboardInterrupt:
            raise Left(interrupted=True) from None
        if not line:
            raise Left
        return line.rstrip("\r\n")


class QuestionaryAsker(_Asking):
    """Asks with questionary: choices are found by typing; a refused text stands in the line, to be corrected."""

    def ask(self, question: Question) -> str:
        """Ask in one line; choices appear as one types."""
        self._read_out(question if question.several else Question(question.label, long=question.long))
        begun = visible(question.current) if question.refused and not question.long else ""
        first = self._line(question, begun)
        command = first.strip().removeprefix(begun.strip())
        if command in COMMANDS:
            return command
        if first.strip() == CLEAR:
            return ""
        if not first.strip() and not begun:
            return question.current
        if question.long:
            return self._lines(first, lambda: self._line(Question("  "), ""))
        return question.current if first == begun else first

    def _line(self, question: Question, begun: str) -> str:
        import questionary

        kept = "" if begun else _kept(question.current)
        label = visible(f"{question.label}{kept}:") if question.label.strip() else question.label
        if question.choices and not question.several:
            asked: Any = questionary.autocomplete(
                label, [visible(choice) for choice in question.choices], default=begun, qmark="", match_middle=True
            )
        else:
            asked = questionary.text(label, default=begun, qmark="")
        return _answered(lambda: str(asked.unsafe_ask()))


def _kept(current: str) -> str:
    """What an empty line keeps, in brackets behind the label."""
    return f" [{' / '.join(current.splitlines())}]" if current else ""


def _answered(ask: Callable[[], _T]) -> _T:
    try:
        return ask()
    except KeyboardInterrupt:
        raise Left(interrupted=True) from None
    except EOFError:
        raise Left from None


def asker(out: TextIO) -> Asker:
    """The way that suits the terminal: questionary on one that can move its cursor, plain lines elsewhere."""
    able = sys.stdin.isatty() and out.isatty() and os.environ.get("TERM") != "dumb"
    return QuestionaryAsker(out) if able else PlainAsker(sys.stdin, out)
