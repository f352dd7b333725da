"""Numbers as people write them, in English and in Japanese: separators, full-width digits, k and m, 万 and 億.

A single mark followed by exactly three digits can be read two ways. Here a comma groups and a point is decimal, so
"1,234" is 1234 and "1.234" is 1.234; money has its own rule. Where both marks stand, the last one is decimal.
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from oppwizard.errors import ValueProblem
from oppwizard.i18n import LANGUAGES, T, Text, said_in

LONGEST: Final = 100
"""Characters that a typed value may have."""

WHOLE_DIGITS: Final = 14
"""Digits that a number may have before its decimal point."""

DECIMALS: Final = 10
"""Digits that a number may have after its decimal point."""

POWERS: Final[Mapping[str, int]] = {
    "thousand": 3,
    "million": 6,
    "billion": 9,
    "mio": 6,
    "mn": 6,
    "bn": 9,
    "k": 3,
    "m": 6,
    "b": 9,
}
"""Multipliers written after a number, as powers of ten."""

NUMERALS: Final = "0-9〇一二三四五六七八九十百千万萬億兆"
"""What a written number begins and ends with, as the inside of a character class."""

_SHOWN: Final = 40
_SMALL: Final = {"十": 10, "百": 100, "千": 1000}
_LARGE: Final = {"万": 10**4, "億": 10**8, "兆": 10**12}
_KANJI: Final = str.maketrans("〇一二三四五六七八九萬", "0123456789万")
_RAISED: Final = {ord(char): "^" for char in "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉"}
_UNIT: Final = re.compile(r"([十百千万億兆])")
_PLAIN: Final = re.compile(r"[0-9]+(?:[.,' ][0-9]+)*")
_YES: Final = frozenset({"yes", "y", "true", "t", "on", "1", "はい", "有", "有り", "ある", "あり", "要", "必要"})
_NO: Final = frozenset({"no", "n", "false", "f", "off", "0", "いいえ", "無", "無し", "ない", "なし", "不要"})


def clean(text: str, longest: int = LONGEST) -> str:
    """The text in NFKC, without invisible characters, each run of blanks made one space.

    Raises:
        ValueProblem: the text has more than `longest` characters.
    """
    if len(text) > longest:
        raise ValueProblem(
            T('"{text}" is too long.', text=cut(text)),
            T("Write at most {limit} characters.", limit=longest),
        )
    plain = unicodedata.normalize("NFKC", text.translate(_RAISED))  # else 10² would become 102
    return " ".join("".join(char for char in plain if unicodedata.category(char) != "Cf").split())


def cut(text: str) -> str:
    """The text as a message quotes it: at most 40 characters, none that would disturb a terminal."""
    short = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "".join(char if char.isprintable() else " " for char in short).strip()


def read_number(text: str, power: int = 0, *, point: bool = True) -> Decimal | None:
    """Read an unsigned number that `clean` has prepared.

    Args:
        text: digits with separators, or a Japanese number such as ``1億2000万``.
        power: a power of ten to multiply with, from `POWERS`.
        point: whether the point of "1.234" is decimal; it always is before a multiplier.

    Returns:
        The number without trailing zeros; None where the text is none.

    Raises:
        ValueProblem: the number has too many digits.
    """
    plain = text.translate(_KANJI)
    if _UNIT.search(plain):
        if power:
            return None
        value = _japanese(plain)
    else:
        value = _digits(plain, point=point or bool(power))
    return None if value is None else tidy(_bounded(value.scaleb(power), text))


def tidy(value: Decimal) -> Decimal:
    """The same number without trailing zeros after the point, and without an exponent where it is whole."""
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if whole == value else value.normalize()


def _digits(text: str, *, point: bool) -> Decimal | None:
    """Digits in groups, with or without decimals; None for others and for groups that are none."""
    plain = "0" + text if text.startswith(".") else text.replace("’", "'")
    if not _PLAIN.fullmatch(plain):
        return None
    mark = _decimal_mark(plain, point=point)
    whole, fraction = plain.split(mark) if mark and plain.count(mark) == 1 else (plain, "")
    groups = re.split(r"[.,' ]", whole)
    kinds = set(whole) - set("0123456789")
    if len(kinds) > 1 or (fraction and not fraction.isdigit()) or not _well_grouped(groups):
        return None
    number = "".join(groups)
    if len(number.lstrip("0")) > WHOLE_DIGITS or len(fraction) > DECIMALS:
        raise _too_long(text)
    return Decimal(f"{number}.{fraction or 0}")


def _decimal_mark(text: str, *, point: bool) -> str:
    """Which mark is decimal; empty where all of them group."""
    marks = [char for char in text if char in ".,"]
    if not marks:
        return ""
    last = marks[-1]
    if len(set(marks)) > 1:
        return last
    if len(marks) > 1:
        return ""
    before, after = text.split(last)
    groups = len(after) == 3 and len(before) <= 3 and before.strip("0") != ""
    return "" if groups and not (point and last == ".") else last


def _well_grouped(groups: list[str]) -> bool:
    """Whether digits stand in threes, or in the Indian way (12,34,567)."""
    first, *others = groups
    if not others:
        return True
    sizes = [len(group) for group in others]
    return 1 <= len(first) <= 3 and sizes[-1] == 3 and (set(sizes[:-1]) <= {3} or set(sizes[:-1]) <= {2})


def _japanese(text: str) -> Decimal | None:
    """A number with units: large ones fall strictly, and nothing reaches the unit before it."""
    pieces = [piece.strip() for piece in _UNIT.split(text)]
    total = section = Decimal(0)
    bound: Decimal | None = None
    inner: Decimal | None = None
    for written, unit in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        value = _digits(written, point=True) if written else Decimal(unit in _SMALL)
        if value is None:
            return None
        part = value * _SMALL.get(unit, 1)
        if inner is not None and part >= inner:
            return None
        section, inner = section + part, Decimal(_SMALL[unit]) if unit in _SMALL else inner
        if unit in _SMALL:
            continue
        whole = section * _LARGE.get(unit, 1)
        if (bound is not None and whole >= bound) or (unit and not whole and not written):
            return None
        total, section, inner, bound = total + whole, Decimal(0), None, Decimal(_LARGE.get(unit, 1))
    return total


def _too_long(text: str) -> ValueProblem:
    return ValueProblem(
        T('"{text}" has too many digits.', text=cut(text)),
        T(
            "A number has at most {whole} digits before the decimal point and {decimals} after it.",
            whole=WHOLE_DIGITS,
            decimals=DECIMALS,
        ),
    )


def _bounded(value: Decimal, text: str) -> Decimal:
    """The value itself; raises a ValueProblem where it is too large."""
    if value >= 10**WHOLE_DIGITS:
        raise _too_long(text)
    return value


def parse_decimal(text: str) -> Decimal:
    """Read a number, which may be negative: "1,200.5", "-3", "1.5k", "120万".

    Raises:
        ValueProblem: not a number, or one of more than 14 digits before the point.
    """
    plain = clean(text).casefold().replace("−", "-")
    sign = -1 if plain.startswith("-") else 1
    body = plain[1:].strip() if plain[:1] in ("-", "+") else plain
    power = 0
    for word, size in POWERS.items():
        if body.endswith(word):
            body, power = body.removesuffix(word).strip(), size
            break
    value = read_number(body, power)
    if value is None:
        raise ValueProblem(
            T('"{text}" is not a number.', text=cut(text)),
            T("Write a number such as 1,200 or 12.5 or 1.5k or 3万."),
        )
    return value * sign if value else value


def parse_int(text: str) -> int:
    """Read a whole number, which may be negative; forms as for `parse_decimal`.

    Raises:
        ValueProblem: not a number, or not a whole one.
    """
    value = parse_decimal(text)
    if value != value.to_integral_value():
        raise ValueProblem(
            T('"{text}" is not a whole number.', text=cut(text)),
            T("Write a number without decimals, such as 12 or 1,200."),
        )
    return int(value)


def parse_percent(text: str) -> Decimal:
    """Read a percentage, 0 to 100, with or without its sign; "0.6" is 0.6 %, not 60 %.

    Raises:
        ValueProblem: not a number, or outside 0 to 100.
    """
    plain = clean(text).casefold()
    for sign in ("%", "percent", "パーセント"):
        plain = plain.removesuffix(sign)
    value = read_number(plain.strip())
    if value is None or not 0 <= value <= 100:
        raise ValueProblem(
            T('"{text}" is not a percentage.', text=cut(text)),
            T("Write a number from 0 to 100, such as 60 or 12.5%."),
        )
    return value


def parse_yes_no(text: str) -> bool:
    """Read a yes or a no, in English or Japanese, or as it is shown in any language.

    Raises:
        ValueProblem: neither.
    """
    plain = clean(text).casefold()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    for label, meant in ((T("yes"), True), (T("no"), False)):
        if plain in _shown_as(label):
            return meant
    raise ValueProblem(
        T('"{text}" is neither yes nor no.', text=cut(text)),
        T("Write yes or no, はい or いいえ."),
    )


def _shown_as(label: Text) -> set[str]:
    """A label in every language: a form, a file or a playbook need not be of the language in use."""
    return {clean(said_in(label, code)).casefold() for code in LANGUAGES}
