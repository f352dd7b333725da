"""What happens around a deal is kept: talks, notes, files, ticks; and told in order (E8)."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from oppwizard.data.tables import Op
from oppwizard.errors import InvalidInput, NotFound, Refused
from oppwizard.exchange.dropping import attach_file, save_files
from oppwizard.model.enums import HandoffKind, TouchpointKind
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from oppwizard.walk.timeline import Sort, timeline


@pytest.fixture
def record(walk: Walk) -> Record:
    """A draft with one person."""
    begun = walk.start("Acme Pumps")
    walk.save(walk.add(begun, "people", name="Dana Low"))
    return begun


def test_a_talk_is_logged_with_both_sides_and_what_was_promised(walk: Walk, record: Record) -> None:
    dana = record.people[0].id
    move = walk.log(
        record,
        TouchpointKind.CALL,
        dt.date(2026, 11, 20),
        people=[dana],
        ours="Sam",
        subject="First call",
        outcome="They want a demo",
        commitments="Plan by Friday",
    )
    walk.save(move)
    (touch,) = walk.load(record.id).touchpoints
    assert (touch.kind, touch.on, touch.people, touch.ours) == (
        TouchpointKind.CALL,
        dt.date(2026, 11, 20),
        [dana],
        "Sam",
    )
    assert (touch.subject, touch.outcome, touch.commitments) == ("First call", "They want a demo", "Plan by Friday")
    undone = walk.undo(walk.load(record.id))
    assert undone is not None
    walk.save(undone)
    assert walk.load(record.id).touchpoints == []


def test_the_same_e_mail_is_logged_once(walk: Walk, record: Record) -> None:
    first = {"subject": "Hello", "source_id": "<1@example.com>"}
    walk.save(walk.log(record, TouchpointKind.EMAIL, walk.context.today, **first))  # type: ignore[arg-type]
    with pytest.raises(Refused, match="logged already"):
        walk.log(record, TouchpointKind.EMAIL, walk.context.today, **first)  # type: ignore[arg-type]
    assert len(walk.load(record.id).touchpoints) == 1


def test_a_note_has_its_author_and_says_something(walk: Walk, record: Record) -> None:
    walk.save(walk.note(record, "  Wants a quote\nby May  "))
    (note,) = walk.load(record.id).notes
    assert (note.body, note.author) == ("Wants a quote\nby May", walk.context.user)
    for empty in ("", "  \n ", "x" * 20_001):
        with pytest.raises(Refused):
            walk.note(record, empty)


def test_a_file_is_kept_by_copy_and_the_same_contents_once(walk: Walk, record: Record, tmp_path: Path) -> None:
    original = tmp_path / "見積書.pdf"
    original.write_bytes(b"%PDF-1.7 contents")
    attach_file(walk, record, original)
    original.unlink()
    there = walk.load(record.id)
    (kept,) = there.attachments
    assert (kept.name, kept.media_type, kept.size) == ("見積書.pdf", "application/pdf", 17)
    assert kept.digest == hashlib.sha256(b"%PDF-1.7 contents").hexdigest()
    assert walk.contents(kept) == b"%PDF-1.7 contents"
    again = walk.attach(there, "copy.pdf", b"%PDF-1.7 contents")
    assert again.batch is None
    assert "見積書.pdf" in str(again.notes[0])


def test_two_records_share_the_bytes_of_one_file(walk: Walk, record: Record) -> None:
    other = walk.start("Meridian")
    for one in (record, other):
        walk.save(walk.attach(one, "terms.txt", b"30 days"))
    digest = walk.load(record.id).attachments[0].digest
    assert walk.store.files_held([digest, "0" * 64]) == {digest}
    walk.save(walk.detach(record, record.attachments[0].id))
    assert walk.contents(walk.load(other.id).attachments[0]) == b"30 days"


def test_taking_a_file_off_can_be_undone(walk: Walk, record: Record) -> None:
    walk.save(walk.attach(record, "a.txt", b"A"))
    walk.save(walk.detach(record, record.attachments[0].id))
    assert walk.load(record.id).attachments == []
    back = walk.undo(walk.load(record.id))
    assert back is not None
    walk.save(back)
    assert walk.contents(walk.load(record.id).attachments[0]) == b"A"
    with pytest.raises(NotFound):
        walk.detach(record, record.id)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\x\plan.docx", "plan.docx"),
        ("a\x1b[2Jb.txt", "a␛[2Jb.txt"),
        ("..", ".."),
    ],
)
def test_a_files_name_is_text_never_a_path(walk: Walk, record: Record, name: str, shown: str) -> None:
    walk.save(walk.attach(record, name, b"x"))
    assert walk.load(record.id).attachments[0].name == shown


def test_empty_and_too_large_files_are_refused(walk: Walk, record: Record, tmp_path: Path) -> None:
    limit = walk.playbook.attachments.megabytes * 1_000_000
    large = tmp_path / "large.bin"
    with large.open("wb") as stream:
        stream.truncate(limit + 1)
    with pytest.raises(Refused, match="larger than"):
        attach_file(walk, record, large)
    with pytest.raises(Refused, match="empty"):
        walk.attach(record, "none.txt", b"")
    with pytest.raises(InvalidInput, match="cannot be read"):
        attach_file(walk, record, tmp_path / "gone.txt")
    assert walk.load(record.id).attachments == []


def test_files_are_written_out_without_covering_others(walk: Walk, record: Record, tmp_path: Path) -> None:
    walk.save(walk.attach(record, "plan.txt", b"one"))
    walk.save(walk.attach(record, "plan.txt", b"two"))
    (tmp_path / "plan.txt").write_text("mine")
    written = save_files(walk, walk.load(record.id), tmp_path)
    assert [path.name for path in written] == ["plan-2.txt", "plan-3.txt"]
    assert [path.read_bytes() for path in written] == [b"one", b"two"]
    assert (tmp_path / "plan.txt").read_text() == "mine"


def test_a_removed_sample_leaves_no_contents_behind(walk: Walk) -> None:
    sample = walk.start("Sample Inc", sample=True)
    walk.save(walk.attach(sample, "a.txt", b"only here"))
    digest = sample.attachments[0].digest
    walk.store.delete_record(sample.id)
    assert walk.store.files_held([digest]) == set()


def test_points_are_ticked_once_and_taken_back(walk: Walk, record: Record) -> None:
    for _ in range(2):
        walk.save(walk.tick(record, HandoffKind.SDR_AE, "briefed"))
    assert [tick.who for tick in walk.load(record.id).ticks] == [walk.context.user]
    walk.save(walk.tick(record, HandoffKind.SDR_AE, "briefed", done=False))
    assert walk.load(record.id).ticks == []
    with pytest.raises(NotFound):
        walk.tick(record, HandoffKind.SDR_AE, "nonsense")


def test_the_timeline_tells_everything_the_newest_first(walk: Walk, finished: Record) -> None:
    record = walk.load(finished.id)
    walk.save(walk.log(record, TouchpointKind.DEMO, dt.date(2020, 1, 2), subject="Long ago"))
    walk.save(walk.note(record, "A note"))
    walk.save(walk.attach(record, "a.txt", b"A"))
    walk.save(walk.set(record, Address("opportunity", "close_on"), "2027-03-15", reason="Their board met"))
    told = timeline(walk, walk.load(record.id))
    assert {one.sort for one in told} == {Sort.TALK, Sort.NOTE, Sort.FILE, Sort.STAGE, Sort.CHANGE}
    assert [one.day for one in told] == sorted((one.day for one in told), reverse=True)
    assert told[-1].what == "Demo: Long ago"
    moved = next(one for one in told if one.sort is Sort.CHANGE and "15 Mar 2027" in one.detail)
    assert "Their board met" in moved.detail
    assert [one.sort for one in timeline(walk, record, [Sort.NOTE])] == [Sort.NOTE] * len(record.notes)


def test_what_is_added_is_in_the_log(walk: Walk, record: Record) -> None:
    walk.save(walk.attach(record, "a.txt", b"A"))
    (change,) = walk.store.last_done(record.id)
    assert (change.op, change.entity) == (Op.INSERT, "attachment")
