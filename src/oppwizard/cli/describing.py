"""Records, findings and figures as text and as JSON: the same words everywhere."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from oppwizard.cli.output import emit, tell
from oppwizard.cli.problems import Detail
from oppwizard.i18n import T, Text, _, language
from oppwizard.model.enums import Stage
from oppwizard.model.findings import Finding
from oppwizard.model.money import show_money
from oppwizard.model.record import Record
from oppwizard.process.gates import Verdict
from oppwizard.process.sizing import Figure, Size, plain
from oppwizard.walk import Move, Walk

SHORT: Final = 8
"""So many last characters of an identity are shown in lists; `Queries.find` takes them."""


def short(record_id: UUID) -> str:
    """The reference that lists show."""
    return record_id.hex[-SHORT:]


def money(value: Decimal | None, currency: str | None) -> str:
    """An amount as a person reads it; empty where there is none."""
    if value is None:
        return ""
    return show_money(value, currency, language()) if currency else plain(value)


def brief(walk: Walk, record: Record, verdict: Verdict | None = None) -> dict[str, Any]:
    """What every JSON answer about a record says."""
    verdict = verdict or walk.verdict(record)
    deal, stage = record.opportunity, verdict.open_stage
    return {
        "id": str(record.id),
        "title": deal.name or record.account.name,
        "account": record.account.name,
        "status": deal.status.value,
        "stage": deal.stage,
        "open_stage": int(stage) if stage else None,
        "open_points": len(verdict.open_points(stage)) if stage else 0,
        "amount": _exact(deal.amount),
        "currency": deal.currency,
        "close_on": deal.close_on.isoformat() if deal.close_on else None,
        "is_sample": deal.is_sample,
        "complete": verdict.complete,
    }


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def finding_json(walk: Walk, record: Record, finding: Finding) -> dict[str, Any]:
    """A finding in a JSON answer."""
    return {
        "code": finding.code,
        "requirement": finding.requirement,
        "stage": int(finding.stage),
        "severity": finding.severity.value,
        "path": walk.spoken(record, finding.at),
        "address": str(finding.at),
        "message": str(finding.message),
        "remedy": str(finding.remedy),
        "proposal": finding.proposal,
    }


def details(walk: Walk, record: Record, findings: Iterable[Finding]) -> list[Detail]:
    """Findings as the details of a refusal."""
    return [Detail(walk.spoken(record, f.at), str(f.message), str(f.remedy)) for f in findings]


def size_json(size: Size) -> dict[str, Any]:
    """ARR, ACV and TCV, each with what the line items say and how."""
    figures = {name: _figure_json(size.figure(name)) for name in ("arr", "acv", "tcv")}
    others = {"one_time": size.one_time, "services": size.services, "options": size.options}
    return figures | {"years": [_exact(year) for year in size.years]} | {k: _exact(v) for k, v in others.items()}


def _figure_json(figure: Figure) -> dict[str, Any]:
    return {
        "value": _exact(figure.value),
        "computed": _exact(figure.computed),
        "override": _exact(figure.override),
        "formula": str(figure.formula),
    }


def stage_state(verdict: Verdict, stage: Stage) -> Text:
    """Whether a stage's gate is satisfied, in words."""
    count = len(verdict.open_points(stage))
    return T("{count} open", count=count) if count else T("done")


def where_it_stands(verdict: Verdict) -> Text:
    """In one sentence, how far the walk has come."""
    stage = verdict.open_stage
    if stage is None:
        return T("All six gates are satisfied.")
    count = len(verdict.open_points(stage))
    return T("Stage {number} {stage}: {count} open.", number=int(stage), stage=stage.label, count=count)


def answer(walk: Walk, move: Move, *, as_json: bool, said: Text, notes: Sequence[Text] = ()) -> None:
    """Say what a step did: as JSON on stdout, or in words on stderr."""
    told = [str(note) for note in (*move.notes, *notes)]
    if as_json:
        emit({**brief(walk, move.record, move.verdict), "changed": move.batch is not None, "notes": told})
        return
    for note in told:
        tell(note)
    tell(f"{said if move.batch is not None else _('Nothing changed.')} {where_it_stands(move.verdict)}")
