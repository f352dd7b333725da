"""A document becomes a record in memory: every value through the one way in, nothing lost, nothing judged yet."""

import re
from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

from sqlmodel import SQLModel

from oppwizard.data.tables import PARTS
from oppwizard.errors import ValueProblem
from oppwizard.exchange.document import OTHER, columns
from oppwizard.exchange.leaving_out import leave_out
from oppwizard.exchange.shape import PEOPLE, Shape, Source
from oppwizard.exchange.values import Problem, identity_of, read_column, read_value, storable, stored, text_of
from oppwizard.i18n import T
from oppwizard.model.account import Account
from oppwizard.model.ask import Kind
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.custom import Answers, answered, replaced
from oppwizard.model.enums import RiskCategory, TeamRole
from oppwizard.model.fields import ACCOUNT, CUSTOM, FIELDS, OPPORTUNITY, FieldSpec, custom_model, fields_of
from oppwizard.model.findings import Address, address
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Risk, TeamMember
from oppwizard.model.record import Person, Record
from oppwizard.model.text import fold
from oppwizard.process.entry import implied_currency
from oppwizard.process.required import shortened
from oppwizard.walk import Walk
from oppwizard.walk.consequences import follow
from oppwizard.walk.move import Edits

_CLAIMS: Final = ("status", "stage", "pipeline_on", "pipeline_at", "set_aside_reason")
_LONGEST_NAME: Final = 40
_ROW: Final = re.compile(r"\[([^\]]*)\]")


class Assembly:
    """One document on its way to become a record.

    Attributes:
        record: a draft with everything that the document says.
        claims: what it says about its own standing: typed, but not believed.
        given: the addresses of the answers that it gives.
        problems: what could not be taken as it stands, and where.
    """

    def __init__(
        self, walk: Walk, shape: Shape, *, renewed: bool = False, erased: Collection[UUID] = frozenset()
    ) -> None:
        """Put the record together.

        Args:
            renewed: whether all rows but the opportunity get new identities, because the store uses theirs.
            erased: rows that were erased from the store, by the identities that a file has for them.
        """
        self.walk = walk
        self.shape = shape
        self.problems = list(shape.problems)
        self.claims: dict[str, Any] = {}
        self.given: list[Address] = []
        self._renewed = renewed
        self._erased, self._left_out = erased, set[UUID]()
        self._ids: dict[str, UUID] = {}
        self._references: dict[str, UUID] = {}
        account: Account = self._row(Account, shape.account.values)
        deal = Opportunity(account_id=account.id)
        deal.id = identity_of(shape.deal.values.get("id")) or deal.id
        self.record = Record(deal, account)
        self._reader = walk.reader(self.record)
        self._singles()
        self._parts()
        self._pending()
        self._leave_out()
        if not shape.full:
            self._complete()

    # Rows

    def _row(self, model: type[Any], values: dict[str, Any], **own: Any) -> Any:
        """An empty row with the identity that the file gives it, where that is one and free."""
        row = model(**own)
        given = values.get("id")
        identity = identity_of(given)
        if identity is not None and not self._renewed and identity not in self._ids.values():
            row.id = identity
        if identity in self._erased:
            self._left_out.add(row.id)
        self._ids.setdefault(str(given) if isinstance(given, str) else str(row.id), row.id)
        return row

    def _singles(self) -> None:
        """The opportunity and the account, people before those who refer to them, the currency before amounts."""
        record, shape = self.record, self.shape
        self._currency()
        self._people()
        self._columns(record.account, shape.account)
        self._fields(ACCOUNT, record.account, shape.account, None)
        record.account.name_key = fold(record.account.name)
        record.account.dba_key = fold(record.account.dba or "")
        self._columns(record.opportunity, shape.deal)
        self._fields(OPPORTUNITY, record.opportunity, shape.deal, None)
        record.opportunity.custom = self._own_answers(shape.custom)

    def _own_answers(self, source: Source) -> Answers:
        """The answers to the organisation's own fields; an export's too that are none of a field (any more)."""
        asked = {spec.name: spec for spec in fields_of(CUSTOM)}
        found: Answers = {}
        for name, value in source.values.items():
            if name in asked and (not self.shape.full or self._fits(asked[name], value)):
                at = Address(CUSTOM, name)
                found = answered(found, custom_model(), name, self._value(asked[name], at, value, source.at(name)))
                self.given.append(at)
            elif self.shape.full:
                found = self._as_kept(found, source, name, value)
        kept = Source(OTHER, self.shape.kept)
        for name in kept.values.keys() - found.keys():
            found = self._as_kept(found, kept, name, kept.values[name])
        return found

    def _fits(self, spec: FieldSpec, value: Any) -> bool:
        """Whether a value of an export is one of the field as this playbook has it."""
        try:
            read_value(self._reader, spec, value, self._references, trusting=True)
        except ValueProblem:
            return False
        return True

    def _as_kept(self, found: Answers, source: Source, name: str, value: Any) -> Answers:
        """The answers with one of another playbook, as a store holds it; people by the identities they have now."""
        held = stored(value, self._references)
        if held is None or len(name) > _LONGEST_NAME:
            self.problems.append(Problem(source.at(shortened(name)), T("A store holds no such answer")))
            return found
        return replaced(found, storable(name), held)

    def _people(self) -> None:
        for source in self.shape.people:
            contact = self._row(Contact, source.values, account_id=self.record.account.id)
            stakeholder = self._row(
                Stakeholder, source.stakeholder, opportunity_id=self.record.id, contact_id=contact.id
            )
            self.record.people.append(Person(contact, stakeholder))
            for values in (source.values, source.stakeholder):
                if isinstance(values.get("id"), str):
                    self._references.setdefault(values["id"], stakeholder.id)
        pairs = list(zip(self.record.people, self.shape.people, strict=True))
        names = {"name"}
        for person, source in pairs:
            self._fields(PEOPLE, person.contact, source, person.id, only=names)
        for person, source in pairs:
            self._columns(person.contact, source)
            self._fields(PEOPLE, person.contact, source, person.id, but=names)
            part = Source(source.place, source.stakeholder)
            self._columns(person.stakeholder, part)
            self._fields(PEOPLE, person.stakeholder, part, person.id)

    def _parts(self) -> None:
        for model, key in PARTS.items():
            own = {"stage": 0} if "stage" in model.model_fields else {}
            for source in self.shape.rows[key]:
                row = self._row(model, source.values, opportunity_id=self.record.id, **own)
                getattr(self.record, key).append(row)
                self._columns(row, source)
                self._fields(key, row, source, row.id)

    def _leave_out(self) -> None:
        """Take out again what was erased from the store."""
        if not self._left_out:
            return
        people = leave_out(self.record, self._left_out, self._erased)
        self.given = [at for at in self.given if self.record.holder(at) is not None]
        if people:
            said = T("People who were erased from this store, and stay out of it: {count}", count=people)
            self.problems.append(Problem(PEOPLE, said))

    # Values

    def _fields(
        self,
        entity: str,
        row: SQLModel,
        source: Source,
        row_id: UUID | None,
        *,
        only: Iterable[str] = (),
        but: Iterable[str] = (),
    ) -> None:
        """A row's answers; what an export does not say is not answered, what a person leaves out stays as it begins."""
        for spec in fields_of(entity):
            if spec.model is not type(row) or spec.name in but or (only and spec.name not in only):
                continue
            if spec.name in source.values:
                at = Address(entity, spec.name, row_id)
                setattr(row, spec.name, self._value(spec, at, source.values[spec.name], source.at(spec.name)))
                self.given.append(at)
            elif self.shape.full:
                setattr(row, spec.name, spec.empty)

    def _value(self, spec: FieldSpec, at: Address, value: Any, place: str) -> Any:
        """A value, or what can be read of it while the whole is kept as a text to be mended."""
        items = value if spec.is_list and isinstance(value, list) else [value]
        read: list[Any] = []
        problem: ValueProblem | None = None
        for item in items:
            try:
                read.append(read_value(self._reader, spec, item, self._references, trusting=self.shape.full))
            except ValueProblem as refused:
                problem = problem or refused
        if problem is not None:
            self._refuse(place, problem)
            self.record.pending[str(at)] = storable(", ".join(text_of(item) for item in items))
        if spec.is_list:
            return list(dict.fromkeys(one for several in read for one in several))
        return read[0] if read else None

    def _columns(self, row: SQLModel, source: Source) -> None:
        """What a row keeps beside its answers; claims about its standing are put aside."""
        declared = {spec.name for spec in FIELDS.values() if spec.model is type(row)}
        for name in columns(type(row)):
            if name == "id" or name in declared or source.values.get(name) is None:
                continue
            try:
                value = read_column(type(row), name, source.values[name])
            except ValueProblem as refused:
                self._refuse(source.at(name), refused)
                continue
            if isinstance(row, Opportunity) and name in _CLAIMS:
                self.claims[name] = value
            else:
                setattr(row, name, value)

    def _refuse(self, place: str, refused: ValueProblem) -> None:
        said = T("{problem} {remedy}", problem=refused.problem, remedy=refused.remedy or "")
        self.problems.append(Problem(place, said))

    def _pending(self) -> None:
        """Texts that were no values when the file was written."""
        for place, text in self.shape.pending.items():
            renamed = _ROW.sub(lambda match: f"[{self._ids.get(match[1], match[1])}]", place)
            try:
                at = address(renamed)
            except ValueError:
                at = Address("")
            if at.spec is None or self.record.holder(at) is None or not isinstance(text, str):
                self.problems.append(Problem(f"pending.{place}", T("This leads to no field of the record")))
            else:
                self.record.pending[str(at)] = storable(text)

    # What a person need not write

    def _currency(self) -> None:
        """The deal's currency: the file's, else the one that its amounts name, else the one a new draft begins with."""
        deal, values = self.record.opportunity, self.shape.deal.values
        if "currency" in values:
            spec = FIELDS["currency"]
            deal.currency = self._value(spec, Address(OPPORTUNITY, "currency"), values["currency"], "currency")
            self.problems = [problem for problem in self.problems if problem.place != "currency"]
        elif not self.shape.full:
            named = (implied_currency(text) for text in self._amounts())
            deal.currency = next((code for code in named if code), self.walk.playbook.home_currency)

    def _amounts(self) -> Iterable[str]:
        sources = [(OPPORTUNITY, self.shape.deal), *(("lines", source) for source in self.shape.rows["lines"])]
        for entity, source in sources:
            for spec in fields_of(entity):
                value = source.values.get(spec.name)
                if spec.ask.kind is Kind.MONEY and isinstance(value, str):
                    yield value

    def _complete(self) -> None:
        """What a new draft begins with, and what follows from the answers, as if they had been typed."""
        record, deal = self.record, self.record.opportunity
        deal.playbook_version = deal.playbook_version or self.walk.playbook.version
        if record.account.annual_revenue is not None and not record.account.revenue_currency:
            record.account.revenue_currency = deal.currency
        known = {member.role for member in record.team}
        record.team += [TeamMember(opportunity_id=deal.id, role=role) for role in TeamRole if role not in known]
        seen = {risk.category for risk in record.risks}
        record.risks += [Risk(opportunity_id=deal.id, category=item) for item in RiskCategory if item not in seen]
        stated = [(at, record.value(at)) for at in self.given if at.entity == "lines"]
        edits = Edits(record)
        for at in self.given:
            follow(edits, at, self.walk.playbook)
        for at, value in stated:
            setattr(record.holder(at), at.name, value)
