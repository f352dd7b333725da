"""Closing a deal from the list: how it ended, what decided it, when, for how much or to whom (R1-R4)."""

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

from oppwizard.errors import OppwizardError
from oppwizard.i18n import _, language
from oppwizard.model.enums import Status
from oppwizard.model.money import show_money
from oppwizard.model.record import Record
from oppwizard.screens.dialogs import AskMany, Choose
from oppwizard.walk import Walk
from oppwizard.walk.closing import Closing, close, reasons, rivals

if TYPE_CHECKING:
    from oppwizard.screens.app import OppwizardApp

_OUTCOMES = (Status.WON, Status.LOST)


async def ask_and_close(app: "OppwizardApp", record_id: UUID) -> str:
    """Ask how a deal ended and close it; what is wrong is said over what was typed. What was done, in words."""
    walk = app.ready
    try:
        record = await asyncio.to_thread(walk.load, record_id)
    except OppwizardError as problem:
        return str(problem)
    if record.opportunity.status is not Status.CREATED:
        return _("Only an open opportunity is won or lost")
    ended = await app.push_screen_wait(Choose(_("How did it end?"), [str(each.label) for each in _OUTCOMES]))
    if ended is None:
        return ""
    status = _OUTCOMES[ended]
    listed = [str(item) for item in reasons(walk.playbook, status).items]
    decided = await app.push_screen_wait(Choose(_("What decided it?"), [*listed, _("In my own words")]))
    if decided is None:
        return ""
    return await _asked(app, record_id, status, _entries(walk, record, status, (*listed, "")[decided]))


async def _asked(app: "OppwizardApp", record_id: UUID, status: Status, entries: list[tuple[str, str]]) -> str:
    question = str(status.label)
    while True:
        said = await app.push_screen_wait(AskMany(question, entries))
        if said is None:
            return ""
        try:
            await asyncio.to_thread(_close, app.ready, record_id, _closing(status, *said))
        except OppwizardError as problem:
            question = str(problem)
            entries = [(label, text) for (label, _before), text in zip(entries, said, strict=True)]
            continue
        return _("Closed: {status}; f shows it among those won and lost", status=status.label)


def _entries(walk: Walk, record: Record, status: Status, reason: str) -> list[tuple[str, str]]:
    common = [(_("What decided it"), reason), (_("On which day"), str(walk.context.today))]
    if status is Status.WON:
        amount = walk.sized(record).amount(walk.playbook.sizing.metric)
        proposed = show_money(amount, record.currency, language()) if amount and record.currency else ""
        return [*common, (_("For how much"), proposed)]
    known = ", ".join(dict.fromkeys(rivals(record)))
    asked = _("Who won it, if that is known: {names}", names=known) if known else _("Who won it, if that is known")
    return [*common, (asked, "")]


def _closing(status: Status, reason: str, on_day: str, last: str) -> Closing:
    if status is Status.WON:
        return Closing(status, reason, on_day, amount=last)
    return Closing(status, reason, on_day, lost_to=last)


def _close(walk: Walk, record_id: UUID, said: Closing) -> None:
    walk.save(close(walk, walk.load(record_id), said))
