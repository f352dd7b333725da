"""Packets from store to store: all of a deal arrives, what both changed is decided, the answer goes back (H1-H4)."""

import json
import shutil
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oppwizard.errors import InvalidInput, NotFound, Refused
from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.schema import record_schema
from oppwizard.handoff.archive import PacketRefused
from oppwizard.handoff.counting import counted
from oppwizard.handoff.keys import Keys
from oppwizard.handoff.merging import Who
from oppwizard.handoff.receipts import Answer, answer, enter, is_receipt, read_receipt
from oppwizard.handoff.receiving import look
from oppwizard.handoff.sending import Order, Packed, default_name, pack
from oppwizard.model.enums import HandoffKind, HandoffState, Stage, Status, TouchpointKind
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from tests.handoff.conftest import NewWalk

SENT, RECEIVED, ACCEPTED, RETURNED = HandoffState


def send(walk: Walk, record: Record, path: Path, to: str = "alex", kind: HandoffKind = HandoffKind.SDR_AE) -> Packed:
    return pack(walk, [record.id], Order(kind, to, "The customer is in a hurry"), path)


def take(walk: Walk, path: Path, decide: Who | None = None) -> None:
    with look(walk, path) as incoming:
        chosen = {news.id: {one.place: decide for one in news.conflicts} for news in incoming.news} if decide else {}
        incoming.take(chosen)


def states(walk: Walk, record: Record) -> list[HandoffState]:
    return [one.state for one in walk.load(record.id).handoffs]


def put(walk: Walk, record: Record, path: str, text: str) -> None:
    walk.save(walk.set(walk.load(record.id), Address("opportunity", path), text))


def lasting(walk: Walk, record: Record) -> Any:
    """A record as it is exported, without how often each store has written it."""
    text = dumps(to_document(walk.load(record.id), walk))

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: bare(item) for key, item in value.items() if key not in ("updated_at", "revision")}
        return [bare(item) for item in value] if isinstance(value, list) else value

    return bare(json.loads(text, parse_float=Decimal))


@pytest.fixture
def sam(walk: Walk, finished: Record) -> Walk:
    """Whoever has the finished record, with a note, a file and a talk."""
    record = walk.load(finished.id)
    walk.save(walk.note(record, "Mind the lease"))
    walk.save(walk.attach(record, "terms.txt", b"30 days"))
    walk.save(walk.log(record, TouchpointKind.CALL, walk.context.today, subject="Price", commitments="Quote by Friday"))
    return walk


@pytest.fixture
def packet(sam: Walk, finished: Record, tmp_path: Path) -> Path:
    """The finished record on its way to Alex."""
    return send(sam, finished, tmp_path / "deal.oppwiz").path


def test_all_of_a_deal_arrives(sam: Walk, finished: Record, packet: Path, new_walk: NewWalk) -> None:
    alex = new_walk("alex")
    take(alex, packet)
    there = alex.load(finished.id)
    mine, theirs = lasting(sam, finished), lasting(alex, finished)
    received = theirs["handoffs"].pop()
    assert received["state"] == "received"
    assert mine == theirs
    assert (there.opportunity.status, there.opportunity.stage) == (Status.CREATED, finished.opportunity.stage)
    assert alex.contents(there.attachments[0]) == b"30 days"
    logs = [walk.store.log(finished.id, finished.account.id, ()) for walk in (sam, alex)]
    assert [(one.action, one.who, one.at, one.new) for one in logs[1]][:-1] == [
        (one.action, one.who, one.at, one.new) for one in logs[0]
    ]
    assert alex.verdict(there).findings == sam.verdict(sam.load(finished.id)).findings


def test_texts_that_are_no_values_yet_arrive_with_a_deal(
    walk: Walk, finished: Record, new_walk: NewWalk, tmp_path: Path
) -> None:
    phone = Address("people", "phone", finished.people[0].id)
    for at, text in ((Address("opportunity", "budget_amount"), "about a lot"), (phone, "12")):
        walk.save(walk.hold(walk.load(finished.id), at, text))
    sent = walk.load(finished.id).pending
    assert set(sent.values()) == {"about a lot", "12"}
    path = tmp_path / "there.oppwiz"
    pack(walk, [finished.id], Order(HandoffKind.SDR_AE, "alex", "The rest follows"), path)
    alex = new_walk("alex")
    for _ in range(2):
        take(alex, path)
        assert alex.load(finished.id).pending == sent


def test_a_packet_is_read_by_other_programs(packet: Path, finished: Record) -> None:
    import jsonschema

    with zipfile.ZipFile(packet) as opened:
        assert opened.testzip() is None
        names = set(opened.namelist())
        document = json.loads(opened.read(f"records/{finished.id}.json"))
        page = opened.read("README.html").decode()
        history = opened.read(f"history/{finished.id}.jsonl").splitlines()
    assert {"README.html", "manifest.json"} < names
    jsonschema.validate(document, record_schema())
    assert "30 days" not in page
    assert "The customer is in a hurry" in page
    assert all(json.loads(line)["record_id"] for line in history)
    if shutil.which("unzip"):
        assert subprocess.run(["unzip", "-tq", str(packet)], capture_output=True, check=False).returncode == 0


def test_taking_a_packet_twice_changes_nothing(packet: Path, finished: Record, new_walk: NewWalk) -> None:
    alex = new_walk("alex")
    take(alex, packet)
    before = alex.context.store.read_bytes(), lasting(alex, finished)
    take(alex, packet)
    assert lasting(alex, finished) == before[1]
    assert states(alex, finished) == [SENT, RECEIVED]


def test_looking_takes_nothing(packet: Path, finished: Record, new_walk: NewWalk) -> None:
    alex = new_walk("alex")
    with look(alex, packet) as incoming:
        (news,) = incoming.news
        assert (news.id, news.is_new, news.differences) == (finished.id, True, [])
        assert incoming.cover.why_incomplete == "The customer is in a hurry"
        assert not incoming.is_received
    with pytest.raises(NotFound):
        alex.load(finished.id)


def test_an_incomplete_packet_needs_a_reason_and_every_packet_a_receiver(
    sam: Walk, finished: Record, tmp_path: Path
) -> None:
    path = tmp_path / "x.oppwiz"
    for order in (
        Order(HandoffKind.SDR_AE, "alex"),
        Order(HandoffKind.SDR_AE, "alex", "tbd"),
        Order(HandoffKind.SDR_AE, " ", "In a hurry"),
    ):
        with pytest.raises(Refused):
            pack(sam, [finished.id], order, path)
    with pytest.raises(Refused):
        pack(sam, [], Order(HandoffKind.TERRITORY, "alex"), path)
    with pytest.raises(InvalidInput):
        send(sam, finished, tmp_path)
    with pytest.raises(InvalidInput):
        send(sam, finished, tmp_path / "no" / "such" / "folder.oppwiz")
    assert states(sam, finished) == []
    assert not list(tmp_path.glob("*.oppwiz*")) + list(tmp_path.glob(".*"))


def test_what_was_sent_is_logged_and_closes_the_way_back(sam: Walk, finished: Record, packet: Path) -> None:
    assert states(sam, finished) == [SENT]
    with pytest.raises(Refused, match="changed hands"):
        sam.undo(sam.load(finished.id))
    put(sam, finished, "why_us", "We scan offline")
    move = sam.undo(sam.load(finished.id))
    assert move is not None, "what came after can be undone"


def test_acceptance_gives_the_deal_an_owner_and_goes_back(
    sam: Walk, finished: Record, packet: Path, new_walk: NewWalk, tmp_path: Path
) -> None:
    alex = new_walk("alex")
    take(alex, packet)
    receipt = tmp_path / "deal.receipt.json"
    cover = alex.load(finished.id).handoffs[0].packet
    answer(alex, cover, Answer(ACCEPTED, 4, comment="Well done"), receipt)
    assert is_receipt(receipt)
    assert not is_receipt(packet)
    assert alex.load(finished.id).opportunity.owner == "alex"
    assert enter(sam, read_receipt(receipt)) == 1
    assert states(sam, finished) == [SENT, RECEIVED, ACCEPTED]
    assert sam.load(finished.id).opportunity.owner == "alex"
    assert enter(sam, read_receipt(receipt)) == 0, "entering it again changes nothing"
    (line,) = sam.store.packets()
    assert (line.state, line.rating, line.sender, line.receiver) == (ACCEPTED, 4, sam.context.user, "alex")
    with pytest.raises(Refused, match="answered already"):
        answer(alex, cover, Answer(RETURNED, 1, "no_context"), receipt)


def test_a_return_names_its_reason_and_leaves_the_owner(
    sam: Walk, finished: Record, packet: Path, new_walk: NewWalk, tmp_path: Path
) -> None:
    alex = new_walk("alex")
    take(alex, packet)
    cover = alex.load(finished.id).handoffs[0].packet
    receipt = tmp_path / "r.json"
    for bad in (Answer(RETURNED, 2, "because"), Answer(RETURNED, 0, "no_context"), Answer(SENT, 3)):
        with pytest.raises(Refused):
            answer(alex, cover, bad, receipt)
    assert not receipt.exists()
    answer(alex, cover, Answer(RETURNED, 2, "no_context"), receipt)
    enter(sam, read_receipt(receipt))
    assert sam.load(finished.id).opportunity.owner == finished.opportunity.owner
    (count,) = counted(sam.store.packets(), sam.playbook)
    assert (count.sent, count.returned, count.reasons, count.rating) == (1, 1, {"No context or notes": 1}, 2.0)


def test_there_and_back_again_nothing_is_lost(
    sam: Walk, finished: Record, packet: Path, new_walk: NewWalk, tmp_path: Path
) -> None:
    alex = new_walk("alex")
    take(alex, packet)
    put(sam, finished, "why_us", "We scan offline")
    put(alex, finished, "objections", "The price")
    alex.save(alex.note(alex.load(finished.id), "They want a proof"))
    back = send(alex, finished, tmp_path / "back.oppwiz", sam.context.user, HandoffKind.AE_SE).path
    take(sam, back)
    there = sam.load(finished.id)
    assert (there.opportunity.why_us, there.opportunity.objections) == ("We scan offline", "The price")
    assert "They want a proof" in [note.body for note in there.notes]
    again = send(sam, finished, tmp_path / "again.oppwiz").path
    take(alex, again)
    assert sorted(note.body for note in alex.load(finished.id).notes) == sorted(note.body for note in there.notes)
    assert alex.load(finished.id).opportunity.why_us == "We scan offline"


def test_what_both_changed_waits_for_a_decision(
    sam: Walk, finished: Record, packet: Path, new_walk: NewWalk, tmp_path: Path
) -> None:
    alex = new_walk("alex")
    take(alex, packet)
    put(sam, finished, "why_us", "We scan offline")
    put(alex, finished, "why_us", "We are near")
    back = send(alex, finished, tmp_path / "back.oppwiz", sam.context.user).path
    with look(sam, back) as incoming, pytest.raises(Refused, match="Both sides changed"):
        incoming.take({})
    assert RECEIVED not in states(sam, finished)
    take(sam, back, Who.THEIRS)
    assert sam.load(finished.id).opportunity.why_us == "We are near"


def test_a_territory_goes_in_one_packet_with_an_overview(walk: Walk, new_walk: NewWalk, tmp_path: Path) -> None:
    records = [walk.start(f"Customer {number}") for number in range(5)]
    told: list[tuple[int, int]] = []
    order = Order(HandoffKind.TERRITORY, "alex", "Leaving on Friday")
    path = tmp_path / default_name(walk, HandoffKind.TERRITORY, records)
    packed = pack(
        walk, [record.id for record in records], order, path, progress=lambda done, of: told.append((done, of))
    )
    assert (packed.records, told[-1]) == (5, (5, 5))
    with zipfile.ZipFile(path) as opened:
        page = opened.read("README.html").decode()
        assert all(f"pages/{record.id}.html" in opened.namelist() for record in records)
    assert all(record.account.name in page for record in records)
    alex = new_walk("alex")
    take(alex, path)
    assert {line.title for line in alex.store.packets()} <= {record.account.name for record in records}
    answer(alex, packed.packet, Answer(ACCEPTED, 5), tmp_path / "r.json")
    assert enter(walk, read_receipt(tmp_path / "r.json")) == 5
    (line,) = walk.store.packets()
    assert (line.records, line.state) == (5, ACCEPTED)
    assert {walk.load(record.id).opportunity.owner for record in records} == {"alex"}


def test_a_signature_names_its_key_on_packet_and_receipt(
    sam: Walk, finished: Record, new_walk: NewWalk, tmp_path: Path
) -> None:
    alex = new_walk("alex")
    signers = [Keys(each.context.folder, use_keyring=False).signer() for each in (sam, alex)]
    path = tmp_path / "deal.oppwiz"
    packed = pack(sam, [finished.id], Order(HandoffKind.SDR_AE, "alex", "In a hurry"), path, signers[0])
    with look(alex, path) as incoming:
        assert incoming.signed_by == signers[0].public.hex()
        incoming.take()
    receipt = tmp_path / "r.json"
    answer(alex, packed.packet, Answer(ACCEPTED, 4), receipt, signers[1])
    assert read_receipt(receipt).signed_by == signers[1].public.hex()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("accepted", "returned", "seal"),
        ('"sha256": "', '"sha256": "0', "seal"),
        ('"body"', '"bodies"', "receipt"),
        ("{", "[", "receipt"),
    ],
)
def test_an_altered_receipt_is_refused(
    sam: Walk, finished: Record, packet: Path, new_walk: NewWalk, tmp_path: Path, old: str, new: str, code: str
) -> None:
    alex = new_walk("alex")
    take(alex, packet)
    receipt = tmp_path / "r.json"
    answer(alex, alex.load(finished.id).handoffs[0].packet, Answer(ACCEPTED, 4), receipt)
    receipt.write_text(receipt.read_text().replace(old, new, 1))
    with pytest.raises(PacketRefused) as refused:
        read_receipt(receipt)
    assert refused.value.code == code
    assert states(sam, finished) == [SENT]


def test_a_receipt_for_somebody_elses_packet_is_refused(
    packet: Path, finished: Record, new_walk: NewWalk, tmp_path: Path
) -> None:
    alex, kim = new_walk("alex"), new_walk("kim")
    take(alex, packet)
    receipt = tmp_path / "r.json"
    answer(alex, alex.load(finished.id).handoffs[0].packet, Answer(ACCEPTED, 4), receipt)
    with pytest.raises(NotFound):
        enter(kim, read_receipt(receipt))


def test_only_what_was_received_can_be_answered(sam: Walk, finished: Record, packet: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        answer(sam, sam.load(finished.id).handoffs[0].packet, Answer(ACCEPTED, 4), tmp_path / "r.json")


def test_a_receipt_may_change_nothing_but_what_became_of_the_packet(
    sam: Walk, finished: Record, packet: Path, new_walk: NewWalk, tmp_path: Path
) -> None:
    alex = new_walk("alex")
    take(alex, packet)
    receipt = tmp_path / "r.json"
    answer(alex, alex.load(finished.id).handoffs[0].packet, Answer(ACCEPTED, 4), receipt)
    found = read_receipt(receipt)
    changes = found.body.changes[finished.id]
    forged = next(one for one in changes if one["op"] == "set") | {"field": "probability", "old": "30", "new": "90"}
    forged["action"] = str(finished.id)
    found.body.changes[finished.id] = [*changes, forged]
    with pytest.raises(PacketRefused):
        enter(sam, found)
    assert states(sam, finished) == [SENT]
    assert sam.load(finished.id).opportunity.probability == finished.opportunity.probability


def test_a_stage_is_never_reset_by_a_change_of_owner(
    sam: Walk, finished: Record, packet: Path, new_walk: NewWalk, tmp_path: Path
) -> None:
    alex = new_walk("alex")
    take(alex, packet)
    answer(alex, alex.load(finished.id).handoffs[0].packet, Answer(ACCEPTED, 4), tmp_path / "r.json")
    enter(sam, read_receipt(tmp_path / "r.json"))
    for each in (sam, alex):
        there = each.load(finished.id)
        assert there.opportunity.stage == finished.opportunity.stage == Stage.STRATEGY
        assert len(there.passages) == len(sam.load(finished.id).passages)
        assert [note.body for note in there.notes][-1] == "Mind the lease"


def test_deals_of_one_account_arrive_together(sam: Walk, finished: Record, new_walk: NewWalk, tmp_path: Path) -> None:
    """The account and its people are in each of them, and one each in the store."""
    first = sam.load(finished.id)
    others = [sam.duplicate(first).id for _ in range(2)]
    path = pack(
        sam, [first.id, *others], Order(HandoffKind.TERRITORY, "alex", "Their rep moves on"), tmp_path / "t.oppwiz"
    ).path
    alex = new_walk("alex")
    take(alex, path)
    assert {alex.load(one).account.id for one in (first.id, *others)} == {first.account.id}
    assert len(alex.store.contacts_of(first.account.id)) == len(first.people)
    for one in (first.id, *others):
        theirs = sam.load(one)
        assert [person.name for person in alex.load(one).people] == [person.name for person in theirs.people]

    sam.save(sam.set(sam.load(first.id), Address("account", "headquarters"), "Seattle, United States"))
    sam.save(sam.set(sam.load(others[0]), Address("account", "employees"), "500"))
    again = pack(
        sam, [first.id, *others], Order(HandoffKind.TERRITORY, "alex", "Their rep moves on"), tmp_path / "u.oppwiz"
    ).path
    take(alex, again)
    account = alex.load(others[1]).account
    assert (account.headquarters, account.employees) == ("Seattle, United States", 500)
