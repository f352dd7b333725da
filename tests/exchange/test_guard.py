import pytest
from hypothesis import given, strategies as st

from oppwizard.exchange.guard import guard, is_formula, unguard
from tests.exchange.conftest import SHARED

FORMULAS = [
    "=1+1",
    "+1-1",
    "-2+3",
    "@SUM(A1)",
    " =1+1",
    "\t=1",
    "\r=1",
    "\tplain",
    "\u3000＝1+1",
    "＋81",
    "－1+1",
    "＠SUM(1)",
    "\ufeff=1",
    "\u200b@x",
    "\x00=1",
    "+1,0=1",
    "-",
    "=",
]
NUMBERS = ["-5.00", "+81312345678", "1,200", "-1,200.50", "0", "42"]
PLAIN = ["", "Acme", "a=b", "1 + 1", "3-4", "山田", "a@b.example", "Müller – Söhne"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_is_marked(text: str) -> None:
    assert is_formula(text)
    assert guard(text) == "'" + text


@pytest.mark.parametrize("text", [*NUMBERS, *PLAIN])
def test_numbers_and_words_stay(text: str) -> None:
    assert not is_formula(text)
    assert guard(text) == text


@pytest.mark.parametrize("text", NUMBERS)
def test_codes_of_digits_stay_texts(text: str) -> None:
    assert guard(text, code=True) == "'" + text


@pytest.mark.parametrize("text", ["'", "'=1", "''", "'tis"])
def test_an_apostrophe_of_its_own_is_doubled(text: str) -> None:
    assert guard(text) == "'" + text
    assert unguard(guard(text)) == text


@given(st.text() | st.sampled_from([*FORMULAS, *NUMBERS]).map(lambda text: "'" + text), st.booleans())
def test_the_guard_is_reversible(text: str, code: bool) -> None:
    cell = guard(text, code=code)
    assert unguard(cell) == text
    assert not is_formula(cell)


def test_known_payloads_are_marked() -> None:
    path = SHARED / "csv_injection" / "csv-payload.txt"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    payloads = [line for line in path.read_text("utf-8").splitlines() if line[:1] in "=+-@"]
    assert payloads
    assert all(guard(payload).startswith("'") for payload in payloads)
