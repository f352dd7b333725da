"""What an e-mail or calendar file tells of a talk: who, when, about what; read with distrust (E8)."""

import codecs
import datetime as dt
import email
import email.policy
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import getaddresses
from html import unescape
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from oppwizard.errors import InvalidInput
from oppwizard.i18n import T, _
from oppwizard.model.record import Person
from oppwizard.model.text import visible

LARGEST: Final = 30_000_000
"""The bytes that such a file may have."""
LONGEST: Final = 10_000
"""The characters of its text that are taken."""
_MOST: Final = 200
"""So many people, events and attached files of one file are taken."""
_LONGEST_FIELD: Final = 8_000
"""The bytes of a header field that are read."""
_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")
_FIELD: Final = re.compile(rb"[^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)")
_ENCODINGS: Final = ("utf-8-sig", "cp932")
_SKIPPED: Final = frozenset({"script", "style", "title"})
_BREAKS: Final = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3"})


class Mailbox(NamedTuple):
    """A person as a message names them; either part may be empty."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """A file that was attached to a message."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Dropped:
    """One e-mail or meeting.

    Attributes:
        on: the day, where the sender or organiser is; None where it does not say.
        people: everybody it names, each once, the sender or organiser first.
        body: its text, `LONGEST` characters at most.
        source_id: what it calls itself (Message-ID, UID), the same in every copy.
    """

    kind: Literal["email", "meeting"]
    on: dt.date | None
    subject: str
    people: tuple[Mailbox, ...]
    body: str
    source_id: str
    files: tuple[DroppedFile, ...] = ()


def read_dropped(path: Path) -> list[Dropped]:
    """What an ``.eml`` or ``.ics`` file tells: one e-mail, or each of its meetings that was not cancelled.

    Raises:
        InvalidInput: it cannot be read, is too large, or is neither.
    """
    content = _content(path)
    try:
        found = _meetings(content) if path.suffix.lower() == ".ics" else [_message(content)]
    except InvalidInput:
        raise
    except Exception as error:  # the parsers raise what they like on what is no message or calendar
        raise _neither(path) from error
    if not found or not any(one.subject or one.people for one in found):
        raise _neither(path)
    return found


def bounded(path: Path, limit: int) -> bytes:
    """A file's contents, or one byte more than a limit of a larger one.

    Raises:
        InvalidInput: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as error:
        raise InvalidInput(
            T("{path} cannot be read: {cause}", path=path, cause=error.strerror or error),
            T("Check the name of the file, and that you may read it."),
        ) from error


def _content(path: Path) -> bytes:
    content = bounded(path, LARGEST)
    if len(content) > LARGEST:
        raise InvalidInput(
            T("“{file}” is larger than {limit} MB", file=path.name, limit=LARGEST // 1_000_000),
            T("Attach a smaller one, or note where it is kept."),
        )
    return content


def _neither(path: Path) -> InvalidInput:
    return InvalidInput(
        T("{path} holds no e-mail and no meeting", path=path.name),
        T("Save it from the mail program as .eml, or from the calendar as .ics; or attach it as it is."),
    )


# E-mails


def _message(content: bytes) -> Dropped:
    message = email.message_from_bytes(_bounded(content), policy=email.policy.default)
    assert isinstance(message, EmailMessage), "the policy makes such messages"
    return Dropped(
        "email",
        _sent_on(message),
        _line(_header(message, "subject")),
        _mailboxes(message, ("from", "to", "cc")),
        _body(message),
        _line(_header(message, "message-id")),
        tuple(_attached(message)),
    )


def _bounded(content: bytes) -> bytes:
    """A message whose header fields are as long as people write them: the parser is slow with much longer ones."""
    end = _BLANK_LINE.search(content)
    head, body = (content[: end.start()], content[end.start() :]) if end else (content, b"")
    return _FIELD.sub(lambda field: field[0][:_LONGEST_FIELD].rstrip() + b"\n", head) + body


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except Exception:  # a header that the library cannot take apart is no reason to lose the rest
        return ""


def _sent_on(message: EmailMessage) -> dt.date | None:
    try:
        sent: dt.datetime = email.utils.parsedate_to_datetime(_header(message, "date"))
    except (ValueError, TypeError, OverflowError):
        return None
    return sent.date()


def _mailboxes(message: EmailMessage, names: Iterable[str]) -> tuple[Mailbox, ...]:
    texts = [_header(message, name) for name in names]
    return _unique(Mailbox(_line(name), _line(address)) for name, address in getaddresses(texts))


def _unique(found: Iterable[Mailbox]) -> tuple[Mailbox, ...]:
    by_address: dict[str, Mailbox] = {}
    for mailbox in found:
        if mailbox.name or mailbox.address:
            by_address.setdefault((mailbox.address or mailbox.name).casefold(), mailbox)
    return tuple(by_address.values())[:_MOST]


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    text = _decoded(part)
    return _cut(_as_text(text) if part.get_content_type() == "text/html" else text)


def _decoded(part: Any) -> str:
    try:
        return str(part.get_content(errors="replace"))
    except (LookupError, ValueError, KeyError):  # an encoding that Python does not know
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _cut(text: str) -> str:
    clean = visible("\n".join(line.rstrip() for line in text.splitlines()).strip(), lines=True)
    return clean if len(clean) <= LONGEST else f"{clean[:LONGEST]}\n[{_('The rest was left out.')}]"


def _attached(message: EmailMessage) -> Iterator[DroppedFile]:
    for number, part in enumerate(message.iter_attachments(), start=1):
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content and number <= _MOST:
            name = part.get_filename() or f"{number}.{part.get_content_subtype()}"
            yield DroppedFile(_line(name), part.get_content_type(), content)


def _as_text(page: str) -> str:
    """What a page says, without its marks: one pass, however it is broken."""
    parts: list[str] = []
    skipped, in_comment = "", False
    for number, piece in enumerate(page.split("<")):
        mark, closing, text = piece.partition(">") if number else ("", ">", piece)
        if in_comment or mark.startswith("!--"):
            in_comment, text = "-->" not in piece, piece.partition("-->")[2]
        name = mark.split(None, 1)[0].casefold() if mark.strip() else ""
        if skipped:
            skipped = "" if name == f"/{skipped}" else skipped
            text = text if not skipped else ""
        elif name in _SKIPPED:
            skipped, text = name, ""
        if name in _BREAKS:
            parts.append("\n")
        if closing and not in_comment:
            parts.append(" ".join(text.split()) + (" " if text[-1:].isspace() else ""))
    return unescape("".join(parts))


# Meetings


def _meetings(content: bytes) -> list[Dropped]:
    from icalendar import Calendar

    found: list[Dropped] = []
    for calendar in Calendar.from_ical(_calendar_text(content), multiple=True):
        cancelled = str(calendar.get("METHOD", "")).upper() == "CANCEL"
        for event in calendar.walk("VEVENT"):
            if cancelled or str(event.get("STATUS", "")).upper() == "CANCELLED" or len(found) >= _MOST:
                continue
            found.append(_meeting(event))
    return found


def _calendar_text(content: bytes) -> str:
    """A calendar's text: UTF-8 as the format has it, or what programs in Japan and on Windows write instead."""
    for encoding in ("utf-16",) if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")


def _text(event: Any, name: str) -> str:
    """A property of an event; of one that is there twice the first."""
    value = event.get(name, "")
    return str(value[0] if isinstance(value, list) else value)


def _meeting(event: Any) -> Dropped:
    start = getattr(event.get("DTSTART"), "dt", None)
    listed = event.get("ATTENDEE", [])
    people = [event.get("ORGANIZER"), *(listed if isinstance(listed, list) else [listed])]
    return Dropped(
        "meeting",
        start.date() if isinstance(start, dt.datetime) else start if isinstance(start, dt.date) else None,
        _line(_text(event, "SUMMARY")),
        _unique(_attendee(one) for one in people if one is not None),
        _cut(_text(event, "DESCRIPTION")),
        _line(_text(event, "UID")),
    )


def _attendee(value: Any) -> Mailbox:
    address = str(value)
    if address.casefold().startswith("mailto:"):
        address = address[len("mailto:") :]
    name = str(getattr(value, "params", {}).get("CN", ""))
    return Mailbox(_line(name), _line(address) if "@" in address else "")


def _line(text: str) -> str:
    return visible(" ".join(text.split()))


# Both sides


def split_sides(
    people: Iterable[Mailbox], ours: Collection[str], record_people: Sequence[Person]
) -> tuple[list[Mailbox], list[Person], list[Mailbox]]:
    """Who of the people named is one of us, who a person of the record, and who neither.

    Args:
        ours: the domains of our own addresses, in lower case.
        record_people: the people of the record; they are known by their addresses, else by their names.
    """
    by_address = {one.contact.email.casefold(): one for one in record_people if one.contact.email}
    by_name = {one.name.casefold(): one for one in record_people if one.name}
    colleagues: list[Mailbox] = []
    known: list[Person] = []
    strangers: list[Mailbox] = []
    for mailbox in people:
        person = by_address.get(mailbox.address.casefold()) or by_name.get(mailbox.name.casefold())
        if person is not None:
            if person not in known:
                known.append(person)
        elif mailbox.address.rpartition("@")[2].casefold() in ours:
            colleagues.append(mailbox)
        else:
            strangers.append(mailbox)
    return colleagues, known, strangers
