"""The part of `Walk` that takes what providers of facts know: as proposals, which fill only what is empty (A2, A6)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from oppwizard.checks.keys import domain_of
from oppwizard.data.codec import encode
from oppwizard.data.store import Author
from oppwizard.data.tables import Op, Source
from oppwizard.enrichment import Answer, Provider, Question
from oppwizard.enrichment.rounds import Found, is_about
from oppwizard.errors import NotFound, ValueProblem
from oppwizard.i18n import T, Text, language
from oppwizard.model.ask import Kind
from oppwizard.model.enums import ProposalState, Severity
from oppwizard.model.fields import ACCOUNT, FIELDS, FieldSpec
from oppwizard.model.findings import Address, Finding
from oppwizard.model.money import show_money
from oppwizard.model.parts import Proposal
from oppwizard.model.record import Record
from oppwizard.process.entry import show
from oppwizard.walk.answers import day_of, percent_of, read, says_nothing
from oppwizard.walk.move import Edits, Move
from oppwizard.walk.proposals import (
    KEPT,
    PEOPLE,
    decide,
    holds,
    is_held,
    place_of,
    standing,
    told_day,
    value_of,
    waiting_row,
)

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

PROPOSED: Final = "enrichment.proposal"
"""The code of a proposal among the findings."""
_NAMES: Final = frozenset({"account.dba", "account.legal_name", "people.name"})
"""What a record is found by: a name may link it to another account or person, so a person takes it."""


@dataclass(slots=True)
class Enriched(Move):
    """What came of an answer.

    Attributes:
        filled: the fields that were empty and are filled in now.
        proposed: those that wait for a person.
        faults: values that their fields do not take.
    """

    filled: list[Address] = field(default_factory=list)
    proposed: list[Address] = field(default_factory=list)
    faults: list[Text] = field(default_factory=list)


class Enriching:
    """A value that a person gave is never overwritten; what is proposed beside it, they accept or refuse."""

    # Asking

    @property
    def providers(self: "Walk") -> tuple[Provider, ...]:  # type: ignore[misc]
        """The providers of facts that the playbook names.

        Raises:
            InvalidInput: a plugin that it names is not installed.
            ProviderProblem: a secret is not there.
        """
        from oppwizard.enrichment.providers import providers

        found = self._providers
        if found is None:
            found = self._providers = providers(self.playbook, self.context.folder)
        return found

    def asked_about(  # type: ignore[misc]
        self: "Walk", record: Record, only: str | None = None
    ) -> list[tuple[Provider, list[Question]]]:
        """The playbook's providers, each with what it can be asked about a record.

        Args:
            only: the name of the one provider to ask.

        Raises:
            NotFound: the playbook has no provider of that name.
            InvalidInput: a plugin that it names is not installed.
            ProviderProblem: a secret is not there.
        """
        chosen = [one for one in self.providers if only is None or one.name == only]
        if only is not None and not chosen:
            names = ", ".join(one.name for one in self.providers) or "-"
            raise NotFound(T("The playbook has no provider “{name}”", name=only), T("It has: {names}", names=names))
        return [(one, [each for each in questions(record) if is_about(one, each)]) for one in chosen]

    # Taking answers

    def enrich(  # type: ignore[misc]
        self: "Walk", record: Record, found: Found, busy: Collection[Address] = ()
    ) -> Enriched:
        """Take what a provider answered: empty fields are filled if the playbook says so, all else is proposed.

        An answer about what the record does not hold any more (another company, another name) is dropped.

        Args:
            busy: fields that a person is in; they are not touched.
        """
        edits = Edits(record)
        taken = _Taken(self, edits, found, frozenset(busy))
        if _still_asked(record, found.question):
            for answer in found.answers:
                taken.take(answer)
        move = self.finish(edits, author=Author(self.context.user, Source.ENRICHMENT, found.provider[:60]))
        return Enriched(
            move.record,
            move.batch,
            move.verdict,
            move.notes,
            entered=move.entered,
            filled=taken.filled,
            proposed=taken.proposed,
            faults=taken.faults,
        )

    # Deciding

    def accept_proposal(self: "Walk", record: Record, proposal_id: UUID) -> Move:  # type: ignore[misc]
        """Let a proposed value stand in its field.

        Raises:
            NotFound: there is no such proposal, or it was decided about already.
        """
        row = waiting_row(record, proposal_id)
        at, edits = place_of(row), Edits(record)
        if row.currency and at.entity == ACCOUNT:
            edits.set(record.account, "revenue_currency", row.currency)
        agreed = [other for other in self.waiting(record).get(at, []) if other.value == row.value]
        self._put(edits, at, value_of(row))  # by the name of a known account the record may belong to that one now
        for other in agreed:
            decide(edits, other, ProposalState.ACCEPTED, self.context.user)
        return self.finish(edits, reason=row.provider)

    def refuse_proposal(self: "Walk", record: Record, proposal_id: UUID) -> Move:  # type: ignore[misc]
        """Refuse a proposed value; it is not proposed again.

        Raises:
            NotFound: there is no such proposal, or it was decided about already.
        """
        row = waiting_row(record, proposal_id)
        edits = Edits(record)
        decide(edits, row, ProposalState.REFUSED, self.context.user)
        return self.finish(edits, reason=row.provider)

    def note_decisions(self: "Walk", edits: Edits, author: Author) -> None:  # type: ignore[misc]
        """What a person types decides about what was proposed: the same value accepts it, another one replaces it.

        What comes in from elsewhere brings its own decisions along.
        """
        if author.source is not Source.PERSON or not edits.record.proposals:
            return
        touched = {(edit.model, edit.row_id, edit.field) for edit in edits.done if edit.op is Op.SET}
        for row in standing(edits.record):
            at = place_of(row)
            holder: Any = edits.record.holder(at)
            if (type(holder), holder.id, at.name) not in touched:
                continue
            same = holds(edits.record, row)
            if row.state is ProposalState.WAITING and same:
                decide(edits, row, ProposalState.ACCEPTED, author.who)
            elif row.state in KEPT and not same:
                decide(edits, row, ProposalState.REPLACED, author.who)

    # Reading

    def waiting(self: "Walk", record: Record) -> dict[Address, list[Proposal]]:  # type: ignore[misc]
        """What waits for a person, by field, the newest first."""
        found: dict[Address, list[Proposal]] = {}
        for row in reversed(list(standing(record))):
            if row.state is ProposalState.WAITING:
                found.setdefault(place_of(row), []).append(row)
        return found

    def origin(self: "Walk", record: Record, at: Address) -> Proposal | None:  # type: ignore[misc]
        """Where the value of a field came from, if it is a provider's and nobody has changed it since."""
        rows = (row for row in standing(record) if row.state in KEPT and place_of(row) == at)
        return next((row for row in rows if holds(record, row)), None)

    def proposed(self: "Walk", record: Record) -> Iterator[Finding]:  # type: ignore[misc]
        """What waits for a person, as hints that stand at their fields."""
        remedy = T("Take it, or refuse it: it is not proposed again then.")
        for at, rows in self.waiting(record).items():
            assert at.spec is not None, "standing proposals are of declared fields"
            for row in rows:
                told = T("{field}: {proposal}", field=self.label(record, at), proposal=self.told_proposal(record, row))
                text = self.told_value(record, row)
                yield Finding(PROPOSED, "A6", at.spec.ask.stage, at, told, remedy, Severity.INFO, text)

    def told_value(self: "Walk", record: Record, row: Proposal) -> str:  # type: ignore[misc]
        """A proposed value as a person reads it; `Reader.read` takes it back."""
        spec, value = place_of(row).spec, value_of(row)
        assert spec is not None, "standing proposals are of declared fields"
        if spec.ask.kind is Kind.MONEY and row.currency:
            return show_money(value, row.currency, language())
        return show(spec, value, record, self.playbook)

    def told_proposal(self: "Walk", record: Record, row: Proposal) -> Text:  # type: ignore[misc]
        """A proposal in one line: who proposes what, and when they were asked."""
        value = " ".join(self.told_value(record, row).split())
        short = value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
        return T("{provider} proposes {value} ({day})", provider=row.provider, value=short, day=told_day(row))


_SHOWN: Final = 120
OUTDATED: Final = ProposalState.OUTDATED


class _Taken:
    """Takes the answers of a provider into the edits of a record."""

    def __init__(self, walk: "Walk", edits: Edits, found: Found, busy: frozenset[Address]) -> None:
        self._walk = walk
        self._edits = edits
        self._found = found
        self._busy = busy
        self._reader = walk.reader(edits.record)
        self.filled: list[Address] = []
        self.proposed: list[Address] = []
        self.faults: list[Text] = []

    def take(self, answer: Answer) -> None:
        """Fill or propose one value; one that its field does not take is a fault, and nothing else."""
        spec, record = FIELDS[answer.path], self._edits.record
        at = Address(spec.entity, spec.name, self._found.question.row)
        try:
            value, currency = read(self._reader, spec, answer)
        except (ValueError, TypeError, ArithmeticError) as error:  # nothing is believed about foreign values
            said = error.problem if isinstance(error, ValueProblem) else type(error).__name__
            self.faults.append(T("{field}: {problem}", field=self._walk.label(record, at), problem=said))
            return
        if says_nothing(spec, value, self._walk.playbook) or is_held(record, at, value, currency):
            return
        row = self._row(at, spec, answer, value, currency)
        earlier = [one for one in record.proposals if (one.place, one.subject) == (row.place, row.subject)]
        if any((one.value, one.currency) == (row.value, currency) and one.state is not OUTDATED for one in earlier):
            return  # it waits already, or a person has decided about it
        if self._may_fill(at, spec, currency):
            self._fill(at, value, row)
        else:
            self._propose(at, row, earlier)

    def _row(self, at: Address, spec: FieldSpec, answer: Answer, value: Any, currency: str) -> Proposal:
        return Proposal(
            opportunity_id=self._edits.record.id,
            place=str(at),
            subject=self._found.question.subject,
            value=encode(spec.model, spec.name, value),
            currency=currency,
            provider=self._found.provider[:60],
            on=self._walk.context.today,
            as_of=day_of(answer.as_of),
            confidence=percent_of(answer.confidence),
        )

    def _may_fill(self, at: Address, spec: FieldSpec, currency: str) -> bool:
        """Whether a field is filled by itself: it is empty, nobody is in it, and the value means one thing."""
        if not self._walk.playbook.enrichment.fill or spec.path in _NAMES:
            return False
        if spec.ask.kind is Kind.MONEY and not currency:
            return False
        held = self._edits.record.value(at)
        empty = held is None or held == [] or (isinstance(held, str) and not held.strip())
        return empty and at not in self._busy and str(at) not in self._edits.record.pending

    def _fill(self, at: Address, value: Any, row: Proposal) -> None:
        record = self._edits.record
        if row.currency:
            self._edits.set(record.account, "revenue_currency", row.currency)
        self._walk._put(self._edits, at, value)
        row.state = ProposalState.FILLED
        record.proposals.append(row)
        self._edits.insert(row)
        self.filled.append(at)

    def _propose(self, at: Address, row: Proposal, earlier: Iterable[Proposal]) -> None:
        for one in earlier:
            if one.provider == row.provider and one.state is ProposalState.WAITING:
                decide(self._edits, one, OUTDATED, row.provider)
        self._edits.record.proposals.append(row)
        self._edits.insert(row)
        self.proposed.append(at)


def questions(record: Record) -> list[Question]:
    """What can be asked about a record: its account, and each of its people, by what they are found by."""
    account = record.account
    emails = [person.contact.email or "" for person in record.people]
    domains = (domain_of(text) for text in (account.website or "", *emails))
    domain = next((one for one in domains if one), "")
    own = _known(
        company=account.dba or account.legal_name,
        legal_name=account.legal_name,
        domain=domain,
        company_number=account.company_number,
    )
    found = [Question(ACCOUNT, account.id, None, own)] if own else []
    for person in record.people:
        keys = _known(name=person.name, email=person.contact.email, company=account.name, domain=domain)
        if "name" in keys or "email" in keys:
            found.append(Question(PEOPLE, person.contact.id, person.id, keys))
    return found


def _known(**keys: str | None) -> dict[str, str]:
    return {name: text.strip() for name, text in keys.items() if text and text.strip()}


def _still_asked(record: Record, question: Question) -> bool:
    """Whether the record still holds what was asked about; what has become known since does not matter."""
    for now in questions(record):
        if (now.about, now.subject, now.row) == (question.about, question.subject, question.row):
            return all(now.keys.get(name) == text for name, text in question.keys.items())
    return False
