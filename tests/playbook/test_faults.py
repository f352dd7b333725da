"""Faults of a playbook: all of them, each with its line, its setting and its remedy."""

from pathlib import Path

import pytest

from oppwizard import i18n
from oppwizard.playbook import load_playbook
from oppwizard.playbook.faults import FaultyPlaybook
from oppwizard.playbook.loading import examine
from tests.playbook.books import faults_of, told, written

FIELD = '[[fields]]\nname = "clause"\nlabel = "Clause"\n'


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("[audit]\nsampel = 1\n", 2, "audit.sampel", "Did you mean sample?"),
        ("sample = 1\n", 1, "sample", "[audit]"),
        ("[audit]\nsample = 'many'\n", 2, "audit.sample", "“many” is not a whole number"),
        ("[audit]\nsample = 1.5\n", 2, "audit.sample", "“1.5” is not a whole number"),
        ("[audit]\nsample = 0\n", 2, "audit.sample", "1 or more"),
        ("[history]\nrobust_z = 0\n", 2, "history.robust_z", "more than 0"),
        ("[history]\nearly = 50\n", 2, "history.early", "less than 50"),
        ("[score]\nlow = 101\n", 2, "score.low", "100 or less"),
        ("[history]\nearly = 'x'\n", 2, "history.early", "is not a number"),
        ("[committee]\ncomplex_from = 'x'\n", 2, "committee.complex_from", "is not a number"),
        ("[picks.industries]\nopen = 'perhaps'\n", 2, "picks.industries.open", "is not true or false"),
        ("[calendar]\ndays_off = ['soon']\n", 2, "calendar.days_off[1]", "2026-12-31"),
        ("[review]\nopens = 'noon'\n", 2, "review.opens", "09:30:00"),
        ("[peer]\nstrategic_accounts = 'Acme'\n", 2, "peer.strategic_accounts", "is not a list"),
        ("[peer]\nagenda = [5, 10]\n", 2, "peer.agenda[3]", "missing"),
        ("audit = 3\n", 1, "audit", "is not a table"),
        ("version = 3\n", 1, "version", "is not a text"),
        ("version = ''\n", 1, "version", "too short"),
        (f"version = '{'x' * 81}'\n", 1, "version", "80"),
        ("[sizing]\nmetric = 'tvc'\n", 2, "sizing.metric", "Did you mean tcv?"),
        ("[sizing]\nmetric = 'profit'\n", 2, "sizing.metric", "arr, acv, tcv"),
        ("[[products]]\nname = 'A'\n", 1, "products[1].sku", "Add sku"),
        (FIELD.replace("clause", "Clause!"), 2, "fields.Clause!.name", "a letter first"),
        (FIELD + "kind = 'mony'\n", 4, "fields.clause.kind", "Did you mean money?"),
        (FIELD + "kind = 'pick'\n", 4, "fields.clause.kind", "picks is for the kind pick"),
        (FIELD + "kind = 'pick'\npicks = 'industry'\n", 5, "fields.clause.picks", "Did you mean industries?"),
        (FIELD + "kind = 'choice'\n", 4, "fields.clause.kind", "choices"),
        (FIELD + "kind = 'choice'\nchoices = [{ value = 'a' }, { value = 'a' }]\n", 5,
         "fields.clause.choices.a.value", "“a”"),
        (FIELD + "length = 3\nkind = 'date'\n", 4, "fields.clause.length", "line, long"),
        (FIELD + "least = 3\n", 4, "fields.clause.least", "numbers"),
        (FIELD + "kind = 'integer'\nleast = 3\nmost = 2\n", 6, "fields.clause.most", "3 or more"),
        (FIELD + "\n" + FIELD, 6, "fields.clause.name", "Two entries"),
        ("[[products]]\nsku = 'A'\nname = 'A'\n[[products]]\nsku = 'A'\nname = 'B'\n", 5, "products.A.sku", "“A”"),
        ("[score]\ncompletion = 60\n", 2, "score", "they make 110"),
        ("[audit]\naccuracy = 31\n", 2, "audit", "they make 101"),
        ("[review]\nwarn_hours = 48\n", 2, "review.overdue_hours", "48"),
        ("[review]\nopens = 18:00:00\ncloses = 09:00:00\n", 3, "review.closes", "later than opens"),
        ("[review]\nworkdays = [7, 8]\n", 2, "review.workdays", "Sunday"),
        (FIELD + "kind = 'pick'\nneed = 'required'\npicks = 'none'\n[picks.none]\n", 6, "fields.clause.picks", "empty"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_what_would_be_right(
    tmp_path: Path, text: str, line: int, key: str, says: str
) -> None:
    found = faults_of(tmp_path, text)
    assert [(fault.line, fault.key) for fault in found] == [(line, key)], [str(fault) for fault in found]
    assert says in str(found[0])


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a = \n", 1, "none that TOML knows"),
        ("a = yes\n", 1, "quotation marks"),
        ('a = "x\nb = 1\n', 1, "does not end"),
        ('\na = "C:\\data"\n', 2, "backslash"),
        ("[audit]\nsample = 3\nsample = 4\n", 3, "twice"),
        ("[audit]\n[audit]\n", 2, "twice"),
        ("[audit\nsample = 3\n", 1, "heading"),
        ("a = [1, 2\nb = 3\n", 2, "bracket"),
        ("just words\n", 1, "neither a heading nor a setting"),
        ("a = 1 2\n", 1, "too much"),
        ("a = 2026-02-30\n", 1, "day or time"),
        ("# \x00\n", 1, "sign"),
    ],
)
def test_what_is_not_toml_is_told_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    found = faults_of(tmp_path, text)
    assert found[0].line == line, [str(fault) for fault in found]
    assert says in str(found[0]), str(found[0])


@pytest.mark.parametrize("text", ["a = " + "[" * 5_000, "a = " + "9" * 5_000])
def test_what_the_reader_cannot_bear_is_a_fault_and_no_crash(tmp_path: Path, text: str) -> None:
    assert faults_of(tmp_path, text)


def test_every_fault_is_told_not_the_first(tmp_path: Path) -> None:
    text = """\
version = "acme"
words without sense
[audit]
sampel = 1
accuracy = "much"
[score]
completion = 60
other = yes
"""
    fields = """\
[[fields]]
name = "Bad name"
label = "A"

[[fields]]
name = "good"
label = "B"
kind = "pick"
picks = "nowhere"

[[fields]]
name = "good"
label = "C"
again = [7]
"""
    org = written(tmp_path / "org", a=text, b=fields)
    assert told(examine(None, org)) == [
        ("a.toml", 2, ""),
        ("a.toml", 4, "audit.sampel"),
        ("a.toml", 5, "audit.accuracy"),
        ("a.toml", 7, "score"),
        ("a.toml", 8, ""),
        ("b.toml", 2, "fields.Bad name.name"),
        ("b.toml", 9, "fields.good.picks"),
        ("b.toml", 14, "fields.good.again[1]"),
    ]


def test_what_follows_from_another_fault_is_not_told(tmp_path: Path) -> None:
    text = FIELD + "kind = 'pick'\npicks = 'sites'\n[picks.sites]\nopen = 3\n"
    assert [fault.key for fault in faults_of(tmp_path, text)] == ["picks.sites.open"]


def test_a_heading_at_fault_ends_the_search_for_syntax(tmp_path: Path) -> None:
    assert [fault.line for fault in faults_of(tmp_path, "[audit\nsample = 1\n[score\nlow = 1\n")] == [1]


def test_the_right_entry_is_told_after_others_were_taken_out(tmp_path: Path) -> None:
    names = ("Bad", "one", "Worse", "two", "two")
    text = "".join(f'[[fields]]\nname = "{name}"\nlabel = "L"\n' for name in names)
    assert [(fault.line, fault.key) for fault in faults_of(tmp_path, text)] == [
        (2, "fields.Bad.name"),
        (8, "fields.Worse.name"),
        (14, "fields.two.name"),
    ]


def test_more_required_fields_than_there_is_room_for(tmp_path: Path) -> None:
    text = "".join(f'[[fields]]\nname = "f{n}"\nlabel = "L"\nneed = "required"\n' for n in range(51))
    assert [fault.key for fault in faults_of(tmp_path, text)] == ["fields"]


def test_the_error_names_every_fault_in_the_language_in_use(tmp_path: Path) -> None:
    file = written(tmp_path, user="[audit]\nsample = 0\nsampel = 1\n") / "user.toml"
    with pytest.raises(FaultyPlaybook) as caught:
        load_playbook(file)
    english = str(caught.value)
    assert f"{file}:2: audit.sample: 0 is too small. It is to be 1 or more." in english
    assert f"{file}:3: " in english
    i18n.use("ja")
    japanese = str(caught.value)
    assert f"{file}:2: " in japanese
    assert "too small" not in japanese


def test_hostile_text_in_a_playbook_stays_text(tmp_path: Path) -> None:
    found = faults_of(tmp_path, '[sizing]\nmetric = "{key} {0} %s [b]\\u001b[31m"\n')
    assert "{key} {0} %s [b]" in str(found[0])
