"""Cells of a history file as values: each distinct text is read once, because files repeat themselves.

A reader is a dict that fills itself, so that a text seen before costs one look-up in C: that is what lets 100,000 rows
be read about as fast as a program that does not look at them.
"""

import datetime as dt
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from oppwizard.data.history import TEXT, Outcome
from oppwizard.errors import ValueProblem
from oppwizard.exchange.mapping import DayMonth, Decimals
from oppwizard.i18n import T, Text
from oppwizard.model.base import MONEY_SCALE, MOST
from oppwizard.model.dates import FIRST_YEAR, LAST_YEAR, parse_date
from oppwizard.model.money import parse_currency, parse_money
from oppwizard.model.numbers import cut
from oppwizard.model.text import fold

_MOST: Final = 50_000
"""Distinct texts that a reader remembers: it forgets them all when there are more, so that memory stays bounded."""
_FIGURES: Final = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d\d)")
_YEAR_FIRST: Final = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})")
_CLOCK: Final = re.compile(r"[T ]\s*\d{1,2}:\d{2}.*$")
_DATED: Final = re.compile(r"\d{4}|令和|平成|^[RrHh]\d")
_PLAIN: Final = re.compile(r"\d{1,14}")
_GROUPS: Final = {".": ",' \u00a0\u202f", ",": ".' \u00a0\u202f"}
_NUMBER: Final = re.compile(r"\d[\d.,' \u00a0\u202f]*")
_TWO_DIGIT_PIVOT: Final = 70


class Fault(Exception):
    """A cell that is no value of its field; the reason is for the person."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.msgid)
        self.reason = reason


class Reader(dict[str, Any]):
    """Texts of a column and their values; ``field`` says whose."""

    empty: ClassVar[frozenset[str]] = frozenset({"", "-", "n/a", "null", "none"})

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field

    def __missing__(self, text: str) -> Any:
        if len(self) >= _MOST:
            self.clear()
        bare = text.strip()
        try:
            bare.encode("utf-8")
            value = None if bare.casefold() in self.empty else self.read(bare)
        except UnicodeEncodeError:
            raise Fault(T("holds bytes that are no text in the file's encoding")) from None
        except ValueProblem as problem:
            raise Fault(problem.problem) from None
        self[text] = value
        return value

    def read(self, text: str) -> Any:
        """The value of a text that is not empty, as the database holds it.

        Raises:
            Fault: it is none.
            ValueProblem: likewise.
        """
        raise NotImplementedError


class Words(Reader):
    """Names; spellings that were said to be the same become one."""

    empty = frozenset({""})

    def __init__(self, field: str, same: dict[str, str]) -> None:
        super().__init__(field)
        self.same = same

    def read(self, text: str) -> str:
        """The text on one line."""
        words = " ".join(text.replace("\0", " ").split())
        if len(words) > TEXT:
            raise Fault(T("has more than {count} characters", count=TEXT))
        return self.same.get(words, words)


class Joined(Words):
    """Values of another file, by the text that names them here; None where that file has no such row."""

    def __init__(self, field: str, same: dict[str, str], values: dict[str, Any]) -> None:
        super().__init__(field, same)
        self.values_by = values

    def read(self, text: str) -> Any:
        """The other file's value."""
        return self.values_by.get(super().read(text))


class Days(Reader):
    """Dates, as ISO text."""

    def __init__(self, field: str, order: DayMonth, today: dt.date) -> None:
        super().__init__(field)
        self.order = order
        self.today = today

    def read(self, text: str) -> str:
        """The day; a time of day behind it is left out."""
        bare = _CLOCK.sub("", unicodedata.normalize("NFKC", text)).strip()
        try:
            day = self._in_figures(bare)
        except ValueError:
            day = None
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise Fault(T("“{text}” is not a date", text=cut(text)))
        return day.isoformat()

    def _in_figures(self, text: str) -> dt.date | None:
        found = _YEAR_FIRST.fullmatch(text)
        if found and (found[2] or len(text) == 8):
            return dt.date(int(found[1]), int(found[3]), int(found[4]))
        found = _FIGURES.fullmatch(text)
        if found:
            return self._ordered(int(found[1]), int(found[3]), _full_year(found[4]))
        return parse_date(text, self.today) if _DATED.search(text) else None

    def _ordered(self, first: int, second: int, year: int) -> dt.date:
        if self.order == "day-first":
            return dt.date(year, second, first)
        if self.order == "" and first <= 12 and second <= 12 and first != second:
            raise Fault(T("day and month cannot be told apart"))
        if self.order == "" and first > 12:
            return dt.date(year, second, first)
        return dt.date(year, first, second)


def _full_year(digits: str) -> int:
    """A year of two digits lies from 1970 to 2069, as most programs have it."""
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < _TWO_DIGIT_PIVOT else 1900)


class Amounts(Reader):
    """Money, as whole ten-thousandths."""

    def __init__(self, field: str, mark: Decimals) -> None:
        super().__init__(field)
        self.mark = mark

    def read(self, text: str) -> int:
        """The amount; digits behind the fourth decimal are rounded away: they are noise of binary fractions."""
        if _PLAIN.fullmatch(text):
            return int(text) * MONEY_SCALE
        value = self._marked(text)
        if value >= MOST:
            raise Fault(T("“{text}” is too large an amount", text=cut(text)))
        return int((value * MONEY_SCALE).to_integral_value(ROUND_HALF_UP))

    def _marked(self, text: str) -> Decimal:
        if self.mark:
            found = _NUMBER.search(text)
            rest = text.replace(found[0], "", 1) if found else text
            if found and not any(char in rest for char in "-−–(▲△"):
                digits = found[0].strip().translate(dict.fromkeys(map(ord, _GROUPS[self.mark])))
                plain = digits.replace(self.mark, ".")
                try:
                    value = Decimal(plain)
                except InvalidOperation:
                    raise Fault(T("“{text}” is not an amount", text=cut(text))) from None
                return value if not rest.strip() else self._with_words(value, rest, text)
        return parse_money(text).value

    @staticmethod
    def _with_words(value: Decimal, rest: str, text: str) -> Decimal:
        """A number beside which only a currency may stand; multipliers go the way of typed amounts."""
        try:
            parse_currency(rest.strip())
        except ValueProblem:
            return parse_money(text).value
        return value


def unmarked(text: str, mark: Decimals) -> str:
    """An amount whose first number is written with a point and without groups, given the decimal mark of its file."""
    found = _NUMBER.search(text) if mark else None
    if found is None:
        return text
    digits = found[0].strip().translate(dict.fromkeys(map(ord, _GROUPS[mark]))).replace(mark, ".")
    return f"{text[: found.start()]}{digits}{text[found.start() + len(found[0].rstrip()) :]}"


class Percents(Amounts):
    """Percentages from 0 to 100, as whole ten-thousandths."""

    def read(self, text: str) -> int:
        """The percentage, with or without its sign."""
        value = super().read(text.replace("%", "").replace("％", "").strip())
        if value > 100 * MONEY_SCALE:
            raise Fault(T("“{text}” is no percentage from 0 to 100", text=cut(text)))
        return value


class Currencies(Reader):
    """Currencies, as ISO 4217 codes."""

    def read(self, text: str) -> str:
        """The code."""
        return parse_currency(text)


class NamedCurrencies(Currencies):
    """The currencies that amounts name themselves; the file's where they name none."""

    def __init__(self, default: str) -> None:
        super().__init__("currency")
        self.default = default

    def read(self, text: str) -> str:
        """The code."""
        if _PLAIN.fullmatch(text):
            return self.default
        try:
            return parse_money(text, self.default or None).currency or self.default
        except ValueProblem:  # the amount's own reader says what is wrong with it
            return self.default


class Outcomes(Reader):
    """How deals ended, by the words of the file."""

    empty = frozenset()

    def __init__(self, words: dict[str, Outcome]) -> None:
        super().__init__("outcome")
        self.words = {fold(word): outcome.value for word, outcome in words.items()}

    def read(self, text: str) -> str:
        """The outcome's value."""
        outcome: str | None = self.words.get(fold(text))
        if outcome is None:
            raise Fault(T("nobody said whether “{text}” is won, lost or open", text=cut(text)))
        return outcome
