"""Dates and times as people write them, in English and in Japanese, whatever language the screens are in.

Rules where a text could mean several days:

- A date without a year is its next occurrence, counted from `HINDSIGHT` days before today: in November "18 Dec" lies
  ahead, "3 Sep" two months back. The same goes for a quarter or the end of a month without a year.
- A bare weekday is the next such day after today. "this fri" and "next fri" count weeks, which begin on Monday.
- A month and a day in figures whose order cannot be told ("03/04/2026") are refused, and both readings offered.
- Two-digit years are refused, except in Japanese eras.
"""

import calendar
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Final, TypeAlias

from oppwizard.errors import ValueProblem
from oppwizard.i18n import SOURCE, T
from oppwizard.model.numbers import clean, cut

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100
HINDSIGHT: Final = 183
"""Days that a date without a year may lie in the past: about six months."""

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS_JA: Final = "月火水木金土日"
_MONTHS: Final = tuple(name.casefold() for name in (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
))  # fmt: skip
_DAY: Final = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|weds?|wednesday|thu(?:r(?:s(?:day)?)?)?|"
    r"fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_MONTH: Final = (
    r"(?P<name>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS if name != "may") + r"|sept|may)"
)
_ERAS: Final = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988}
_WORDS: Final = {
    "today": 0, "tomorrow": 1, "tmrw": 1, "yesterday": -1, "day after tomorrow": 2, "day before yesterday": -2,
    "今日": 0, "きょう": 0, "本日": 0, "明日": 1, "あした": 1, "翌日": 1, "明後日": 2, "あさって": 2,
    "昨日": -1, "きのう": -1, "一昨日": -2, "おととい": -2,
}  # fmt: skip
_STEPS: Final = {"last": -1, "先": -1, "昨": -1, "去": -1, "this": 0, "今": 0, "next": 1, "来": 1, "再来": 2}
_FIGURES: Final = str.maketrans("一二三四五六七八九", "123456789")

_YEAR_JA: Final = r"(?:(?:(?P<year>\d{4})|(?P<era>令和|平成)(?P<reign>\d{1,2}|元)|(?P<step>再来|来|今|昨|去))年の?)?"

_CLOCK: Final = re.compile(
    r"(?P<before>午前|午後)?(?:(?P<packed>\d{4})|(?P<hour>\d{1,2})(?:"
    r"[:.](?P<minute>\d{2})(?::(?P<second>\d{2}))?|時(?:(?P<minute_ja>\d{1,2})分|(?P<half>半))?)?)(?P<after>am|pm)?"
)

Rule: TypeAlias = Callable[[re.Match[str], date], date]


def parse_date(text: str, today: date) -> date:
    """Read a date: "2026-12-18", "18 Dec", "next fri", "+3w", "eom", "end of q3", "来週金曜", "令和8年12月18日".

    Args:
        text: what was typed.
        today: the day that relative forms count from.

    Raises:
        ValueProblem: no date, one that can be read in two ways, or a year outside 1990 to 2100.
    """
    plain = clean(text).casefold()
    try:
        day = _read(_english(plain), today, _RULES) or _read(plain.replace(" ", ""), today, _RULES_JA)
    except ValueProblem:
        raise
    except (ValueError, OverflowError):  # no such day, or one beyond the calendar
        day = None
    if day is None:
        shown = cut(text)
        raise ValueProblem(
            T('"{text}" is not a date.', text=shown) if shown else T("There is no date."),
            T("Write a date such as 2026-12-18, 18 Dec, fri, next fri, +3w, eom, end of q3, 12月18日 or 来週金曜."),
        )
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueProblem(
            T('"{text}" is the year {year}.', text=cut(text), year=day.year),
            T("Write a date from {first} to {last}.", first=FIRST_YEAR, last=LAST_YEAR),
        )
    return day


def show_date(day: date, language: str = SOURCE) -> str:
    """The day in full: "Fri 18 Dec 2026", "2026年12月18日(金)"; `parse_date` reads it back."""
    if language == "ja":
        return f"{day.year}年{day.month}月{day.day}日({_DAYS_JA[day.weekday()]})"
    weekday, month = _DAYS[day.weekday()][:3].title(), _MONTHS[day.month - 1][:3].title()
    return f"{weekday} {day.day} {month} {day.year}"


def parse_time(text: str) -> time:
    """Read a time of day: "17:00", "1700", "5pm", "5:30 p.m.", "noon", "午後5時", "17時30分", "17時半".

    Raises:
        ValueProblem: no time, or an hour alone that could be morning or afternoon.
    """
    plain = clean(text).casefold().replace(" ", "")
    found = _CLOCK.fullmatch(plain.replace("a.m", "am").replace("p.m", "pm").removesuffix("."))
    fixed = {"noon": time(12), "正午": time(12), "midnight": time(0)}.get(plain)
    moment = fixed or (_moment(found) if found else None)
    if moment is None:
        shown = cut(text)
        raise ValueProblem(
            T('"{text}" is not a time of day.', text=shown) if shown else T("There is no time of day."),
            T("Write a time such as 17:00, 5pm, 午後5時 or 17時30分."),
        )
    return moment


def _moment(found: re.Match[str]) -> time | None:
    """The time of a match of `_CLOCK`; None where there is no such time."""
    part = found.groupdict()
    hour, minute = int(part["hour"] or part["packed"][:2]), part["minute"] or part["minute_ja"] or "0"
    minute = "30" if part["half"] else part["packed"][2:] if part["packed"] else minute
    japanese, english = part["before"], part["after"]
    told = part["packed"] or part["minute"] or "時" in found.group()
    if (japanese and english) or (part["packed"] and (japanese or english)) or not (told or japanese or english):
        return None
    if english:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if english == "pm" else 0)
    elif japanese:
        if hour > 11:  # 午後12時 is read as noon by some and as midnight by others
            return None
        hour += 12 if japanese == "午後" else 0
    try:
        return time(hour, int(minute), int(part["second"] or 0))
    except ValueError:
        return None


def _english(plain: str) -> str:
    """English words as the rules spell them: no commas, ordinals, full stops or fillers."""
    text = re.sub(r"(?<=[a-z])\.|,", " ", plain)
    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", text)
    return " ".join(word for word in text.split() if word not in ("of", "the", "on"))


def _read(text: str, today: date, rules: tuple[tuple[re.Pattern[str], Rule], ...]) -> date | None:
    """The date by the first rule whose pattern fits; None where none does."""
    for pattern, rule in rules:
        found = pattern.fullmatch(text)
        if found:
            return rule(found, today)
    return None


def _beside(found: re.Match[str], today: date) -> date:
    """A date with its weekday beside it, as "Fri 18 Dec 2026" or "2026年12月18日(金)"."""
    japanese = "weekday_ja" in found.groupdict()
    day = _read(found["rest"], today, _FIXED_JA if japanese else _FIXED)
    if day is None:
        raise ValueError(found.string)
    if day.weekday() != _weekday(found):
        raise ValueProblem(
            T('"{text}" is not on that day of the week.', text=cut(found.string)),
            T("Write the date alone: {day}.", day=day.isoformat()),
        )
    return day


def _weekday(found: re.Match[str]) -> int:
    part = found.groupdict()
    if part.get("weekday_ja"):
        return _DAYS_JA.index(part["weekday_ja"])
    return next(index for index, name in enumerate(_DAYS) if name.startswith(part["weekday"][:3]))


def _month(found: re.Match[str]) -> int:
    part = found.groupdict()
    if part.get("month"):
        return int(part["month"])
    return next(index for index, name in enumerate(_MONTHS, 1) if name.startswith(part["name"][:3]))


def _year(found: re.Match[str], today: date) -> int | None:
    """The year that a text names, in figures, by its era or as "next"; None where it names none."""
    part = found.groupdict()
    if part.get("year"):
        return int(part["year"])
    if part.get("era"):
        return _ERAS[part["era"]] + (1 if part["reign"] == "元" else int(part["reign"]))
    if part.get("step"):
        return today.year + _STEPS[part["step"]]
    return None


def _coming(of_year: Callable[[int], date], today: date) -> date:
    """The first of a yearly day's dates that is not more than `HINDSIGHT` days past; 29 February takes leap years."""
    earliest = today - timedelta(days=HINDSIGHT)
    for year in range(earliest.year, earliest.year + 10):
        try:
            day = of_year(year)
        except ValueError:
            continue
        if day >= earliest:
            return day
    raise ValueError


def _in_year(year: int | None, month: int, day: int, today: date) -> date:
    """A day of a month in a year, or the coming one; raises a ValueError where there is none."""
    return date(year, month, day) if year is not None else _coming(lambda each: date(each, month, day), today)


def _dated(found: re.Match[str], today: date) -> date:
    """A day of a month, with or without a year."""
    return _in_year(_year(found, today), _month(found), int(found["day"]), today)


def _either(found: re.Match[str], today: date) -> date:
    """Two figures, a month and a day in an order to be found out, with or without a year."""
    year, first, second = _year(found, today), int(found["first"]), int(found["second"])
    readings: set[date] = set()
    for month, day in ((first, second), (second, first)):
        with suppress(ValueError):
            readings.add(_in_year(year, month, day, today))
    if len(readings) > 1:
        one, other = sorted(readings)
        raise ValueProblem(
            T('"{text}" can be read as two dates.', text=cut(found.string)),
            T("Write {one} or {other}.", one=one.isoformat(), other=other.isoformat()),
        )
    if not readings:
        raise ValueError(found.string)
    return readings.pop()


def _word(found: re.Match[str], today: date) -> date:
    return today + timedelta(days=_WORDS[found.group()])


def _on_weekday(found: re.Match[str], today: date) -> date:
    """A weekday: of this, the next or another week; alone, the next one after today."""
    weekday, step = _weekday(found), found["which"]
    if step is None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return today + timedelta(days=weekday - today.weekday(), weeks=_STEPS[step])


def _shifted(found: re.Match[str], today: date) -> date:
    """So many days, weeks, months or years from today, or back."""
    part = found.groupdict()
    back = part["sign"] == "-" or part["way"] in ("ago", "前")
    written = part["count"].translate(_FIGURES)
    count = (1 if written in ("a", "an") else int(written)) * (-1 if back else 1)
    unit = part["unit"][0]
    if unit in "d日":
        return today + timedelta(days=count)
    if unit in "w週":
        return today + timedelta(weeks=count)
    return _months_on(today, count * 12 if unit in "y年" else count)


def _half_year(found: re.Match[str], today: date) -> date:
    return _months_on(today, -6 if found["way"] == "前" else 6)


def _months_on(day: date, months: int) -> date:
    """The same day some months on, or that month's last day where it is shorter."""
    from dateutil.relativedelta import relativedelta

    return day + relativedelta(months=months)


def _last_day(year: int, month: int) -> date:
    """The last day of a month; raises a ValueError beyond the calendar."""
    return date(year, month, calendar.monthrange(year, month)[1])


def _period_end(found: re.Match[str], today: date) -> date:
    """The end of this or another month, quarter or year."""
    part = found.groupdict()
    step = _STEPS[part["which"]] if part["which"] else 0
    unit = part["unit"][0]
    if unit in "y年":
        return date(today.year + step, 12, 31)
    if unit in "m月":
        first = _months_on(today.replace(day=1), step)
        return _last_day(first.year, first.month)
    first = _months_on(today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1), step * 3 + 2)
    return _last_day(first.year, first.month)


def _named_end(found: re.Match[str], today: date) -> date:
    """The last day of a month or of a calendar quarter, with or without a year."""
    quarter = found.groupdict().get("quarter")
    month, year = int(quarter) * 3 if quarter else _month(found), _year(found, today)
    return _last_day(year, month) if year is not None else _coming(lambda each: _last_day(each, month), today)


def _fiscal_end(_found: re.Match[str], today: date) -> date:
    """年度末: the coming 31 March, the end of the Japanese fiscal year."""
    return date(today.year + (today.month > 3), 3, 31)


def _rules(*rules: tuple[str, Rule]) -> tuple[tuple[re.Pattern[str], Rule], ...]:
    return tuple((re.compile(pattern, re.ASCII), rule) for pattern, rule in rules)


_FIXED: Final = _rules(
    (r"(?P<year>\d{4})([-/. ])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?:[t ]00:00(?::00(?:\.0{1,6})?)?z?)?", _dated),
    (r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)", _dated),
    (r"(?P<first>\d{1,2})([-/.])(?P<second>\d{1,2})\2(?P<year>\d{4})", _either),
    (r"(?P<first>\d{1,2})/(?P<second>\d{1,2})", _either),
    (rf"(?P<day>\d{{1,2}})[ -]?{_MONTH}(?:[ -](?P<year>\d{{4}}))?", _dated),
    (rf"{_MONTH}[ -]?(?P<day>\d{{1,2}})(?:[ -](?P<year>\d{{4}}))?", _dated),
    (rf"(?P<year>\d{{4}})[ -]{_MONTH}[ -](?P<day>\d{{1,2}})", _dated),
)
_RULES: Final = _FIXED + _rules(
    (rf"{_DAY} (?P<rest>.*\d.*)", _beside),
    (r"today|tomorrow|tmrw|yesterday|day after tomorrow|day before yesterday", _word),
    (rf"(?:(?P<which>this|next|last) )?{_DAY}", _on_weekday),
    (
        r"(?:in )?(?P<sign>[+-]?) ?(?P<count>\d{1,4}|an?) ?(?P<unit>d|days?|w|wks?|weeks?|m|mos?|months?|y|yrs?|years?)"
        r"(?: (?P<way>ago|from (?:now|today)|later))?",
        _shifted,
    ),
    (r"end (?:(?P<which>this|next|last) )?(?P<unit>month|quarter|year)", _period_end),
    (r"eo(?P<which>)(?P<unit>[mqy])", _period_end),
    (r"(?:end )?q(?P<quarter>[1-4])(?:[ /-]?(?P<year>\d{4}))?", _named_end),
    (r"(?:end )?(?P<year>\d{4})[ /-]?q(?P<quarter>[1-4])", _named_end),
    (rf"end {_MONTH}(?: (?P<year>\d{{4}}))?", _named_end),
)
_FIXED_JA: Final = _rules(
    (rf"{_YEAR_JA}(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日", _dated),
    (r"(?P<era>[rh]|令和|平成)(?P<reign>\d{1,2})([./-])(?P<month>\d{1,2})\3(?P<day>\d{1,2})", _dated),
    *((pattern.pattern, rule) for pattern, rule in _FIXED[:4]),
)
_RULES_JA: Final = _FIXED_JA + _rules(
    (rf"(?P<rest>.*\d.*)\((?P<weekday_ja>[{_DAYS_JA}])(?:曜日?)?\)", _beside),
    (rf"(?P<rest>.*\d日)(?P<weekday_ja>[{_DAYS_JA}])曜日?", _beside),
    ("|".join(word for word in _WORDS if not word.isascii()), _word),
    (rf"(?:(?P<which>再来|来|今|先)週の?|次の)?(?P<weekday_ja>[{_DAYS_JA}])曜日?", _on_weekday),
    (
        r"(?P<sign>)(?P<count>\d{1,4}|[一二三四五六七八九])"
        r"(?P<unit>日|週間?|[かヶヵカケ箇個]月|年)間?(?P<way>後|前)",
        _shifted,
    ),
    (r"半年(?P<way>後|前)", _half_year),
    (r"(?:(?P<which>再来|来|今|先)?(?P<unit>月)末日?)", _period_end),
    (r"(?:(?P<which>再来|来|今|昨|去)?(?P<unit>年)末)", _period_end),
    (r"(?:今)?(?P<which>)(?P<unit>四半期)末", _period_end),
    (r"(?:今)?年度末", _fiscal_end),
    (rf"{_YEAR_JA}(?P<month>\d{{1,2}})月末日?", _named_end),
    (rf"{_YEAR_JA}第?(?P<quarter>[1-4])四半期末?", _named_end),
)
