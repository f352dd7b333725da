"""A whole record as text and as JSON."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Any

from oppwizard.cli.describing import brief, finding_json, money, size_json, stage_state, where_it_stands
from oppwizard.cli.output import as_table, say
from oppwizard.i18n import _
from oppwizard.model.enums import Stage
from oppwizard.model.fields import ACCOUNT, FIELDS, ROW_KINDS, SINGLE, FieldSpec
from oppwizard.model.findings import Address
from oppwizard.model.parts import Proposal
from oppwizard.model.record import Record, plainly
from oppwizard.process.entry import show
from oppwizard.process.sizing import Figure
from oppwizard.quality.reviewing import review_state
from oppwizard.walk import Walk
from oppwizard.walk.closing import ended, reason_of, rival_of
from oppwizard.walk.proposals import told_origin

_INDENT = "  "


def addresses(record: Record, stage: Stage) -> Iterator[Address]:
    """Where a stage's own answers stand: single ones first, then row by row."""
    mine = [spec for spec in FIELDS.values() if spec.ask.stage is stage]
    for spec in sorted(mine, key=lambda spec: spec.entity != ACCOUNT):
        if spec.entity in SINGLE:
            yield Address(spec.entity, spec.name)
    for kind in ROW_KINDS:
        columns = [spec for spec in mine if spec.entity == kind]
        for row in record.rows(kind) if columns else ():
            yield from (Address(kind, spec.name, row.id) for spec in columns)


def _spec(at: Address) -> FieldSpec:
    spec = at.spec
    assert spec is not None, "addresses() yields declared fields"
    return spec


def answered(walk: Walk, record: Record, stage: Stage) -> Iterator[tuple[Address, str]]:
    """A stage's answers that are there, as a person reads them; what could not be read as it was typed."""
    for at in addresses(record, stage):
        text = record.unread_at(at) or show(_spec(at), record.value(at), record, walk.playbook)
        if text:
            yield at, text


def record_json(walk: Walk, record: Record) -> dict[str, Any]:
    """A record with its answers, its size and everything that the gates say."""
    verdict = walk.verdict(record)
    stages = [
        {
            "number": int(stage),
            "label": str(stage.label),
            "passed": verdict.passed(stage),
            "answers": [_answer_json(walk, record, at, text) for at, text in answered(walk, record, stage)],
        }
        for stage in Stage
    ]
    return {
        **brief(walk, record, verdict),
        "playbook_version": record.opportunity.playbook_version,
        "review": _review_json(record),
        "closed": _closed_json(walk, record),
        "lead": _lead_json(record),
        "stages": stages,
        "unasked": dict(_unasked(record)),
        "size": size_json(walk.sized(record)),
        "findings": [finding_json(walk, record, finding) for finding in verdict.findings],
    }


def _review_json(record: Record) -> dict[str, Any] | None:
    """Where it stands with its manager; None of a draft."""
    deal = record.opportunity
    if deal.review is None:
        return None
    since = plain_value(deal.review_since) if deal.review_since else None
    return {"state": deal.review.value, "since": since, "manager": deal.manager}


def _closed_json(walk: Walk, record: Record) -> dict[str, Any] | None:
    """How a deal ended; None of one that is not closed."""
    deal = record.opportunity
    if not record.is_closed:
        return None
    return {
        "on": plain_value(deal.closed_on),
        "amount": plain_value(deal.closed_amount),
        "reason": deal.close_reason,
        "reason_text": reason_of(walk.playbook, record),
        "lost_to": rival_of(record) or None,
    }


def _lead_json(record: Record) -> dict[str, Any] | None:
    """The leads of other systems that became it, and how far they have come; None where nobody knows of any."""
    if not record.leads:
        return None
    keys = list(dict.fromkeys(lead.key for lead in record.leads))
    return {"state": plain_value(record.lead_state), "keys": keys}


def _answer_json(walk: Walk, record: Record, at: Address, text: str) -> dict[str, Any]:
    said = {
        "path": walk.spoken(record, at),
        "label": str(_spec(at).ask.label),
        "text": text,
        "value": plain_value(record.value(at)),
        "readable": record.unread_at(at) is None,
    }
    origin = walk.origin(record, at)
    return said | {"from": _origin_json(origin)} if origin else said


def _origin_json(row: Proposal) -> dict[str, Any]:
    """Which provider knew a value, and when."""
    return {
        "provider": row.provider,
        "on": row.on.isoformat(),
        "as_of": row.as_of.isoformat() if row.as_of else None,
        "confidence": row.confidence,
        "accepted_by": row.decided_by or None,
    }


def plain_value(value: Any) -> Any:
    """A value as JSON has it: decimals exact, as texts."""
    if isinstance(value, list):
        return [plain_value(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def print_record(walk: Walk, record: Record) -> None:
    """Print a record, stage by stage."""
    verdict, deal = walk.verdict(record), record.opportunity
    say(deal.name or record.account.name or _("New draft"))
    said = [str(record.id), str(deal.status.label), str(where_it_stands(verdict))]
    say("  ".join([*said, _("sample")] if deal.is_sample else said))
    if deal.set_aside_reason:
        say(_("Set aside: {reason}", reason=deal.set_aside_reason))
    if deal.review is not None and not record.is_closed:
        say(_("Review: {state}; manager: {who}", state=review_state(walk, deal), who=deal.manager or "-"))
    if record.lead_state is not None:
        say(_("Lead: {state}", state=record.lead_state.label))
    end = ended(walk.playbook, record)
    if end is not None:
        say(str(end))
    if deal.playbook_version:
        say(_("Judged by the playbook {version}", version=deal.playbook_version))
    for stage in Stage:
        say("")
        say(f"{int(stage)} {stage.label} - {stage_state(verdict, stage)}")
        for line in _stage_lines(walk, record, stage):
            print(line)
        if stage is Stage.SCOPING:
            _print_size(walk, record)
    if record.unasked:
        say("\n" + _("Asked for no more"))
        for line in as_table([[f"{_INDENT}{name}", text] for name, text in _unasked(record)]):
            print(line)


def _unasked(record: Record) -> list[tuple[str, str]]:
    return [(name, plainly(value, record)) for name, value in sorted(record.unasked.items())]


def _stage_lines(walk: Walk, record: Record, stage: Stage) -> list[str]:
    """The answers, aligned; a row's heading stands before its first one."""
    cells: list[list[str]] = []
    heads: dict[int, str] = {}
    last: object = None
    for at, text in answered(walk, record, stage):
        if at.row is not None and at.row != last:
            heads[len(cells)] = _row_head(record, at)
        last = at.row
        deep = _INDENT * (2 if at.row else 1)
        cells.append([f"{deep}{_spec(at).ask.label}", f"{text} {_mark(walk, record, at)}".rstrip()])
    lines = as_table(cells)
    return [line for number, shown in enumerate(lines) for line in (*_present(heads.get(number)), shown)]


def _mark(walk: Walk, record: Record, at: Address) -> str:
    """What is to be known of an answer beside its text: that it is none yet, or that a provider knew it."""
    if record.unread_at(at) is not None:
        return _("(cannot be read)")
    origin = walk.origin(record, at)
    return f"({told_origin(origin)})" if origin else ""


def _present(head: str | None) -> tuple[str, ...]:
    return (head,) if head else ()


def _row_head(record: Record, at: Address) -> str:
    number = [row.id for row in record.rows(at.entity)].index(at.row) + 1
    return f"{_INDENT}{ROW_KINDS[at.entity].one} {number}"


def _print_size(walk: Walk, record: Record) -> None:
    size = walk.sized(record)
    rows = [
        [f"{_INDENT}{name.upper()}", money(f.value, record.currency), _formula(f, record)]
        for name, f in (("arr", size.arr), ("acv", size.acv), ("tcv", size.tcv))
    ]
    for line in as_table(rows, right=frozenset({1})):
        print(line)


def _formula(figure: Figure, record: Record) -> str:
    if figure.override is None:
        return f"= {str(figure.formula).removeprefix('= ')}"
    computed = money(figure.computed, record.currency)
    return _("override; the line items say {computed}", computed=f"{computed} = {figure.formula}")
