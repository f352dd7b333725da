"""A record held against the others of its store, and what people say of them (A8, A9)."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from oppwizard.checks.keys import VERSION, keys_of
from oppwizard.context import Context
from oppwizard.data.history import Outcome
from oppwizard.errors import NotFound, Refused
from oppwizard.model.base import new_id
from oppwizard.model.enums import Relation, Severity, Stage, Status
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.walk import ListQuery, Sort, Walk, open_walk
from tests.conftest import TODAY, make_context
from tests.walk.rows import assert_stored


def put(walk: Walk, record: Record, path: str, text: str) -> None:
    walk.save(walk.set(record, address(path), text))


def begun(walk: Walk, company: str) -> Record:
    return walk.load(walk.start(company).id)


def found(walk: Walk, record: Record) -> list[UUID]:
    return [each.id for each in walk.checked(record).candidates]


def blocked(walk: Walk, record: Record) -> bool:
    return "duplicate.same" in {finding.code for finding in walk.verdict(record).open_points(Stage.CREATION)}


@pytest.fixture
def twin(walk: Walk, finished: Record) -> Record:
    """A draft for the same deal as the finished record, under another spelling of the company."""
    twin = walk.load(walk.duplicate(finished).id)
    put(walk, twin, "close_on", str(finished.opportunity.close_on))
    return twin


# Found


@pytest.mark.parametrize(
    "name", ["HARBOR TOOLS", "Harbor Tools Ltd.", "Harbour Tools", "Tools, Harbor", "Ｈａｒｂｏｒ Tools"]
)
def test_other_deals_are_shown_when_the_company_is_named(walk: Walk, finished: Record, name: str) -> None:
    record = begun(walk, name)
    assert found(walk, record) == [finished.id]
    assert not blocked(walk, record)


def test_another_company_is_another_deal(walk: Walk, finished: Record) -> None:
    assert finished.exists
    assert found(walk, begun(walk, "Meridian Optics")) == []


def test_a_mail_domain_says_more_than_a_name_and_a_free_mail_provider_nothing(walk: Walk) -> None:
    for mail, expected in (("ada@polder.example", True), ("ada@gmail.com", False)):
        mine, other = (begun(walk, name) for name in (f"Polder {mail}", f"Zandvoort {mail}"))
        for record, name in ((mine, "Ada Vis"), (other, "Bas Kok")):
            row = walk.save(walk.add(record, "people", name=name)).row
            assert row is not None
            walk.save(walk.set(record, address(f"people[{row}].email"), mail.replace("ada", name.split()[0].lower())))
        again = walk.load(mine.id)
        assert (other.id in found(walk, again)) is expected
        if expected:
            reasons = [str(reason) for each in walk.checked(again).candidates for reason in each.reasons]
            assert any("polder.example" in reason for reason in reasons)


def test_names_across_scripts_are_asked_about(walk: Walk) -> None:
    mine, other = begun(walk, "海港工具"), begun(walk, "Harbor Implements")
    for record, name in ((mine, "Ada Vis"), (other, "Bas Kok")):
        row = walk.save(walk.add(record, "people", name=name)).row
        walk.save(walk.set(record, address(f"people[{row}].email"), f"{name[:3].lower()}@kaiko.example"))
    (candidate,) = walk.checked(walk.load(mine.id)).candidates
    assert candidate.id == other.id
    assert "two scripts: ask" in candidate.because


def test_creation_waits_only_where_everything_agrees(walk: Walk, finished: Record, twin: Record) -> None:
    assert blocked(walk, twin)
    for path, other in (("close_on", "+2y"), ("lines[1].quantity", "12"), ("lines[1].sku", "OTHER-1")):
        record = walk.load(twin.id)
        row = record.lines[0].id
        put(walk, record, path.replace("[1]", f"[{row}]"), other)
        assert not blocked(walk, record), path
        undone = walk.undo(record)
        assert undone is not None
        walk.save(undone)
        assert blocked(walk, walk.load(twin.id)), path
    assert not blocked(walk, finished), "an opportunity is not thrown back"


def test_a_customer_with_many_deals_is_no_alarm(walk: Walk, finished: Record) -> None:
    for number in range(6):
        other = walk.load(walk.duplicate(finished).id)
        put(walk, other, "close_on", "2027-05-14")
        put(walk, other, f"lines[{other.lines[0].id}].quantity", str(200 + 150 * number))
    record = walk.load(walk.duplicate(finished).id)
    put(walk, record, "close_on", "2027-05-14")
    put(walk, record, f"lines[{record.lines[0].id}].sku", "NEW-1")
    assert found(walk, walk.load(record.id)) == []


def test_records_set_aside_are_not_held_against(walk: Walk) -> None:
    old = begun(walk, "Polder")
    walk.save(walk.set_aside(old, Status.DISQUALIFIED, "Bought elsewhere in spring"))
    assert found(walk, begun(walk, "Polder")) == []


# Said


def test_a_statement_is_kept_and_opens_the_gate(walk: Walk, finished: Record, twin: Record) -> None:
    with pytest.raises(Refused):
        walk.relate(twin, finished.id, Relation.DIFFERENT, "TBD")
    record = walk.save(walk.relate(twin, finished.id, Relation.DIFFERENT, "Their plant in Leeds, own budget")).record
    assert not blocked(walk, record)
    assert_stored(walk, record)
    (link,) = walk.load(twin.id).links
    assert (link.other_id, link.because, link.author) == (finished.id, "Their plant in Leeds, own budget", "rep")
    assert link.other_title == finished.opportunity.title
    undone = walk.undo(record)
    assert undone is not None
    record = walk.save(undone).record
    assert record.links == []
    assert blocked(walk, record)


def test_linked_records_are_no_duplicates_and_a_word_may_be_changed(walk: Walk, finished: Record, twin: Record) -> None:
    walk.save(walk.relate(twin, finished.id, Relation.LINKED))
    assert not blocked(walk, walk.load(twin.id))
    record = walk.load(twin.id)
    walk.save(walk.relate(record, finished.id, Relation.DIFFERENT, "No: their plant in Leeds"))
    assert [link.relation for link in walk.load(twin.id).links] == [Relation.DIFFERENT]


def test_nothing_is_said_of_nothing(walk: Walk, twin: Record) -> None:
    for other in (twin.id, new_id()):
        with pytest.raises(NotFound):
            walk.relate(twin, other, Relation.LINKED)


# The whole store


def test_a_scan_finds_pairs_once_the_likeliest_first(walk: Walk, finished: Record, twin: Record) -> None:
    begun(walk, "Meridian Optics")
    near = begun(walk, "Harbour Tools")
    pairs = walk.all_duplicates()
    assert {pairs[0].one.line.id, pairs[0].other.line.id} == {finished.id, twin.id}
    assert pairs[0].agrees
    found = [frozenset((pair.one.line.id, pair.other.line.id)) for pair in pairs]
    assert len(found) == len(set(found))
    assert any(near.id in pair for pair in found)
    assert [pair.strength for pair in pairs] == sorted((pair.strength for pair in pairs), reverse=True)


def test_keys_are_made_for_stores_that_have_none(walk: Walk, finished: Record, context: Context) -> None:
    assert finished.exists
    with walk.store._writing() as connection:
        for table in ("match_key", "match_name", "match_state"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    assert found(walk, begun(walk, "Harbour Tools")) == [finished.id]
    assert walk.store.make_keys(VERSION, keys_of) == 0
    assert walk.store.make_keys(VERSION + 1, keys_of) >= 2
    other = open_walk(make_context(context.store))
    assert found(other, begun(other, "Harbour Tools"))
    other.store.close()


# History


def test_history_warns_in_the_walk_and_never_blocks(walk: Walk, finished: Record) -> None:
    names = ("key", "currency", "amount", "opened", "closed", "outcome", "file")
    day = dt.date(2026, 1, 5)
    rows = [
        (
            f"t:{n}",
            "USD",
            600_000_000 + n * 100_000,
            day.isoformat(),
            (day + dt.timedelta(days=20 + n % 20)).isoformat(),
        )
        for n in range(120)
    ]
    walk.store.put_history(names, [[(*row[:3], *map(str, row[3:]), Outcome.WON.value, "t.csv") for row in rows]])
    record = walk.load(finished.id)
    assert record.opportunity.close_on is not None
    codes = {finding.code: finding for finding in walk.verdict(record).findings}
    assert "cycle.thin" not in codes
    put(walk, record, "close_on", "+3y")
    late = {finding.code: finding for finding in walk.verdict(record).findings}["cycle.late"]
    assert late.severity is not Severity.BLOCK
    put(walk, record, f"lines[{record.lines[0].id}].unit_price", "9000")
    assert "amount.high" in {finding.code for finding in walk.verdict(record).findings}
    assert walk.checked(record).curve
    assert walk.checked(record).usual


def test_a_date_moved_twice_without_the_customer_is_said_at_once_and_after_opening_again(
    walk: Walk, finished: Record
) -> None:
    record = finished
    put(walk, record, "close_validated_on", str(TODAY - dt.timedelta(days=30)))
    for day in ("2027-02-08", "2027-02-15"):
        put(walk, record, "close_on", day)
    assert "close.moved" in {finding.code for finding in walk.verdict(record).findings}
    again = walk.load(record.id)
    assert "close.moved" in {finding.code for finding in walk.verdict(again).findings}
    for _ in range(2):  # the sample's own date was moved once
        undone = walk.undo(again)
        assert undone is not None
        again = walk.save(undone).record
    assert "close.moved" not in {finding.code for finding in walk.verdict(again).findings}


# The score in lists


def test_lists_are_sorted_by_the_score_of_the_day(walk: Walk, finished: Record, context: Context) -> None:
    draft = begun(walk, "Meridian Optics")
    query = ListQuery(sort=Sort.SCORE)
    assert [line.id for line in walk.store.page(query).rows] == [finished.id, draft.id]
    line = walk.store.page(query).rows[0]
    assert line.score == walk.score(walk.load(finished.id)).total
    assert walk.scores_today() == 0
    later = open_walk(Context("rep", context.store, clock=lambda: TODAY + dt.timedelta(days=45)))
    assert later.scores_today() == 1
    assert later.scores_today() == 0
    faded = later.store.page(query).rows[0]
    assert faded.score == later.score(later.load(finished.id)).total < line.score
    assert Decimal(faded.amount or 0) == Decimal(line.amount or 0)
    later.store.close()
