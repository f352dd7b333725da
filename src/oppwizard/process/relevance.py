"""Which fields matter for a row at all: a price tier only where prices are tiered."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from oppwizard.model.enums import PricingModel, Severity
from oppwizard.model.fields import FieldSpec
from oppwizard.model.findings import Address, Finding
from oppwizard.process.required import is_missing

_RELEVANT: Final[Mapping[str, Callable[[Any], bool]]] = {
    "lines.tiers": lambda line: line.pricing_model is PricingModel.TIERED,
    "lines.price_note": lambda line: line.pricing_model is PricingModel.CUSTOM,
    "team.not_needed_because": lambda member: is_missing(member.name),
    "risks.none_because": lambda risk: is_missing(risk.description),
    "override_reason": lambda deal: any(
        value is not None for value in (deal.arr_override, deal.acv_override, deal.tcv_override)
    ),
}


def is_relevant(spec: FieldSpec, holder: Any) -> bool:
    """Whether a field should be asked, given the row that holds it; a field that has a value always is."""
    rule = _RELEVANT.get(spec.path)
    return rule is None or holder is None or rule(holder) or not is_missing(getattr(holder, spec.name))


def is_asked(spec: FieldSpec, holder: Any, at: Address, findings: Iterable[Finding]) -> bool:
    """Whether a field should be asked: it matters for its row, or something is said against it, as rules may."""
    return is_relevant(spec, holder) or any(
        point.at == at and point.severity is not Severity.INFO for point in findings
    )
