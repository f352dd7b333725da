"""Gate 6: how the deal will be won (W6)."""

from collections.abc import Iterator

from oppwizard.i18n import T
from oppwizard.model.enums import PlanKind, RiskCategory, Stage
from oppwizard.model.findings import Address, Finding
from oppwizard.model.parts import Risk
from oppwizard.process.case import Case, block, warn
from oppwizard.process.required import is_missing

_STAGE = Stage.STRATEGY
_RISK_DETAILS = ("likelihood", "impact", "mitigation", "owner")


def risks(case: Case) -> Iterator[Finding]:
    """Each category answered, at least one risk in full (W6.3)."""
    rows = case.record.risks
    for category in RiskCategory:
        mine = [risk for risk in rows if risk.category is category]
        if not any(not is_missing(risk.description) or not is_missing(risk.none_because) for risk in mine):
            yield block(
                "risks.unanswered",
                "W6.3",
                _STAGE,
                Address("risks", "description", mine[0].id) if mine else Address("risks"),
                T("Risks, {category}: not answered", category=category.label),
                T("Name a risk, or say why none is seen."),
            )
    named = [risk for risk in rows if not is_missing(risk.description)]
    if not named:
        yield block(
            "risks.none",
            "W6.3",
            _STAGE,
            Address("risks"),
            T("A deal without any risk is not understood yet"),
            T("Name the one thing most likely to derail it."),
        )
    for risk in named:
        yield from _incomplete(risk)


def _incomplete(risk: Risk) -> Iterator[Finding]:
    for field in _RISK_DETAILS:
        if is_missing(getattr(risk, field)):
            at = Address("risks", field, risk.id)
            spec = at.spec
            yield block(
                "risks.incomplete",
                "W6.3",
                _STAGE,
                at,
                T("Risk “{risk}”: {field} is missing", risk=risk.description, field=spec.ask.label if spec else field),
                T("Each risk needs likelihood, impact, mitigation and owner."),
            )


def plan(case: Case) -> Iterator[Finding]:
    """A next action, a milestone and an internal checkpoint, none behind the close date (W6.4)."""
    deal = case.record.opportunity
    kinds = {item.kind for item in case.record.plan}
    if deal.next_step and deal.next_step_owner and deal.next_step_on:
        kinds.add(PlanKind.NEXT_ACTION)
    for kind in PlanKind:
        if kind not in kinds:
            yield block(
                f"plan.{kind.value}",
                "W6.4",
                _STAGE,
                Address("plan"),
                T("{kind}: none in the plan", kind=kind.label),
                T("Add one with owner and date."),
            )
    for item in case.record.plan:
        at = Address("plan", "due", item.id)
        if item.due and deal.close_on and item.due > deal.close_on:
            yield block(
                "plan.after_close",
                "W6.4",
                _STAGE,
                at,
                T("“{what}” comes after the close date", what=item.what or ""),
                T("Move it before the close date, or validate a later close date with the customer."),
            )
        elif item.due and item.due < case.today:
            yield warn(
                "plan.overdue",
                "W6.4",
                _STAGE,
                at,
                T("“{what}” is overdue", what=item.what or ""),
                T("Do it, or move it."),
            )


RULES = (risks, plan)
