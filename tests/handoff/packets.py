"""Packets for tests: sound ones, and zips that are put together by hand to look like one."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from oppwizard.handoff.archive import Member, Signer, write_archive
from oppwizard.handoff.layout import DEFLATED, Entry, directory
from oppwizard.handoff.seal import SEAL_LENGTH, seal

ID = "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001"
OTHER_ID = "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0002"
RECORD = f"records/{ID}.json"
OTHER = f"records/{OTHER_ID}.json"
ATTACHMENT = b"\x89PNG\r\n" + hashlib.sha512(b"picture").digest() * 3
CONTENTS = {
    "README.html": b"<p>Open this with oppwizard.</p>",
    RECORD: b'{"title": "Recruiting 2027"}',
    OTHER: '{"title": "採用"}'.encode(),
    f"files/{hashlib.sha256(ATTACHMENT).hexdigest()}": ATTACHMENT,
}
FACTS = {"sender": "rep", "count": 2}


class Somebody:
    """A key made for a test, always the same for the same number."""

    def __init__(self, number: int = 1) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


def members(contents: Mapping[str, bytes] = CONTENTS) -> list[Member]:
    """Contents as members of one chunk each."""
    return [Member(name, (data,)) for name, data in contents.items()]


def sound(path: Path, signer: Signer | None = None) -> bytes:
    """The bytes of a packet as the program writes it; left at the path, too."""
    write_archive(path, members(), "handoff", 1, FACTS, signer)
    return path.read_bytes()


@dataclass
class Part:
    """A member put together by hand.

    Attributes:
        packed: its bytes in the zip, where they are not those that belong there.
        size: what the headers say of it, where they lie.
        flags: bits that are set on top of the usual ones.
        mode: what kind of file it says it is, and who may do what with it, where that is not as usual.
    """

    name: str
    data: bytes = b""
    packed: bytes | None = None
    size: int | None = None
    flags: int = 0
    mode: int | None = None
    method: int = DEFLATED

    def entry(self, offset: int) -> Entry:
        size = len(self.data) if self.size is None else self.size
        return Entry(self.name, self.method, zlib.crc32(self.data), len(self.body), size, offset)

    @property
    def body(self) -> bytes:
        return deflate(self.data) if self.packed is None else self.packed

    def bent(self, header: bytes, flags_at: int) -> bytes:
        """A header with this member's own flags, and, in the directory, its own mode."""
        bent = bytearray(header)
        flags = int.from_bytes(bent[flags_at : flags_at + 2], "little") | self.flags
        bent[flags_at : flags_at + 2] = flags.to_bytes(2, "little")
        if self.mode is not None and header.startswith(b"PK\x01\x02"):
            bent[38:42] = (self.mode << 16).to_bytes(4, "little")
        return bytes(bent)


def deflate(data: bytes) -> bytes:
    """Bytes as a raw deflate stream."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def listing(parts: Iterable[Part], **changed: Any) -> bytes:
    """The list that fits the parts, with some of its values changed."""
    files = [
        {"name": part.name, "sha256": hashlib.sha256(part.data).hexdigest(), "size": len(part.data)} for part in parts
    ]
    document = {
        "format": "oppwizard.packet",
        "version": 1,
        "kind": "handoff",
        "schema": 1,
        "signer": None,
        "facts": {},
        "files": files,
    }
    return json.dumps(document | changed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def built(parts: Iterable[Part], manifest: bytes | None = None) -> bytes:
    """A sealed zip of these parts and a list, which fits them unless another is given."""
    parts = list(parts)
    parts.append(Part("manifest.json", listing(parts) if manifest is None else manifest))
    data, records, entries = b"", b"", []
    for part in parts:
        entry = part.entry(len(data))
        entries.append(entry)
        data += part.bent(entry.local(), 6) + part.body
        records += part.bent(entry.central(), 8)
    end = directory(entries, len(data))[-22:]
    return sealed(data + records + end)


def sealed(body: bytes, signer: Signer | None = None) -> bytes:
    """What somebody gets who can make a seal, and changes whatever else."""
    return body + seal([body], signer)


def resealed(packet: bytes, signer: Signer | None = None) -> bytes:
    """A packet with a new seal in the place of its own."""
    return sealed(packet[:-SEAL_LENGTH], signer)
