import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from oppwizard.errors import InvalidInput, NotFound
from oppwizard.exchange.export import export
from oppwizard.model.enums import Status
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from tests.exchange.conftest import another, parsed


def test_one_record_is_the_document_itself(walk: Walk, finished: Record, tmp_path: Path) -> None:
    result = export(walk, [finished.id], "json", tmp_path / "out")
    assert result.paths == [tmp_path / "out" / "opportunities.json"]
    assert result.count == 1
    text = result.paths[0].read_bytes().decode("utf-8")
    assert text.endswith("}\n")
    assert text.startswith('{\n  "format": "oppwizard.record",\n')
    assert json.loads(text)["opportunity"]["id"] == str(finished.id)


def test_all_records_are_one_list(walk: Walk, finished: Record, tmp_path: Path) -> None:
    another(walk, finished, tmp_path, sample=True)
    export(walk, None, "json", tmp_path)
    document = parsed(tmp_path / "opportunities.json")
    assert document["format"] == "oppwizard.records"
    assert [one["opportunity"]["id"] for one in document["records"]] == [str(finished.id)]


def test_several_by_identity_keep_their_order(walk: Walk, finished: Record, tmp_path: Path) -> None:
    sample = another(walk, finished, tmp_path, sample=True)
    ids = [sample, finished.id, sample]
    assert export(walk, ids, "json", tmp_path).count == 2
    found = [one["opportunity"]["id"] for one in parsed(tmp_path / "opportunities.json")["records"]]
    assert found == [str(sample), str(finished.id)]


def test_json_lines_are_a_record_a_line(walk: Walk, finished: Record, tmp_path: Path) -> None:
    another(walk, finished, tmp_path, sample=False)
    result = export(walk, list(walk.store.ids()), "jsonl", tmp_path / "all.jsonl")
    assert result.paths == [tmp_path / "all.jsonl"]
    lines = result.paths[0].read_text("utf-8").split("\n")
    assert lines[-1] == ""
    assert [json.loads(line)["format"] for line in lines[:-1]] == ["oppwizard.record"] * 2


def test_an_empty_store_gives_an_empty_list(walk: Walk, tmp_path: Path) -> None:
    assert export(walk, None, "json", tmp_path).count == 0
    assert parsed(tmp_path / "opportunities.json")["records"] == []
    export(walk, None, "jsonl", tmp_path)
    assert (tmp_path / "opportunities.jsonl").read_bytes() == b""


def test_a_draft_is_left_out_with_the_reason(walk: Walk, draft: Record, tmp_path: Path) -> None:
    for ids in ([draft.id], None):
        result = export(walk, ids, "json", tmp_path)
        assert result.count == 0
        (left_out,) = result.left_out
        assert left_out.id == draft.id
        assert left_out.title == draft.opportunity.title
        assert str(left_out.reason) == "It is a draft."


def test_nothing_is_written_where_nothing_asked_for_may_leave(walk: Walk, draft: Record, tmp_path: Path) -> None:
    (tmp_path / "opportunities.json").write_text("old")
    result = export(walk, [draft.id], "json", tmp_path)
    assert result.paths == []
    assert (tmp_path / "opportunities.json").read_text() == "old"


def test_a_draft_leaves_when_asked_for_and_says_so(walk: Walk, draft: Record, tmp_path: Path) -> None:
    result = export(walk, None, "jsonl", tmp_path, drafts=True)
    assert (result.count, result.left_out) == (1, [])
    assert parsed(tmp_path / "opportunities.jsonl")["opportunity"]["status"] == "draft"


def test_a_sample_leaves_by_identity_only(walk: Walk, finished: Record, tmp_path: Path) -> None:
    sample = another(walk, finished, tmp_path, sample=True)
    everything = export(walk, None, "json", tmp_path)
    assert everything.count == 1
    assert [(left.id, "sample" in str(left.reason)) for left in everything.left_out] == [(sample, True)]
    assert export(walk, [sample], "json", tmp_path).count == 1


def test_an_opportunity_whose_gate_broke_is_left_out(walk: Walk, finished: Record, tmp_path: Path) -> None:
    walk.save(walk.set(finished, address("budget_source"), "TBD"))
    result = export(walk, None, "json", tmp_path)
    assert result.count == 0
    assert "Stage 1 is open again" in str(result.left_out[0].reason)
    assert export(walk, None, "json", tmp_path, drafts=True).count == 1
    deal = parsed(tmp_path / "opportunities.json")["records"][0]["opportunity"]
    assert deal["status"] == "draft"
    assert "pipeline_on" not in deal
    assert walk.load(finished.id).opportunity.status is Status.CREATED


def test_a_lead_set_aside_is_left_out(walk: Walk, draft: Record, tmp_path: Path) -> None:
    walk.save(walk.set_aside(draft, Status.NURTURE, "The budget comes back in spring"))
    (left_out,) = export(walk, None, "json", tmp_path).left_out
    assert str(left_out.reason) == "It is set aside: Nurture"


def test_the_same_store_gives_the_same_bytes(walk: Walk, finished: Record, tmp_path: Path) -> None:
    for kind in ("json", "jsonl", "csv"):
        for folder in ("a", "b"):
            export(walk, None, kind, tmp_path / folder)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(names) >= 13
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_unknown_records_and_formats(walk: Walk, finished: Record, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        export(walk, [uuid4()], "json", tmp_path)
    with pytest.raises(InvalidInput):
        export(walk, None, "xlsx", tmp_path)
    with pytest.raises(InvalidInput):
        export(walk, None, "csv", tmp_path, "lotus")
    assert list(tmp_path.glob("*.part")) == []


def test_identities_are_what_links(walk: Walk, finished: Record, tmp_path: Path) -> None:
    export(walk, [finished.id], "json", tmp_path)
    document = parsed(tmp_path / "opportunities.json")
    people = {UUID(one["stakeholder"]["id"]) for one in document["people"]}
    assert UUID(document["opportunity"]["decision_maker_id"]) in people
