"""Where messages go: a file, or any service that Apprise knows; addresses are secrets and are never told (A4)."""

import datetime as dt
import json
import logging
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from oppwizard.data.tables import Message
from oppwizard.errors import OppwizardError, Refused
from oppwizard.i18n import T, Text
from oppwizard.model.notices import Level
from oppwizard.model.text import fold
from oppwizard.playbook.notifying import ROLES, Notify

_SERVICE: Final = "oppwizard"
_TALKERS: Final = ("apprise", "urllib3", "requests")
"""Whose logs name addresses."""
_ALONE: Final = threading.Lock()
"""Held while Apprise is at work: what it logs is told from what it logs for another thread by this alone."""
_STATUS: Final = re.compile(r"\berror=(\d{3})\b")
_TYPES: Final = {Level.INFO: "info", Level.WARNING: "warning", Level.URGENT: "failure"}


class Unready(Refused):
    """A channel that cannot be used as things are: messages wait, and no attempt is counted."""


class NotDelivered(OppwizardError):
    """An attempt that failed, and may succeed later."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a channel leads.

    Attributes:
        kind: what may be told of it: ``file``, or the service's own scheme.
    """

    kind: str
    _address: str

    def __repr__(self) -> str:
        return f"Place({self.kind!r})"

    @property
    def address(self) -> str:
        """The whole address, a secret."""
        return self._address


Deliver = Callable[[Place, Message], None]


def place_of(notify: Notify, channel: str) -> Place:
    """Where a channel leads, secrets looked up.

    Raises:
        Unready: nobody has said, or the secret is not there.
    """
    given = _given(notify, channel).strip()
    scheme, _colon, rest = given.partition(":")
    if scheme == "env":
        given = os.environ.get(rest, "").strip()
        if not given:
            raise Unready(
                T("The environment has no variable {name}", name=rest), T("It is to hold the address of the channel.")
            )
    elif scheme == "keyring":
        given = _from_keyring(rest)
    kind, colon, path = given.partition(":")
    if not colon or not kind.isidentifier() or not path.strip("/ "):
        raise Unready(T("The address of channel “{name}” is none", name=channel), _FORMS)
    return Place(kind.lower(), given)


_FORMS: Final = T("It is file:PATH, or an address of Apprise such as mailto://...")


def _given(notify: Notify, channel: str) -> str:
    if channel in notify.channels:
        return notify.channels[channel].get_secret_value()
    role, _colon, person = channel.partition(":")
    people = {name if name.startswith("@") else fold(name): given for name, given in notify.people.items()}
    found = people.get(fold(person)) if person else None
    if role in ROLES and (found is None):
        found = people.get(role)
    if found is not None and role in ROLES:
        return found.get_secret_value()
    if role in ROLES:
        raise Unready(
            T("Nobody has said where messages for {who} go", who=person or role),
            T("Say it in the playbook, in [notify.people]."),
        )
    raise Unready(T("The playbook has no channel “{name}”", name=channel), T("Name it in [notify.channels]."))


def _from_keyring(name: str) -> str:
    import keyring

    try:
        found = keyring.get_password(_SERVICE, name)
    except Exception:  # a keyring is foreign code, and raises what it likes
        raise Unready(T("The keyring cannot be asked"), T("Unlock it, then try again.")) from None
    if not found:
        raise Unready(
            T("The keyring has no “{name}”", name=name),
            T("Put the address in: keyring set {service} {name}", service=_SERVICE, name=name),
        )
    return found.strip()


def deliver(place: Place, message: Message) -> None:
    """Send a message.

    Raises:
        Unready: the channel cannot be used as things are.
        NotDelivered: it did not arrive, as far as one can know.
    """
    if place.kind == "file":
        _append(_path(place.address), message)
    else:
        _hand_to_apprise(place, message)


# A file


def _path(address: str) -> Path:
    rest = address.partition(":")[2]
    return Path(rest.removeprefix("//")).expanduser()


def as_line(message: Message, at: dt.datetime) -> dict[str, Any]:
    """A message as a line of JSON says it."""
    return {
        "id": str(message.id),
        "at": at.isoformat(timespec="seconds"),
        "event": message.event.value,
        "record": str(message.record_id) if message.record_id else None,
        "channel": message.channel,
        "level": message.level.value,
        "title": message.title,
        "text": message.body,
    }


def _append(path: Path, message: Message) -> None:
    """Add a line to a file, made for its owner alone; a line that was cut off before stays one of its own."""
    from oppwizard.model.base import utc_now

    line = json.dumps(as_line(message, utc_now()), ensure_ascii=False).encode() + b"\n"
    flags = os.O_CREAT | os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags, 0o600)
        try:
            size = os.lseek(handle, 0, os.SEEK_END)
            if size and _last(handle, size) != b"\n":
                line = b"\n" + line
            if os.write(handle, line) != len(line):
                raise OSError("the line was cut off")
            os.fsync(handle)
        finally:
            os.close(handle)
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise NotDelivered(T("The file cannot be written: {cause}", cause=cause)) from None


def _last(handle: int, size: int) -> bytes:
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1)


# Apprise


def _hand_to_apprise(place: Place, message: Message) -> None:
    try:
        import apprise
    except ImportError:
        raise Unready(
            T("Channels of the kind “{kind}” need Apprise, which is not installed", kind=place.kind),
            T("Install it: pip install “oppwizard[notify]”"),
        ) from None
    asset = apprise.AppriseAsset(app_id="oppwizard", app_desc="oppwizard", async_mode=False, secure_logging=True)
    service = apprise.Apprise(asset=asset)
    with _listening() as heard:
        try:
            if not service.add(place.address):
                raise Unready(T("Apprise does not know the address of this channel"), _FORMS)
            sent = service.notify(
                body=message.body or message.title,
                title=message.title,
                notify_type=apprise.NotifyType(_TYPES[message.level]),
                body_format=apprise.NotifyFormat.TEXT,
            )
        except OppwizardError:
            raise
        except Exception as error:  # a plug-in is foreign code; what it says may hold the address
            raise NotDelivered(_failed(place.kind, type(error).__name__)) from None
    if not sent:
        raise NotDelivered(_failed(place.kind, next(iter(heard), "")))


def _failed(kind: str, why: str) -> Text:
    if why.isdigit():
        return T("The service “{kind}” answered with error {code}", kind=kind, code=why)
    if why:
        return T("The service “{kind}” failed: {why}", kind=kind, why=why)
    return T("The service “{kind}” could not be reached, or refused it", kind=kind)


class _Ear(logging.Handler):
    """Keeps of what Apprise logs the number of an error alone: the rest may hold the address."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard += _STATUS.findall(record.getMessage())


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Keep what is logged on the way from standard error and from whoever else listens: it may hold the address."""
    ear, loggers = _Ear(), [logging.getLogger(name) for name in _TALKERS]
    with _ALONE:
        passed_on = [logger.propagate for logger in loggers]
        try:
            for logger in loggers:
                logger.addHandler(ear)
                logger.propagate = False
            yield ear.heard
        finally:
            for logger, before in zip(loggers, passed_on, strict=True):
                logger.removeHandler(ear)
                logger.propagate = before
