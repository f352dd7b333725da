"""People at stores of their own, and everything that each can do there, as steps with arguments of any sort."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from oppwizard.context import Context
from oppwizard.errors import NotFound, OppwizardError, Refused, StaleWrite, ValueProblem
from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.export import export
from oppwizard.exchange.reading import import_file
from oppwizard.handoff.receipts import Answer, answer as answer_packet, enter, is_answered, read_receipt, report
from oppwizard.handoff.receiving import look
from oppwizard.handoff.sending import Order, pack
from oppwizard.model.ask import Kind
from oppwizard.model.base import new_id
from oppwizard.model.enums import EXISTING, HandoffKind, HandoffState, Stage
from oppwizard.model.fields import ROW_KINDS, FieldSpec
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook, use
from oppwizard.walk import Move, Walk
from oppwizard.walk.reviewing import Verdicts
from oppwizard.walk.sample import answer, script
from oppwizard.who import Me
from tests.conftest import TODAY
from tests.machine.evidence import Parts, missing
from tests.machine.ledger import WatchedStore, watched
from tests.machine.watch import Watch
from tests.walk.rows import assert_same, assert_stored, dump

HOME: Final = ("rep", "boss", "mona")
AWAY: Final = ("alex",)
_LATEST: Final = 4
"""So many of the newest records are acted upon: the older ones stay to be looked at."""


class Desk:
    """A store, whoever sits at it, and a second program that has it open."""

    def __init__(self, path: Path, users: Sequence[str], playbook: Playbook) -> None:
        self.path, self.users = path, users
        self.walk = Walk(watched(path), playbook, Context(users[0], path, clock=lambda: TODAY))
        self.other = Walk(watched(path), playbook, Context("boss", path, clock=lambda: TODAY))
        self.watch = Watch(self.walk.store, self.other)
        self.watch.users = frozenset({*users, "boss"})
        for walk in (self.walk, self.other):
            assert isinstance(walk.store, WatchedStore)
            walk.store.heard = self.watch.heard

    def close(self) -> None:
        """Let go of the file."""
        self.walk.store.close()
        self.other.store.close()

    def sit(self, user: str, role: str = "") -> None:
        """Let somebody sit down."""
        self.walk.context.user, self.walk.context.me = user, Me(name=user, role=role)

    def judge_by(self, playbook: Playbook) -> None:
        """Use another playbook, in both programs."""
        use(playbook)
        self.walk.playbook = self.other.playbook = playbook

    def pick(self, number: int) -> Record:
        """One of the records, fresh from the store."""
        known = self.watch.records()[-_LATEST:]
        return self.walk.load(known[number % len(known)])

    def taken(self, record: Record, step: Callable[[], Move | None]) -> Move | None:
        """Take a step, save it, and see that memory, store and another program agree; a refused one leaves no trace."""
        before, pending = dump(record, frozenset()), dict(record.pending)
        try:
            move = step()
        except OppwizardError:
            assert_same(dump(record, frozenset()), before)
            assert record.pending == pending
            return None
        if move is not None and move.batch is not None:
            self.walk.save(move)
            self.agree(move.record)
        return move

    def agree(self, record: Record) -> None:
        """Memory, store and another program have the same of a record, and lists show it as it is."""
        assert_stored(self.walk, record)
        theirs = self.other.load(record.id)
        assert_same(dump(theirs, frozenset({"updated_at"})), dump(record, frozenset({"updated_at"})))
        told = self.other.summary(theirs, self.other.verdict(theirs))
        for name in ("title", "amount", "open_points", "open_stage", "search_key", "score"):
            assert getattr(theirs.opportunity, name) == told[name], name


def place(record: Record, spec: FieldSpec, number: int) -> Address:
    """Where a field is; that of a new row where there is none."""
    if spec.entity not in ROW_KINDS:
        return Address(spec.entity, spec.name)
    rows = record.rows(spec.entity)
    if not rows and spec.ask.kind is Kind.PERSON:
        return Address(spec.entity, spec.name, new_id())
    return Address(spec.entity, spec.name, rows[number % len(rows)].id if rows else None)


def type_in(desk: Desk, record: Record, at: Address, text: str, *, visit: UUID | None = None) -> None:
    """Type into a field as the faces do: what is no value is kept as it is."""
    refused: list[ValueProblem] = []

    def typed() -> Move:
        try:
            return desk.walk.set(record, at, text, visit=visit, typing=visit is not None)
        except ValueProblem as problem:
            refused.append(problem)
            raise

    move = desk.taken(record, typed)
    if move is not None:
        assert str(at) not in desk.walk.load(record.id).pending
    elif (refused and at.row is not None) or (refused and at.entity not in ROW_KINDS):
        desk.taken(record, lambda: desk.walk.hold(record, at, text))
        if text and record.holder(at) is not None:
            assert desk.walk.load(record.id).pending[str(at)] == text, "what was typed is gone"


def undo(desk: Desk, record: Record) -> None:
    """Take the newest step back: all of it, or, of what cannot be undone, nothing."""
    done = desk.watch.courses[record.id].done
    newest = done[-1] if done else None
    count = len(done)
    try:
        move = desk.walk.undo(record)
    except Refused:
        assert newest is not None
        assert newest.barrier, "it could have been undone"
        return
    if newest is None or newest.begins:
        return  # what was there before the test began to look, or the beginning of the record
    assert not newest.barrier, "this cannot be undone"
    assert move is not None, "there is a step to be undone"
    desk.agree(desk.walk.save(move).record)
    assert len(done) == count - 1


def redo(desk: Desk, record: Record) -> None:
    """Bring the oldest undone step back; there is none after anything else was done."""
    undone = desk.watch.courses[record.id].undone
    before = dump(record, frozenset())
    try:
        move = desk.walk.redo(record)
    except Refused:
        assert_same(dump(record, frozenset()), before)
        return
    assert (move is None) == (not undone)
    if move is not None:
        desk.agree(desk.walk.save(move).record)


def work_on(desk: Desk, record: Record) -> None:
    """Answer what the first closed gate asks for, as in the sample deal, and go on."""
    stage = desk.walk.verdict(record).open_stage
    if stage is None:
        return
    answer(desk.walk, record, script("en"), stage)
    go_on(desk, desk.walk.load(record.id))


def go_on(desk: Desk, record: Record) -> None:
    """Do what the gates are open to: create it, or enter the stage that comes next."""
    following = Stage(min(record.opportunity.stage + 1, len(Stage)))
    if record.opportunity.stage == Stage.CREATION and not record.exists:
        desk.taken(record, lambda: desk.walk.create(record))
    else:
        desk.taken(record, lambda: desk.walk.advance(record, following))


def decide(desk: Desk, record: Record, said: Verdicts) -> None:
    """Decide about a record, whoever it is that sits there."""
    desk.taken(record, lambda: desk.walk.decide(record, said))


def behind(desk: Desk, record: Record, mine: tuple[Address, str], theirs: tuple[Address, str], *, insist: bool) -> None:
    """Two people change a record at once: the second one is told, and loses nothing that does not contradict."""
    elsewhere = desk.other.load(record.id)
    try:
        move = desk.walk.set(record, *mine)
        other = desk.other.set(elsewhere, *theirs)
    except OppwizardError:
        return
    if move.batch is None or other.batch is None:
        return
    desk.other.save(other)
    try:
        desk.walk.save(move)
    except StaleWrite:
        fresh, moves, conflicts = desk.walk.rebase(record.id, [move.batch])
        for each in moves:
            fresh = desk.walk.save(each).record
        for conflict in conflicts if insist else ():
            fresh = desk.walk.save(desk.walk.insist(fresh, conflict)).record
        desk.agree(fresh)
    else:
        raise AssertionError("a write was taken that came too late")


# Files


def exported(desk: Desk, folder: Path) -> None:
    """Export what is complete: only opportunities leave whose evidence is there, and all of them do."""
    shutil.rmtree(folder, ignore_errors=True)
    found = export(desk.walk, None, "json", folder)
    text = found.paths[0].read_text("utf-8") if found.paths else "[]"
    listed = json.loads(text)
    documents = listed.get("records", [listed]) if isinstance(listed, dict) else listed
    left = {UUID(one["opportunity"]["id"]) for one in documents if "opportunity" in one}
    for identity in left:
        record = desk.other.load(identity)
        assert record.opportunity.status in EXISTING
        assert desk.other.verdict(record).holds
        lacking = missing(Parts(desk.walk.store, desk.watch.seen.rows, identity), 4)
        assert not lacking, lacking
    assert left | {one.id for one in found.left_out} == set(desk.watch.records())
    assert not left & {one.id for one in found.left_out}


def imported(desk: Desk, record: Record, folder: Path, claims: dict[str, Any], gone: str | None) -> None:
    """Import the file of a record under another identity, with claims about its standing that may be false."""
    document = json.loads(dumps(to_document(record, desk.walk)))
    document["opportunity"] |= {"id": str(new_id())} | claims
    if gone is not None:
        document["account" if gone.startswith("account.") else "opportunity"].pop(gone.rpartition(".")[2], None)
    folder.mkdir(exist_ok=True)
    path = folder / "claims.json"
    path.write_text(json.dumps(document), "utf-8")
    (outcome,) = import_file(desk.walk, path)
    if outcome.id is not None:
        desk.agree(desk.walk.load(outcome.id))


# Packets


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file under way."""

    path: Path
    to_home: bool
    is_receipt: bool = False


def send(desk: Desk, record: Record, kind: HandoffKind, receiver: str, path: Path) -> bool:
    """Write a packet; whether there is one."""
    try:
        pack(desk.walk, [record.id], Order(kind, receiver, "The rest follows on Monday"), path)
    except OppwizardError:
        assert not path.exists()
        return False
    return True


@contextmanager
def unjudged(desk: Desk) -> Iterator[None]:
    """What is received was judged where it comes from."""
    desk.watch.judging = False
    try:
        yield
    finally:
        desk.watch.judging = True


def receive(desk: Desk, path: Path, *, theirs: bool) -> None:
    """Take a packet in, every conflict decided for one side; a second time it says nothing new."""
    from oppwizard.handoff.merging import Who

    who = Who.THEIRS if theirs else Who.MINE
    before = {one: desk.walk.store.revision(one) for one in desk.watch.records()}
    with unjudged(desk):
        with look(desk.walk, path) as incoming:
            chosen = {news.id: {one.place: who for one in news.conflicts} for news in incoming.news}
            incoming.take(chosen)
            ids = incoming.ids
        with look(desk.walk, path) as again:
            assert again.is_received
    for identity in ids:
        if desk.walk.store.revision(identity) != before.get(identity):  # else lists show what other rules once found
            desk.agree(desk.walk.load(identity))


def reply(desk: Desk, record: Record, path: Path, *, accept: bool) -> bool:
    """Answer the newest packet in which a record came; whether there is a receipt."""
    came = [one for one in record.handoffs if one.state is HandoffState.RECEIVED]
    if not came or is_answered(desk.walk, came[-1].packet):
        return False
    state = HandoffState.ACCEPTED if accept else HandoffState.RETURNED
    reason = desk.walk.playbook.pick_list("return_reasons").items[0].value
    try:
        if came[-1].kind is HandoffKind.REVIEW:
            report(desk.walk, record, path)
        else:
            answer_packet(desk.walk, came[-1].packet, Answer(state, 4, "" if accept else reason, "Thanks"), path)
    except (Refused, NotFound):
        assert not path.exists()
        return False
    return True


def entered(desk: Desk, path: Path) -> None:
    """Enter a receipt; a second time it says nothing new."""
    with unjudged(desk):
        try:
            enter(desk.walk, read_receipt(path))
        except OppwizardError:
            return
        assert enter(desk.walk, read_receipt(path)) == 0
