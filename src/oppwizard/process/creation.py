"""Gate 4: the seven steps of creating the record, as one (W4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from oppwizard.i18n import T, Text
from oppwizard.model.enums import Stage, Status
from oppwizard.model.findings import Address, Finding
from oppwizard.model.record import Record
from oppwizard.process.case import Case, block
from oppwizard.process.required import shortened
from oppwizard.process.sizing import ZERO, plain

_STAGE = Stage.CREATION
_BEFORE = (Stage.QUALIFICATION, Stage.SCOPING, Stage.DATA_COLLECTION)


def created(case: Case) -> Iterator[Finding]:
    """The stage is done when the opportunity exists (W4.1)."""
    if case.record.opportunity.status in (Status.DISQUALIFIED, Status.NURTURE):
        yield block(
            "lead.set_aside",
            "W1.8",
            Stage.QUALIFICATION,
            "solution_fit",
            T("The lead is set aside: {reason}", reason=case.record.opportunity.set_aside_reason or ""),
            T("Reopen it to go on."),
        )
    elif not case.record.exists:
        yield block(
            "create.pending",
            "W4.1",
            _STAGE,
            Address("opportunity"),
            T("The opportunity does not exist yet"),
            T("Create it once every step above is done."),
        )


RULES = (created,)


@dataclass(frozen=True, slots=True)
class Step:
    """One of the seven steps.

    Attributes:
        number: 1 to 7, as W4 counts them.
        open: what still keeps it from being done.
        said: what the record has for it.
    """

    number: int
    label: Text
    said: str
    open: tuple[Finding, ...]

    @property
    def done(self) -> bool:
        """Whether nothing keeps it."""
        return not self.open


_LABELS = {
    1: T("Create the opportunity"),
    2: T("Fill in every required field"),
    3: T("Link to the account"),
    4: T("Add contact roles"),
    5: T("Add line items"),
    6: T("Assign the deal team"),
    7: T("Write the initial note"),
}
_STEP_OF = {"account": 3, "people": 4, "lines": 5, "team": 6}


def checklist(record: Record, findings: Sequence[Finding]) -> list[Step]:
    """The seven steps over the whole record, each with its open points (W4.1-7).

    Args:
        findings: what all gates found.
    """
    open_points: dict[int, list[Finding]] = {number: [] for number in _LABELS}
    for finding in findings:
        if finding.blocks and finding.stage in (*_BEFORE, _STAGE):
            open_points[_step_of(finding)].append(finding)
    said = _said(record)
    return [Step(number, label, said[number], tuple(open_points[number])) for number, label in _LABELS.items()]


def _step_of(finding: Finding) -> int:
    if finding.code in ("create.pending", "duplicate.same"):
        return 1
    if finding.at.name == "initial_note":
        return 7
    return _STEP_OF.get(finding.at.entity, 2)


def _said(record: Record) -> dict[int, str]:
    deal = record.opportunity
    return {
        1: deal.name or "",
        2: deal.owner or "",
        3: record.account.name,
        4: ", ".join(person.name for person in record.people if person.name),
        5: ", ".join(f"{plain(line.quantity or ZERO)} × {line.sku or '?'}" for line in record.lines),
        6: ", ".join(member.name for member in record.team if member.name),
        7: shortened(deal.initial_note or ""),
    }


def proposed_note(record: Record) -> str:
    """A first draft of the initial note from what the record already says: situation, next step, key points (W4.7)."""
    deal = record.opportunity
    maker = record.person(deal.decision_maker_id)
    points = (
        (T("Situation"), deal.business_problem),
        (T("Impact"), deal.measurable_impact),
        (T("Why now"), deal.compelling_event),
        (T("Decision maker"), maker.name if maker else None),
        (T("Alternatives"), ", ".join(_rival_names(record))),
        (T("Next step"), _step_line(record)),
    )
    return "\n".join(f"{label}: {' '.join(text.split())}" for label, text in points if text and text.strip())


def _rival_names(record: Record) -> list[str]:
    return [rival.name or str(rival.kind.label if rival.kind else "") for rival in record.competitors]


def _step_line(record: Record) -> str:
    deal = record.opportunity
    day = deal.next_step_on.isoformat() if deal.next_step_on else ""
    return ", ".join(part for part in (deal.next_step, deal.next_step_owner, day) if part)
