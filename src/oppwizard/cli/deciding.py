"""Whose a value is to be that both sides changed: said on the command line, or asked of a person."""

import sys
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import typer

from oppwizard.i18n import _

if TYPE_CHECKING:
    from oppwizard.handoff.merging import Difference, Place, Who
    from oppwizard.handoff.receiving import Incoming
    from oppwizard.walk import Walk


def decided(
    walk: "Walk", incoming: "Incoming", all_to: Literal["mine", "theirs"] | None, named: list[str]
) -> "dict[UUID, dict[Place, Who]]":
    """The decisions; what nobody decides is left out.

    Raises:
        typer.BadParameter: a decision names no side.
        typer.Abort: the person leaves.
    """
    from oppwizard.handoff.merging import Who

    said = dict(_said(one) for one in named)
    found: dict[UUID, dict[Place, Who]] = {}
    for news in incoming.news:
        for one in news.conflicts:
            side = said.get(str(one.at)) or said.get(_path(walk, news.id, one)) or all_to or _asked(one)
            if side is not None:
                found.setdefault(news.id, {})[one.place] = Who(side)
    return found


def _said(text: str) -> tuple[str, str]:
    field, _equals, side = text.rpartition("=")
    if not field or side not in ("mine", "theirs"):
        raise typer.BadParameter(_("“{text}” is not FIELD=mine or FIELD=theirs", text=text))
    return field, side


def _path(walk: "Walk", record_id: UUID, one: "Difference") -> str:
    return walk.spoken(walk.store.load(record_id), one.at)


def _asked(one: "Difference") -> str | None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    sides = {
        "mine": _("Mine: {text}", text=one.mine or "-"),
        "theirs": _("Theirs: {text}", text=one.theirs or "-"),
    }
    return chosen(_("Both sides changed “{field}”", field=one.what), sides)


def asked_answer(walk: "Walk", packet: UUID) -> tuple[str, int, str] | None:
    """What a person at a terminal says to a packet that was taken in: reason of a return, rating, a word.

    None where it is answered already, is to be answered later, or nobody is there.

    Raises:
        typer.Abort: the person leaves.
    """
    from oppwizard.handoff.receipts import is_answered

    if not (sys.stdin.isatty() and sys.stderr.isatty()) or is_answered(walk, packet):
        return None
    reasons = walk.playbook.pick_list("return_reasons").items
    what = chosen(_("What do you say to it?"), {"": _("Later"), "accept": _("Accept it"), "return": _("Return it")})
    if not what:
        return None
    reason = ""
    if what == "return":
        reason = chosen(_("Why does it go back?"), {item.value: str(item) for item in reasons})
    rates = {"1": _("1: useless"), "2": "2", "3": "3", "4": "4", "5": _("5: nothing was missing")}
    rating = chosen(_("What was the packet worth?"), rates)
    return reason, int(rating), typed(_("A word to the sender"))


def chosen(question: str, answers: dict[str, str]) -> str:
    """The key of the answer that a person chooses.

    Raises:
        typer.Abort: the person leaves.
    """
    import questionary

    choices = [questionary.Choice(text, value) for value, text in answers.items()]
    taken = questionary.select(question, choices).ask()
    if taken is None:
        raise typer.Abort
    return str(taken)


def typed(question: str, proposed: str = "") -> str:
    """What a person types.

    Raises:
        typer.Abort: the person leaves.
    """
    import questionary

    text = questionary.text(question, proposed).ask()
    if text is None:
        raise typer.Abort
    return str(text)
