"""What another deal of the account changes is seen in lists; what an export judges, it keeps."""

from pathlib import Path
from uuid import UUID

import pytest

from oppwizard.context import Context
from oppwizard.data.lists import Line, ListQuery
from oppwizard.exchange.export import Format, export
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.process.gates import Verdict
from oppwizard.screens.listing import Listing
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.sample import walk_sample
from tests.screens.driving import rep

ALL = ListQuery()


def lines(walk: Walk) -> dict[UUID, Line]:
    return {line.id: line for line in walk.store.page(ALL).rows}


def twins(walk: Walk) -> tuple[UUID, UUID]:
    """An opportunity, and a draft of the same account that is its copy."""
    first = walk_sample(walk, sample=False)
    second = walk.duplicate(walk.load(first.id))
    return first.id, second.id


def empty(walk: Walk, record_id: UUID, path: str) -> None:
    record = walk.load(record_id)
    walk.save(walk.set(record, address(path), ""))


def test_a_sibling_whose_shared_field_is_emptied_is_marked_and_judged_again(walk: Walk) -> None:
    first, second = twins(walk)
    before = lines(walk)
    log = len(walk.store.history(first))
    changed = walk.store.load(first).opportunity
    empty(walk, second, "account.industry")
    assert walk.store.marked(10) == [first]
    assert lines(walk)[first].open_points == before[first].open_points  # not yet
    assert walk.rejudge() == 1
    after = lines(walk)[first]
    assert (after.open_points, after.open_stage) != (before[first].open_points, before[first].open_stage)
    verdict = walk.verdict(walk.load(first))
    assert verdict.open_stage is not None
    assert (after.open_stage, after.open_points) == (
        int(verdict.open_stage),
        len(verdict.open_points(verdict.open_stage)),
    )
    now = walk.store.load(first).opportunity
    assert (now.revision, now.updated_at) == (changed.revision, changed.updated_at)
    assert len(walk.store.history(first)) == log
    assert (walk.rejudge(), walk.store.marked(10)) == (0, [])


def test_a_page_of_the_list_is_read_again_once_what_was_marked_is_judged(walk: Walk) -> None:
    first, second = twins(walk)
    listing = Listing(walk)
    before = {row.id: row for row in listing.read().shown}
    assert listing.read_again() is None
    empty(walk, second, "account.industry")
    again = listing.read_again()
    assert again is not None
    after = {row.id: row for row in again.shown}
    assert after[first].cells != before[first].cells
    assert walk.store.marked(10) == []


async def test_the_pipeline_shows_what_became_of_a_record_by_another_one_of_its_account(context: Context) -> None:
    walk = open_walk(context)
    first, second = twins(walk)
    before = next(row.cells for row in Listing(walk).read().shown if row.id == first)
    empty(walk, second, "account.industry")
    assert walk.store.marked(10) == [first]
    walk.store.close()
    async with rep(context) as person:
        await person.until(lambda: [row for row in person.pipeline.shown if row.id == first and row.cells != before])


def test_a_changed_person_marks_the_other_records_of_the_account(walk: Walk) -> None:
    first, second = twins(walk)
    person = walk.load(second).people[0]
    empty(walk, second, f"people[{person.id}].email")
    assert walk.store.marked(10) == [first]


def test_a_field_of_ones_own_record_marks_nothing(walk: Walk) -> None:
    _first, second = twins(walk)
    empty(walk, second, "name")
    assert walk.store.marked(10) == []


def test_whoever_saves_by_an_account_that_somebody_changed_meanwhile_is_judged_again(walk: Walk) -> None:
    first, second = twins(walk)
    stale = walk.load(first)
    empty(walk, second, "account.industry")
    walk.save(walk.set(stale, address("next_step"), "Call them"))
    assert walk.store.marked(10) == [first]
    assert walk.rejudge() == 1
    verdict = walk.verdict(walk.load(first))
    assert verdict.open_stage is not None
    assert lines(walk)[first].open_stage == int(verdict.open_stage)


def test_what_was_judged_is_not_kept_once_record_or_account_were_changed(walk: Walk) -> None:
    first, second = twins(walk)
    record = walk.load(first)
    judged = walk.judged(record, walk.verdict(record))
    empty(walk, second, "account.industry")
    assert walk.store.keep_judged([judged]) == 0
    walk.rejudge()
    record = walk.load(first)
    judged = walk.judged(record, walk.verdict(record))
    walk.save(walk.set(walk.load(first), address("next_step"), "Call them"))
    assert walk.store.keep_judged([judged]) == 0
    record = walk.load(first)
    assert walk.store.keep_judged([walk.judged(record, walk.verdict(record))]) == 1


def test_so_many_at_once_and_the_rest_the_next_time(walk: Walk) -> None:
    first, second = twins(walk)
    third = walk.duplicate(walk.load(first)).id
    empty(walk, second, "account.industry")
    assert walk.rejudge(1) == 1
    assert len(walk.store.marked(10)) == 1
    assert walk.rejudge() == 1
    assert third not in walk.store.marked(10)


@pytest.mark.file
@pytest.mark.parametrize("kind", [Format.JSON, Format.CSV])
def test_an_export_of_all_judges_by_new_rules_once(
    walk: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Format
) -> None:
    first = walk_sample(walk, sample=False).id
    before, log = walk.store.load(first).opportunity, len(walk.store.history(first))
    monkeypatch.setattr("oppwizard.walk.service.__version__", "999")
    judged: list[UUID] = []
    verdict = Walk.verdict

    def counted(self: Walk, record: Record) -> Verdict:
        judged.append(record.id)
        return verdict(self, record)

    monkeypatch.setattr(Walk, "verdict", counted)
    files = [export(walk, None, kind, tmp_path / folder) for folder in ("one", "two")]
    assert judged == [first]
    texts = [[path.read_bytes() for path in result.paths] for result in files]
    assert texts[0] == texts[1]
    assert [result.count for result in files] == [1, 1]
    after = walk.store.load(first).opportunity
    assert (after.revision, after.updated_at, after.judged_by) == (before.revision, before.updated_at, walk.judged_by)
    assert len(walk.store.history(first)) == log
