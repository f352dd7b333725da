"""The five mistakes, each with its evidence in this record (M1-M5).

A mistake is named only where the walk has come to what it is about: an empty new draft makes none.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from oppwizard.i18n import T
from oppwizard.model.enums import CompetitorKind, Severity, Stage
from oppwizard.model.findings import Address, Finding
from oppwizard.playbook import coach
from oppwizard.playbook.coach import MistakeCoach
from oppwizard.process.case import Case, warn
from oppwizard.process.coverage import threads
from oppwizard.process.gates import Verdict

_EMPTY: Final = frozenset({"missing", "placeholder", "unreadable"})
_FANTASY: Final = ("close.", "cycle.", "date.")
_PEOPLE: Final = ("committee.", "coverage.", "authority.", "people.", "blockers.", "relationship.", "contacts.buyer")
_RIVALS: Final = ("competition.",)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake that a record makes.

    Attributes:
        code: ``M1`` to ``M5``.
        coach: its title, why it happens, what it costs and the fix, in the language in use.
        evidence: what in this record shows it; the first is where to begin.
    """

    code: str
    coach: MistakeCoach
    evidence: tuple[Finding, ...]

    @property
    def action(self) -> Finding:
        """The first thing to mend: its address is where to go, its remedy what to do."""
        return self.evidence[0]


_Detector = Callable[[Case, Verdict, tuple[Finding, ...]], Iterable[Finding]]


def mistakes(case: Case, verdict: Verdict, checked: Iterable[Finding] = ()) -> list[Mistake]:
    """The mistakes of a record.

    Args:
        case: the record and the day.
        verdict: what the gates say.
        checked: what the checks against history and other records say.
    """
    known = coach().mistakes
    told = tuple(checked)
    found = [(code, tuple(detect(case, verdict, told))) for code, detect in DETECTORS.items()]
    return [Mistake(code, known[code], evidence) for code, evidence in found if evidence and code in known]


def reached(case: Case) -> Stage:
    """How far the record has been taken."""
    return Stage(case.record.opportunity.stage)


def _too_early(case: Case, verdict: Verdict, _checked: tuple[Finding, ...]) -> Iterator[Finding]:
    """In the pipeline, or forecast as if it were, before stage 1 is proven (M1)."""
    deal = case.record.opportunity
    points = verdict.open_points(Stage.QUALIFICATION)
    first = case.playbook.sales_stages[0].value if case.playbook.sales_stages else None
    forecast = deal.sales_stage not in (None, first)
    if points and (case.record.exists or forecast or reached(case) > Stage.QUALIFICATION):
        yield from points


def _incomplete(case: Case, verdict: Verdict, _checked: tuple[Finding, ...]) -> Iterator[Finding]:
    """Fields of stages the walk has been through that say nothing (M2)."""
    last = Stage.CREATION if case.record.exists else Stage(max(reached(case) - 1, 0)) if reached(case) > 1 else None
    for stage in Stage:
        if last is not None and stage <= last:
            yield from (point for point in verdict.open_points(stage) if point.code in _EMPTY)


def _fantasy(case: Case, verdict: Verdict, checked: tuple[Finding, ...]) -> Iterator[Finding]:
    """A close date that rests on nothing the customer has said (M3)."""
    deal = case.record.opportunity
    if deal.close_on is None:
        return
    for finding in (*verdict.findings, *checked):
        if finding.code.startswith(_FANTASY) and finding.severity is not Severity.INFO:
            yield finding
    if not (deal.close_validated_by or "").strip():
        yield warn(
            "close.unvalidated",
            "M3",
            Stage.DATA_COLLECTION,
            "close_validated_by",
            T("Nobody at the customer has agreed to the close date"),
            T("Name who agreed to it, and when."),
        )


def _unseen(case: Case, verdict: Verdict, _checked: tuple[Finding, ...]) -> Iterator[Finding]:
    """One contact who handles it all, or nobody who decides (M4)."""
    if reached(case) < Stage.DATA_COLLECTION and not case.record.exists:
        return
    for finding in verdict.findings:
        if finding.code.startswith(_PEOPLE) and finding.severity is not Severity.INFO:
            yield finding
    measured = threads(case.record)
    if measured.known == 1:
        yield warn(
            "coverage.single_thread",
            "M4",
            Stage.STAKEHOLDERS,
            Address("people"),
            T("Everything hangs on one person"),
            T("Ask who else is involved, and record two more people."),
        )


def _ignored(case: Case, verdict: Verdict, _checked: tuple[Finding, ...]) -> Iterator[Finding]:
    """No alternative, or none but a bare name (M5)."""
    if reached(case) < Stage.SCOPING and not case.record.exists:
        return
    yield from (f for f in verdict.findings if f.code.startswith(_RIVALS) and f.severity is not Severity.INFO)
    rivals = case.record.competitors
    if rivals and all(rival.kind is not CompetitorKind.STATUS_QUO for rival in rivals):
        yield warn(
            "competition.no_status_quo",
            "M5",
            Stage.QUALIFICATION,
            Address("competitors"),
            T("Doing nothing is not among the alternatives"),
            T("Write down what speaks for leaving things as they are, and what it costs them."),
        )


DETECTORS: Final[Mapping[str, _Detector]] = MappingProxyType(
    {"M1": _too_early, "M2": _incomplete, "M3": _fantasy, "M4": _unseen, "M5": _ignored}
)
"""What finds each mistake."""
