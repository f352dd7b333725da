import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from oppwizard.data.batch import Batch
from oppwizard.data.tables import Op, Source
from oppwizard.errors import InvalidInput
from oppwizard.exchange import parsing
from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.reading import ImportOutcome, import_file
from oppwizard.model.enums import BudgetStatus, LineCategory, Role, Status
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from tests.exchange.conftest import Importer

BY_HAND: dict[str, Any] = {
    "account": {"dba": "Acme GmbH", "annual_revenue": "5m", "decision_structure": "Central"},
    "budget_status": "Needs approval",
    "budget_amount": "80k",
    "currency": "EUR",
    "close_on": "+3w",
    "term_months": 36,
    "probability": 37.5,
    "professional_services": True,
    "next_step_at": "10:30",
    "pain_points": ["Slow", "Dear"],
    "decision_maker_id": "dana whitfield",
    "people": [
        {"id": "p1", "name": "Dana Whitfield", "email": "dana@example.com", "roles": ["Economic buyer"]},
        {"name": "Luis", "reports_to_id": "p1", "roles": ["champion", "process_owner"]},
    ],
    "lines": [{"sku": "ANA", "quantity": 120, "unit_price": "45.50", "period": "per month"}],
    "competitors": ["Globex"],
    "touchpoints": [{"on": "2026-11-02", "people": ["p1", "Luis"]}],
}


def loaded(walk: Walk, outcome: ImportOutcome) -> Record:
    assert outcome.id is not None
    return walk.load(outcome.id)


def said(outcome: ImportOutcome) -> dict[str, str]:
    return {place: str(problem) for place, problem in outcome.problems}


def test_a_record_written_by_hand(elsewhere: Walk, take: Importer) -> None:
    (outcome,) = take(BY_HAND)
    assert outcome.imported
    assert outcome.problems == []
    record = loaded(elsewhere, outcome)
    deal = record.opportunity
    assert deal.budget_status is BudgetStatus.NEEDS_APPROVAL
    assert deal.budget_amount == 80_000
    assert deal.close_on == dt.date(2026, 12, 14)
    assert (deal.term_months, deal.probability, deal.professional_services) == (36, Decimal("37.5"), True)
    assert deal.pain_points == "Slow\nDear"
    assert deal.decision_maker_id == record.people[0].id
    assert record.people[0].contact.email == "dana@example.com"
    assert record.people[1].stakeholder.reports_to_id == record.people[0].id
    assert list(record.people[1].roles) == [Role.CHAMPION, Role.PROCESS_OWNER]
    assert record.touchpoints[0].people == [person.id for person in record.people]
    assert record.lines[0].unit_price == Decimal("45.5")
    assert record.lines[0].category is LineCategory.CORE
    assert record.competitors[0].name == "Globex"
    assert record.account.annual_revenue == 5_000_000
    assert record.account.revenue_currency == "EUR"
    assert record.account.name_key == "acme gmbh"


def test_a_draft_by_hand_begins_like_any_other(elsewhere: Walk, take: Importer) -> None:
    record = loaded(elsewhere, take({"account": "Acme"})[0])
    fresh = elsewhere.start("Acme")
    assert [row.role for row in record.team] == [row.role for row in fresh.team]
    assert [row.category for row in record.risks] == [row.category for row in fresh.risks]
    assert record.currency == fresh.currency
    assert record.opportunity.playbook_version == fresh.opportunity.playbook_version


def test_an_amount_names_the_currency(elsewhere: Walk, take: Importer) -> None:
    assert loaded(elsewhere, take({"budget_amount": "€ 1,200.50"})[0]).currency == "EUR"


def test_fields_may_stand_at_the_top_or_inside(elsewhere: Walk, take: Importer) -> None:
    document = {"opportunity": {"why_us": "inside"}, "objections": "top", "account.industry": "wholesale"}
    record = loaded(elsewhere, take(document)[0])
    assert (record.opportunity.why_us, record.opportunity.objections) == ("inside", "top")
    assert record.account.industry == "wholesale"


def test_what_cannot_be_read_is_kept_and_loses_nothing_else(elsewhere: Walk, take: Importer) -> None:
    (outcome,) = take(
        {
            "close_on": "some day",
            "budget_amount": -5,
            "term_months": "many",
            "window_to": {"year": 2026},
            "professional_services": "perhaps",
            "fit_reason": "a\0b\ud800",
            "why_us": "kept",
            "people": [{"name": "Dana", "roles": ["champion", "zork"], "email": "no mail"}],
            "decision_maker_id": "Nobody",
        }
    )
    record = loaded(elsewhere, outcome)
    row = record.people[0].id
    assert record.opportunity.why_us == "kept"
    assert list(record.people[0].roles) == [Role.CHAMPION]
    assert record.pending == {
        "close_on": "some day",
        "budget_amount": "-5",
        "term_months": "many",
        "window_to": '{"year": 2026}',
        "professional_services": "perhaps",
        "fit_reason": "a\\x00b\\ud800",
        "decision_maker_id": "Nobody",
        f"people[{row}].roles": "champion, zork",
        f"people[{row}].email": "no mail",
    }
    assert set(said(outcome)) == {
        *(key for key in record.pending if "[" not in key),
        "people[1].roles",
        "people[1].email",
    }


def test_unknown_keys_are_said_with_what_may_be_meant(take: Importer) -> None:
    problems = said(
        take({"budgt_status": "allocated", "zzz": 1, "people": [{"nmae": "Dana"}], "account": {"industri": "x"}})[0]
    )
    assert "did you mean “budget_status”" in problems["budgt_status"]
    assert "did you mean “name”" in problems["people[1].nmae"]
    assert "did you mean “industry”" in problems["account.industri"]
    assert "did you mean" not in problems["zzz"]


@pytest.mark.parametrize(
    "document",
    [
        {"opportunity": [1]},
        {"account": 5},
        {"people": 7},
        {"people": [7, None, []]},
        {"lines": {"sku": "A"}},
        {"lines": [{"id": 5, "quantity": None}]},
        {"pending": ["x"]},
        {"pending": {"nowhere": "x", "people[p9].name": "y", "close_on": 3}},
        {"id": "no identity", "revision": "many", "created_at": 5, "is_sample": "yes"},
        {"notes": [{"body": 5}, {"body": "x" * 30_000}], "passages": [{"stage": "one"}]},
        {"status": "won", "stage": -1, "pipeline_on": "soon"},
        {"budget_amount": 10**40, "term_months": 10**30, "probability": 1e9},
    ],
)
def test_wrong_shapes_are_problems_and_no_failures(elsewhere: Walk, take: Importer, document: dict[str, Any]) -> None:
    (outcome,) = take(document | {"why_us": "kept"})
    assert outcome.imported
    assert loaded(elsewhere, outcome).opportunity.why_us == "kept"


def test_two_lines_one_bad(elsewhere: Walk, tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    path.write_text('{"why_us": "good"}\n{"why_us": }\n\n{"why_us": "too"}\n5\n', "utf-8")
    first, second, third, fourth = import_file(elsewhere, path)
    assert (first.imported, second.imported, third.imported, fourth.imported) == (True, False, True, False)
    assert str(second.source) == "line 2"
    assert "line 2, column 12" in str(second.problems[0].problem)
    assert second.id is None
    assert sum(elsewhere.store.counts().values()) == 2


@pytest.mark.parametrize("wrapped", [lambda one: [one, one], lambda one: {"records": [one, one]}])
def test_lists_of_records(take: Importer, wrapped: Any) -> None:
    outcomes = take(wrapped({"why_us": "a"}))
    assert [str(outcome.source) for outcome in outcomes] == ["record 1", "record 2"]
    assert all(outcome.imported for outcome in outcomes)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b'{\n "a": 1,\n "b" 2}', "line 3, column 6"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "Infinity"),
        (b"", "line 1, column 1"),
        (b"[]", "holds no record"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "deep"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "Exceeds"),
    ],
)
def test_what_is_no_json_is_refused_with_the_place(elsewhere: Walk, tmp_path: Path, content: bytes, part: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=part):
        import_file(elsewhere, path)
    assert sum(elsewhere.store.counts().values()) == 0


def test_bounds(elsewhere: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, take: Importer) -> None:
    deep: Any = "x"
    for _ in range(parsing.DEEPEST + 1):
        deep = [deep]
    assert "deep" in str(take({"why_us": deep})[0].problems[0].problem)
    path = tmp_path / "large.json"
    path.write_text('{"why_us": "' + "x" * 200 + '"}', "utf-8")
    monkeypatch.setattr(parsing, "LARGEST", 100)
    with pytest.raises(InvalidInput, match="larger"):
        import_file(elsewhere, path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        import_file(elsewhere, tmp_path / "missing.json")


def test_a_byte_order_mark_and_double_keys_do_no_harm(elsewhere: Walk, tmp_path: Path) -> None:
    path = tmp_path / "bom.json"
    path.write_bytes(b"\xef\xbb\xbf" + b'{"why_us": "a", "why_us": "b"}')
    assert loaded(elsewhere, import_file(elsewhere, path)[0]).opportunity.why_us == "b"


def test_strange_formats_and_newer_versions_are_refused(take: Importer) -> None:
    (strange,) = take({"format": "other.thing", "why_us": "x"})
    (newer,) = take({"format": "oppwizard.record", "version": 2})
    assert not strange.imported
    assert not newer.imported
    assert "newer version" in str(newer.problems[0].problem)


def test_one_transaction_logged_as_import(elsewhere: Walk, take: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    commits: list[int] = []
    real = elsewhere.store.commit

    def commit(*batches: Batch) -> None:
        commits.append(len(batches))
        real(*batches)

    monkeypatch.setattr(elsewhere.store, "commit", commit)
    (outcome,) = take(BY_HAND)
    assert commits == [1]
    assert outcome.id is not None
    history = elsewhere.store.history(outcome.id)
    assert {(change.op, change.source, change.reason, change.who) for change in history} == {
        (Op.INSERT, Source.IMPORT, "file.json", "other")
    }
    assert elsewhere.undo(loaded(elsewhere, outcome)) is None


def test_the_same_record_again_is_not_touched(walk: Walk, finished: Record, tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(dumps(to_document(finished, walk)), "utf-8")
    (outcome,) = import_file(walk, path)
    assert (outcome.existed, outcome.imported, outcome.refused, outcome.problems) == (True, False, False, [])
    assert outcome.status is Status.CREATED
    walk.save(walk.set(finished, address("why_us"), "Something else"))
    (conflict,) = import_file(walk, path)
    assert (conflict.existed, conflict.imported, conflict.refused) == (True, False, True)
    assert walk.load(finished.id).opportunity.why_us == "Something else"


def test_the_same_by_hand_again(elsewhere: Walk, take: Importer) -> None:
    document = BY_HAND | {"id": str(uuid4()), "rollout_scope": "four sites"}
    assert take(document)[0].imported
    again = take(document)[0]
    assert (again.existed, again.problems) == (True, [])
    assert take(document | {"rollout_scope": "five sites"})[0].refused
    assert take(document | {"competitors": ["Globex", "Initech"]})[0].refused
    assert take(document | {"go_live_on": "whenever"})[0].refused


def test_rows_whose_identities_are_taken_get_new_ones(walk: Walk, finished: Record, tmp_path: Path) -> None:
    document = json.loads(dumps(to_document(finished, walk)))
    document["opportunity"]["id"] = str(uuid4())
    path = tmp_path / "copy.json"
    path.write_text(json.dumps(document), "utf-8")
    (outcome,) = import_file(walk, path)
    copy = loaded(walk, outcome)
    assert copy.account.id == finished.account.id
    assert {person.contact.id for person in copy.people} == {person.contact.id for person in finished.people}
    assert not {line.id for line in copy.lines} & {line.id for line in finished.lines}
    assert copy.person(copy.opportunity.decision_maker_id) is not None
    assert walk.load(finished.id) == finished


def test_an_account_that_exists_is_linked_by_name(walk: Walk, finished: Record, tmp_path: Path) -> None:
    path = tmp_path / "new.json"
    people = [{"name": "dana WHITFIELD", "title": "CEO"}, {"name": "New Person"}]
    account = {"legal_name": "HARBOR tools  Incorporated", "employees": 5}
    path.write_text(json.dumps({"account": account, "people": people}), "utf-8")
    (outcome,) = import_file(walk, path)
    record = loaded(walk, outcome)
    assert record.account.id == finished.account.id
    assert record.account.employees == 420
    dana = next(person for person in finished.people if person.name == "Dana Whitfield")
    assert record.people[0].contact.id == dana.contact.id
    assert record.people[1].contact.account_id == finished.account.id
    assert set(said(outcome)) == {"account.legal_name", "account.employees", "people[1].name", "people[1].title"}
    assert "“420”" in said(outcome)["account.employees"]


def test_two_drafts_do_not_share_a_proposed_account(elsewhere: Walk, take: Importer) -> None:
    account = {"id": str(uuid4()), "dba": "Acme"}
    first, second = (loaded(elsewhere, one) for one in take({"account": account}, {"account": account}))
    assert first.account.id == UUID(account["id"])
    assert second.account.id != first.account.id
    assert second.account.dba == "Acme"
