"""What providers know is taken as proposals: it fills what is empty and overwrites nothing that was typed (A2, A6)."""

import datetime as dt
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from oppwizard.data.tables import Source
from oppwizard.enrichment import Answer, Question
from oppwizard.enrichment.rounds import Found
from oppwizard.errors import NotFound
from oppwizard.exchange.export import export
from oppwizard.exchange.reading import import_file
from oppwizard.model.enums import ProposalState, Severity, Standing
from oppwizard.model.fields import ACCOUNT, FIELDS
from oppwizard.model.findings import Address, address
from oppwizard.model.parts import Proposal
from oppwizard.model.record import Record
from oppwizard.quality.reviewing import sheet
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.answers import percent_of
from oppwizard.walk.enriching import Enriched, questions
from tests.conftest import Template, make_context
from tests.walk.rows import assert_same, assert_stored, desk, dump

EMPLOYEES, HEAD, REVENUE = (Address(ACCOUNT, name) for name in ("employees", "headquarters", "annual_revenue"))


@pytest.fixture
def acme(walk: Walk) -> Record:
    record = walk.start("Acme")
    walk.save(walk.add(record, "people", name="Ada", email="ada@acme.example"))
    return record


def asked(record: Record, about: str = ACCOUNT) -> Question:
    return next(one for one in questions(record) if one.about == about)


def found(record: Record, about: str = ACCOUNT, provider: str = "register", **values: Any) -> Found:
    answers = tuple(Answer(f"{about}.{name}", value) for name, value in values.items())
    return Found(provider, asked(record, about), answers)


def take(walk: Walk, record: Record, came: Found, **more: Any) -> Enriched:
    move = walk.enrich(record, came, **more)
    walk.save(move)
    return move


def states(record: Record) -> dict[str, ProposalState]:
    return {row.place: row.state for row in record.proposals}


def waiting(walk: Walk, record: Record, at: Address) -> Proposal:
    return walk.waiting(record)[at][0]


# Asking


def test_a_provider_is_told_what_a_subject_is_found_by_and_nothing_else(walk: Walk, acme: Record) -> None:
    walk.save(walk.set(acme, Address("opportunity", "business_problem"), "A secret of theirs"))
    assert [(one.about, one.keys) for one in questions(acme)] == [
        ("account", {"company": "Acme", "domain": "acme.example"}),
        ("people", {"name": "Ada", "email": "ada@acme.example", "company": "Acme", "domain": "acme.example"}),
    ]


def test_a_draft_without_names_asks_nothing(walk: Walk) -> None:
    assert questions(walk.start()) == []


# Filling and proposing


def test_an_empty_field_is_filled_and_the_log_says_by_whom(walk: Walk, acme: Record) -> None:
    move = take(walk, acme, found(acme, employees=1200))
    assert (acme.account.employees, move.filled, move.proposed) == (1200, [EMPLOYEES], [])
    (change,) = [one for one in walk.store.history(acme.id) if one.field == "employees"]
    assert (change.who, change.source, change.reason) == ("rep", Source.ENRICHMENT, "register")
    assert_stored(walk, acme)


def test_what_a_person_typed_stays_and_the_other_value_waits_beside_it(walk: Walk, acme: Record) -> None:
    walk.save(walk.set(acme, HEAD, "Berlin"))
    move = take(walk, acme, found(acme, headquarters="Ulm, Germany"))
    assert (acme.account.headquarters, move.filled, move.proposed) == ("Berlin", [], [HEAD])
    (point,) = [one for one in move.verdict.findings if one.code == "enrichment.proposal"]
    assert (point.at, point.severity, point.proposal) == (HEAD, Severity.INFO, "Ulm, Germany")
    assert "register proposes Ulm, Germany (2026-11-23)" in str(point.message)
    assert walk.proposal(acme, HEAD) == "Ulm, Germany"


def test_the_same_value_is_no_proposal(walk: Walk, acme: Record) -> None:
    walk.save(walk.set(acme, EMPLOYEES, "1200"))
    assert take(walk, acme, found(acme, employees="1,200")).batch is None
    assert acme.proposals == []


@pytest.mark.parametrize("text", ["twelve hundred", "?"])
def test_what_was_typed_and_is_no_value_yet_counts_as_typed(walk: Walk, acme: Record, text: str) -> None:
    walk.save(walk.hold(acme, EMPLOYEES, text))
    take(walk, acme, found(acme, employees=1200))
    assert (acme.account.employees, acme.pending) == (None, {"account.employees": text})
    assert states(acme) == {"account.employees": ProposalState.WAITING}


def test_the_field_that_a_person_is_in_is_left_alone(walk: Walk, acme: Record) -> None:
    move = take(walk, acme, found(acme, employees=1200, headquarters="Ulm"), busy=[EMPLOYEES])
    assert (move.filled, move.proposed, acme.account.employees) == ([HEAD], [EMPLOYEES], None)


def test_a_playbook_may_have_every_value_wait(walk: Walk, acme: Record) -> None:
    said = walk.playbook.enrichment.model_copy(update={"fill": False})
    walk.playbook = walk.playbook.model_copy(update={"enrichment": said})
    assert take(walk, acme, found(acme, employees=1200)).proposed == [EMPLOYEES]
    assert acme.account.employees is None


def test_names_wait_for_a_person_because_records_are_found_by_them(walk: Walk, acme: Record) -> None:
    take(walk, acme, found(acme, legal_name="Acme GmbH"))
    take(walk, acme, found(acme, "people", name="Ada Lovelace"))
    assert (acme.account.legal_name, acme.people[0].name) == (None, "Ada")
    assert set(states(acme).values()) == {ProposalState.WAITING}


def test_an_amount_is_filled_only_with_its_currency(walk: Walk, acme: Record) -> None:
    assert take(walk, acme, found(acme, annual_revenue=5_000_000)).proposed == [REVENUE]
    assert walk.load(acme.id).account.annual_revenue is None
    answer = Answer("account.annual_revenue", Decimal("5000000.5"), currency="eur")
    take(walk, acme, Found("other", asked(acme), (answer,)))
    assert (acme.account.annual_revenue, acme.account.revenue_currency) == (Decimal("5000000.5"), "EUR")


def test_the_same_number_in_another_currency_is_another_value(walk: Walk, acme: Record) -> None:
    walk.save(walk.set(acme, REVENUE, "EUR 5m"))
    assert take(walk, acme, found(acme, annual_revenue="USD 5m")).proposed == [REVENUE]
    assert walk.told_value(acme, waiting(walk, acme, REVENUE)) == "$5,000,000.00"
    walk.save(walk.accept_proposal(acme, waiting(walk, acme, REVENUE).id))
    assert (acme.account.annual_revenue, acme.account.revenue_currency) == (Decimal(5_000_000), "USD")


def test_two_providers_that_differ_fill_once_and_propose_once(walk: Walk, acme: Record) -> None:
    take(walk, acme, found(acme, employees=1200))
    move = take(walk, acme, found(acme, provider="list", employees=1300))
    assert (acme.account.employees, move.proposed) == (1200, [EMPLOYEES])


def test_a_newer_value_of_a_provider_takes_the_place_of_the_one_that_waits(walk: Walk, acme: Record) -> None:
    walk.save(walk.set(acme, EMPLOYEES, "5"))
    take(walk, acme, found(acme, employees=1200))
    take(walk, acme, found(acme, employees=1300))
    assert [row.value for row in walk.waiting(acme)[EMPLOYEES]] == ["1300"]
    assert sorted(row.state.value for row in acme.proposals) == ["outdated", "waiting"]


def test_a_person_of_the_record_is_meant_by_name(walk: Walk, acme: Record) -> None:
    walk.save(walk.add(acme, "people", name="Grace"))
    take(walk, acme, found(acme, "people", title="CTO", profile="https://x.example/ada", reports_to_id="grace"))
    ada, grace = acme.people
    assert (ada.contact.title, ada.contact.profile) == ("CTO", "https://x.example/ada")
    assert ada.stakeholder.reports_to_id == grace.id


# Values that are none


LIES: list[tuple[str, Any]] = [
    ("account.employees", "many"), ("account.employees", 12.5), ("account.employees", True),
    ("account.employees", [5]), ("account.employees", {"a": 1}), ("account.employees", -3),
    ("account.employees", 10**30),
    ("account.employees", 10**5_000), ("account.employees", math.nan),
    ("account.employees", math.inf), ("account.employees", object()), ("account.employees", b"5"),
    ("account.annual_revenue", "EUR 5 USD"), ("account.annual_revenue", Decimal("1e40")),
    ("account.decision_structure", "nothing of that kind"), ("account.headquarters", 5.5),
    ("account.headquarters", {"city": "Ulm"}), ("account.headquarters", "x" * 1_001),
    ("account.headquarters", "\ud800"), ("account.headquarters", "a\0b"), ("account.technologies", [["x"]]),
    ("people.email", "no address"), ("people.phone", "call me"), ("people.reports_to_id", "Nobody"),
    ("people.reports_to_id", 3),
]  # fmt: skip


def test_a_value_of_another_type_is_said_and_nothing_else(walk: Walk, acme: Record) -> None:
    before = dump(acme)
    for path, value in LIES:
        move = walk.enrich(acme, Found("liar", asked(acme, FIELDS[path].entity), (Answer(path, value),)))
        assert [str(FIELDS[path].ask.label) in str(fault) for fault in move.faults] == [True], (path, type(value))
        assert (move.filled, move.proposed, move.batch) == ([], [], None), (path, type(value))
    assert_same(dump(acme), before)


def test_a_value_that_says_nothing_is_none(walk: Walk, acme: Record) -> None:
    empty: list[Any] = ["", "  ", [], "n/a", "TBD", "-", "未定"]
    for value in empty:
        assert walk.enrich(acme, found(acme, headquarters=value)).batch is None, value


def test_values_are_read_as_a_person_would_write_them(walk: Walk, acme: Record) -> None:
    said: dict[str, Any] = {
        "company_number": 123456789,
        "headquarters": " Ulm,\n Germany ",
        "technologies": ["SAP", "Oracle"],
    }
    take(walk, acme, found(acme, employees=1200.0, industry="Machinery", **said))
    account = acme.account
    assert (
        account.company_number,
        account.headquarters,
        account.technologies,
        account.employees,
        account.industry,
    ) == (
        "123456789",
        "Ulm, Germany",
        "SAP\nOracle",
        1200,
        "machinery",
    )


def test_a_day_and_how_sure_a_provider_is_are_kept(walk: Walk, acme: Record) -> None:
    answer = Answer("account.employees", 5, as_of="2026-10-01T00:00:00Z", confidence=0.8)
    take(walk, acme, Found("register", asked(acme), (answer,)))
    (row,) = acme.proposals
    assert (row.confidence, row.as_of) == (80, dt.date(2026, 10, 1))


@pytest.mark.parametrize(
    ("said", "percent"),
    [(0.8, 80), (1, 100), ("0.5", 50), (93, 93), ("93 %", 93), (0, 0), (-1, None), (101, None), (math.nan, None),
     (True, None), ("high", None), ([1], None)],
)  # fmt: skip
def test_how_sure_a_provider_is_is_a_share_or_percent(said: Any, percent: int | None) -> None:
    assert percent_of(said) == percent


# Deciding


def test_accepting_puts_the_value_in_place_and_undo_takes_it_back(walk: Walk, acme: Record) -> None:
    walk.save(walk.set(acme, HEAD, "Berlin"))
    take(walk, acme, found(acme, headquarters="Ulm"))
    walk.save(walk.accept_proposal(acme, waiting(walk, acme, HEAD).id))
    assert (acme.account.headquarters, states(acme)) == ("Ulm", {"account.headquarters": ProposalState.ACCEPTED})
    origin = walk.origin(acme, HEAD)
    assert origin is not None
    assert (origin.provider, origin.decided_by) == ("register", "rep")
    undone = walk.undo(acme)
    assert undone is not None
    walk.save(undone)
    assert undone.record.account.headquarters == "Berlin"
    assert waiting(walk, undone.record, HEAD).value == '"Ulm"'
    assert_stored(walk, undone.record)


def test_accepting_the_name_of_a_known_account_is_a_decision_too(walk: Walk, finished: Record) -> None:
    """The record belongs to that account from then on, of which the proposal does not speak."""
    draft = walk.start("Acme")
    assert finished.account.dba
    take(walk, draft, found(draft, dba=finished.account.dba))
    row = waiting(walk, draft, Address(ACCOUNT, "dba"))
    after = walk.save(walk.accept_proposal(draft, row.id)).record
    assert after.account.id == finished.account.id
    assert states(after) == {"account.dba": ProposalState.ACCEPTED}
    assert_stored(walk, after)


def test_a_refused_value_is_not_proposed_again_but_another_one_is(walk: Walk, acme: Record) -> None:
    walk.save(walk.set(acme, HEAD, "Berlin"))
    take(walk, acme, found(acme, headquarters="Ulm"))
    walk.save(walk.refuse_proposal(acme, waiting(walk, acme, HEAD).id))
    assert acme.account.headquarters == "Berlin"
    assert take(walk, acme, found(acme, provider="list", headquarters="Ulm")).batch is None
    walk.save(walk.set(acme, HEAD, ""))
    assert take(walk, acme, found(acme, headquarters="Ulm")).batch is None
    assert take(walk, acme, found(acme, headquarters="Neu-Ulm")).filled == [HEAD]


def test_nothing_is_decided_about_twice(walk: Walk, acme: Record) -> None:
    walk.save(walk.set(acme, HEAD, "Berlin"))
    take(walk, acme, found(acme, headquarters="Ulm"))
    row = waiting(walk, acme, HEAD)
    walk.save(walk.refuse_proposal(acme, row.id))
    for step in (walk.accept_proposal, walk.refuse_proposal):
        with pytest.raises(NotFound):
            step(acme, row.id)


def test_typing_the_proposed_value_accepts_it(walk: Walk, acme: Record) -> None:
    walk.save(walk.set(acme, HEAD, "Berlin"))
    take(walk, acme, found(acme, headquarters="Ulm"))
    walk.save(walk.set(acme, HEAD, walk.proposal(acme, HEAD) or ""))
    assert states(acme) == {"account.headquarters": ProposalState.ACCEPTED}


def test_a_filled_value_that_a_person_edits_is_theirs_from_then_on(walk: Walk, acme: Record) -> None:
    take(walk, acme, found(acme, employees=1200))
    assert walk.origin(acme, EMPLOYEES) is not None
    walk.save(walk.set(acme, EMPLOYEES, "1300"))
    walk.save(walk.set(acme, EMPLOYEES, "1200"))
    assert walk.origin(acme, EMPLOYEES) is None
    assert take(walk, acme, found(acme, employees=1200)).batch is None
    assert take(walk, acme, found(acme, employees=1250)).proposed == [EMPLOYEES]


def test_undo_and_redo_of_filling(walk: Walk, acme: Record) -> None:
    before = dump(acme)
    take(walk, acme, found(acme, employees=1200, annual_revenue="EUR 5m"))
    after = dump(acme)
    undone = walk.undo(acme)
    assert undone is not None
    walk.save(undone)
    assert_same(dump(undone.record), before)
    redone = walk.redo(undone.record)
    assert redone is not None
    walk.save(redone)
    assert_same(dump(redone.record), after)
    assert_stored(walk, redone.record)


def test_the_gate_takes_a_filled_value_for_an_answer(walk: Walk, acme: Record) -> None:
    open_at = {point.at for point in walk.verdict(acme).blocking}
    assert EMPLOYEES in open_at
    move = take(walk, acme, found(acme, employees=1200))
    assert EMPLOYEES not in {point.at for point in move.verdict.blocking}


def test_the_review_sheet_says_what_a_provider_knew(walk: Walk, finished: Record) -> None:
    person = next(one for one in finished.people if one.name and one.contact.title)
    walk.save(walk.set(finished, Address("people", "title", person.id), ""))
    question = next(one for one in questions(finished) if one.row == person.id)
    take(walk, finished, Found("register", question, (Answer("people.title", "Chief of pumps"),)))
    shown = [line.text for line in sheet(walk, finished, {}, ())]
    (at,) = [number for number, text in enumerate(shown) if "Chief of pumps" in text]
    assert shown[at + 1].strip() == "Title from register, 2026-11-23"


def test_proposals_go_where_the_record_goes(walk: Walk, acme: Record, tmp_path: Path) -> None:
    walk.save(walk.set(acme, HEAD, "Berlin"))
    take(walk, acme, found(acme, headquarters="Ulm", employees=1200))
    (written,) = export(walk, [acme.id], "json", tmp_path / "out", drafts=True).paths
    elsewhere = open_walk(make_context(tmp_path / "other.db"))
    try:
        (outcome,) = import_file(elsewhere, written)
        assert outcome.imported
        record = elsewhere.load(acme.id)
        assert states(record) == states(acme)
        assert elsewhere.origin(record, EMPLOYEES) is not None
        assert elsewhere.proposal(record, HEAD) == "Ulm"
    finally:
        elsewhere.store.close()


# Answers that come late


def test_an_answer_about_another_company_is_dropped(walk: Walk, acme: Record) -> None:
    late = found(acme, employees=1200)
    walk.save(walk.set(acme, Address(ACCOUNT, "dba"), "Apex"))
    assert take(walk, acme, late).batch is None


def test_an_answer_is_taken_although_more_is_known_by_now(walk: Walk, acme: Record) -> None:
    late = found(acme, employees=1200)
    walk.save(walk.set(acme, Address(ACCOUNT, "company_number"), "HRB 123456 Ulm"))
    assert take(walk, acme, late).filled == [EMPLOYEES]


def test_an_answer_about_a_person_who_is_gone_is_dropped(walk: Walk, acme: Record) -> None:
    late = found(acme, "people", title="CTO")
    walk.save(walk.remove(acme, "people", acme.people[0].id))
    assert take(walk, acme, late).batch is None


def test_proposals_about_an_account_say_nothing_of_the_one_that_is_linked_instead(walk: Walk, finished: Record) -> None:
    known = finished.account
    assert known.standing is Standing.ACTIVE
    record = walk.start("Somebody")
    take(walk, record, found(record, employees=77, headquarters="Ulm"))
    walk.save(walk.link_account(record, known.id))
    assert walk.origin(record, EMPLOYEES) is None
    assert walk.waiting(record) == {}
    assert record.account.employees == finished.account.employees


def test_where_somebody_else_has_typed_meanwhile_theirs_stands_and_nobody_is_asked(walk: Walk, acme: Record) -> None:
    mine = walk.enrich(acme, found(acme, employees=1200, headquarters="Ulm"))
    theirs = walk.load(acme.id)
    walk.save(walk.set(theirs, EMPLOYEES, "5"))
    assert mine.batch is not None
    fresh, moves, conflicts = walk.rebase(acme.id, [mine.batch])
    for move in moves:
        walk.save(move)
    assert conflicts == []
    assert (fresh.account.employees, fresh.account.headquarters) == (5, "Ulm")
    assert states(fresh) == {
        "account.employees": ProposalState.WAITING,
        "account.headquarters": ProposalState.FILLED,
    }
    assert_stored(walk, fresh)


# Whatever comes in whatever order

_TEXTS: dict[str, list[str]] = {
    "account.employees": ["5", "1200", "", "many"],
    "account.headquarters": ["Berlin", "Ulm", ""],
    "account.annual_revenue": ["EUR 5m", "EUR 7", ""],
    "people.title": ["CTO", "CEO", ""],
    "people.email": ["a@acme.example", "nonsense", ""],
}
_KNOWN: dict[str, list[Any]] = {
    "account.employees": [5, 1200, "x", 77],
    "account.headquarters": ["Ulm", "Bonn", "n/a", 4.5],
    "account.annual_revenue": ["EUR 5m", 9, "USD 5m"],
    "people.title": ["CTO", "Boss", None],
    "people.email": ["a@acme.example", "b@acme.example", "?"],
}
_STEP = st.one_of(
    st.sampled_from(sorted(_TEXTS)).flatmap(
        lambda path: st.tuples(st.just("type"), st.just(path), st.sampled_from(_TEXTS[path]))
    ),
    st.sampled_from(sorted(_KNOWN)).flatmap(
        lambda path: st.tuples(st.just("know"), st.just(path), st.sampled_from(_KNOWN[path]))
    ),
    st.tuples(st.sampled_from(["accept", "refuse", "undo", "redo"]), st.integers(0, 9), st.just(None)),
)


Steps = list[tuple[str, Any, Any]]


@settings(max_examples=12)
@given(steps=st.lists(_STEP, max_size=12))
def test_no_answer_changes_what_a_field_holds_already(template: Template, steps: Steps) -> None:
    _go(template, steps)


@pytest.mark.soak
@settings(max_examples=300)
@given(steps=st.lists(_STEP, max_size=25))
def test_no_answer_ever_changes_what_a_field_holds_already(template: Template, steps: Steps) -> None:
    _go(template, steps)


def _go(template: Template, steps: Steps) -> None:
    with desk(template, None) as (walk, record):
        walk.save(walk.set(record, Address("people", "title", record.people[0].id), ""))
        for name in ("employees", "headquarters", "annual_revenue"):
            walk.save(walk.set(record, Address(ACCOUNT, name), ""))
        for what, which, value in steps:
            record = _step(walk, record, what, which, value)
        assert_stored(walk, record)


def _step(walk: Walk, record: Record, what: str, which: Any, value: Any) -> Record:
    if what in ("undo", "redo"):
        move = walk.undo(record) if what == "undo" else walk.redo(record)
        return walk.save(move).record if move is not None else record
    if what in ("accept", "refuse"):
        rows = [row for rows in walk.waiting(record).values() for row in rows]
        if rows:
            step = walk.accept_proposal if what == "accept" else walk.refuse_proposal
            walk.save(step(record, rows[which % len(rows)].id))
        return record
    at = address(which) if which.startswith(ACCOUNT) else Address("people", which[7:], record.people[0].id)
    if what == "type":
        try:
            walk.save(walk.set(record, at, value))
        except ValueError:
            walk.save(walk.hold(record, at, value))
        return record
    held, pending = _held(record), dict(record.pending)
    question = next(one for one in questions(record) if (one.about, one.row) == (at.entity, at.row))
    walk.save(walk.enrich(record, Found("register", question, (Answer(which, value),))))
    assert record.pending == pending
    after = _held(record)
    assert {place: after[place] for place, one in held.items() if one is not None} == {
        place: one for place, one in held.items() if one is not None
    }
    assert all(after[place] is None for place in pending if held[place] is None)
    return record


def _held(record: Record) -> dict[str, Any]:
    places = [Address(ACCOUNT, name) for name in ("employees", "headquarters", "annual_revenue", "legal_name", "dba")]
    places += [Address("people", name, record.people[0].id) for name in ("name", "title", "email", "phone")]
    return {str(at): record.value(at) for at in places}
