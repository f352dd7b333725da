"""How commands are declared: help texts stay untranslated until the command line is built."""

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Final, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from oppwizard.i18n import T, Text, translate

_Function = TypeVar("_Function", bound=Callable[..., Any])

_FRAME: Final = (
    T("Usage:"),
    T("Options:"),
    T("Commands:"),
    T("Arguments:"),
    T("Show this message and exit."),
    T("[required]"),
)
"""Typer's own words in a help page."""


class Status(str, Enum):
    """Which records to list."""

    DRAFT = "draft"
    CREATED = "created"
    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"
    NURTURE = "nurture"
    ALL = "all"


class Order(str, Enum):
    """What to sort a list by."""

    CHANGED = "changed"
    CLOSE = "close"
    AMOUNT = "amount"
    TITLE = "title"
    OPEN_POINTS = "open_points"
    SCORE = "score"


class Prose(str, Enum):
    """How a call sheet is written."""

    MARKDOWN = "markdown"
    TEXT = "text"


class Published(str, Enum):
    """What a JSON Schema is printed of."""

    RECORD = "record"
    LEADS = "leads"


class ReportFormat(str, Enum):
    """What a report is written as."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


class BriefFormat(str, Enum):
    """What a brief is written as."""

    MD = "md"
    HTML = "html"


class Talk(str, Enum):
    """What a talk with the customer was."""

    MEETING = "meeting"
    CALL = "call"
    EMAIL = "email"
    DEMO = "demo"


class Happened(str, Enum):
    """What a line of the timeline is."""

    TALK = "talk"
    NOTE = "note"
    FILE = "file"
    STAGE = "stage"
    HANDOFF = "handoff"
    REVIEW = "review"
    PEER = "peer"
    CHANGE = "change"


class Kind(str, Enum):
    """From whom to whom a deal goes."""

    SDR_AE = "sdr-ae"
    AE_SE = "ae-se"
    TERRITORY = "territory"
    REVIEW = "review"


class Position(str, Enum):
    """What the person at the keyboard is to a deal."""

    REP = "rep"
    SDR = "sdr"
    MANAGER = "manager"
    SE = "se"
    OPERATIONS = "operations"


def option(help_text: Text, *names: str, **more: Any) -> Any:
    """Declare an option."""
    return typer.Option(*names, help=help_text.msgid, show_default=False, **more)


def argument(help_text: Text, name: str, **more: Any) -> Any:
    """Declare an argument."""
    return typer.Argument(help=help_text.msgid, metavar=name, show_default=False, **more)


def command(app: typer.Typer, help_text: Text, name: str | None = None) -> Callable[[_Function], _Function]:
    """Declare a command."""
    return app.command(name, help=help_text.msgid, cls=Command)


def group(app: typer.Typer, help_text: Text, name: str) -> typer.Typer:
    """Declare commands that stand together under a name; `command` adds them to what is returned."""
    made = typer.Typer(cls=Group, help=help_text.msgid, rich_markup_mode=None)
    app.add_typer(made, name=name)
    return made


def _framed(text: str) -> str:
    for word in _FRAME:
        text = text.replace(word.msgid, str(word))
    return text


class Command(TyperCommand):
    """A command whose help is all in one language."""

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return _framed(super().get_help(ctx))


class Group(TyperGroup):
    """The commands, in the order in which they are declared."""

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return _framed(super().get_help(ctx))


def translated(group: Any) -> Any:
    """Put every help text of a built command line into the language in use."""
    group.help = translate(group.help or "")
    for each in group.commands.values():
        if hasattr(each, "commands"):
            translated(each)
        else:
            each.help = translate(each.help or "")
        each.short_help = each.help.splitlines()[0] if each.help else None
    for each in (group, *group.commands.values()):
        for parameter in each.params:
            if getattr(parameter, "help", None):
                parameter.help = translate(parameter.help)
    return group


RecordId = Annotated[
    str, argument(T("The record: its identity, or four or more characters of its beginning or end."), "ID")
]
AsJson = Annotated[bool, option(T("Answer in JSON."), "--json")]
