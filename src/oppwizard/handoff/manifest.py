"""The list of a packet's contents, as JSON with one way to write it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from oppwizard.handoff.refusals import PacketRefused, newer, strange, swapped
from oppwizard.i18n import T

MANIFEST: Final = "manifest.json"
FORMAT: Final = "oppwizard.packet"
VERSION: Final = 1

_ROOM, _ROOM_EACH = 1024 * 1024, 256
_UUID: Final = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME: Final = re.compile(
    rf"README\.html|pages/{_UUID}\.html|records/{_UUID}\.json|history/{_UUID}\.jsonl|files/[0-9a-f]{{64}}"
)
_KIND: Final = re.compile(r"[a-z][a-z-]{0,31}")
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_BY_DIGEST: Final = "files/"


def room(count: int) -> int:
    """How many bytes the list of so many members may have: enough for any that we write."""
    return _ROOM + _ROOM_EACH * count


@dataclass(frozen=True, slots=True)
class Listed:
    """What a member should be.

    Attributes:
        size: its bytes.
        digest: their SHA-256, in hexadecimal.
    """

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a packet says of itself.

    Attributes:
        kind: what it is for: ``handoff``, ``receipt``.
        schema: the version of the records in it.
        facts: what else the sender says, as JSON has it. Text from outside, however it is signed.
        signer: the public key, in hexadecimal, that signs it; None if nobody does.
        files: its members in their order, without the list itself.
    """

    kind: str
    schema: int
    facts: Mapping[str, Any]
    signer: str | None
    files: Sequence[Listed]

    def dump(self) -> bytes:
        """The list as JSON, always the same for the same contents."""
        files = [{"name": file.name, "size": file.size, "sha256": file.digest} for file in self.files]
        document = {
            "format": FORMAT,
            "version": VERSION,
            "kind": self.kind,
            "schema": self.schema,
            "signer": self.signer,
            "facts": self.facts,
            "files": files,
        }
        return _text(document).encode()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a list.

        Raises:
            PacketRefused: it is none, says nonsense, names a file that no packet has, or is of a newer version.
        """
        try:
            document = json.loads(data.decode())
            if document["format"] == FORMAT and _is_newer(document["version"]):
                raise newer()
            files = tuple(Listed(file["name"], file["size"], file["sha256"]) for file in document["files"])
            manifest = cls(document["kind"], document["schema"], document["facts"], document["signer"], files)
            is_ours = _is_sound(document) and manifest.dump() == data
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise _nonsense() from error
        if not is_ours:
            raise _nonsense()
        for file in files:
            _check_file(file)
        return manifest


def plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as they will be read: lists for tuples, texts for keys.

    Raises:
        TypeError, ValueError: JSON cannot hold them.
    """
    found: dict[str, Any] = json.loads(_text(dict(facts)))
    return found


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def _is_newer(version: object) -> bool:
    return type(version) is int and version > VERSION


def _is_sound(document: Mapping[str, Any]) -> bool:
    """Whether every value is of its type; that there are all of them and no others, the text itself shows."""
    signer, files = document["signer"], document["files"]
    return (
        _is_like(_KIND, document["kind"])
        and type(document["schema"]) is int
        and isinstance(document["facts"], dict)
        and (signer is None or _is_like(_HEX, signer))
        and all(type(file["size"]) is int and _is_like(_HEX, file["sha256"]) for file in files)
        and all(isinstance(file["name"], str) for file in files)
    )


def _is_like(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _check_file(file: Listed) -> None:
    if not _NAME.fullmatch(file.name):
        raise strange(file.name)
    if file.name.startswith(_BY_DIGEST) and file.name != _BY_DIGEST + file.digest:
        raise swapped(file.name)


def _nonsense() -> PacketRefused:
    return PacketRefused("manifest", T("The packet's list of contents is damaged."))
