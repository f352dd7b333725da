"""What one row says, sorted: a document for its record, and what stays beside it."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from oppwizard.errors import ValueProblem
from oppwizard.exchange.cells import Days, Fault, unmarked
from oppwizard.exchange.columns import squeezed
from oppwizard.exchange.document import dumps
from oppwizard.exchange.leads.headers import state_of
from oppwizard.exchange.leads.places import FIRST_NAME, LAST_NAME, LEAD, PEOPLE, STATE, Place, place
from oppwizard.exchange.leads.planning import LeadPlan
from oppwizard.exchange.leads.rows import Row
from oppwizard.exchange.values import storable, text_of
from oppwizard.i18n import T
from oppwizard.model.ask import Kind
from oppwizard.model.enums import LeadState
from oppwizard.model.fields import OPPORTUNITY, ROW_KINDS
from oppwizard.model.money import parse_money
from oppwizard.model.text import fold

_LONGEST_KEY: Final = 200
_SHOWN: Final = 60
_BUDGET, _BUDGET_HIGH = "budget_amount", "budget_high"
_COMPETITORS: Final = "competitors"
_RANGE: Final = re.compile(r"(.*\d.*?)\s*(?:-|–|—|~|〜|～|\bto\b|から)\s*(\D*\d.*)", re.DOTALL)
_UNIT: Final = re.compile(r"(?<=\d)\s*((?:[kKmM]|千|万|百万|億)\D*)$")
_BETWEEN: Final = re.compile(r"[;；、\n]")
_WIDE: Final = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_NUMBERS: Final = (Kind.MONEY, Kind.DECIMAL, Kind.PERCENT)


@dataclass(frozen=True, slots=True)
class Told:
    """What a row says.

    Attributes:
        document: its answers, as a person would write a record by hand.
        rest: what goes to no field, by the names of the columns.
        key: finds the lead again.
        digest: of everything it says; another one means that it says something else now.
        names: what it calls the company.
    """

    line: int
    document: dict[str, Any]
    rest: tuple[tuple[str, str], ...]
    key: str
    digest: str
    state: LeadState | None
    names: tuple[str, ...]
    person: str
    email: str


class Teller:
    """Reads rows as a plan says."""

    def __init__(self, plan: LeadPlan, days: Days, words: Mapping[str, LeadState]) -> None:
        """Prepare for the columns of a plan.

        Args:
            words: what states are called beside the plan's own words and the usual ones.
        """
        self._plan = plan
        self._days = days
        self._columns = [(at, name) for path, name in plan.mapping.columns.items() if (at := place(path)) is not None]
        self._same = {
            path: {fold(word): value for word, value in words.items()} for path, words in plan.mapping.same.items()
        }
        self._states = {squeezed(word): state for word, state in {**words, **plan.mapping.states}.items()}
        self._has_state = STATE in plan.mapping.columns

    def told(self, row: Row) -> Told:
        """What a row says.

        Raises:
            Fault: it names nobody, or its state is a word that nobody knows.
        """
        values = {at: self._value(at, row.values[name]) for at, name in self._columns if name in row.values}
        own = {at.name: text_of(values.pop(at)).strip() for at in list(values) if at.entity == LEAD}
        taken = {name for _at, name in self._columns}
        rest = tuple((name, text_of(value)) for name, value in row.values.items() if name not in taken)
        document = _document(dict(_arranged(values)))
        if self._plan.mapping.currency and not document.get("currency"):
            document["currency"] = self._plan.mapping.currency
        state = self._state(own.get("state", ""))
        names, person, email = _naming(document)
        if not (names or person or email):
            raise Fault(T("names no company, no person and no e-mail address"))
        said = dumps([document, sorted(rest), state and state.value])
        digest = hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()
        key = _key(self._plan.mapping.source, own.get("id", ""), digest)
        return Told(row.line, document, rest, key, digest, state, names, person, email)

    def _value(self, at: Place, value: Any) -> Any:
        if isinstance(value, list):
            return value
        spec = at.spec
        if not isinstance(value, str) or spec is None:
            return value
        text = self._same.get(_path(at), {}).get(fold(value), value)
        if spec.ask.kind is Kind.DATE:
            return self._day(text)
        return unmarked(text, self._plan.mapping.decimal) if spec.ask.kind in _NUMBERS else text

    def _day(self, text: str) -> str:
        """A day in figures as ISO has it; any other text as it stands, for the field's own reader."""
        try:
            return str(self._days[text] or text)
        except Fault:
            return text

    def _state(self, word: str) -> LeadState | None:
        """How far the lead has come.

        Raises:
            Fault: nobody said what the word means.
        """
        if not word:
            return LeadState.LEAD if self._has_state else None
        state = self._states.get(squeezed(word)) or state_of(word)
        if state is None:
            shown = storable(word[:_SHOWN])
            raise Fault(T("nobody said what “{text}” means: say so in the mapping, under [states]", text=shown))
        return state


def _path(at: Place) -> str:
    return at.name if at.entity == OPPORTUNITY else f"{at.entity}.{at.name}"


def _key(source: str, number: str, digest: str) -> str:
    """The lead's own number behind its source; made of its contents where it has none, or a very long one."""
    plain = storable(number)
    if plain and len(source) + len(plain) < _LONGEST_KEY:
        return f"{source}:{plain}"
    made = hashlib.sha256(plain.encode()).hexdigest() if plain else digest
    return f"{source}:#{made}"


def _arranged(values: dict[Place, Any]) -> Iterator[tuple[Place, Any]]:
    """The values with what lists write in one cell taken apart, and what they keep apart put together."""
    for number in sorted({at.number for at in values if at.entity == PEOPLE}):
        parts = [values.pop(Place(PEOPLE, number, name), None) for name in (FIRST_NAME, LAST_NAME)]
        whole = Place(PEOPLE, number, "name")
        if any(parts) and whole not in values:
            values[whole] = _full_name(*(text_of(part).strip() if part else "" for part in parts))
    budget, high = Place(OPPORTUNITY, 0, _BUDGET), Place(OPPORTUNITY, 0, _BUDGET_HIGH)
    span = _span(values.get(budget)) if high not in values else None
    if span is not None:
        values[budget], values[high] = span
    rivals = Place(_COMPETITORS, 1, "name")
    if isinstance(values.get(rivals), str):
        several = [part.strip() for part in _BETWEEN.split(values[rivals]) if part.strip()]
        free = [Place(_COMPETITORS, number, "name") for number in range(1, len(several) + 1)]
        if len(several) > 1 and not any(at in values for at in free[1:]):
            values |= dict(zip(free, several, strict=True))
    yield from values.items()


def _full_name(first: str, last: str) -> str:
    order = (last, first) if _WIDE.search(first + last) else (first, last)
    return " ".join(part for part in order if part)


def _span(value: Any) -> tuple[str, str] | None:
    """The low and the high end of a budget that is written as a range; None where it is none."""
    found = _RANGE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    low, high = found[1].strip(), found[2].strip()
    unit = _UNIT.search(high)
    if unit and low[-1:].isdigit():
        low += unit[1]
    try:
        amounts = [parse_money(text, "USD").value for text in (low, high)]
    except ValueProblem:
        return None
    return (low, high) if amounts[0] <= amounts[1] else None


def _document(values: dict[Place, Any]) -> dict[str, Any]:
    """The values as a record that a person would write by hand; rows without any are left out."""
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    document: dict[str, Any] = {}
    for at, value in values.items():
        if at.entity == OPPORTUNITY:
            document[at.name] = value
        elif at.entity in ROW_KINDS:
            rows.setdefault(at.entity, {}).setdefault(at.number, {})[at.name] = value
        else:
            document.setdefault(at.entity, {})[at.name] = value
    document |= {kind: [numbered[number] for number in sorted(numbered)] for kind, numbered in rows.items()}
    _introduce(document, values)
    return document


def _introduce(document: dict[str, Any], values: dict[Place, Any]) -> None:
    """Let people who are only named by a role, such as the decision maker, be people of the record."""
    for at, value in values.items():
        if at.spec is None or at.spec.ask.kind is not Kind.PERSON or not isinstance(value, str):
            continue
        people = document.setdefault(PEOPLE, [])
        if fold(value) not in {fold(str(one.get("name", ""))) for one in people}:
            people.append({"name": value})


def _naming(document: dict[str, Any]) -> tuple[tuple[str, ...], str, str]:
    """What a lead calls its company, its person, and that person's address."""
    account = document.get("account", {})
    names = tuple(text_of(account[name]) for name in ("legal_name", "dba") if name in account)
    first: dict[str, Any] = next(iter(document.get(PEOPLE, [])), {})
    return names, text_of(first.get("name", "")), text_of(first.get("email", "")).strip()
