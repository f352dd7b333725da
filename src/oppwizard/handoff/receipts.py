"""The answer to a packet: accepted or returned, with a rating, as a small file that goes back (H4)."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oppwizard.data import journal
from oppwizard.data.codec import decode, decode_row
from oppwizard.data.store import Author, Batch, Source
from oppwizard.data.tables import Change, Op
from oppwizard.errors import InvalidInput, NotFound, Refused
from oppwizard.exchange.atomic import FileSet, writing
from oppwizard.handoff.cover import Cover
from oppwizard.handoff.logged import as_lines, fresh, from_lines
from oppwizard.handoff.receiving import event
from oppwizard.handoff.refusals import PacketRefused
from oppwizard.handoff.seal import Signer, is_signed, signature
from oppwizard.i18n import T
from oppwizard.model.base import utc_now
from oppwizard.model.enums import Decision, HandoffKind, HandoffState
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Handoff, Remark, Review
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.walk import Walk
from oppwizard.walk.move import Edits
from oppwizard.walk.reviewing import decided_after, effects, own_names

SUFFIX: Final = ".receipt.json"
FORMAT: Final = "oppwizard.receipt"
LARGEST: Final = 30_000_000
"""The bytes that a receipt may have: a territory's has a line or two a record."""
_LONGEST_COMMENT: Final = 2_000
RECEIPT: Final = b"oppwizard receipt seal 1\0"
"""What a signature of a receipt begins with, so that one of anything else is never one."""
_OWNED: Final = (HandoffKind.SDR_AE, HandoffKind.TERRITORY)
"""Accepting one of these makes the receiver the owner."""
_ANSWERS: Final = (HandoffState.ACCEPTED, HandoffState.RETURNED)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver says to a packet.

    Attributes:
        state: accepted or returned.
        reason: why it is returned: a value of the playbook's list ``return_reasons``.
        rating: what the packet was worth, 1 (useless) to 5 (nothing was missing); a review needs none.
    """

    state: HandoffState
    rating: int | None
    reason: str = ""
    comment: str = ""


class _Receipt(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["oppwizard.receipt"] = FORMAT
    version: Literal[1] = 1
    cover: Cover
    state: HandoffState
    who: str = Field(max_length=200)
    rating: int | None = Field(default=None, ge=1, le=5)
    reason: str = Field(default="", max_length=1_000)
    changes: dict[UUID, list[dict[str, Any]]]
    """What was logged with each record: the rows of what became of the packet, and its new owner."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that was verified.

    Attributes:
        signed_by: the public key that signed it, as hexadecimal digits; None where nobody did.
    """

    body: _Receipt
    signed_by: str | None

    @property
    def cover(self) -> Cover:
        """The packet that it answers."""
        return self.body.cover


def answer(walk: Walk, packet: UUID, said: Answer, path: Path, signer: Signer | None = None) -> int:
    """Accept or return a packet that was received, and write the receipt; both, or neither.

    Returns:
        How many records were in the packet.

    Raises:
        NotFound: no such packet was received here.
        Refused: it was answered already; the reason is none of the list; there is no rating.
    """
    ids = walk.store.in_packet(packet)
    records = [walk.load(one) for one in ids[:1]]
    received = [one for record in records for one in record.handoffs if one.packet == packet]
    if not any(one.state is HandoffState.RECEIVED for one in received):
        raise NotFound(T("This packet was not received here"), T("Receive it first: oppwizard receive FILE"))
    if is_answered(walk, packet):
        raise Refused(T("This packet was answered already"))
    cover = _cover_of(received[0])
    _check(walk, said, cover.kind)
    told: dict[UUID, list[dict[str, Any]]] = {}
    with writing(path), FileSet() as files:
        stream = files.open(path)

        def batches() -> Iterator[Batch]:
            for record_id in ids:
                yield _answered(walk, walk.load(record_id), cover, said, told)
            body = _Receipt(
                cover=cover,
                state=said.state,
                who=walk.context.user,
                rating=said.rating,
                reason=said.reason,
                changes=told,
            )
            stream.write(_signed(body, signer))

        walk.store.commit_all(batches())
        files.commit()
    return len(ids)


def is_answered(walk: Walk, packet: UUID) -> bool:
    """Whether a packet was accepted or returned already."""
    first = [walk.store.load(one) for one in walk.store.in_packet(packet)[:1]]
    return any(one.packet == packet and one.state in _ANSWERS for record in first for one in record.handoffs)


def _check(walk: Walk, said: Answer, kind: HandoffKind) -> None:
    if said.state not in _ANSWERS:
        raise Refused(T("A packet is accepted or returned"))
    if kind is HandoffKind.REVIEW:
        return
    if said.rating is None or not 1 <= said.rating <= 5:
        raise Refused(T("A packet is rated from 1 to 5"))
    reasons = [item.value for item in walk.playbook.pick_list("return_reasons").items]
    if said.state is HandoffState.RETURNED and said.reason not in reasons:
        raise Refused(T("A packet is returned for a reason"), T("Name one of: {reasons}", reasons=", ".join(reasons)))


def _cover_of(row: Handoff) -> Cover:
    return Cover(
        packet=row.packet,
        kind=row.kind,
        sender=row.sender,
        receiver=row.receiver,
        at=row.at,
        complete=row.complete or 0,
    )


def _answered(walk: Walk, record: Record, cover: Cover, said: Answer, told: dict[UUID, list[dict[str, Any]]]) -> Batch:
    edits = Edits(record)
    given = {"reason": said.reason, "comment": said.comment, "rating": said.rating}
    row = event(walk, record, cover, said.state, **given)  # type: ignore[arg-type]
    record.handoffs.append(row)
    edits.insert(row)
    if said.state is HandoffState.ACCEPTED and cover.kind in _OWNED:
        edits.set(record.opportunity, "owner", walk.context.user)
    batch = walk.finish(edits, advancing=False).batch
    assert batch is not None, "a row was added"
    batch.received = journal.entries(batch, utc_now())
    received = [one for one in record.handoffs if one.packet == cover.packet and one.state is HandoffState.RECEIVED]
    every = walk.store.log(record.id, record.account.id, ())
    log = [change for change in every if change.row_id in _ids(received)]
    if cover.kind is HandoffKind.REVIEW:
        log += _of_decision(every, received[-1].id)
    told[record.id] = [json.loads(line) for line in as_lines([*log, *batch.received])]
    return batch


def _of_decision(log: list[Change], received: UUID) -> list[Change]:
    """What was logged as the manager decided: the decision, its comments, and what it made of the opportunity."""
    decided = set(decided_after(log, received))
    actions = {change.action for change in log if change.row_id in decided and change.op is Op.INSERT}
    return [change for change in log if change.action in actions]


def _ids(rows: list[Handoff]) -> set[UUID]:
    return {row.id for row in rows}


def _signed(body: _Receipt, signer: Signer | None) -> bytes:
    text = body.model_dump_json().encode()
    digest = hashlib.sha256(text).hexdigest()
    seal = {"sha256": digest, "key": "", "signature": ""}
    if signer is not None:
        seal |= {"key": signer.public.hex(), "signature": signature(signer, RECEIPT, bytes.fromhex(digest)).hex()}
    return json.dumps({"format": FORMAT, "body": text.decode(), "seal": seal}, indent=1).encode() + b"\n"


def is_receipt(path: Path) -> bool:
    """Whether a file begins like a receipt, not like a packet."""
    try:
        with path.open("rb") as stream:
            return stream.read(1) == b"{"
    except OSError:
        return False


def read_receipt(path: Path) -> Receipt:
    """Read and verify a receipt; nothing is written.

    Raises:
        PacketRefused: it was altered, or is no receipt.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise PacketRefused("receipt", T("This is no receipt: it is too large"))
        read = json.loads(path.read_bytes())
        text, seal = read["body"].encode(), read["seal"]
        digest = hashlib.sha256(text).hexdigest()
        if seal["sha256"] != digest:
            raise PacketRefused("seal", T("The receipt was altered on its way"))
        if seal["key"] and not is_signed(
            bytes.fromhex(seal["key"]), bytes.fromhex(seal["signature"]), RECEIPT, bytes.fromhex(digest)
        ):
            raise PacketRefused("signature", T("The signature of the receipt is not right"))
        return Receipt(_Receipt.model_validate_json(text), seal["key"] or None)
    except OSError as error:
        raise InvalidInput(T("{path} cannot be read.", path=path), T("Check the name of the file.")) from error
    except (ValueError, ValidationError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PacketRefused("receipt", T("This is no receipt of this program")) from error


def enter(walk: Walk, receipt: Receipt) -> int:
    """Take a receipt into the store from which its packet was sent; entering it again changes nothing.

    Returns:
        With how many records something new was kept.

    Raises:
        NotFound: the packet was not sent from here.
        PacketRefused: it says something else than what becomes of a packet.
    """
    packet = receipt.cover.packet
    known = {one for one in walk.store.in_packet(packet) if _sent(walk.load(one), packet)}
    if not known:
        raise NotFound(T("The packet that this receipt answers was not sent from this store"))
    parsed = {
        record_id: from_lines(b"\n".join(json.dumps(line).encode() for line in lines), record_id, ())
        for record_id, lines in receipt.body.changes.items()
        if record_id in known
    }
    entered: list[UUID] = []

    def batches() -> Iterator[Batch]:
        for record_id, changes in parsed.items():
            batch = _entered(walk, record_id, packet, changes)
            if batch is not None:
                entered.append(record_id)
                yield batch

    walk.store.commit_all(batches())
    return len(entered)


def _sent(record: Record, packet: UUID) -> bool:
    return any(one.packet == packet and one.state is HandoffState.SENT for one in record.handoffs)


def _entered(walk: Walk, record_id: UUID, packet: UUID, changes: list[Change]) -> Batch | None:
    record = walk.load(record_id)
    new = fresh(changes, walk.store.log(record_id, record.account.id, ()))
    edits = Edits(record)
    kept: list[Change] = []
    decision = _Decision(record) if _kind_of(record, packet) is HandoffKind.REVIEW else None
    for change in sorted(new, key=lambda change: change.entity != Remark.__tablename__):  # what a decision may quote
        if decision is not None and decision.takes(edits, change):
            kept.append(change)
        elif change.op is Op.INSERT and change.entity == Handoff.__tablename__:
            row = decode_row(Handoff, change.new or "{}")
            if not isinstance(row, Handoff) or row.packet != packet or row.opportunity_id != record_id:
                raise PacketRefused("receipt", T("The receipt speaks of another packet"))
            record.handoffs.append(row)
            edits.insert(row)
            kept.append(change)
        elif (change.op, change.entity, change.field) == (Op.SET, Opportunity.__tablename__, "owner"):
            if record.opportunity.owner == decode(Opportunity, "owner", change.old):
                edits.set(record.opportunity, "owner", decode(Opportunity, "owner", change.new))
                kept.append(change)
        else:
            raise PacketRefused("receipt", T("The receipt changes more than what became of the packet"))
    if not kept:
        return None
    batch = walk.finish(edits, author=Author(walk.context.user, Source.IMPORT), advancing=False).batch
    assert batch is not None, "a row was added"
    batch.received = tuple(change for change in new if change in kept)
    return batch


def _kind_of(record: Record, packet: UUID) -> HandoffKind | None:
    return next((one.kind for one in record.handoffs if one.packet == packet), None)


class _Decision:
    """A manager's decision on its way into the rep's store: what follows from it is worked out, not believed (Q1)."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self._implied: dict[str, Any] = {}

    def takes(self, edits: Edits, change: Change) -> bool:
        """Take a change in that is part of the decision; whether it was one.

        Raises:
            PacketRefused: it says something about the opportunity that does not follow from the decision.
        """
        if change.op is Op.INSERT and change.entity in (Review.__tablename__, Remark.__tablename__):
            model = Review if change.entity == Review.__tablename__ else Remark
            row = decode_row(model, change.new or "{}")
            if not isinstance(row, Review | Remark) or row.opportunity_id != self.record.id:
                raise PacketRefused("receipt", T("The receipt speaks of another record"))
            self._keep(edits, row)
            return True
        if (change.op, change.entity) != (Op.SET, Opportunity.__tablename__) or change.field not in self._implied:
            return False
        if decode(Opportunity, change.field, change.new) != self._implied[change.field]:
            raise PacketRefused("receipt", T("The receipt says something else than the decision in it"))
        return True

    def _keep(self, edits: Edits, row: Review | Remark) -> None:
        if isinstance(row, Remark):
            self.record.remarks.append(row)
            edits.insert(row)
            return
        if fold(row.reviewer) in own_names(self.record):
            raise PacketRefused("receipt", T("Nobody decides about their own record"))
        self.record.reviews.append(row)
        edits.insert(row)
        self._implied = effects(self.record, row)
        for name, value in self._implied.items():
            edits.set(self.record.opportunity, name, value)


def reviewed_packet(walk: Walk, record: Record) -> UUID | None:
    """The newest packet for review in which a record came here and which was not answered yet (Q1)."""
    came = _came(record)
    return came.packet if came is not None and not is_answered(walk, came.packet) else None


def _came(record: Record) -> Handoff | None:
    """How a record came here last for its review."""
    kinds = HandoffKind.REVIEW, HandoffState.RECEIVED
    return next((one for one in reversed(record.handoffs) if (one.kind, one.state) == kinds), None)


def report(walk: Walk, record: Record, path: Path, signer: Signer | None = None) -> None:
    """Write the manager's decision as the receipt of the packet in which the record came (Q1).

    Raises:
        NotFound: it came in none, or its receipt was written already.
        Refused: nothing was decided since it came.
        InvalidInput: the file cannot be written; the decision stands, and the receipt can be written again.
    """
    packet, came = reviewed_packet(walk, record), _came(record)
    if packet is None or came is None:
        raise NotFound(
            T("It came in no packet for review, or its receipt was written already"),
            T("Such a packet is made with: oppwizard handoff ID --kind review --to MANAGER"),
        )
    decided = decided_after(walk.store.log(record.id, record.account.id, ()), came.id)
    if not decided:
        raise Refused(T("Nothing was decided about it yet"), T("Decide first: oppwizard review ID"))
    last = next(review for review in record.reviews if review.id == decided[-1])
    state = HandoffState.ACCEPTED if last.decision is Decision.APPROVE else HandoffState.RETURNED
    reason = "" if state is HandoffState.ACCEPTED else last.decision.value
    answer(walk, packet, Answer(state, None, reason, last.comment[:_LONGEST_COMMENT]), path, signer)
