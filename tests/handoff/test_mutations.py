"""A packet that was altered on its way is refused whole, and the store stays as it was, byte for byte (H4)."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oppwizard.handoff.archive import PacketRefused
from oppwizard.handoff.receiving import look
from oppwizard.handoff.sending import Order, pack
from oppwizard.model.enums import HandoffKind
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from tests.handoff.conftest import NewWalk

MANY = 220


@pytest.fixture
def packet(walk: Walk, finished: Record, tmp_path: Path) -> bytes:
    """A real packet, with a file in it."""
    walk.save(walk.attach(walk.load(finished.id), "terms.txt", b"30 days" * 400))
    path = tmp_path / "deal.oppwiz"
    pack(walk, [finished.id], Order(HandoffKind.SDR_AE, "alex", "In a hurry"), path)
    return path.read_bytes()


def flipped(data: bytes, chance: random.Random) -> bytes:
    at, bit = chance.randrange(len(data)), chance.randrange(8)
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def longer(data: bytes, chance: random.Random) -> bytes:
    more = chance.randbytes(chance.randrange(1, 400))
    return data + more if chance.random() < 0.5 else more + data


def swapped(data: bytes, chance: random.Random) -> bytes:
    one, other = sorted(chance.sample(range(len(data)), 2))
    return data[:one] + data[other:] + data[one:other]


def zeroed(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) - 40)
    return data[:at] + bytes(40) + data[at + 40 :]


def repacked(data: bytes, chance: random.Random) -> bytes:
    """The same members, one of them renamed, changed, doubled or gone, packed by another program."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = chance.choice(old.namelist())
        what = chance.choice(("rename", "change", "drop", "nest", "same"))
        for name in old.namelist():
            content = old.read(name)
            if name == chosen and what == "drop":
                continue
            if name == chosen and what == "rename":
                name = chance.choice(("../../evil", "/etc/passwd", "C:\\x", "records/x.json", name.upper()))
            if name == chosen and what == "change":
                content = flipped(content, chance)
            if name == chosen and what == "nest":
                content = data
            new.writestr(name, content)
        new.comment = old.comment
    return found.getvalue()


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (flipped, cut, longer, swapped, zeroed, repacked)


def mutations(data: bytes) -> Iterator[tuple[str, bytes]]:
    for number in range(MANY):
        way = WAYS[number % len(WAYS)]
        altered = way(data, random.Random(number))
        if altered != data:
            yield f"{way.__name__} {number}", altered


def test_altered_packets_are_refused_and_the_store_stays_as_it_was(
    packet: bytes, new_walk: NewWalk, tmp_path: Path
) -> None:
    alex = new_walk("alex")
    before = {path.name: path.read_bytes() for path in alex.context.folder.iterdir()}
    path = tmp_path / "altered.oppwiz"
    tried, codes = 0, set()
    for name, altered in mutations(packet):
        path.write_bytes(altered)
        with pytest.raises(PacketRefused) as refused:
            look(alex, path)
        assert str(refused.value.problem), name
        assert refused.value.remedy is not None, name
        codes.add(refused.value.code)
        tried += 1
    assert tried >= 200
    assert {"seal", "truncated"} <= codes
    assert {path.name: path.read_bytes() for path in alex.context.folder.iterdir()} == before
