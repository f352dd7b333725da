"""Dates that a free text names: buying steps ("legal review until 2026-12-18"), blackout dates ("20 Dec - 5 Jan")."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from oppwizard.errors import ValueProblem
from oppwizard.model.dates import parse_date

_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE: Final = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?:\d{4}年|令和\d{1,2}年)?\d{1,2}月\d{1,2}日|\d{1,2}[./]\d{1,2}[./]\d{4}|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?\.?\s+{_MONTH}(?:\s+\d{{4}})?|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?)"
)
_TO: Final = r"\s*(?:-|–|—|~|〜|～|to|until|till|through|bis|から)\s*"
_PERIOD: Final = re.compile(rf"(?<![\d])({_DATE})(?:{_TO}({_DATE}))?", re.IGNORECASE)


def periods(text: str | None, today: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """The periods and single days of a text, as first and last day; what cannot be read for certain is left out.

    A last day without a year lies behind its first day.
    """
    for found in _PERIOD.finditer(text or ""):
        first = _day(found[1], today)
        last = _day(found[2], first or today) if found[2] else first
        if first and last:
            yield (first, last) if first <= last else (last, first)


def _day(text: str, today: dt.date) -> dt.date | None:
    try:
        return parse_date(text, today)
    except ValueProblem:
        return None
