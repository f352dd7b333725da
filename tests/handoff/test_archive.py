"""H4: a packet comes back as it was written, or not at all."""

import errno
import hashlib
import json
import os
import random
import shutil
import stat
import struct
import subprocess
import sys
import tracemalloc
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from oppwizard.errors import InvalidInput, StoreProblem
from oppwizard.handoff import layout, packing
from oppwizard.handoff.archive import Member, PacketRefused, open_archive, write_archive
from oppwizard.handoff.seal import SEAL_LENGTH
from oppwizard.handoff.source import Source
from tests.handoff.packets import (
    ATTACHMENT,
    CONTENTS,
    FACTS,
    OTHER,
    RECORD,
    Part,
    Somebody,
    built,
    deflate,
    listing,
    members,
    resealed,
    sealed,
    sound,
)

MEGABYTE = 1024 * 1024
PLAIN = [Part(name, data) for name, data in CONTENTS.items()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deal.packet.zip"


def code_of(path: Path, data: bytes | None = None) -> str | None:
    """Why a file is refused, None if it is taken."""
    if data is not None:
        path.write_bytes(data)
    try:
        with open_archive(path):
            return None
    except PacketRefused as refusal:
        return refusal.code


def read_all(path: Path) -> tuple[Any, dict[str, bytes]]:
    with open_archive(path) as archive:
        return archive.manifest, {file.name: archive.read(file.name) for file in archive.manifest.files}


# ----------------------------------------------------------------------------------------------------- there and back

CHUNKS = st.lists(st.binary(max_size=400) | st.integers(0, 300_000).map(bytes), max_size=4)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    records=st.dictionaries(st.uuids().map(lambda one: f"records/{one}.json"), CHUNKS, max_size=5),
    facts=st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON, max_size=4),
    number=st.none() | st.integers(1, 3),
)
def test_it_comes_back_as_it_was(
    path: Path, records: dict[str, list[bytes]], facts: dict[str, Any], number: int | None
) -> None:
    signer = Somebody(number) if number else None
    packed = [Member(name, chunks) for name, chunks in records.items()]
    written = write_archive(path, packed, "handoff", 3, facts, signer)
    with open_archive(path) as archive:
        assert archive.manifest == written
        assert (written.kind, written.schema, written.facts) == ("handoff", 3, facts)
        assert archive.signed_by == (signer.public.hex() if signer else None)
        assert [file.name for file in written.files] == list(records)
        for name, chunks in records.items():
            assert archive.read(name) == b"".join(archive.stream(name)) == b"".join(chunks)


def test_the_same_members_give_the_same_bytes(tmp_path: Path) -> None:
    data = random.Random(4).randbytes(700_000)
    name = f"files/{hashlib.sha256(data).hexdigest()}"
    for file, size in (("one", 1000), ("two", 65_537)):
        pieces = (data[at : at + size] for at in range(0, len(data), size))
        write_archive(tmp_path / file, [Member(name, pieces), *members()], "handoff", 1, FACTS, Somebody())
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_other_programs_can_look_into_it(path: Path) -> None:
    sound(path, Somebody())
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*CONTENTS, "manifest.json"]
        assert {name: archive.read(name) for name in CONTENTS} == CONTENTS
        listed = json.loads(archive.read("manifest.json"))
    assert listed["format"] == "oppwizard.packet"
    assert listed["version"] == 1
    assert {file["name"]: (file["size"], file["sha256"]) for file in listed["files"]} == {
        name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in CONTENTS.items()
    }


@pytest.mark.skipif(shutil.which("unzip") is None, reason="needs unzip")
def test_unzip_unpacks_it(path: Path, tmp_path: Path) -> None:
    sound(path)
    subprocess.run(["unzip", "-q", path, "-d", tmp_path / "out"], check=True, capture_output=True)
    assert {name: (tmp_path / "out" / name).read_bytes() for name in CONTENTS} == CONTENTS


def test_what_packs_too_well_is_stored(path: Path) -> None:
    data = bytes(5 * MEGABYTE)
    manifest = write_archive(path, [Member(RECORD, (data,)), *members({OTHER: b"{}"})], "handoff", 1, {}, None)
    assert read_all(path) == (manifest, {RECORD: data, OTHER: b"{}"})
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.getinfo(RECORD).compress_type == zipfile.ZIP_STORED


def test_a_packet_of_nothing(path: Path) -> None:
    manifest = write_archive(path, [], "receipt", 1, {"answer": "no"}, None)
    assert read_all(path) == (manifest, {})


def test_two_members_can_be_read_by_turns(path: Path) -> None:
    one, two = (random.Random(seed).randbytes(700_000) for seed in (1, 2))
    write_archive(path, members({RECORD: one, OTHER: two}), "handoff", 1, {}, None)
    with open_archive(path) as archive:
        turns = list(zip(archive.stream(RECORD), archive.stream(OTHER), strict=True))
    assert (b"".join(first for first, _ in turns), b"".join(second for _, second in turns)) == (one, two)


def test_neither_way_takes_much_memory(path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        return (random.Random(number).randbytes(MEGABYTE) for number in range(24))

    tracemalloc.start()
    try:
        write_archive(path, [Member(RECORD, chunks())], "handoff", 1, {}, None)
        with open_archive(path) as archive:
            size = sum(len(chunk) for chunk in archive.stream(RECORD))
        assert (size, tracemalloc.get_traced_memory()[1] < 12 * MEGABYTE) == (24 * MEGABYTE, True)
    finally:
        tracemalloc.stop()


def test_a_member_that_is_not_there(path: Path) -> None:
    sound(path)
    with open_archive(path) as archive:
        for name in ("records/../../etc/passwd", "manifest.json", ""):
            with pytest.raises(PacketRefused, match="lacks"):
                archive.read(name)


# ------------------------------------------------------------------------------------------------------------ writing


def _failing() -> Iterator[bytes]:
    yield b"begun"
    raise StoreProblem(packing.too_large().problem)


@pytest.mark.parametrize(
    ("packed", "kind", "facts"),
    [
        ([Member("records/../x.json", (b"",))], "handoff", {}),
        ([Member("manifest.json", (b"",))], "handoff", {}),
        ([Member(f"files/{'0' * 64}", (b"not of that digest",))], "handoff", {}),
        ([Member(RECORD, (b"",)), Member(RECORD, (b"",))], "handoff", {}),
        ([], "Handoff!", {}),
        ([], "handoff", {"rate": float("nan")}),
        ([], "handoff", {"name": "\ud800"}),
    ],
)
def test_what_no_reader_would_take_is_not_written(
    path: Path, packed: list[Member], kind: str, facts: dict[str, Any]
) -> None:
    path.write_text("old")
    with pytest.raises(ValueError):  # noqa: PT011 - a fault of the program, which no message explains
        write_archive(path, packed, kind, 1, facts, None)
    assert [(file.name, file.read_text()) for file in path.parent.iterdir()] == [(path.name, "old")]


def test_a_failure_on_the_way_leaves_the_old_file(path: Path) -> None:
    path.write_text("old")
    with pytest.raises(StoreProblem):
        write_archive(path, [Member(RECORD, _failing())], "handoff", 1, {}, None)
    assert [(file.name, file.read_text()) for file in path.parent.iterdir()] == [(path.name, "old")]


@pytest.mark.parametrize(("limit", "value"), [("MEMBER_MAX", 100), ("TOTAL_MAX", 200), ("MEMBERS_MAX", 4)])
def test_too_much_for_one_packet(path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    for module in (layout, packing):
        if hasattr(module, limit):
            monkeypatch.setattr(module, limit, value)
    with pytest.raises(InvalidInput, match="would hold more"):
        sound(path)
    assert list(path.parent.iterdir()) == []


def test_too_many_facts(path: Path) -> None:
    with pytest.raises(InvalidInput, match="would hold more"):
        write_archive(path, [], "handoff", 1, {"note": "x" * 2 * MEGABYTE}, None)


def test_no_place_for_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is no place for a file"):
        sound(tmp_path / "missing" / "deal.zip")


# ------------------------------------------------------------------------------------------------------------ changed


@pytest.mark.parametrize("signer", [None, Somebody()], ids=["unsigned", "signed"])
def test_a_flipped_bit_anywhere_is_seen(path: Path, signer: Somebody | None) -> None:
    packet = sound(path, signer)
    for at in range(len(packet)):
        bent = bytearray(packet)
        bent[at] ^= 1 << at % 8
        assert code_of(path, bytes(bent)) in {"seal", "signature", "newer"}, at


def test_a_flipped_bit_below_a_new_seal_changes_nothing_that_is_read(path: Path) -> None:
    packet = sound(path)
    expected = read_all(path)
    refused = 0
    for at in range(len(packet) - SEAL_LENGTH):
        bent = bytearray(packet)
        bent[at] ^= 1 << at % 8
        if code_of(path, resealed(bytes(bent))) is None:
            assert read_all(path) == expected, at
        else:
            refused += 1
    assert refused > 0.99 * (len(packet) - SEAL_LENGTH)  # the rest are bits that fill up the last byte of a stream


def test_a_cut_packet_is_seen_whatever_its_length(path: Path) -> None:
    packet = sound(path, Somebody())
    for length in range(len(packet)):
        assert code_of(path, packet[:length]) in {"truncated", "not-a-packet", "seal"}, length
    assert code_of(path, packet[: len(packet) // 2]) == "truncated"
    assert code_of(path, packet[:-1]) == "truncated"


def _mangled(packet: bytes, chance: random.Random) -> bytes:
    """A packet with one thing wrong: a run of bytes lost, doubled, overwritten, moved, or put in."""
    at, length = chance.randrange(len(packet)), chance.randint(1, 200)
    run, junk = packet[at : at + length], chance.randbytes(length)
    other = chance.randrange(len(packet))
    return chance.choice(
        [
            packet[:at] + packet[at + length :],
            packet[:at] + run + packet[at:],
            packet[:at] + junk + packet[at + len(junk) :],
            packet[:other] + run + packet[other + len(run) :],
            packet[:at] + junk + packet[at:],
            packet + junk,
            junk + packet,
            packet + packet[other:],
            packet[:at] + bytes(len(run)) + packet[at + length :],
        ]
    )


@pytest.mark.parametrize("seed", range(300))
def test_a_mangled_packet_is_refused(path: Path, seed: int) -> None:
    packet = sound(path, Somebody())
    expected = read_all(path)
    bent = _mangled(packet, random.Random(seed))
    assert (code_of(path, bent) is None) == (bent == packet)
    if code_of(path, resealed(bent)) is None:
        assert read_all(path) == expected


@pytest.mark.parametrize("junk", [b"\0", b"PK\x05\x06" + bytes(18), b"x" * 70_000, b"<script>"])
def test_bytes_before_and_after(path: Path, junk: bytes) -> None:
    packet = sound(path)
    assert code_of(path, packet + junk) in {"seal", "truncated"}
    assert code_of(path, junk + packet) == "seal"
    assert code_of(path, resealed(junk + packet)) == "layout"
    body = packet[:-SEAL_LENGTH]
    assert code_of(path, sealed(body + junk)) is not None


def test_a_packet_that_another_program_packed_again(path: Path) -> None:
    sound(path)
    with zipfile.ZipFile(path) as archive:
        comment, contents = archive.comment, [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as again:
        for name, data in contents:
            again.writestr(name, data)
    assert code_of(path) == "seal"
    with pytest.raises(PacketRefused, match=r"altered.*packed again.*Ask the sender to send it again"):
        open_archive(path).__enter__()
    with zipfile.ZipFile(path, "a") as again:
        again.comment = comment
    assert code_of(path) == "seal"
    assert code_of(path, resealed(path.read_bytes())) == "layout"


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"{}", b"%PDF-1.7", bytes(5000), b"\x89PNG" * 2000, b"x" * (SEAL_LENGTH + 22)]
)
def test_something_else_altogether(path: Path, data: bytes) -> None:
    assert code_of(path, data) == "not-a-packet"


def test_a_seal_and_nothing_else(path: Path) -> None:
    for length in range(30):
        assert code_of(path, sealed(bytes(length))) is not None


# ------------------------------------------------------------------------------------------------------------- signed


def test_a_signature_is_of_one_packet_and_of_one_key(path: Path) -> None:
    mine, other = Somebody(1), Somebody(2)
    packet = sound(path, mine)
    assert code_of(path, resealed(packet, mine)) is None
    assert code_of(path, resealed(packet, other)) == "signature"
    assert code_of(path, resealed(packet)) == "signature"
    assert code_of(path, resealed(sound(path), mine)) == "signature"
    seal = resealed(packet, mine)[-SEAL_LENGTH:]
    theirs = resealed(packet, other)[-SEAL_LENGTH:]
    for swapped in (seal[:-128] + theirs[-128:], theirs[:-128] + seal[-128:], seal[:-128] + b"0" * 128):
        assert code_of(path, packet[:-SEAL_LENGTH] + swapped) == "signature"
    keyless = seal[:93] + b"0" * 64 + seal[157:]
    assert code_of(path, packet[:-SEAL_LENGTH] + keyless) == "signature"


def test_the_key_that_stands_for_none_signs_nothing(path: Path) -> None:
    signature = (b"\x01" + bytes(63)).hex().encode()  # fits every fourth message, as that key is a point of order 4
    for number in range(24):
        packet = built(PLAIN, listing(PLAIN, signer="00" * 32, facts={"number": number}))
        assert code_of(path, packet[:-128] + signature) == "signature"


def test_a_signature_of_the_bare_digest_is_none(path: Path) -> None:
    class Careless(Somebody):
        def sign(self, data: bytes) -> bytes:
            return super().sign(data[-32:])

    write_archive(path, members(), "handoff", 1, {}, Careless())
    assert code_of(path) == "signature"


# -------------------------------------------------------------------------------------------------- made to look alike


def test_what_is_put_together_by_hand_is_taken_when_it_is_right(path: Path) -> None:
    assert code_of(path, built(PLAIN)) is None


@pytest.mark.parametrize(
    "name",
    [
        "../README.html",
        "records/../../x.json",
        "/etc/passwd",
        "C:/x.json",
        "records\\x.json",
        "..\\x.json",
        "records/",
        "records",
        "readme.html",
        "README.html\0.json",
        "README.html\n",
        "records/CON.json",
        "pages/0199AAAA-BBBB-7CCC-8DDD-EEEEFFFF0001.html",
        "\x1b[31mred",
        "files/" + "0" * 63,
        "packet.zip",
        "records/0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001.json/x",
        "",
        "レコード.json",
    ],
)
def test_names_that_no_packet_has(path: Path, name: str) -> None:
    path.write_bytes(built([*PLAIN[1:], Part(name, b"x")]))
    with pytest.raises(PacketRefused) as caught:
        open_archive(path).__enter__()
    assert caught.value.code == "name"
    assert str(caught.value).isprintable()
    assert caught.value.remedy is not None


def test_a_name_longer_than_any(path: Path) -> None:
    assert code_of(path, built([Part("x" * 60_000)])) == "layout"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK, stat.S_IFDIR])
def test_members_that_are_no_files(path: Path, kind: int) -> None:
    assert code_of(path, built([*PLAIN[1:], Part("README.html", b"/etc/passwd", mode=kind | 0o777)])) == "symlink"


@pytest.mark.parametrize("flag", [0x0001, 0x0040, 0x2000])
def test_encrypted_members(path: Path, flag: int) -> None:
    assert code_of(path, built([*PLAIN, Part(f"history/{RECORD[8:44]}.jsonl", flags=flag)])) == "encrypted"


@pytest.mark.parametrize("flag", [0x0008, 0x0002, 0x8000])
def test_flags_that_are_not_ours(path: Path, flag: int) -> None:
    assert code_of(path, built([Part("README.html", flags=flag)])) == "layout"


@pytest.mark.parametrize("method", [1, 9, 12, 14, 93, 99])
def test_methods_that_are_not_ours(path: Path, method: int) -> None:
    assert code_of(path, built([Part("README.html", b"12345678", method=method)])) == "layout"


def test_what_is_stored_is_all_there_is(path: Path) -> None:
    for packed in (b"1234567", b"123456789"):
        part = Part("README.html", b"12345678", method=layout.STORED, packed=packed)
        assert code_of(path, built([part])) in {"layout", "bomb"}


@pytest.mark.parametrize("again", ["README.html", "readme.HTML"])
def test_duplicates(path: Path, again: str) -> None:
    assert code_of(path, built([*PLAIN, Part(again, b"another")])) == "duplicate"


def test_two_lists(path: Path) -> None:
    assert code_of(path, built([Part("manifest.json", listing(PLAIN)), *PLAIN])) == "duplicate"


def test_no_list(path: Path) -> None:
    whole = built(PLAIN)
    entries, data = [], b""
    for part in PLAIN:
        entries.append(part.entry(len(data)))
        data += entries[-1].local() + part.body
    assert whole.startswith(data)
    assert code_of(path, sealed(data + layout.directory(entries, len(data)))) == "missing"
    assert code_of(path, sealed(layout.directory([], 0))) == "missing"


def test_a_member_removed_added_renamed_or_swapped(path: Path) -> None:
    whole = listing(PLAIN)
    assert code_of(path, built(PLAIN[:-1], whole)) == "missing"
    assert code_of(path, built([*PLAIN, Part(f"pages/{RECORD[8:44]}.html")], whole)) == "extra"
    assert code_of(path, built([Part(f"pages/{RECORD[8:44]}.html", PLAIN[0].data), *PLAIN[1:]], whole)) == "extra"
    swapped = [PLAIN[0], Part(RECORD, PLAIN[2].data), Part(OTHER, PLAIN[1].data), PLAIN[3]]
    assert code_of(path, built(swapped, whole)) == "digest"
    assert code_of(path, built(PLAIN[::-1], whole)) == "manifest"


def test_a_file_that_is_not_named_for_its_digest(path: Path) -> None:
    assert code_of(path, built([Part(f"files/{'0' * 64}", ATTACHMENT)])) == "digest"


def test_a_packet_in_a_packet(path: Path) -> None:
    inner = sound(path)
    assert code_of(path, built([Part("packet.zip", inner)])) == "name"
    assert code_of(path, sealed(inner[:-SEAL_LENGTH] + built(PLAIN)[:-SEAL_LENGTH])) == "layout"
    named = Part(f"files/{hashlib.sha256(inner).hexdigest()}", inner)
    path.write_bytes(built([named]))
    assert read_all(path)[1] == {named.name: inner}  # as an attachment it is bytes like any other


def test_members_that_overlap_or_leave_a_gap(path: Path) -> None:
    parts = [*PLAIN, Part("manifest.json", listing(PLAIN))]
    data, entries = b"", []
    for part in parts:
        entries.append(part.entry(len(data)))
        data += entries[-1].local() + part.body
    shared = [entries[0], *(layout.Entry(*_values(one, offset=0)) for one in entries[1:])]
    assert code_of(path, sealed(data + layout.directory(shared, len(data)))) == "layout"
    gap = data + b"hidden"
    assert code_of(path, sealed(gap + layout.directory(entries, len(gap)))) == "layout"
    assert code_of(path, sealed(data + layout.directory(entries[::-1], len(data)))) == "layout"


def test_a_directory_with_something_behind_it(path: Path) -> None:
    packet = built(PLAIN)
    body, end = packet[: -SEAL_LENGTH - 22], bytearray(packet[-SEAL_LENGTH - 22 : -SEAL_LENGTH])
    size = int.from_bytes(end[12:16], "little")
    end[12:16] = (size + len(b"hidden")).to_bytes(4, "little")
    assert code_of(path, sealed(body + b"hidden" + end)) == "layout"


def _values(entry: layout.Entry, offset: int) -> tuple[str, int, int, int, int, int]:
    return (entry.name, entry.method, entry.crc, entry.packed, entry.size, offset)


def test_a_header_that_says_other_than_the_directory(path: Path) -> None:
    packet = built(PLAIN)
    for at in range(4, 30 + len(PLAIN[0].name)):
        bent = bytearray(packet)
        bent[at] ^= 0x01
        assert code_of(path, resealed(bytes(bent))) == "layout", at


@pytest.mark.parametrize(
    "packed",
    [
        deflate(b"12345678") + b"more",
        deflate(b"12345678")[:-1],
        deflate(b"1234567"),
        deflate(b"12345679"),
        b"",
        b"\xff" * 8,
        zlib.compress(b"12345678"),
        deflate(b"1234") + deflate(b"5678"),
    ],
)
def test_streams_that_are_not_what_they_should_be(path: Path, packed: bytes) -> None:
    assert code_of(path, built([Part("README.html", b"12345678", packed=packed)])) in {"layout", "bomb"}


# -------------------------------------------------------------------------------------------------------------- bombs


def zeros(count: int) -> bytes:
    """A deflate stream of so many times 16 MiB of zeros, made of one block over and over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(16 * MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * count + deflate(b"")


@pytest.mark.parametrize("said", [1, 2000 * MEGABYTE, 64 * MEGABYTE, MEGABYTE, 0xFFFFFFFF])
def test_ten_gigabytes_of_nothing(path: Path, said: int) -> None:
    packed = zeros(640)
    assert len(packed) < 16 * MEGABYTE
    path.write_bytes(built([Part("README.html", packed=packed, size=said)]))
    assert _peak(path) == ("bomb", True)


def test_a_member_that_packs_too_well_to_be_ours(path: Path) -> None:
    assert code_of(path, built([Part(RECORD, bytes(MEGABYTE))])) == "bomb"


@pytest.mark.parametrize(("limit", "value"), [("MEMBER_MAX", len(ATTACHMENT) - 1), ("MEMBERS_MAX", len(CONTENTS))])
def test_more_than_a_packet_may_hold(path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    packet = sound(path)
    assert code_of(path) is None
    monkeypatch.setattr(layout, limit, value)
    assert code_of(path, packet) == "bomb"


def test_a_list_that_is_a_bomb(path: Path) -> None:
    assert code_of(path, built([], b'"' + b"\0" * 3 * MEGABYTE)) == "bomb"
    assert code_of(path, built([], random.Random(1).randbytes(2 * MEGABYTE))) == "bomb"


def test_a_million_members(path: Path) -> None:
    one = layout.Entry("README.html", layout.STORED, 0, 0, 0, 0)
    count = 1_000_000
    body = one.local() * count
    records = one.central() * count
    wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(records), len(body))
    wide += struct.pack("<4sLQL", b"PK\x06\x07", 0, len(body) + len(records), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(records), len(body), SEAL_LENGTH)
    path.write_bytes(sealed(body + records + wide + end))
    del body, records
    assert _peak(path) == ("bomb", True)


def test_members_that_are_only_together_too_large(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packet = sound(path)
    monkeypatch.setattr(layout, "TOTAL_MAX", sum(map(len, CONTENTS.values())))
    assert code_of(path, packet) == "bomb"


def _peak(path: Path) -> tuple[str | None, bool]:
    """Why a file is refused, and whether that took less than twelve megabytes."""
    tracemalloc.start()
    try:
        return code_of(path), tracemalloc.get_traced_memory()[1] < 12 * MEGABYTE
    finally:
        tracemalloc.stop()


# --------------------------------------------------------------------------------------------------------- wrong lists


@pytest.mark.parametrize(
    "changed",
    [
        {"format": "something.else"},
        {"version": True},
        {"version": 0},
        {"version": "2"},
        {"version": None},
        {"kind": ""},
        {"kind": None},
        {"kind": "../x"},
        {"schema": "1"},
        {"schema": True},
        {"schema": 1.0},
        {"facts": []},
        {"facts": None},
        {"files": {}},
        {"files": None},
        {"files": [None]},
        {"files": ["README.html"]},
        {"files": [{"name": "README.html"}]},
        {"files": [{"name": None, "sha256": "0" * 64, "size": 1}]},
        {"files": [{"name": "README.html", "sha256": 5, "size": 1}]},
        {"files": [{"name": "README.html", "sha256": "0" * 64, "size": True}]},
        {"files": [{"name": "README.html", "sha256": "0" * 64, "size": 1, "more": 1}]},
        {"more": 1},
        {"signer": 5},
        {"signer": "00"},
    ],
)
def test_lists_that_say_nonsense(path: Path, changed: dict[str, Any]) -> None:
    assert code_of(path, built(PLAIN, listing(PLAIN, **changed))) == "manifest"


LIST = listing(PLAIN)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"5",
        b'"text"',
        "".join(f"[{number}," for number in range(50_000)).encode(),
        "".join(f'{{"{number}":' for number in range(50_000)).encode(),
        LIST[:-1],
        LIST + b" ",
        b"\xef\xbb\xbf" + LIST,
        LIST.decode().encode("utf-16"),
        LIST.replace(b'"facts":{}', b'"facts":{},"facts":{}'),
        LIST.replace(b'"facts":{}', b'"facts":{"a":NaN}'),
        LIST.replace(b'"facts":{}', b'"facts":{"a":1e999}'),
        LIST.replace(b'"facts":{}', b'"facts":{"a":' + b"9" * 5000 + b"}"),
        LIST.replace(b'"facts":{}', b'"facts":{"a":"\\ud800"}'),
        LIST.replace(b'"facts":{}', b'"facts":{"a":"\xff"}'),
    ],
)
def test_lists_that_are_none(path: Path, data: bytes) -> None:
    assert data != LIST
    assert code_of(path, built(PLAIN, data)) == "manifest"


def test_newer_versions(path: Path) -> None:
    packet = built([Part("strange/new.name")], listing([], version=2, more="unheard of"))
    assert code_of(path, packet) == "newer"
    sealed_anew = packet.replace(b"oppwizard-seal 1 ", b"oppwizard-seal 2 ")
    assert code_of(path, sealed_anew) == "newer"


# ----------------------------------------------------------------------------------------------------------- the file


def test_no_file(path: Path) -> None:
    assert code_of(path) == "unreadable"
    assert code_of(path.with_name("x\0y")) == "unreadable"
    path.mkdir()
    assert code_of(path) == "not-a-packet"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_neither_a_pipe_nor_a_device(path: Path, tmp_path: Path) -> None:
    os.mkfifo(path)
    assert code_of(path) == "not-a-packet"
    link = tmp_path / "link"
    link.symlink_to("/dev/zero")
    assert code_of(link) == "not-a-packet"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_takes_the_place_of_a_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound(path)
    regular = path.stat()
    path.unlink()
    os.mkfifo(path)
    monkeypatch.setattr(Path, "stat", lambda self, **_options: regular)
    assert code_of(path) == "not-a-packet"


def test_a_link_to_a_packet_is_one(path: Path, tmp_path: Path) -> None:
    sound(path)
    (tmp_path / "link").symlink_to(path)
    assert code_of(tmp_path / "link") is None


def test_a_file_larger_than_any_packet(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(5_000_000_000)
    assert code_of(path) == "too-large"


def test_another_file_in_its_place_is_not_read(path: Path) -> None:
    sound(path)
    with open_archive(path) as archive:
        path.unlink()
        path.write_bytes(built([Part(RECORD, b"forged")]))
        assert archive.read(RECORD) == CONTENTS[RECORD]


def test_a_file_that_is_overwritten_between_the_seal_and_the_list(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file, seed in ((path, 1), (tmp_path / "forged", 2)):
        contents = {f"records/{uuid.UUID(int=number)}.json": b"{}" for number in range(400)}
        contents[RECORD] = random.Random(seed).randbytes(10 * MEGABYTE)
        write_archive(file, members(contents), "handoff", 1, {}, Somebody())

    def overwriting(source: Source) -> list[layout.Entry]:
        path.write_bytes((tmp_path / "forged").read_bytes())
        return layout.read_directory(source)

    monkeypatch.setattr("oppwizard.handoff.archive.read_directory", overwriting)
    assert code_of(path) in {"digest", "layout"}


def test_a_change_of_the_open_file_is_seen(path: Path) -> None:
    write_archive(path, members({RECORD: random.Random(6).randbytes(10 * MEGABYTE)}), "handoff", 1, {}, None)
    packet = path.read_bytes()
    with open_archive(path) as archive:
        path.write_bytes(packet[:400_000] + bytes(1000) + packet[401_000:])
        with pytest.raises(PacketRefused, match=r"altered|not what the sender packed"):
            archive.read(RECORD)
        path.write_bytes(packet[:300_000])
        with pytest.raises(PacketRefused, match="too early"):
            archive.read(RECORD)


def test_a_disk_that_fails(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound(path)
    real = os.fdopen

    class Broken:
        """An open file whose bytes cannot be read."""

        def __init__(self, *args: Any) -> None:
            self._file = real(*args)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._file, name)

        def __enter__(self) -> "Broken":
            return self

        def __exit__(self, *_error: object) -> None:
            self._file.close()

        def read(self, _length: int) -> bytes:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fdopen", Broken)
    assert code_of(path) == "unreadable"


def test_opening_needs_no_slow_imports() -> None:
    probe = "import sys, oppwizard.handoff.archive, oppwizard.handoff.keys; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True, text=True).stdout
    assert {"oppwizard.handoff.keys"} == {"oppwizard.handoff.keys", "cryptography", "keyring"} & {*shown.split()}
