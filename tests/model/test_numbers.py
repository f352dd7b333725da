"""Numbers, percentages and answers as people write them."""

from decimal import Decimal

import pytest
from hypothesis import example, given, strategies as st

from oppwizard.errors import ValueProblem
from oppwizard.i18n import LANGUAGES, T, said_in
from oppwizard.model import numbers
from oppwizard.model.numbers import clean, cut, parse_decimal, parse_int, parse_percent, parse_yes_no

TEXTS = st.text(st.characters(), max_size=300) | st.text("0123456789.,' kmb万億千百十円%+-−eE²", max_size=120)


def complete(refusal: ValueProblem) -> None:
    assert str(refusal)
    assert refusal.remedy


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1200", "1200"),
        ("1,200", "1200"),
        ("1,200.5", "1200.5"),
        ("1.200,5", "1200.5"),
        ("1.234,567", "1234.567"),
        ("1 200", "1200"),
        ("1\u202f200,5", "1200.5"),
        ("1'200", "1200"),
        ("1’200", "1200"),
        ("12,34,567", "1234567"),
        ("1.234", "1.234"),
        ("0.125", "0.125"),
        ("0,125", "0.125"),
        ("12,34", "12.34"),
        (".5", "0.5"),
        ("-3", "-3"),
        ("−3", "-3"),
        ("+3", "3"),
        ("-0", "0"),
        ("１２３４", "1234"),
        ("1.5k", "1500"),
        ("2 m", "2000000"),
        ("3 bn", "3000000000"),
        ("3万", "30000"),
        ("１億２０００万", "120000000"),
        ("1.5億", "150000000"),
        ("12万5千", "125000"),
        ("三千万", "30000000"),
        ("百万", "1000000"),
        ("12,000千", "12000000"),
        ("二十五", "25"),
        ("\u200b7\ufeff", "7"),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, value: str) -> None:
    assert parse_decimal(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "nan",
        "inf",
        "1e9",
        "1E9",
        "1,2,3",
        "1,23,4",
        "5 5",
        "1.2.3",
        "1_000",
        "--5",
        "万",
        "0x10",
        "1万2億",
        "1万20000",
        "3千5000",
        "10²",
        "1/2",
        "½",
        "k",
        "3万k",
        "٣",
        "1.",
        "1..2",
        "1" * 15,
        "9999億千兆",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        parse_decimal(text)


@pytest.mark.parametrize(
    "text", ["100000000000000", "999999999999999", "100兆", "999999999bn", "9" * 90, "0.12345678901"]
)
def test_a_number_with_too_many_digits_is_refused_with_the_limit(text: str) -> None:
    with pytest.raises(ValueProblem) as refusal:
        parse_decimal(text)
    assert "14 digits" in str(refusal.value.remedy)


def test_the_largest_number_passes() -> None:
    assert parse_decimal("99,999,999,999,999") == 99_999_999_999_999


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=4))
def test_a_plain_number_is_read_back(value: Decimal) -> None:
    assert parse_decimal(f"{value:f}") == value


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=2))
def test_a_grouped_number_is_read_back(value: Decimal) -> None:
    english = f"{value:,.2f}"
    assert parse_decimal(english) == value
    assert parse_decimal(english.translate({ord(","): ".", ord("."): ","})) == value


@given(st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 9999))
def test_large_japanese_units_add_up(oku: int, man: int, rest: int) -> None:
    assert parse_decimal(f"{oku}億{man}万{rest}") == oku * 10**8 + man * 10**4 + rest


@pytest.mark.parametrize(("text", "value"), [("12", 12), ("1,200", 1200), ("1.0", 1), ("1.5k", 1500), ("３万", 30000)])
def test_a_whole_number_is_read(text: str, value: int) -> None:
    assert parse_int(text) == value


@pytest.mark.parametrize("text", ["1.5", "0.1", "x", ""])
def test_a_number_with_decimals_is_not_whole(text: str) -> None:
    with pytest.raises(ValueProblem):
        parse_int(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("60", "60"),
        ("60%", "60"),
        ("60 %", "60"),
        ("６０％", "60"),
        ("12.5%", "12.5"),
        ("12,5 %", "12.5"),
        ("0", "0"),
        ("100", "100"),
        ("0.6", "0.6"),
        ("60 percent", "60"),
        ("60パーセント", "60"),
    ],
)
def test_a_percentage_is_read(text: str, value: str) -> None:
    assert parse_percent(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "%", "-1", "101", "100.1", "1k", "60%%%", "60% or so", "1e1", "nan"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        parse_percent(text)


@pytest.mark.parametrize("text", ["yes", "Y", "TRUE", "1", "１", "はい", "有", "あり", "要", " Yes "])
def test_a_yes_is_read(text: str) -> None:
    assert parse_yes_no(text) is True


@pytest.mark.parametrize("text", ["no", "N", "False", "0", "いいえ", "無", "なし", "不要"])
def test_a_no_is_read(text: str) -> None:
    assert parse_yes_no(text) is False


@pytest.mark.parametrize("language", LANGUAGES)
def test_yes_and_no_are_read_as_they_are_shown(language: str) -> None:
    assert parse_yes_no(said_in(T("yes"), language)) is True
    assert parse_yes_no(said_in(T("no"), language).upper()) is False


def test_a_word_that_stands_only_in_a_catalogue_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "said_in", lambda text, code: {"yes": "ja", "no": "nein"}[text.msgid])
    assert parse_yes_no("Ja") is True
    assert parse_yes_no("nein") is False


@pytest.mark.parametrize("text", ["", "maybe", "2", "はいいいえ", "yesno"])
def test_neither_yes_nor_no_is_refused(text: str) -> None:
    with pytest.raises(ValueProblem):
        parse_yes_no(text)


def test_a_refusal_quotes_the_text_cut_short_and_says_what_would_be_right() -> None:
    with pytest.raises(ValueProblem) as refusal:
        parse_decimal("{x}\x1b[31m" + "y" * 60)
    assert str(refusal.value.problem) == '"{x} [31m' + "y" * 31 + '…" is not a number.'
    assert refusal.value.remedy is not None
    assert "1,200" in str(refusal.value.remedy)


def test_an_overlong_text_is_refused_before_it_is_read() -> None:
    with pytest.raises(ValueProblem, match="too long"):
        parse_decimal("1" * 1_000_000)


@given(st.text(st.characters(), max_size=100))
def test_cleaning_twice_changes_nothing_and_quotes_stay_short(text: str) -> None:
    once = clean(text)
    assert clean(once, longest=10_000) == once
    assert len(cut(text)) <= 40


@given(TEXTS)
@example("9" * 14 + "千兆")
@example("0." + "9" * 98)
@example("\ud800")
def test_only_a_value_problem_is_ever_raised(text: str) -> None:
    for parse in (parse_decimal, parse_int, parse_percent, parse_yes_no):
        try:
            parse(text)
        except ValueProblem as refusal:
            complete(refusal)
