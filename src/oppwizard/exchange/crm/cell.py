"""One cell in the making: the conversions, and what is said of a value that does not go through whole."""

import html
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

from oppwizard.exchange.crm import derivations
from oppwizard.exchange.crm.plans import Field, Sheet
from oppwizard.exchange.crm.rows import Row
from oppwizard.i18n import T, Text
from oppwizard.model.ask import Kind
from oppwizard.model.contacts import show_phone
from oppwizard.model.money import digits, fits
from oppwizard.process.sizing import plain

_PEOPLE: Final = (Kind.PERSON, Kind.PEOPLE)


@dataclass(frozen=True, slots=True)
class Flaw:
    """A value that the CRM would cut or refuse, or that is not written as it stands.

    Attributes:
        place: the field's path or the derived value's name.
        refused: whether the record is held back for it.
    """

    record: UUID
    title: str
    file: str
    column: str
    place: str
    problem: Text
    refused: bool = True

    @property
    def text(self) -> Text:
        """The whole in words."""
        return T("{file}, {column}: {problem}", file=self.file, column=self.column, problem=self.problem)


@dataclass(frozen=True, slots=True)
class Cell:
    """A column's place in a row.

    Attributes:
        flaws: where its flaws are collected.
    """

    sheet: Sheet
    field: Field
    row: Row
    flaws: list[Flaw]

    def say(self, problem: Text, *, refused: bool = True) -> None:
        """Note something that is wrong with it."""
        record = self.row.record
        self.flaws.append(
            Flaw(
                record.id,
                record.opportunity.title,
                self.sheet.name,
                self.field.header,
                self.field.place,
                problem,
                refused,
            )
        )

    def named(self, value: Any) -> Any:
        """References to people of the deal as their names, or as the identities of their contacts."""
        spec = self.field.source.spec if self.field.source else None
        if spec is None or spec.ask.kind not in _PEOPLE:
            return value
        found = [self.row.record.person(each) for each in (value if isinstance(value, list) else [value])]
        by_id = self.field.column.convert == "id"
        known = [person.contact.id if by_id else person.name for person in found if person]
        return known if isinstance(value, list) else known[0] if known else ""

    def converted(self, value: Any) -> str:
        """A value as the text of the cell."""
        return _CONVERT[self.field.column.convert](self, value)

    def text(self, value: Any) -> str:
        """As it stands; one kind of line break."""
        if isinstance(value, Decimal):
            return f"{value.normalize() + 0:f}"
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value).replace("\r\n", "\n").replace("\r", "\n")

    def html(self, value: Any) -> str:
        """As HTML, where the CRM would take a sign of the text for a mark."""
        return html.escape(self.text(value), quote=False).replace("\n", "<br/>")

    def label(self, value: Any) -> str:
        """In the words that a person reads."""
        return derivations.spoken(self.field.source.spec if self.field.source else None, value, self.row)

    def number(self, value: Any) -> str:
        """A plain number with the decimals that the CRM has room for."""
        return self._number(Decimal(value), self.field.column.decimals)

    def integer(self, value: Any) -> str:
        """A whole number."""
        return self._number(Decimal(value), 0)

    def fraction(self, value: Any) -> str:
        """A percentage as a number from 0 to 1."""
        return self._number(Decimal(value) / 100, self.field.column.decimals)

    def _number(self, number: Decimal, room: int | None) -> str:
        """Digits that there is no room for behind the point are rounded away, and that is said."""
        kept = number if room is None else number.quantize(Decimal(1).scaleb(-room), ROUND_HALF_UP)
        if kept != number:
            self.say(T("{value} is written as {kept}", value=plain(number), kept=plain(kept)), refused=False)
        self._in_room(kept)
        return f"{kept.normalize() + 0:f}"

    def _in_room(self, number: Decimal) -> None:
        most = self.field.column.digits
        if most is not None and len(str(abs(int(number)))) > most:
            self.say(T("{value} has more than {most} digits", value=plain(number), most=most))

    def money(self, value: Any) -> str:
        """An amount with exactly its currency's decimals, which CRMs refuse more of."""
        account = self.row.record.account
        revenue = account.revenue_currency if self.field.place == "account.annual_revenue" else None
        currency = revenue or self.row.record.currency
        amount = Decimal(value)
        if not fits(amount, currency):
            self.say(T("{value} has more decimals than {currency}", value=plain(amount), currency=currency))
            return f"{amount:f}"
        self._in_room(amount)
        return f"{amount:.{digits(currency)}f}"

    def phone(self, value: Any) -> str:
        """The number as it is dialled from abroad, with its extension."""
        return show_phone(str(value)) if ";" in str(value) else str(value)

    def id(self, value: Any) -> str:
        """An identity; behind a prefix without its hyphens, as names of identities allow none."""
        prefix = self.field.column.prefix
        return f"{prefix}{value.hex}" if prefix and isinstance(value, UUID) else f"{prefix}{value}"


_CONVERT: Final[dict[str, Callable[[Cell, Any], str]]] = {
    "text": Cell.text,
    "long": Cell.text,
    "html": Cell.html,
    "label": Cell.label,
    "date": Cell.text,
    "number": Cell.number,
    "integer": Cell.integer,
    "money": Cell.money,
    "percent": Cell.number,
    "fraction": Cell.fraction,
    "boolean": Cell.text,
    "phone": Cell.phone,
    "id": Cell.id,
}
