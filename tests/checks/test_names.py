"""Whether two names mean one company: by example, by property, and on pairs that others collected (A8)."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from oppwizard.checks.names import ACRONYM, MATCH_THRESHOLD, crosses_scripts, key, similarity
from oppwizard.checks.wordings import wording
from oppwizard.checks.words import words

PAIRS = Path(__file__).parents[3] / "shared" / "data" / "company_names"

WRITTEN_ALIKE = [
    ("Harbor Tools", "HARBOR TOOLS"),
    ("Harbor Tools Ltd", "Harbor Tools Limited"),
    ("Harbor Tools, Inc.", "harbor tools incorporated"),
    ("Hafen Werkzeug GmbH & Co. KG", "Hafen Werkzeug"),
    ("Hafen Werkzeug AG & Co. KGaA", "Hafen Werkzeug Kommanditgesellschaft auf Aktien"),
    ("Hafen Werkzeug UG (haftungsbeschränkt)", "Hafen Werkzeug Unternehmergesellschaft"),
    ("Hafen Werkzeug Ges.m.b.H.", "Hafen Werkzeug Gesellschaft mit beschränkter Haftung"),
    ("Hafen-Genossenschaft eG", "Hafen Genossenschaft"),
    ("Société Outils S.A.R.L.", "Societe Outils SARL"),
    ("SARL Outils du Port", "Outils du Port"),
    ("Outils du Port, société par actions simplifiée", "Outils du Port SAS"),
    ("Outillage Carsé Ltée", "Outillage Carse Limitee"),
    ("Werktuigen Lindow B.V.", "Besloten Vennootschap Werktuigen Lindow"),
    ("Herramientas Lindow S.A. de C.V.", "Herramientas Lindow"),
    ("Narzędzia Lindow Sp. z o.o.", "Narzedzia Lindow spółka z ograniczoną odpowiedzialnością"),
    ("OOO Gavan", "Gavan LLC"),
    ("ООО «Гавань»", "Общество с ограниченной ответственностью Гавань"),
    ("PT Pelabuhan Alat Tbk", "Pelabuhan Alat"),
    ("Nordisk Værktøj A/S", "Nordisk Vaerktoj"),
    ("Harbor Tools, Inc., Lindow, Carse", "Harbor Tools"),
    ("Smith &amp; Sons", "Smith + Sons"),
    ("Q&R", "Q and R"),
    ("Q & R Tools", "QR Tools"),
    ("O'Mara Tools", "OMara Tools"),
    ("Universität Lindow", "University of Lindow"),
    ("Banque Lindow S.A.", "Bank of Lindow"),
    ("Harbor Tools Wien", "Harbor Tools Vienna"),
    ("Smith & Sons", "Smith and Sons"),
    ("Harbor-Tools", "Harbor Tools"),
    ("Tools, Harbor", "Harbor Tools"),
    ("株式会社海港工具", "海港工具株式会社"),
    ("（株）海港工具", "海港工具"),
    ("㈱海港工具", "海港工具㈱"),
    ("ｶ)ｶｲｺｳｺｳｸﾞ", "カイコウコウグ(カ"),
    ("株式會社海港工具", "海港工具（株）"),
    ("海港工具 株式会社 港支店", "海港工具 港支店"),
    ("同)海港工具", "海港工具合同会社"),
    ("医療法人社団 澤田会", "沢田会"),
    ("ハーバー・ツールズ", "ﾊｰﾊﾞｰﾂｰﾙｽﾞ"),
    ("海港工具有限公司", "海港工具"),
    ("주식회사 하버", "하버(주)"),
    ("有限会社 齋藤製作所", "斎藤製作所(有)"),
    ("ＫＯＫＯ商事", "koko商事株式会社"),
    ("キヤノン", "キャノン株式会社"),
]
TAKEN_FOR_ONE = [
    ("Harbor Tools", "Harbour Tools Ltd"),
    ("Harbor Tools International", "Harbor Tools"),
    ("Meridian Optical Systems", "Meridan Optical Systems Inc"),
    ("Hafenmüller GmbH", "Hafenmueller GmbH"),
    ("Harbor Tools", "Tools Harbor Group"),
    ("Castor Optics", "Castor Optics Japan"),
    ("Meridian", "Meridian Consulting"),
]
DIFFERENT = [
    ("Harbor Tools", "Meridian Optical"),
    ("Meridian Optical Systems", "Castor Optical Systems"),
    ("Harbor Tools", "Harbor Foods"),
    ("Hotel Lindow", "Hotel Carse"),
    ("Lindow Maschinenbau GmbH", "Lindow Druckerei GmbH"),
    ("Castor Wien", "Castor Zürich"),
    ("Bank of Lindow", "Bank of Carse"),
    ("National Bank of Lindow", "National Bank of Carse"),
    ("Kast", "Kask"),
    ("KLM Tools", "KLN Tools"),
    ("SAS Institute", "SA Institute"),
    ("Aktien AG", "Anteile AG"),
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


@pytest.mark.parametrize(
    ("short", "long"),
    [("GHM", "General Harbor Machines"), ("GHM AG", "Gesellschaft Hafen Meridian"), ("IOL", "Institute of Lindow")],
)
def test_initials_stand_for_a_name(short: str, long: str) -> None:
    assert similarity(short, long) == similarity(long, short) == ACRONYM >= MATCH_THRESHOLD


def test_two_letters_stand_for_nothing() -> None:
    assert similarity("HT", "Harbor Tools") < MATCH_THRESHOLD


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Limited", "limited"),
        ("The Company", "company"),
        ("Co., Ltd.", "co"),
        ("SAS Institute Inc.", "sasinstitute"),
        ("BT Group plc", "btgroup"),
        ("E.ON SE", "eon"),
        ("On AG", "on"),
        ("株式会社", "株式会社"),
        ("?!", ""),
        ("", ""),
    ],
)
def test_what_looks_like_a_legal_form_may_be_the_name(name: str, expected: str) -> None:
    assert key(name) == expected


def test_every_legal_form_says_nothing_behind_a_name_nor_where_it_may_before_it() -> None:
    known = words()
    assert {form for form in known.forms if key(f"Zorbax {' '.join(form)}") != "zorbax"} == set()
    assert {form for form in known.front if key(f"{' '.join(form)} Zorbax") != "zorbax"} == set()


def test_every_common_word_and_place_is_listed_as_names_are_read() -> None:
    known = words()
    listed = {word for word in known.common | known.places if word.isascii()}
    assert {word for word in listed if wording(f"Zorbax {word}").tokens != ("zorbax", word)} == set()
    assert known.trades < known.common


def test_a_word_of_ones_own_weighs_more_than_a_place_and_a_place_more_than_a_common_word() -> None:
    name = wording("Meridian Vienna Holding GmbH")
    assert name.tokens == ("meridian", "vienna", "holdings")
    assert name.head == "meridian"
    assert name.weights[0] > name.weights[1] > name.weights[2] > 0


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("海港工具株式会社", "Harbor Tools", True),
        ("Harbor Tools", "カイコウコウグ", True),
        ("海港工具", "カイコウコウグ", True),
        ("海港ツール", "カイコウツール", False),
        ("Гавань", "Gavan", True),
        ("かいこう", "カイコウ", False),
        ("海港21", "Harbor 21", True),
        ("123", "Harbor Tools", False),
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


forms = st.sampled_from(["GmbH", "Ltd.", "S.A.", "Inc", "AG & Co. KG", "株式会社", "（株）", "㈱"])


@given(st.sampled_from(["Harbor Tools", "Lindow", "Meridian Optical Systems", "海港工具", "Castor 21"]), forms, forms)
def test_one_form_or_another_makes_no_other_name(name: str, one: str, other: str) -> None:
    assert key(f"{name} {one}") == key(f"{name} {other}") == key(name)
    assert similarity(f"{name} {one}", f"{name} {other}") == 1.0


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
