"""Amounts of money as people write them, and how they are shown.

A typed amount is one amount: separators, a currency and a multiplier are read, prose and ranges are refused, for a
guess would end up in a forecast. Where one mark is followed by exactly three digits, as in "1.234" or "1,234", it
groups (1234), as prices in general do; only a currency that itself has three decimals (KWD) makes the point decimal.
`show_money` therefore never shows exactly three decimals of another currency, so that what is shown can be typed again.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Final

from oppwizard.errors import ValueProblem
from oppwizard.i18n import LANGUAGES, SOURCE, T
from oppwizard.model.numbers import NUMERALS, POWERS, clean, cut, read_number

SHOWN_DECIMALS: Final = 4
"""Decimals that a unit price may show beyond those of its currency."""

_COMMON: Final = ("USD", "EUR", "JPY", "GBP", "CNY", "KRW", "AUD", "CAD", "CHF", "SGD", "HKD", "TWD", "INR")
_WIDE: Final = Context(prec=60)
_SHAPE: Final = re.compile(rf"([^{NUMERALS}]*?)(\.?[{NUMERALS}](?:.*[{NUMERALS}])?)([^{NUMERALS}]*)", re.DOTALL)
_NO_CENTS: Final = re.compile(r"^[.,](?:\s*[-–—]+)?")
_RATE: Final = re.compile(r"/|\bper\b|\beach\b|毎|\ba (?:day|week|month|quarter|year)\b")
_CJK: Final = "\u3000"
_MINUS: Final = frozenset("-−–—▲△")

# How each currency is written besides its code. The first currency that lists a sign is the one meant where the deal
# does not say otherwise, except for the signs in _UNSETTLED.
_WRITTEN: Final = {
    "USD": "$ us$ u$s u.s.$ dollar dollars buck bucks ドル 米ドル 弗 美元",
    "EUR": "€ euro euros ユーロ",
    "JPY": "¥ jp¥ 円 yen 日本円",
    "GBP": "£ uk£ gb£ pound pounds ポンド 英ポンド stg sterling quid",
    "CNY": "¥ cn¥ 元 圆 rmb yuan 人民元 人民币 人民幣",
    "KRW": "₩ 원 won ウォン 韓国ウォン",
    "AUD": "$ a$ au$ 豪ドル オーストラリアドル",
    "CAD": "$ c$ ca$ can$ カナダドル",
    "CHF": "sfr fr スイスフラン franc francs フラン",
    "SGD": "$ s$ sg$ シンガポールドル",
    "HKD": "$ hk$ 香港ドル 元",
    "TWD": "$ nt$ nt 元 台湾ドル 台湾元 新台湾ドル",
    "INR": "₹ rs re rupee rupees ルピー インドルピー",
    "NZD": "$ nz$ ニュージーランドドル",
    "MXN": "$ mx$ mex$ peso pesos ペソ",
    "BRL": "r$ real reais レアル",
    "ZAR": "r rand ランド",
    "SEK": "kr krona kronor クローナ",
    "NOK": "kr krone kroner クローネ",
    "DKK": "kr krone kroner クローネ",
    "ISK": "kr krona クローナ",
    "PLN": "zł zl zloty złoty złotych ズウォティ",
    "CZK": "kč kc koruna korun コルナ",
    "HUF": "ft forint フォリント",
    "RON": "lei leu",
    "MDL": "lei leu",
    "BGN": "лв lev leva",
    "RUB": "₽ руб рубль рублей рубля р ruble rubles rouble roubles ルーブル",
    "UAH": "₴ грн hrn hryvnia",
    "KZT": "₸ тг тңг tenge",
    "GEL": "₾ lari",
    "AMD": "֏ դր",
    "AZN": "₼ manat",
    "TRY": "₺ tl lira リラ トルコリラ",
    "ILS": "₪ nis shekel shekels シェケル",
    "THB": "฿ บาท baht バーツ",
    "VND": "₫ vnđ đ dong ドン",
    "PHP": "₱ peso pesos ペソ",
    "IDR": "rp rupiah ルピア",
    "MYR": "rm ringgit リンギット",
    "PKR": "rs re rupee rupees ルピー",
    "LKR": "rs re rupee rupees ルピー",
    "NPR": "rs re rupee rupees ルピー",
    "BDT": "৳ taka",
    "LAK": "₭ kip",
    "KHR": "៛ riel",
    "MNT": "₮ tugrik",
    "NGN": "₦ naira",
    "GHS": "₵ gh₵ cedi",
    "KES": "ksh kshs",
    "TZS": "tsh",
    "UGX": "ush",
    "EGP": "£ e£ ج.م",
    "LBP": "£ l£ ل.ل",
    "AED": "dh dhs درهم dirham dirhams د.إ ディルハム",
    "MAD": "dh dhs درهم dirham dirhams د.م",
    "SAR": "ريال riyal riyals ر.س リヤル",
    "QAR": "ريال riyal riyals ر.ق",
    "OMR": "ريال ر.ع",
    "IRR": "ریال rial rials",
    "KWD": "kd د.ك",
    "BHD": "bd د.ب",
    "JOD": "jd د.أ",
    "ARS": "$ ar$ peso pesos ペソ",
    "CLP": "$ cl$ peso pesos ペソ",
    "COP": "$ co$ peso pesos ペソ",
    "UYU": "$ $u peso pesos ペソ",
    "DOP": "rd$ peso pesos",
    "PEN": "s/ sol soles",
    "CRC": "₡ colon colones",
    "PYG": "₲ guarani",
    "JMD": "$ j$",
    "TTD": "$ tt$",
    "BZD": "$ bz$",
    "BND": "$ bn$",
    "XCD": "$ ec$",
    "XCG": "cg",
    "XAF": "fcfa cfa",
    "XOF": "fcfa cfa",
    "XPF": "cfpf",
    "MOP": "mop$",
}
_SHARED: Final = (
    "kr krona krone kroner クローナ クローネ rs re rupee rupees ルピー peso pesos ペソ lei leu franc francs フラン fr "
    "dh dhs درهم dirham dirhams ريال riyal riyals cfa fcfa"
)
_UNSETTLED: Final = frozenset(_SHARED.split())


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as it was written.

    Attributes:
        value: not negative.
        currency: the ISO 4217 code that the text itself names; None where it names none.
    """

    value: Decimal
    currency: str | None


def parse_money(text: str, currency: str | None = None) -> Amount:
    """Read one amount: "1,200", "1.200,50", "$1.2m", "EUR 5k", "120万円", "1億2000万".

    Args:
        text: what was typed.
        currency: the deal's currency; it settles signs that several currencies share, else $ is USD and ¥ is JPY.

    Raises:
        ValueProblem: no amount, more than one, a negative one, a rate, an unknown currency or too many digits.
    """
    plain = clean(text).casefold()
    shape = _SHAPE.fullmatch(plain)
    if shape is None:
        raise _no_amount(text)
    head, body, tail = (part.strip() for part in shape.groups())
    if _MINUS & set(head) or (head.startswith("(") and ")" in tail) or tail[:1] in _MINUS:
        raise ValueProblem(T('"{text}" is negative.', text=cut(text)), T("Write an amount of zero or more."))
    if body.startswith(".") and head[-1:].isalpha():
        body = body.removeprefix(".")  # Rs.100 is a hundred
    sign, power = _tail(_NO_CENTS.sub("", tail).strip(), text)
    tokens = [token for token in (_token(head), sign) if token]
    code = _meant(tokens, currency, text) if tokens else None
    value = read_number(body, power, point=digits(code or currency or "USD") == 3)
    if value is None:
        raise _no_amount(text)
    return Amount(value, code)


def parse_currency(text: str) -> str:
    """Read a currency: its code, its sign, or its name in English or Japanese.

    Returns:
        The ISO 4217 code.

    Raises:
        ValueProblem: unknown, or a name that several currencies share.
    """
    return _meant([_token(clean(text).casefold())], None, text)


def _tail(tail: str, text: str) -> tuple[str, int]:
    """The currency and the power of ten that follow a number; raises a ValueProblem for a rate."""
    token = _token(tail)
    if not token or _candidates(token):
        return token, 0
    if _RATE.search(tail):
        raise ValueProblem(
            T('"{text}" is a price per unit or period, not an amount.', text=cut(text)),
            T("Write the amount of the whole term, such as 600 for 50 a month over a year."),
        )
    for word, power in POWERS.items():
        after = tail.removeprefix(word)
        glued = after[:1].isalpha() and after[:1] < _CJK  # "Br" is no billion rand
        if tail.startswith(word) and not glued and (not after or _candidates(_token(after))):
            return _token(after), power
    return token, 0


def _token(text: str) -> str:
    """A currency as the tables spell it: without blanks, and without marks around it."""
    token = unicodedata.normalize("NFKC", text).casefold().replace(" ", "").strip(".:*")
    code = token.removesuffix("$").upper()
    return code.casefold() if token.endswith("$") and len(code) == 3 and is_currency(code) else token


def _meant(tokens: list[str], deal: str | None, text: str) -> str:
    """The one currency that all tokens can mean; raises a ValueProblem where there is none, or no telling which."""
    found = [_candidates(token) for token in tokens]
    if not all(found):
        raise ValueProblem(
            T('"{text}" names no currency that is known here.', text=cut(text)),
            T("Write an ISO code or a common sign, such as USD, EUR, ¥ or 円; an amount takes no other words."),
        )
    common = [code for code in found[0] if all(code in codes for codes in found)]
    if not common:
        raise ValueProblem(
            T('"{text}" names more than one currency.', text=cut(text)),
            T("Write one amount in one currency, such as USD 1,200."),
        )
    if deal in common:
        return deal
    if len(common) > 1 and all(token in _UNSETTLED for token in tokens):
        raise ValueProblem(
            T('"{text}" can mean several currencies.', text=cut(text)),
            T("Write the code of the one meant: {codes}.", codes=", ".join(common)),
        )
    return common[0]


def _candidates(token: str) -> tuple[str, ...]:
    """The currencies that a token can mean, the likeliest first."""
    if token.upper() in _codes() and len(token) == 3 and token.isascii():
        return (token.upper(),)
    return _signs().get(token) or _names().get(token, ())


def _tells(sign: str, currency: str) -> bool:
    """Whether a sign, as a language writes it, is read as this currency where no other is known."""
    token = _token(sign)
    found = (currency,) if token.upper() == currency else _signs().get(token, ())
    return found[:1] == (currency,) and (len(found) == 1 or token not in _UNSETTLED)


@lru_cache(maxsize=1)
def _signs() -> dict[str, tuple[str, ...]]:
    signs: dict[str, tuple[str, ...]] = {}
    for code, written in _WRITTEN.items():
        for token in map(_token, written.split()):
            signs[token] = (*signs.get(token, ()), code)
    return signs


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[str, ...]]:
    """Full names in every language, from the CLDR; loaded only for a word that is no sign."""
    from babel.numbers import get_currency_name

    names: dict[str, tuple[str, ...]] = {}
    for code in currencies():
        forms = {_token(get_currency_name(code, count, locale=tag)) for tag in LANGUAGES for count in (1, 2)}
        for name in forms - {code.casefold()}:
            names[name] = (*names.get(name, ()), code)
    return names


def _no_amount(text: str) -> ValueProblem:
    shown = cut(text)
    return ValueProblem(
        T('"{text}" is not an amount of money.', text=shown) if shown else T("There is no amount of money."),
        T("Write one amount, such as 1,200 or $1.2m or 120万円."),
    )


@lru_cache(maxsize=512)
def digits(currency: str) -> int:
    """Decimals that a currency has in use (JPY 0, USD 2, KWD 3), by the CLDR; 2 for an unknown code."""
    from babel.numbers import get_currency_precision

    return get_currency_precision(currency)


@lru_cache(maxsize=1)
def currencies() -> tuple[str, ...]:
    """The ISO 4217 codes that are legal tender somewhere today: the common ones first, the rest by letter."""
    from babel.core import get_global

    listed = get_global("territory_currencies").values()
    current = {code for entries in listed for code, _since, until, tender in entries if tender and until is None}
    return (*_COMMON, *sorted(current.difference(_COMMON)))


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(currencies())


def is_currency(code: str) -> bool:
    """Whether this is, in capitals, the code of a currency in use."""
    return code in _codes()


def rounded(value: Decimal, currency: str) -> Decimal:
    """The value with exactly its currency's decimals, halves away from zero."""
    return value.quantize(Decimal(1).scaleb(-digits(currency)), ROUND_HALF_UP, _WIDE)


def fits(value: Decimal, currency: str) -> bool:
    """Whether the value has no more decimals than its currency."""
    return rounded(value, currency) == value


def show_money(value: Decimal, currency: str, language: str = SOURCE) -> str:
    """The value with its currency's sign, such as "$1,200.00" or "KZT 5.00"; spaces are plain ones.

    Extra decimals of a unit price are kept, up to `SHOWN_DECIMALS`; three are shown as four, for "$1.234" would be
    read as a thousand and more, and so would "1,234 KWD" where a comma is the point.
    """
    before, after, own, group, point = _pattern(currency, language)
    places = own
    if not fits(value, currency):
        exact = value.quantize(Decimal("0.0001"), ROUND_HALF_UP, _WIDE).normalize(_WIDE)
        exponent = exact.as_tuple().exponent
        places = max(own, -exponent if isinstance(exponent, int) else own)
    if places == 3 and (own != 3 or point == ","):
        places = SHOWN_DECIMALS
    scaled = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _WIDE)
    number = f"{abs(scaled):,.{places}f}"
    if (group, point) != (",", "."):
        number = number.translate({ord(","): group, ord("."): point})
    return f"{'-' if scaled < 0 else ''}{before}{number}{after}"


@lru_cache(maxsize=512)
def _pattern(currency: str, language: str) -> tuple[str, str, int, str, str]:
    """What stands before and after a number, its decimals, and its two separators."""
    from babel.numbers import format_currency, get_decimal_symbol, get_group_symbol

    sample = unicodedata.normalize("NFKC", format_currency(0, currency, locale=language))
    first, last = sample.index("0"), sample.rindex("0")
    before, after = sample[:first].strip(), sample[last + 1 :].strip()
    if not _tells(before or after, currency):
        before, after = (currency, "") if before else ("", currency)
    before += " " if before[-1:].isalpha() or before.endswith(".") else ""
    after = f" {after}" if after[:1].isalpha() else after
    separators = (get_group_symbol(language), get_decimal_symbol(language))
    group, point = (unicodedata.normalize("NFKC", mark) for mark in separators)
    return before, after, digits(currency), group, point
