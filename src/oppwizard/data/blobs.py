"""The contents of attached files: kept under their SHA-256, the same ones once (E8)."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Connection, delete, select

from oppwizard.data.prepared import unless_there
from oppwizard.data.tables import Blob, table_of
from oppwizard.model.parts import Attachment

_BLOBS = table_of(Blob)
_ATTACHED = table_of(Attachment)


def write(connection: Connection, files: Mapping[str, bytes]) -> None:
    """Keep contents that are not there yet."""
    for digest in files.keys() - held(connection, files.keys()):
        connection.execute(unless_there(connection, _BLOBS), {"digest": digest, "content": files[digest]})


def held(connection: Connection, digests: Collection[str]) -> set[str]:
    """Which of some digests the store has the contents of."""
    if not digests:
        return set()
    return set(connection.scalars(select(_BLOBS.c.digest).where(_BLOBS.c.digest.in_(digests))))


def read(connection: Connection, digest: str) -> bytes | None:
    """Contents by their digest, None where they are not there."""
    found: bytes | None = connection.scalar(select(_BLOBS.c.content).where(_BLOBS.c.digest == digest))
    return found


def forget(connection: Connection, record_id: UUID) -> None:
    """Take out the contents that only a record's attachments lead to; the record is about to go."""
    own = select(_ATTACHED.c.digest).where(_ATTACHED.c.opportunity_id == record_id)
    others = select(_ATTACHED.c.digest).where(_ATTACHED.c.opportunity_id != record_id)
    connection.execute(delete(_BLOBS).where(_BLOBS.c.digest.in_(own), _BLOBS.c.digest.not_in(others)))


def drop(connection: Connection, digests: Collection[str]) -> None:
    """Take out contents that no attachment leads to any more."""
    others = select(_ATTACHED.c.digest).where(_ATTACHED.c.digest.in_(digests))
    connection.execute(delete(_BLOBS).where(_BLOBS.c.digest.in_(digests), _BLOBS.c.digest.not_in(others)))
