"""Whether two names mean one company: by example, by property, and on pairs that others collected (A8)."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from oppwizard.checks.names import MATCH_THRESHOLD, crosses_scripts, key, similarity

PAIRS = Path(__file__).parents[3] / "shared" / "data" / "company_names"

WRITTEN_ALIKE = [
    ("Harbor Tools", "HARBOR TOOLS"),
    ("Harbor Tools Ltd", "Harbor Tools Limited"),
    ("Harbor Tools, Inc.", "harbor tools incorporated"),
    ("Hafen Werkzeug GmbH & Co. KG", "Hafen Werkzeug"),
    ("Société Outils S.A.R.L.", "Societe Outils SARL"),
    ("Nordisk Værktøj A/S", "Nordisk Vaerktoj"),
    ("Smith & Sons", "Smith and Sons"),
    ("Harbor-Tools", "Harbor Tools"),
    ("Tools, Harbor", "Harbor Tools"),
    ("株式会社海港工具", "海港工具株式会社"),
    ("（株）海港工具", "海港工具"),
    ("㈱海港工具", "海港工具㈱"),
    ("ｶ)ｶｲｺｳｺｳｸﾞ", "カイコウコウグ(カ"),
    ("有限会社 齋藤製作所", "斎藤製作所(有)"),
    ("ＫＯＫＯ商事", "koko商事株式会社"),
    ("キヤノン", "キャノン株式会社"),
]
TAKEN_FOR_ONE = [
    ("Harbor Tools", "Harbour Tools Ltd"),
    ("Harbor Tools International", "Harbor Tools"),
    ("Meridian Optical Systems", "Meridan Optical Systems Inc"),
    ("General Harbor Machines", "GHM"),
]
DIFFERENT = [
    ("Harbor Tools", "Meridian Optical"),
    ("Meridian Optical Systems", "Castor Optical Systems"),
    ("Bank of Lindow", "Bank of Carse"),
    ("海港工具株式会社", "海港工業株式会社"),
    ("山田工業", "山田興業"),
    ("Delta One", "Delta Two"),
    ("Plant 7", "Plant 9"),
    ("", "Harbor Tools"),
    ("?!", "!?"),
]


@pytest.mark.parametrize(("a", "b"), WRITTEN_ALIKE)
def test_ways_of_writing_one_name_have_one_key(a: str, b: str) -> None:
    assert similarity(a, b) == 1.0
    assert key(a) == key(b) or sorted(a) != sorted(b)


@pytest.mark.parametrize(("a", "b"), TAKEN_FOR_ONE)
def test_slips_of_the_pen_and_short_forms_are_taken_for_one(a: str, b: str) -> None:
    assert MATCH_THRESHOLD <= similarity(a, b) < 1


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_different_companies_stay_apart(a: str, b: str) -> None:
    assert similarity(a, b) < MATCH_THRESHOLD


def test_a_legal_form_alone_is_a_name_too() -> None:
    assert key("Limited") == "limited"
    assert similarity("Limited", "GmbH") < MATCH_THRESHOLD


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("海港工具株式会社", "Harbor Tools", True),
        ("Harbor Tools", "カイコウコウグ", True),
        ("海港工具", "カイコウコウグ", True),
        ("Harbor Tools", "Port Tools", False),
        ("KOKO商事", "Koko", False),
        ("", "Harbor Tools", False),
    ],
)
def test_names_across_scripts_are_known_as_such_and_never_guessed(a: str, b: str, expected: bool) -> None:
    assert crosses_scripts(a, b) is expected
    assert crosses_scripts(b, a) is expected
    if expected:
        assert similarity(a, b) < MATCH_THRESHOLD


anything = st.one_of(
    st.text(),
    st.text("abc 株式会社(カ)・&.,-'é㈱ｶ", max_size=30),
    st.sampled_from([name for pair in WRITTEN_ALIKE + DIFFERENT for name in pair]),
)


@given(anything, anything)
def test_it_never_fails_and_the_order_does_not_matter(a: str, b: str) -> None:
    found = similarity(a, b)
    assert 0 <= found <= 1
    assert found == similarity(b, a)
    assert similarity(a, a) == (1.0 if a.strip() else 0.0)


@given(anything)
def test_a_key_is_its_own_key(name: str) -> None:
    assert isinstance(key(name), str)
    assert key(name) == key(name.upper().lower()) or not name.isascii()


def test_a_name_as_long_as_a_book_is_no_trouble() -> None:
    book = "Harbor Tools " * 20_000
    assert similarity(book, "Harbor Tools") >= 0
    assert similarity(book, book) == 1.0


@pytest.mark.skipif(not PAIRS.is_dir(), reason="needs ../shared/data/company_names")
@pytest.mark.parametrize(("name", "least"), [("nk_orgs", 0.85), ("patstat_orgs", 0.88), ("jp_variants", 0.99)])
def test_pairs_that_others_collected_are_told_apart_by_one_threshold(name: str, least: float) -> None:
    with (PAIRS / f"{name}.dev.csv").open(encoding="utf-8", newline="") as stream:
        pairs = [(row["name1"], row["name2"], row["label"] == "1") for row in csv.DictReader(stream)]
    said = [similarity(a, b) >= MATCH_THRESHOLD for a, b, _ in pairs]
    hits = sum(guess and same for guess, (_, _, same) in zip(said, pairs, strict=True))
    wrong = sum(guess is not same for guess, (_, _, same) in zip(said, pairs, strict=True))
    assert 2 * hits / (2 * hits + wrong) >= least
