"""Amounts of money and currencies as people write them, and as they are shown."""

import csv
import re
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, strategies as st
from price_parser import Price

from oppwizard.errors import ValueProblem
from oppwizard.i18n import LANGUAGES
from oppwizard.model.money import (
    Amount,
    currencies,
    digits,
    fits,
    is_currency,
    parse_currency,
    parse_money,
    rounded,
    show_money,
)

PRICES = Path(__file__).parents[2].parent / "shared" / "data" / "prices.csv"
SIGN = r"(?:[A-Za-z]{0,3}[$€£¥₹₩₪₫฿₱₽₴₺]|[^\W\d_]{1,4}\.?)"
FIGURES = r"(?:\d{1,3}(?:[., ']\d{3})+|\d+)(?:[.,]\d{1,2})?"
BARE = re.compile(rf"\s*{SIGN}?\s*{FIGURES}\s*|\s*{FIGURES}\s*{SIGN}\s*")
"""A price and nothing else: figures grouped in threes with at most two decimals, and one sign, code or short word."""

TEXTS = st.text(st.characters(), max_size=300) | st.text("0123456789.,' kmb万億千百円$€¥USDkr()-/²", max_size=120)


def complete(refusal: ValueProblem) -> None:
    assert str(refusal)
    assert refusal.remedy


def read(text: str, currency: str | None = None) -> tuple[str, str | None]:
    amount = parse_money(text, currency)
    return str(amount.value), amount.currency


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("1,200", "1200", None),
        ("1.200,50", "1200.5", None),
        ("1 200,00", "1200", None),
        ("1\u00a0200,00 €", "1200", "EUR"),
        ("CHF 1'049.95", "1049.95", "CHF"),
        ("¥1200", "1200", "JPY"),
        ("￥１，２００", "1200", "JPY"),
        ("1.2m", "1200000", None),
        ("1.5k", "1500", None),
        ("$1.2m", "1200000", "USD"),
        ("1.2 million USD", "1200000", "USD"),
        ("1.234m", "1234000", None),
        ("€1,5 Mio", "1500000", "EUR"),
        ("EUR 5k", "5000", "EUR"),
        ("5k€", "5000", "EUR"),
        ("5k円", "5000", "JPY"),
        ("5 m руб", "5000000", "RUB"),
        ("US$ 12", "12", "USD"),
        ("A$190.00", "190", "AUD"),
        ("AU $59.95", "59.95", "AUD"),
        ("CAD$1.23", "1.23", "CAD"),
        ("$1,190.00 AUD", "1190", "AUD"),
        ("₩12,000", "12000", "KRW"),
        ("120万", "1200000", None),
        ("120万円", "1200000", "JPY"),
        ("1億2000万", "120000000", None),
        ("3千", "3000", None),
        ("12万5千円", "125000", "JPY"),
        ("20千円", "20000", "JPY"),
        ("120百万円", "120000000", "JPY"),
        ("三千万円", "30000000", "JPY"),
        ("5万ドル", "50000", "USD"),
        ("¥1,200円", "1200", "JPY"),
        ("1,200.-", "1200", None),
        ("1.198,- SEK", "1198", "SEK"),
        ("1200 US dollars", "1200", "USD"),
        ("1200 スイス フラン", "1200", "CHF"),
        ("$.75", "0.75", "USD"),
        ("руб.100", "100", "RUB"),
        ("$0.125", "0.125", "USD"),
        ("0", "0", None),
        ("99,999,999,999,999", "99999999999999", None),
    ],
)
def test_an_amount_is_read_however_it_is_written(text: str, value: str, currency: str | None) -> None:
    assert parse_money(text) == Amount(Decimal(value), currency)


@pytest.mark.parametrize(
    ("text", "deal", "value"),
    [
        ("1.234", None, "1234"),
        ("1.234", "USD", "1234"),
        ("1.234", "JPY", "1234"),
        ("1.234", "KWD", "1.234"),
        ("1,234", "KWD", "1234"),
        ("1.234 KWD", "USD", "1.234"),
        ("1.2345", "USD", "1.2345"),
        ("1234.567", "USD", "1234.567"),
    ],
)
def test_one_mark_before_three_digits_groups_unless_the_currency_has_three_decimals(
    text: str, deal: str | None, value: str
) -> None:
    assert read(text, deal)[0] == value


@pytest.mark.parametrize(
    ("text", "deal", "meant"),
    [
        ("$5", None, "USD"),
        ("$5", "AUD", "AUD"),
        ("$5", "JPY", "USD"),
        ("¥5", None, "JPY"),
        ("¥5", "CNY", "CNY"),
        ("¥5", "EUR", "JPY"),
        ("5 kr", "NOK", "NOK"),
        ("Rs 5", "INR", "INR"),
        ("5元", "TWD", "TWD"),
        ("US$5", "AUD", "USD"),
    ],
)
def test_a_shared_sign_means_the_deals_currency_where_it_can(text: str, deal: str | None, meant: str) -> None:
    assert parse_money(text, deal).currency == meant


@pytest.mark.parametrize("text", ["5 kr", "Rs.100", "5 peso", "10 lei"])
def test_a_sign_without_a_usual_meaning_is_refused_with_the_codes_it_can_mean(text: str) -> None:
    with pytest.raises(ValueProblem) as refusal:
        parse_money(text, "JPY")
    assert re.search(r"[A-Z]{3}, [A-Z]{3}", str(refusal.value.remedy))


@pytest.mark.parametrize("text", ["-5", "(1,200)", "−5", "▲5", "△1,200円", "$-5", "- $44.99", "5-", "（５）"])
def test_a_negative_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem, match="is negative"):
        parse_money(text)


@pytest.mark.parametrize("text", ["50/month", "$15.95/mo", "50 per seat", "5万円/月", "5万円毎月", "22000.00元/台"])
def test_a_rate_is_refused_and_the_whole_asked_for(text: str) -> None:
    with pytest.raises(ValueProblem) as refusal:
        parse_money(text)
    assert "whole term" in str(refusal.value.remedy)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "abc",
        "$",
        "円",
        "1e9",
        "10-20",
        "5 5",
        "about 5",
        "5 or 6",
        "50%",
        "10²",
        "1,2,3",
        "1,23,4",
        "万",
        "free",
        "AED 8000 (USD 2179)",
        "$5 €",
        "5 bitcoins",
        "5br",
        "1 Br",
        "1.2musd",
        "1,200円(税込)",
        "1" * 15,
        "999兆",
        "nan",
        "inf",
        "5\n6",
        "1/2",
    ],
)
def test_what_is_not_one_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem) as refusal:
        parse_money(text)
    assert refusal.value.remedy


@pytest.mark.parametrize(("code", "count"), [("JPY", 0), ("KRW", 0), ("USD", 2), ("EUR", 2), ("KWD", 3), ("XXX", 2)])
def test_each_currency_has_its_own_decimals(code: str, count: int) -> None:
    assert digits(code) == count


def test_currencies_are_those_in_use_the_common_ones_first() -> None:
    codes = currencies()
    assert codes[:4] == ("USD", "EUR", "JPY", "GBP")
    assert len(codes) == len(set(codes)) > 140
    assert all(is_currency(code) for code in codes)
    assert not any(is_currency(code) for code in ("DEM", "usd", "", "XXX", "ZZZ", "US"))


@pytest.mark.parametrize(
    ("value", "code", "exact", "near"),
    [
        ("1.5", "JPY", False, "2"),
        ("2.5", "JPY", False, "3"),
        ("2", "JPY", True, "2"),
        ("1.005", "USD", False, "1.01"),
        ("1.50", "USD", True, "1.50"),
        ("1.5000", "USD", True, "1.50"),
        ("1.2345", "KWD", False, "1.235"),
    ],
)
def test_a_value_fits_its_currency_or_is_rounded_half_up(value: str, code: str, exact: bool, near: str) -> None:
    assert fits(Decimal(value), code) is exact
    assert str(rounded(Decimal(value), code)) == near


@pytest.mark.parametrize(
    ("value", "code", "english", "japanese"),
    [
        ("1200", "USD", "$1,200.00", "$1,200.00"),
        ("1200", "JPY", "¥1,200", "¥1,200"),
        ("1234567.5", "EUR", "€1,234,567.50", "€1,234,567.50"),
        ("5", "KZT", "KZT 5.00", "KZT 5.00"),
        ("5", "XOF", "XOF 5", "XOF 5"),
        ("5", "CNY", "CN¥5.00", "元 5.00"),
        ("0.0125", "USD", "$0.0125", "$0.0125"),
        ("0.125", "USD", "$0.1250", "$0.1250"),
        ("0.125", "JPY", "¥0.1250", "¥0.1250"),
        ("0.5", "JPY", "¥0.5", "¥0.5"),
        ("1.23456", "USD", "$1.2346", "$1.2346"),
        ("-3", "USD", "-$3.00", "-$3.00"),
        ("12.5000", "USD", "$12.50", "$12.50"),
        ("1.234", "KWD", "KWD 1.234", "KWD 1.234"),
    ],
)
def test_an_amount_is_shown_with_its_sign_and_its_own_decimals(
    value: str, code: str, english: str, japanese: str
) -> None:
    assert show_money(Decimal(value), code, "en") == english
    assert show_money(Decimal(value), code, "ja") == japanese


@given(
    st.decimals(min_value=0, max_value=10**13, places=4),
    st.sampled_from(currencies()),
    st.sampled_from(LANGUAGES),
)
def test_what_is_shown_can_be_typed_again(value: Decimal, code: str, language: str) -> None:
    shown = show_money(value, code, language)
    assert not re.search(r"[\u00a0\u202f\u2009]", shown)
    assert parse_money(shown, code) == Amount(value, code)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", currencies())
def test_every_currency_is_told_from_its_own_sign(code: str, language: str) -> None:
    shown = show_money(Decimal("1234567.5"), code, language)
    assert parse_money(shown, code).currency == code
    assert parse_money(shown).currency == code


@pytest.mark.parametrize("language", ["de", "es", "fr", "it", "nl", "pl", "pt", "sv", "zh"])
@pytest.mark.parametrize("value", ["1234567.5", "1234", "12", "0.125", "1.2345"])
def test_it_can_be_typed_again_in_languages_that_may_come(value: str, language: str) -> None:
    for code in currencies():
        shown = show_money(Decimal(value), code, language)
        assert parse_money(shown) == Amount(Decimal(value), code), shown


@given(st.integers(0, 10**14 - 1), st.sampled_from([",", ".", " ", "'", ""]))
def test_a_whole_amount_is_read_with_any_grouping(value: int, mark: str) -> None:
    assert parse_money(f"{value:,}".replace(",", mark)).value == value


@pytest.mark.parametrize("value", ["1234567.89", "0.0125"])
def test_showing_an_amount_is_fast_once_warm(value: str) -> None:
    number = Decimal(value)
    show_money(number, "USD", "ja")
    best = min(_microseconds(lambda: show_money(number, "USD", "ja")) for _ in range(5))
    print(f"show_money: {best:.1f} µs")
    assert best < 30


def _microseconds(action: object) -> float:
    assert callable(action)
    begun = time.perf_counter()
    for _ in range(200):
        action()
    return (time.perf_counter() - begun) / 200 * 1e6


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("usd", "USD"),
        ("ＪＰＹ", "JPY"),
        ("yen", "JPY"),
        ("円", "JPY"),
        ("ドル", "USD"),
        ("米ドル", "USD"),
        ("euro", "EUR"),
        ("Euros", "EUR"),
        ("US Dollar", "USD"),
        ("¥", "JPY"),
        ("$", "USD"),
        ("スイス フラン", "CHF"),
        ("A$", "AUD"),
    ],
)
def test_a_currency_is_read_by_code_sign_or_name(text: str, code: str) -> None:
    assert parse_currency(text) == code


@pytest.mark.parametrize("text", ["", "xyz", "kr", "DEM", "5", "dollar euro", "$€"])
def test_an_unknown_or_shared_currency_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        parse_currency(text)


@given(TEXTS, st.none() | st.sampled_from(["USD", "JPY", "KWD", "", "??"]))
@example("9" * 14 + "千兆円", None)
@example("1" + " 000" * 24, None)
@example("(" * 50 + "1" + ")" * 49, None)
@example("\ud8001", None)
def test_only_a_value_problem_is_ever_raised(text: str, currency: str | None) -> None:
    for parse in (lambda: parse_money(text, currency), lambda: parse_currency(text)):
        try:
            parse()
        except ValueProblem as refusal:
            complete(refusal)


@pytest.mark.parametrize("unit", ["1", "1,", ".", "万", "$", " ", "(", "1万", "k", "ﷺ"])
def test_no_text_takes_long(unit: str) -> None:
    for text in (unit * (100 // len(unit)), unit * 1_000_000):
        begun = time.perf_counter()
        with pytest.raises(ValueProblem):
            parse_money(text)
        assert time.perf_counter() - begun < 0.25


@pytest.fixture(scope="module")
def prices() -> list[dict[str, str]]:
    if not PRICES.exists():
        pytest.skip(f"no {PRICES}")
    with PRICES.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _value(text: str) -> Decimal | None:
    try:
        return parse_money(text).value
    except ValueProblem:
        return None


def test_real_prices_are_read_right_or_refused(prices: list[dict[str, str]]) -> None:
    read_rows = [(row, _value(row["price_text"])) for row in prices]
    taken = [(row, value) for row, value in read_rows if value is not None]
    wrong = [
        (row["price_text"], row["expected_amount"], value)
        for row, value in taken
        if not row["expected_amount"] or Decimal(row["expected_amount"]) != value
    ]
    bare = [value for row, value in read_rows if BARE.fullmatch(row["price_text"].replace("\u00a0", " "))]
    accepted = sum(value is not None for value in bare)
    print(f"\n{len(prices)} prices: {len(taken)} accepted, {len(wrong)} wrong: {wrong}")
    print(f"{len(bare)} bare prices: {accepted} accepted ({accepted / len(bare):.1%})")
    assert len(wrong) <= 0.01 * len(taken)
    assert accepted >= 0.8 * len(bare)


def test_real_prices_are_read_as_the_price_parser_library_reads_them(prices: list[dict[str, str]]) -> None:
    pairs = [(row["price_text"], _value(row["price_text"])) for row in prices]
    compared = [(text, value, Price.fromstring(text).amount) for text, value in pairs if value is not None]
    differing = [each for each in compared if each[1] != each[2]]
    print(f"\n{len(compared)} compared with price-parser, {len(differing)} differ: {differing}")
    assert len(differing) <= 0.01 * len(compared)
