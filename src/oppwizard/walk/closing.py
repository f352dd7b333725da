"""Closing a deal from typed texts: what commands and screens ask is read here, in one way (R1-R4)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from oppwizard.errors import ValueProblem
from oppwizard.i18n import T, Text, language
from oppwizard.model.base import MOST
from oppwizard.model.dates import parse_date, show_date
from oppwizard.model.enums import Status
from oppwizard.model.money import fits, show_money
from oppwizard.model.parts import Competitor
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.playbook import PickList, Playbook
from oppwizard.process.entry import picked, show_picked
from oppwizard.walk.move import Move
from oppwizard.walk.service import Walk

_REASONS: Final = {Status.WON: "win_reasons", Status.LOST: "loss_reasons"}


@dataclass(frozen=True, slots=True)
class Closing:
    """What a person says of the end of a deal, as typed.

    Attributes:
        reason: one of the playbook's, or words of their own.
        on: the day on which the customer decided; empty for today.
        amount: for how much it was won; empty for the record's own amount.
        lost_to: who won it instead; empty where that is not known.
    """

    status: Status
    reason: str
    on: str = ""
    amount: str = ""
    lost_to: str = ""


def close(walk: Walk, record: Record, said: Closing) -> Move:
    """Close an opportunity as won or lost.

    Raises:
        ValueProblem: the day or the amount cannot be read.
        Refused: it cannot be closed in that way; see `Walk.close`.
    """
    today = walk.context.today
    on = parse_date(said.on, today) if said.on.strip() else today
    amount = _amount(walk, record, said.amount) if said.amount.strip() else None
    reason = picked(reasons(walk.playbook, said.status), said.reason.strip()) if said.reason.strip() else ""
    return walk.close(record, said.status, on, reason, amount=amount, lost_to=_rival(record, said.lost_to))


def reasons(playbook: Playbook, status: Status) -> PickList:
    """What a deal may have been won or lost by."""
    return playbook.pick_list(_REASONS[status])


def reason_of(playbook: Playbook, record: Record) -> str:
    """Why a closed deal was won or lost, in the language in use."""
    deal = record.opportunity
    return show_picked(reasons(playbook, deal.status), deal.close_reason or "") if record.is_closed else ""


def rivals(record: Record) -> list[str]:
    """What the alternatives on a record are called."""
    return [_label(one) for one in record.competitors if one.name or one.kind]


def rival_of(record: Record) -> str:
    """To whom a closed deal was lost; empty where that is not known."""
    name = record.opportunity.lost_to or ""
    return next((_label(one) for one in record.competitors if _kept(one) == name), name)


def ended(playbook: Playbook, record: Record) -> Text | None:
    """How a closed deal ended, in one line; None of one that is not closed."""
    deal = record.opportunity
    if not record.is_closed or deal.closed_on is None:
        return None
    said = {"day": show_date(deal.closed_on, language()), "reason": reason_of(playbook, record)}
    if deal.status is Status.WON:
        if deal.closed_amount is None or not record.currency:
            return T("Won on {day}: {reason}", **said)
        worth = show_money(deal.closed_amount, record.currency, language())
        return T("Won on {day} for {amount}: {reason}", amount=worth, **said)
    rival = rival_of(record)
    return T("Lost on {day} to {name}: {reason}", name=rival, **said) if rival else T("Lost on {day}: {reason}", **said)


def _amount(walk: Walk, record: Record, text: str) -> Decimal:
    amount = walk.reader(record).amount(text)
    if amount >= MOST or (record.currency and not fits(amount, record.currency)):
        raise ValueProblem(
            T("“{text}” is no amount that this deal can have", text=text.strip()),
            T("Below {most}, with no more decimals than {currency} has.", most=f"{MOST:,}", currency=record.currency),
        )
    return amount


def _rival(record: Record, text: str) -> str:
    """The alternative of the record that is meant, spelt as there; whoever else it was, as typed."""
    wanted = fold(text)
    meant = (one for one in record.competitors if wanted and wanted in (fold(_label(one)), fold(_kept(one))))
    return next((_kept(one) for one in meant), " ".join(text.split()))


def _label(one: Competitor) -> str:
    return one.name or (str(one.kind.label) if one.kind else "")


def _kept(one: Competitor) -> str:
    """An alternative as results know it: by its name, else by its kind."""
    return one.name or (one.kind.value if one.kind else "")
