"""Rows as cells: every value converted, translated and held against the CRM's limits before anything is written."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from oppwizard.exchange.crm import derivations
from oppwizard.exchange.crm.cell import Cell, Flaw
from oppwizard.exchange.crm.plans import Plan, Sheet
from oppwizard.exchange.crm.rows import ROWS, Case, Row
from oppwizard.i18n import T
from oppwizard.model.record import Record
from oppwizard.playbook.crm import CrmPicks
from oppwizard.process.required import shortened
from oppwizard.process.sizing import plain

_DEALS: Final = ("deal", "deal_line")


@dataclass(slots=True)
class Made:
    """A record as rows of cells.

    Attributes:
        rows: the rows of each sheet, by its name.
    """

    record: Record
    rows: dict[str, list[tuple[Row, list[str]]]] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)

    @property
    def refused(self) -> list[Flaw]:
        """What the record is held back for."""
        return [flaw for flaw in self.flaws if flaw.refused]


class Cells:
    """Makes records into rows of cells, by one plan; one for each export, because some limits go across records."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.home = plan.mapping.currency
        self._told = any(sheet.says_currency for sheet in plan.sheets if sheet.rows in _DEALS)
        self._names: dict[tuple[str, str], dict[str, UUID]] = {}

    def made(self, case: Case) -> Made:
        """A record's rows, with all that is wrong with them."""
        made = Made(case.record)
        self.home = self.home or case.record.currency
        for sheet in self.plan.sheets:
            made.rows[sheet.name] = list(self._rows(sheet, case, made))
        self._sums(made)
        return made

    def _rows(self, sheet: Sheet, case: Case, made: Made) -> Iterator[tuple[Row, list[str]]]:
        needed = sheet.index(sheet.needs) if sheet.needs else None
        for row in ROWS[sheet.rows](case):
            if not row.first and not any(one.is_below for one in sheet.fields):
                continue
            flaws: list[Flaw] = []
            cells = [self._cell(Cell(sheet, one, row, flaws)) for one in sheet.fields]
            if needed is None or cells[needed]:
                made.flaws += flaws
                yield row, cells

    def _cell(self, at: Cell) -> str:
        if at.field.is_below and at.row.item is None:
            return ""
        if not at.field.is_below and not at.row.first:
            return ""
        source = at.field.source
        text = at.field.constant if source is None else self._text(at, self._in_currency(at, source.get(at.row)))
        self._within(at, text)
        return text

    def _in_currency(self, at: Cell, value: Any) -> Any:
        """A value that may stand there: amounts of another currency than the CRM's only one would be taken for it."""
        if value is None or at.sheet.says_currency:
            return value
        own = at.row.record.currency
        if at.field.place == "deal.amount" and at.sheet.rows in _DEALS and not self._told and own != self.home:
            at.say(T("the amount is in {own}, and the CRM's only currency is {home}", own=own, home=self.home))
        known = at.row.record.account.revenue_currency or own
        if at.field.place == "account.annual_revenue" and known != self.home:
            left = T("left empty: it is in {own}, and the CRM's currency is {home}", own=known, home=self.home)
            at.say(left, refused=False)
            return None
        return value

    def _text(self, at: Cell, value: Any) -> str:
        if value is None or value == "" or value == []:
            return ""
        joint = self.plan.mapping.joint
        picks = at.field.picks
        if picks is not None:
            listed = value if isinstance(value, list) else [value]
            words = (self._picked(at, picks, str(each)) for each in listed)
            return joint.join(dict.fromkeys(word for word in words if word))
        value = at.named(value)
        if isinstance(value, list):
            return joint.join(self._text(at, each) for each in value)
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value.strftime(self.plan.mapping.date)
        return at.converted(value)

    def _picked(self, at: Cell, picks: CrmPicks, value: str) -> str:
        if value in picks.values:
            return picks.values[value]
        if not picks.open and picks.otherwise is None:
            place = _listed(self.plan.crm, at.field.column.picks)
            problem = T("“{value}” has no counterpart; give it one in the playbook: {place}", value=value, place=place)
            at.say(problem)
            return value
        instead = value if picks.open else picks.otherwise or ""
        if not picks.quiet:
            said = instead or T("an empty cell")
            at.say(T("“{value}” has no counterpart: {instead} is written", value=value, instead=said), refused=False)
        return instead

    def _within(self, at: Cell, text: str) -> None:
        column = at.field.column
        if not text:
            if column.required:
                at.say(T("it is empty, and the CRM requires it"))
            return
        if column.length is not None and _units(text) > column.length:
            at.say(T("it has {count} characters, and {most} are kept", count=_units(text), most=column.length))
        octets = len(text.encode()) if column.octets is not None else 0
        if column.octets is not None and octets > column.octets:
            at.say(T("it has {count} bytes, and {most} are kept", count=octets, most=column.octets))
        if column.unique:
            known = self._names.setdefault((at.sheet.name, at.field.header), {})
            if known.setdefault(text, at.row.id) != at.row.id:
                name = shortened(text)
                at.say(T("another one is called “{name}” too, and the CRM cannot tell them apart", name=name))

    def _sums(self, made: Made) -> None:
        """Say so where the CRM will add the lines up to another amount than the deal's."""
        for sheet in self.plan.sheets:
            summed = next((one for one in sheet.fields if one.place == "line.amount"), None)
            if summed is None or not made.rows[sheet.name]:
                continue
            total = sum((derivations.share(row) or Decimal(0) for row, _cells in made.rows[sheet.name]), Decimal(0))
            row = made.rows[sheet.name][0][0]
            amount = derivations.amount(row)
            if total != amount:
                problem = T(
                    "the line items add up to {total}, which the CRM will show instead of {amount}",
                    total=plain(total),
                    amount=plain(amount),
                )
                Cell(sheet, summed, row, made.flaws).say(problem, refused=False)


def _units(text: str) -> int:
    """How long a text is for programs that count in units of UTF-16, as most CRMs do: an emoji is two."""
    return len(text) + sum(char > "\uffff" for char in text)


def _listed(crm: str, picks: str) -> str:
    tables = ("stages", "owners", "record_types")
    return f"[crm.{crm}.{picks}]" if picks in tables else f"[crm.{crm}.picklists.{picks}.values]"
