from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from oppwizard import i18n
from oppwizard.exchange.export import export
from oppwizard.exchange.reading import import_file
from oppwizard.model.enums import Stage
from oppwizard.model.fields import FIELDS, FieldSpec
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from oppwizard.walk.sample import walk_sample
from tests.exchange.conftest import another

TEXTS = [spec for spec in FIELDS.values() if spec.is_text and spec.entity in ("opportunity", "account")]


def there_and_back(walk: Walk, elsewhere: Walk, folder: Path, kind: str = "json") -> None:
    """Export all, import into the empty store, export again: the bytes are the same."""
    first = export(walk, None, kind, folder / "first", drafts=True)
    outcomes = import_file(elsewhere, first.paths[0])
    assert all(outcome.imported for outcome in outcomes)
    assert [outcome.problems for outcome in outcomes] == [[] for _ in outcomes]
    second = export(elsewhere, None, kind, folder / "second", drafts=True)
    assert second.paths[0].read_bytes() == first.paths[0].read_bytes()
    assert second.count == first.count == len(outcomes)


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_a_finished_record(walk: Walk, finished: Record, elsewhere: Walk, tmp_path: Path, kind: str) -> None:
    there_and_back(walk, elsewhere, tmp_path, kind)
    again = elsewhere.load(finished.id)
    assert again.exists
    assert elsewhere.verdict(again).complete
    assert again.opportunity.pipeline_at == finished.opportunity.pipeline_at
    assert [note.id for note in again.notes] == [note.id for note in finished.notes]


def test_by_identity(walk: Walk, finished: Record, elsewhere: Walk, tmp_path: Path) -> None:
    (first,) = export(walk, [finished.id], "json", tmp_path / "a").paths
    import_file(elsewhere, first)
    (second,) = export(elsewhere, [finished.id], "json", tmp_path / "b").paths
    assert second.read_bytes() == first.read_bytes()


def test_a_draft(walk: Walk, draft: Record, elsewhere: Walk, tmp_path: Path) -> None:
    there_and_back(walk, elsewhere, tmp_path)
    assert elsewhere.load(draft.id).opportunity.stage == 4
    assert not elsewhere.load(draft.id).exists


def test_a_draft_with_typed_texts_that_are_no_values(
    walk: Walk, draft: Record, elsewhere: Walk, tmp_path: Path
) -> None:
    walk.save(walk.hold(draft, address("close_on"), "some day"))
    walk.save(walk.hold(draft, Address("people", "email", draft.people[0].id), "=luis@@"))
    there_and_back(walk, elsewhere, tmp_path)
    assert elsewhere.load(draft.id).pending == draft.pending


def test_a_draft_without_currency_and_rows_keeps_to_that(walk: Walk, elsewhere: Walk, tmp_path: Path) -> None:
    record = walk.start("Lonely GmbH")
    walk.save(walk.set(record, address("currency"), ""))
    walk.save(walk.remove(record, "team", record.team[0].id))
    walk.save(walk.add(record, "lines"))
    walk.save(walk.set(record, Address("lines", "category", record.lines[0].id), ""))
    there_and_back(walk, elsewhere, tmp_path)


def test_records_whose_earlier_gate_broke(walk: Walk, finished: Record, elsewhere: Walk, tmp_path: Path) -> None:
    walk.save(walk.set(finished, address("blockers_asked"), ""))  # gate 5 is open again, the stage stays 6
    there_and_back(walk, elsewhere, tmp_path)
    assert elsewhere.load(finished.id).opportunity.stage == 6


def test_an_opportunity_that_holds_no_longer_becomes_a_draft(
    walk: Walk, finished: Record, elsewhere: Walk, tmp_path: Path
) -> None:
    walk.save(walk.set(finished, address("budget_source"), "TBD"))
    there_and_back(walk, elsewhere, tmp_path)
    assert elsewhere.load(finished.id).opportunity.stage == 4


def test_two_deals_of_one_account_and_a_third(walk: Walk, finished: Record, elsewhere: Walk, tmp_path: Path) -> None:
    walk.duplicate(finished)
    another(walk, finished, tmp_path, sample=False)
    there_and_back(walk, elsewhere, tmp_path, "jsonl")


def test_in_japanese(walk: Walk, elsewhere: Walk, tmp_path: Path) -> None:
    i18n.use("ja")
    record = walk_sample(walk, Stage.SCOPING, sample=False)
    walk.save(walk.set(record, address("account.legal_name"), "株式会社山田製作所"))
    walk.save(walk.set(record, address("close_on"), "来週金曜"))
    walk.save(walk.set(record, address("rollout_scope"), "𠮷野家　全店舗\u2028次の行"))
    there_and_back(walk, elsewhere, tmp_path)
    assert elsewhere.load(record.id).account.name == "株式会社山田製作所"


@pytest.mark.parametrize("other", i18n.LANGUAGES)
def test_the_language_of_the_reader_does_not_matter(
    walk: Walk, finished: Record, elsewhere: Walk, tmp_path: Path, other: str
) -> None:
    (first,) = export(walk, None, "json", tmp_path / "a").paths
    i18n.use(other)
    import_file(elsewhere, first)
    (second,) = export(elsewhere, None, "json", tmp_path / "b").paths
    assert second.read_bytes() == first.read_bytes()


@settings(max_examples=15)
@given(answers=st.dictionaries(st.sampled_from(TEXTS), st.text(max_size=40), max_size=8))
def test_any_texts(answers: dict[FieldSpec, str], walk: Walk, elsewhere: Walk, tmp_path: Path) -> None:
    record = walk.start()
    for spec, text in answers.items():
        _typed(walk, record, spec, text)
    (first,) = export(walk, [record.id], "json", tmp_path / "a", drafts=True).paths
    (outcome,) = import_file(elsewhere, first)
    assert (outcome.imported, outcome.problems) == (True, [])
    (second,) = export(elsewhere, [record.id], "json", tmp_path / "b", drafts=True).paths
    assert second.read_bytes() == first.read_bytes()


def _typed(walk: Walk, record: Record, spec: FieldSpec, text: str) -> Any:
    at = Address(spec.entity, spec.name)
    try:
        walk.save(walk.set(record, at, text))
    except ValueError:
        kept = text.encode("utf-8", "replace").decode().replace("\0", "?")
        walk.save(walk.hold(record, at, kept))
