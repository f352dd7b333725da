"""What a database says when it cannot, put into words a person can act on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError

from oppwizard.data.codec import unstorable
from oppwizard.data.shelf import backups_of, typed
from oppwizard.errors import Contended, OppwizardError, StaleWrite, StoreDamaged, StoreProblem, StoreReadOnly
from oppwizard.i18n import T, Text
from oppwizard.location import Location, TeamUrl

_MESSAGES: Final[dict[int, tuple[Text, Text]]] = {
    sqlite3.SQLITE_FULL: (
        T("The disk is full: nothing was saved."),
        T("Free some space and save again; what you typed is still here."),
    ),
    sqlite3.SQLITE_BUSY: (
        T("The store is locked by another program."),
        T("Close the other program or wait for it to finish, then try again."),
    ),
    sqlite3.SQLITE_LOCKED: (
        T("The store is locked by another program."),
        T("Close the other program or wait for it to finish, then try again."),
    ),
    sqlite3.SQLITE_IOERR: (
        T("The disk reported an error: nothing was saved."),
        T("Check the disk or network folder, then try again."),
    ),
    sqlite3.SQLITE_CANTOPEN: (
        T("The store cannot be opened."),
        T("Check that the folder exists and that you may write to it."),
    ),
}
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_UNKNOWN: Final = (T("The store cannot be read or written."), T("Try again; if it stays, restore a backup."))


_LOST: Final = (
    T("The server of the team's store cannot be reached."),
    T("Check the address and the network; what was typed in the app stays, and is saved when the server answers."),
)
_BY_STATE: Final[dict[str, tuple[Text, Text]]] = {
    "08": _LOST,
    "28": (
        T("The server does not let you in."),
        T("Check the account in the address, and its password: “oppwizard store login” keeps it in the keyring."),
    ),
    "3D": (T("The server has no database of that name."), T("Check the address, or ask who looks after the store.")),
    "42501": (T("The team's store does not allow it."), T("Ask who looks after the store for the right to it.")),
    "P0001": (T("The team's store does not allow it."), T("Ask who looks after the store for the right to it.")),
    "53100": _MESSAGES[sqlite3.SQLITE_FULL],
    "53300": (T("The server has no connection left."), T("Try again in a moment, or tell who looks after it.")),
    "55P03": _MESSAGES[sqlite3.SQLITE_BUSY],
    "57": _LOST,
}
"""What a server's SQLSTATE means, or its class."""
_CONTENDED: Final = ("40001", "40P01")
_SERVER_READS_ONLY: Final = "25006"


def read_only(place: Location) -> StoreReadOnly:
    """The refusal of a write to a store that can only be read."""
    if isinstance(place, TeamUrl):
        return StoreReadOnly(T("{path} can only be read.", path=place), T("Ask who looks after the store."))
    return StoreReadOnly(
        T("{path} can only be read.", path=place),
        T("Make the file and its folder writable, or name another store with --db."),
    )


def moved(path: Path) -> StoreProblem:
    """The refusal of a write to a file that stands in its place no more."""
    return StoreProblem(
        T("{path} was moved, deleted or replaced while it was open: nothing was saved.", path=path),
        T("Put it back; what you typed is still here and is saved then."),
    )


def stale() -> StaleWrite:
    """The refusal of a write over what somebody else changed meanwhile."""
    return StaleWrite(
        T("The record was changed elsewhere meanwhile: nothing was saved."),
        T("Load it again and repeat the change."),
    )


def damaged(path: Path, cause: object) -> StoreDamaged:
    """The refusal of a store whose file is damaged, with the way to its last backup."""
    problem = T("The store {path} is damaged: {cause}.", path=path, cause=cause)
    return StoreDamaged(problem, way_back(path))


def way_back(path: Path) -> Text:
    """What a person can do about a store that is damaged."""
    kept = backups_of(path)
    if not kept:
        command = typed(path, "check")
        return T("It has no backup. Keep the file; what is damaged is said by: {command}", command=command)
    return T(
        "The last backup is of {when}. This restores it and keeps the damaged file: {command}",
        when=kept[0].when,
        command=typed(path, "restore"),
    )


def unreadable(path: Path, error: Exception) -> StoreProblem:
    """The problem of rows that no version has written: a damage that SQLite itself cannot see."""
    return StoreProblem(
        T("What stands in {path} cannot be read: {cause}", path=path, cause=f"{type(error).__name__}: {error}"),
        T("This says what is wrong with it: {command}", command=typed(path, "check")),
    )


def cause_of(error: Exception) -> Text:
    """What SQLite says; what it says of a damaged schema has that schema's own bytes in it."""
    if isinstance(error, UnicodeDecodeError):
        return T("the names of its tables are no text")
    return T("{cause}", cause=error)


def translate(error: Exception, path: Location) -> OppwizardError:
    """The problem behind an error of the database or its driver."""
    cause = (error.orig or error) if isinstance(error, DBAPIError) else error
    if _is_of_server(cause):
        return _of_server(cause, path)
    if isinstance(error, IntegrityError) or isinstance(cause, sqlite3.IntegrityError):
        return stale()
    if isinstance(cause, UnicodeEncodeError):
        return unstorable()
    if isinstance(cause, UnicodeDecodeError) and not isinstance(path, TeamUrl):
        return damaged(path, cause_of(cause))
    code = getattr(cause, "sqlite_errorcode", None) or 0
    if code & 0xFF == sqlite3.SQLITE_READONLY:
        return read_only(path)
    if code & 0xFF in _DAMAGED and not isinstance(path, TeamUrl):
        return damaged(path, cause)
    problem, remedy = _MESSAGES.get(code & 0xFF, _UNKNOWN)
    return StoreProblem(T("{problem} ({path}: {cause})", problem=problem, path=path, cause=str(cause)), remedy)


def _is_of_server(cause: BaseException) -> bool:
    """Whether the driver of a server says it; by its name, because it need not be installed."""
    return type(cause).__module__.partition(".")[0] == "psycopg"


def _of_server(cause: BaseException, place: Location) -> OppwizardError:
    state = getattr(cause, "sqlstate", None) or ""
    told = " ".join(str(cause).split())
    if "NUL (0x00)" in told:
        return unstorable()
    if state in _CONTENDED:
        return Contended(T("Somebody else saved at the same moment: nothing was saved."), T("Try again."))
    if state.startswith("23"):
        return stale()
    if state == _SERVER_READS_ONLY:
        return read_only(place)
    usual = _LOST if not state else _UNKNOWN
    if not state and "password" in told:  # a refusal at the door has no state of its own in the driver
        usual = _BY_STATE["28"]
    elif not state and "does not exist" in told:
        usual = _BY_STATE["3D"]
    problem, remedy = _BY_STATE.get(state) or _BY_STATE.get(state[:2], usual)
    return StoreProblem(T("{problem} ({path}: {cause})", problem=problem, path=place, cause=told), remedy)


@contextmanager
def translated(path: Location) -> Iterator[None]:
    """Raise every error of the database below as a problem with a remedy."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, UnicodeError) as error:
        raise translate(error, path) from error
    except Exception as error:
        if not _is_of_server(error):
            raise
        raise translate(error, path) from error
