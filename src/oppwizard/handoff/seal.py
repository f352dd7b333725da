"""The seal of a packet: a digest of every byte before it, and whose key stands for that."""

import re
from collections.abc import Iterable
from hashlib import sha256
from hmac import compare_digest
from typing import Final, Protocol

from oppwizard.handoff.refusals import PacketRefused, newer
from oppwizard.handoff.source import Source
from oppwizard.i18n import T

SEAL_LENGTH: Final = 290
"""The length of a seal in bytes; it is the comment at the very end of the zip."""

_SEAL: Final = re.compile(rb"oppwizard-seal ([0-9]) sha256=([0-9a-f]{64}) key=([0-9a-f]{64}) sig=([0-9a-f]{128})")
_VERSION: Final = b"1"
_CONTEXT: Final = b"oppwizard packet seal 1\0"  # so that a signature of anything else is never one of a packet
_NO_KEY: Final = bytes(32)
_NO_SIGNATURE: Final = bytes(64)
_TAIL: Final = 66_000  # a zip's comment has up to 65,535 bytes, and its end record is before that
_FILE, _END = b"PK\x03\x04", b"PK\x05\x06"


class Signer(Protocol):
    """Somebody who signs.

    Attributes:
        public: the Ed25519 public key, 32 bytes.
    """

    @property
    def public(self) -> bytes: ...

    def sign(self, data: bytes, /) -> bytes:
        """The Ed25519 signature, 64 bytes."""
        ...


def seal(chunks: Iterable[bytes], signer: Signer | None) -> bytes:
    """The seal that goes behind these bytes."""
    digest = _digest(chunks)
    key, signed = (signer.public, signature(signer, _CONTEXT, digest)) if signer else (_NO_KEY, _NO_SIGNATURE)
    text = f"oppwizard-seal {_VERSION.decode()} sha256={digest.hex()} key={key.hex()} sig={signed.hex()}"
    return text.encode("ascii")


def check_seal(source: Source) -> str | None:
    """The public key, in hexadecimal, that signed a packet whose every byte is as it was sealed; None if unsigned.

    Raises:
        PacketRefused: there is no seal, it is broken, or its signature is.
    """
    length = max(0, source.size - SEAL_LENGTH)
    found = _SEAL.fullmatch(source.at(length, source.size - length))
    if found is None:
        raise _unsealed(source)
    version, digest, key, signed = found[1], *(bytes.fromhex(part.decode()) for part in found.groups()[1:])
    if version != _VERSION:
        raise newer()
    if not compare_digest(digest, _digest(source.chunks(0, length))):
        raise _broken()
    if key == _NO_KEY and signed == _NO_SIGNATURE:
        return None
    if key == _NO_KEY or not is_signed(key, signed, _CONTEXT, digest):
        raise PacketRefused("signature", T("The packet's signature does not fit the key that it names."))
    return key.hex()


def _digest(chunks: Iterable[bytes]) -> bytes:
    digest = sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.digest()


def signature(signer: Signer, context: bytes, digest: bytes) -> bytes:
    """The signature of a digest, as one of something that begins with ``context``."""
    return signer.sign(context + digest)


def is_signed(key: bytes, signed: bytes, context: bytes, digest: bytes) -> bool:
    """Whether a signature of a digest is by a key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signed, context + digest)
    except (InvalidSignature, ValueError):
        return False
    return True


def _unsealed(source: Source) -> PacketRefused:
    """Why there is no seal at the end: never a packet, cut off, added to, or packed again."""
    tail = source.at(max(0, source.size - _TAIL), min(source.size, _TAIL))
    if source.at(0, min(source.size, len(_FILE))) != _FILE and not _SEAL.search(tail):
        return PacketRefused(
            "not-a-packet", T("The file is no packet."), T("Choose the file as the sender made it with oppwizard.")
        )
    if _SEAL.search(tail) or _is_whole(tail):
        return _broken()
    return PacketRefused("truncated", T("The packet ends too early."))


def _is_whole(tail: bytes) -> bool:
    """Whether a zip ends where its end record says it does."""
    at = tail.rfind(_END)
    return 0 <= at <= len(tail) - 22 and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail)


def _broken() -> PacketRefused:
    return PacketRefused(
        "seal", T("The packet was altered after it was sealed, or was packed again by another program.")
    )
