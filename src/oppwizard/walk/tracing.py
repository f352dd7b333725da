"""Who is meant by a reference to a person, and everything in the store that is about them (privacy)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final
from uuid import UUID

from oppwizard.checks.spellings import Known, Spellings
from oppwizard.data.erasing import Stored, Trace
from oppwizard.errors import NotFound
from oppwizard.i18n import T, Text
from oppwizard.model.fields import FIELDS
from oppwizard.model.parts import Attachment
from oppwizard.model.record import Record
from oppwizard.model.text import fold

if TYPE_CHECKING:
    from oppwizard.data.erasing import Place
    from oppwizard.walk.service import Walk

_FEWEST: Final = 4
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Mention:
    """A text by a person that names the one who is to be erased; another person decides what becomes of it.

    Attributes:
        label: what the text is called.
        record_id: the opportunity it belongs to, None where it belongs to none, or to several.
        is_former: whether it stands in the log only: it was changed since.
    """

    place: "Place"
    label: Text
    text: str
    record_id: UUID | None
    is_former: bool


@dataclass(frozen=True, slots=True)
class Named:
    """An attached file that names the person, in its name or in what it holds."""

    record_id: UUID
    attachment_id: UUID
    name: str


@dataclass
class Subject:
    """The person: all contacts that are the same one, and where they have, or had, a place.

    Attributes:
        roles: the records by the stakeholder's identity, also former ones.
        others: contacts of the same name at other accounts, which may be other people: they are left alone.
    """

    traces: list[Trace]
    roles: dict[UUID, UUID]
    proposals: set[UUID]
    others: list[Trace] = field(default_factory=list)

    @property
    def contacts(self) -> set[UUID]:
        """The identities of the contacts."""
        return {trace.contact_id for trace in self.traces}

    @property
    def records(self) -> set[UUID]:
        """The records in which the person has, or had, a place."""
        return set(self.roles.values())

    @property
    def rows(self) -> set[UUID]:
        """The identities of all rows that are about the person."""
        return {*self.contacts, *self.roles, *self.proposals}

    @cached_property
    def known(self) -> Known:
        """All that the person is or was called, and reached by."""
        said = {name: {text for trace in self.traces for text in trace.said[name]} for name in self.traces[0].said}
        return Known(frozenset(said["name"]), frozenset(said["email"] | said["profile"]), frozenset(said["phone"]))

    @property
    def name(self) -> str:
        """What the person is called."""
        names = (trace.current or next(iter(sorted(trace.said["name"])), "") for trace in self.traces)
        return next((name for name in names if name), str(self.traces[0].contact_id))


def subject(walk: "Walk", reference: str) -> Subject:
    """The person that a name, an e-mail address, or an identity (or four or more characters of it) names.

    Contacts with the same e-mail address, and those of the same name at the same account, are the same person.

    Raises:
        NotFound: nobody is called so, or several people are.
    """
    every = walk.store.traces()
    named = [trace for trace in every if _is(trace, reference)]
    if not named:
        raise NotFound(
            T("There is nobody “{reference}”", reference=reference),
            T("Give a name, an e-mail address, or the identity that “oppwizard show ID --json” tells."),
        )
    same = _same(every, named[0])
    strangers = [trace for trace in named if trace not in same]
    if strangers:
        raise NotFound(
            T("“{reference}” may be several people: {names}", reference=reference, names=_listed(walk, named)),
            T("Give the identity of one of them."),
        )
    ids, names = {trace.contact_id for trace in same}, {name for trace in same for name in _names(trace)}
    others = [one for one in every if one not in same and one.is_there and _names(one) & names]
    return Subject(same, walk.store.roles_of(ids), walk.store.proposals_about(ids), others)


def _is(trace: Trace, reference: str) -> bool:
    digits = reference.strip().replace("-", "").lower()
    if len(digits) >= _FEWEST and not set(digits) - set("0123456789abcdef"):
        whole = trace.contact_id.hex
        if whole.startswith(digits) or whole.endswith(digits):
            return True
    wanted = fold(reference)
    return bool(wanted) and wanted in _names(trace) | _mails(trace)


def _names(trace: Trace) -> set[str]:
    return {fold(name) for name in trace.said["name"]}


def _mails(trace: Trace) -> set[str]:
    return {fold(text) for text in trace.said["email"]}


def _same(every: list[Trace], first: Trace) -> list[Trace]:
    """The contacts that are the same person as one of them."""
    found = [first]
    for known in found:
        for trace in every:
            at_one = trace.account_id == known.account_id and _names(trace) & _names(known)
            if trace not in found and (at_one or _mails(trace) & _mails(known)):
                found.append(trace)
    return found


def _listed(walk: "Walk", traces: list[Trace]) -> str:
    shown = [f"{trace.contact_id} {told(walk, trace)}" for trace in traces[:_SHOWN]]
    return "; ".join([*shown, *(["..."] if len(traces) > _SHOWN else [])])


def told(walk: "Walk", trace: Trace) -> str:
    """A contact in words: the name, and where they work."""
    account = walk.store.account(trace.account_id) if trace.account_id else None
    name = trace.current or next(iter(sorted(trace.said["name"])), "-")
    return f"{name} ({account.name})" if account and account.name else name


class Search:
    """Looks through every text of the store for one person."""

    def __init__(self, walk: "Walk", whom: Subject) -> None:
        self._whom, self._records = whom, whom.records
        records = {record_id: loaded(walk, record_id) for record_id in whom.records}
        self.records: dict[UUID, Record] = {one: record for one, record in records.items() if record is not None}
        self._accounts = {trace.account_id for trace in whom.traces}
        self._accounts |= {record.account.id for record in self.records.values()}
        shared = [word for record in self.records.values() for word in _others(record, whom)]
        strangers = walk.store.roles_of({one.contact_id for one in whom.others}) if whom.others else {}
        self._strange = {*strangers, *(one.contact_id for one in whom.others)}
        self._elsewhere = set(strangers.values()) - whom.records
        self.spellings = Spellings(whom.known, shared)
        self._nameless = Spellings(replace(whom.known, names=frozenset()))

    def near(self, stored: Stored) -> bool:
        """Whether a part of the name is enough there."""
        return self._is_near(stored.record_id, stored.account_id)

    def _is_near(self, record_id: UUID | None, account_id: UUID | None) -> bool:
        return record_id in self._records or account_id in self._accounts

    def texts(self, walk: "Walk") -> Iterator[Stored]:
        """The texts of the store that name the person."""
        return (stored for stored in walk.store.texts(self._worth) if self.found(stored))

    def _worth(self, text: str, record_id: UUID | None, account_id: UUID | None) -> bool:
        return self.spellings.may_be_found(text, near=self._is_near(record_id, account_id))

    def found(self, stored: Stored) -> bool:
        """Whether a text names the person, and is not about them anyway, nor about somebody else of that name."""
        row = _row_of(stored)
        if row in self._whom.rows or row in self._strange or self._is_typed(stored):
            return False
        return self._for(stored).found(stored.words, near=self.near(stored))

    def _for(self, stored: Stored) -> Spellings:
        """Where a namesake has a place, and the person has none, the name means the namesake."""
        return self._nameless if stored.record_id in self._elsewhere else self.spellings

    def redacted(self, stored: Stored, mark: str, kept: Collection[str]) -> str:
        """A text with a mark in place of all that names the person; see `Stored.changed`."""
        near, spellings = self.near(stored), self._for(stored)
        return stored.changed(lambda words: spellings.redacted(words, mark, near=near), kept)

    def mention(self, stored: Stored) -> Mention:
        """A text as a person is asked about it."""
        words = self._for(stored).around(stored.words, near=self.near(stored))
        return Mention(stored.place, label_of(stored), words, stored.record_id, stored.is_logged)

    def _is_typed(self, stored: Stored) -> bool:
        """Whether it was typed into a field of the person, and goes with them."""
        address = str(stored.at.get("address", ""))
        return any(address.startswith(f"people[{role}]") for role in self._whom.roles)

    def files(self, walk: "Walk") -> Iterator[tuple[Named | None, UUID]]:
        """The attached files of the person's records with whether they name the person, and could be read at all."""
        for record in self.records.values():
            for attached in record.attachments:
                text = _readable(walk.store.file(attached.digest) or b"")
                called = attached.name.title()  # names of files are often written small
                names = self.spellings.found("\n".join((attached.name, called, text or "")), near=True)
                named = Named(record.id, attached.id, attached.name) if names else None
                if names or text is None:
                    yield named, attached.id


def _row_of(stored: Stored) -> UUID | None:
    try:
        return UUID(stored.place.row)
    except ValueError:
        return None


def loaded(walk: "Walk", record_id: UUID) -> Record | None:
    """A record, None where it is gone: the log of one that was taken out may still be there."""
    try:
        return walk.load(record_id)
    except NotFound:  # a sample that was taken out
        return None


def _others(record: Record, whom: Subject) -> Iterator[str]:
    """The words that other people of a record are called by: the customer's, and our own."""
    names = [person.name for person in record.people if person.contact.id not in whom.contacts]
    deal = record.opportunity
    names += [member.name or "" for member in record.team]
    names += [deal.owner or "", deal.manager or "", deal.created_by, deal.next_step_owner or ""]
    names += [record.account.legal_name or "", record.account.dba or ""]
    full = {fold(name) for name in whom.known.names}
    for name in names:
        if fold(name) not in full:
            yield from name.split()


def _readable(content: bytes) -> str | None:
    """The text of a file, None where it is none."""
    for encoding in ("utf-8", "utf-16") if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def label_of(stored: Stored) -> Text:
    """What a text is called."""
    spec = _declared().get((stored.place.table, stored.place.column))
    if spec is not None:
        return spec
    known = _KEPT.get((stored.place.table, stored.place.column))
    return known or T("{table}, {column}", table=stored.place.table, column=stored.place.column or "-")


def _declared() -> dict[tuple[str, str], Text]:
    return {(str(spec.model.__tablename__), spec.name): spec.ask.label for spec in FIELDS.values() if spec.name}


_KEPT: Final[dict[tuple[str, str], Text]] = {
    ("note", "body"): T("Note"),
    ("remark", "body"): T("Comment of the manager"),
    ("remark", "reply"): T("Reply to a comment"),
    ("review", "comment"): T("Review by the manager"),
    ("review", "answers"): T("Review by the manager"),
    ("peer_review", "summary"): T("Peer review"),
    ("peer_review", "attendees"): T("Peer review"),
    ("peer_review", "presenter"): T("Peer review"),
    ("peer_point", "body"): T("Peer review"),
    ("handoff", "comment"): T("Handoff"),
    ("handoff", "reason"): T("Handoff"),
    ("pending", "text"): T("Typed, but no value yet"),
    ("opportunity", "custom"): T("Our own fields"),
    ("opportunity", "set_aside_reason"): T("Why the lead was set aside"),
    ("opportunity", "close_reason"): T("Why it was won or lost"),
    ("deal_link", "other_title"): T("A record that looks alike"),
    ("deal_link", "because"): T("A record that looks alike"),
    ("change", "reason"): T("Reason of a change"),
    ("past_deal", "account"): T("Deal of the past"),
    ("past_deal", "product"): T("Deal of the past"),
    ("past_deal", "rep"): T("Deal of the past"),
}


def attachments_of(record: Record, ids: Collection[UUID]) -> list[Attachment]:
    """The attached files of a record that are among some."""
    return [attached for attached in record.attachments if attached.id in ids]
