"""The six questions of a manager's review, answered from the record (Q1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from oppwizard.i18n import T, Text
from oppwizard.model.enums import Severity, Stage
from oppwizard.model.fields import FIELDS, ROW_KINDS, FieldSpec
from oppwizard.model.findings import Address, Finding
from oppwizard.model.record import Person, Record
from oppwizard.process.case import Case, warn
from oppwizard.process.entry import show
from oppwizard.process.gates import Verdict
from oppwizard.process.required import is_missing
from oppwizard.process.rules import CODE


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the review.

    Attributes:
        key: its name in the store and on the command line.
        paths: the fields that answer it; those of rows once for each row.
        about: how the codes of findings begin that speak to it, whatever field they point at.
    """

    key: str
    label: Text
    paths: tuple[str, ...]
    about: tuple[str, ...]


QUESTIONS: Final = (
    Question(
        "qualified",
        T("Is it really qualified?"),
        (
            "budget_status",
            "budget_amount",
            "budget_source",
            "decision_maker_id",
            "authority_confirmed_how",
            "business_problem",
            "measurable_impact",
            "window_to",
            "compelling_event",
            "discovery_on",
            "solution_fit",
        ),
        ("budget.", "authority.", "discovery.", "facts."),
    ),
    Question(
        "sized",
        T("Is it sized right?"),
        (
            "lines.product",
            "lines.quantity",
            "lines.unit_price",
            "lines.period",
            "lines.discount",
            "term_months",
            "arr_override",
            "acv_override",
            "tcv_override",
            "override_reason",
        ),
        ("lines.", "price.", "sizing.", "value.", "amount.", "money.", "services."),
    ),
    Question(
        "close_date",
        T("Has the customer validated the close date?"),
        ("close_on", "close_validated_by", "close_validated_on", "compelling_event", "decision_on", "go_live_on"),
        ("close.", "cycle.", "date.", "timeline."),
    ),
    Question(
        "decision_makers",
        T("Are the decision makers identified?"),
        ("people.name", "people.title", "people.roles", "people.influence", "people.engagement"),
        ("committee.", "coverage.", "contacts.", "people.", "relationship.", "engagement.", "blockers."),
    ),
    Question(
        "next_step",
        T("Is the next step specific and time-bound?"),
        ("next_step", "next_step_owner", "next_step_on", "next_step_at"),
        ("next_step.", "plan."),
    ),
    Question(
        "competition",
        T("Is the competition documented?"),
        ("competitors.name", "competitors.kind", "competitors.strengths", "competitors.positioning"),
        ("competition.",),
    ),
)
"""The six questions, in the order in which they are gone through."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A value of the record that answers a question.

    Attributes:
        label: what the value is called, with its row where it has one.
        text: the value as it is shown.
    """

    at: Address
    label: Text
    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with what the record says to it."""

    question: Question
    evidence: tuple[Evidence, ...]
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether the record answers it and nothing speaks against it; what is merely hinted at does not count."""
        return bool(self.evidence) and not any(one.severity is not Severity.INFO for one in self.findings)


def answered(case: Case, verdict: Verdict) -> list[Answered]:
    """The six questions, each with its evidence and with what gates and checks find beside it."""
    return [
        Answered(question, tuple(_evidence(case, question)), tuple(_findings(question, verdict)))
        for question in QUESTIONS
    ]


def _evidence(case: Case, question: Question) -> Iterator[Evidence]:
    done: set[str] = set()
    for path in question.paths:
        spec = FIELDS[path]
        if spec.entity not in ROW_KINDS:
            at = Address(spec.entity, spec.name)
            text = _shown(case, spec, case.record.value(at))
            if text:
                yield Evidence(at, spec.ask.label, text)
        elif spec.entity not in done:
            done.add(spec.entity)
            specs = [FIELDS[other] for other in question.paths if FIELDS[other].entity == spec.entity]
            yield from _rows(case, spec.entity, specs)


def _rows(case: Case, kind: str, specs: list[FieldSpec]) -> Iterator[Evidence]:
    """A line a row: its values one after the other."""
    for number, row in enumerate(case.record.rows(kind), 1):
        texts = [_shown(case, spec, _value(row, spec)) for spec in specs]
        said = ", ".join(text for text in texts if text)
        if said:
            label = T("{row} {number}", row=ROW_KINDS[kind].one, number=number)
            yield Evidence(Address(kind, specs[0].name, row.id), label, said)


def _value(row: object, spec: FieldSpec) -> object:
    return getattr(row.part(spec.name) if isinstance(row, Person) else row, spec.name)


def _shown(case: Case, spec: FieldSpec, value: object) -> str:
    return "" if is_missing(value) else show(spec, value, case.record, case.playbook)


def _findings(question: Question, verdict: Verdict) -> Iterator[Finding]:
    for finding in verdict.findings:
        spec = finding.at.spec
        path = spec.path if spec else finding.at.entity
        speaks = finding.code.startswith(question.about) or path in question.paths
        if (speaks and finding.code != REMARK) or (
            finding.code.startswith(CODE) and _of_rule(path, finding.at.entity) is question
        ):
            yield finding


def _of_rule(path: str, entity: str) -> Question | None:
    """The question that a rule of the organisation at a field of none belongs to: that of its rows, else the first."""
    if any(path in question.paths for question in QUESTIONS):
        return None
    kinds = ((question, {FIELDS[one].entity for one in question.paths}) for question in QUESTIONS)
    known = (question for question, entities in kinds if entity in ROW_KINDS and entity in entities)
    return next(known, QUESTIONS[0])


REMARK: Final = "review.remark"
"""The code of a manager's comment among the findings."""


def remarks(record: Record) -> list[Finding]:
    """The manager's comments that are not settled, each a warning that stands at its field (Q1)."""
    found: list[Finding] = []
    for remark in record.remarks:
        if remark.settled_at is None:
            at = place_of(remark.place)
            stage = at.spec.ask.stage if at.spec else Stage.QUALIFICATION
            message = T("{author} says: {comment}", author=remark.author, comment=remark.body)
            found.append(warn(REMARK, "Q1", stage, at, message, T("Mend it, then say that it is settled.")))
    return found


def place_of(text: str) -> Address:
    """The address that a comment was written to; the name of the opportunity where that is no field any more."""
    from oppwizard.model.findings import address

    try:
        return address(text)
    except ValueError:
        return Address("opportunity", "name")
