"""Commands that ask the gates, and pass them."""

import contextlib
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oppwizard.cli.declaring import AsJson, RecordId, argument, command, option
from oppwizard.cli.session import at_record
from oppwizard.i18n import T, Text

if TYPE_CHECKING:
    from oppwizard.model.enums import Stage
    from oppwizard.model.record import Record
    from oppwizard.process.gates import Verdict
    from oppwizard.walk import Walk

_REFUSED = 1
_STRIP = 60
Reason = Annotated[str, option(T("Why the lead does not go on."), "--reason")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(
        app, T("Say what gates and checks find, stage by stage, and the score; ends with 1 when something blocks.")
    )(check)
    command(app, T("Enter the next stage, or the one named; refused while a gate before it is closed."))(advance)
    command(app, T("Create the opportunity (stage 4), in one transaction; refused while something is open."))(create)
    command(app, T("Set a lead aside for good, with a reason."))(disqualify)
    command(app, T("Send a lead back to nurture, with a reason."))(nurture)
    command(app, T("Take up again a lead that was set aside, or a deal that was closed."))(reopen)


def check(
    ctx: typer.Context,
    record_id: RecordId,
    stage: Annotated[int | None, option(T("Only this stage."), "--stage", min=1, max=6)] = None,
    as_json: AsJson = False,
) -> None:
    """Say what the gates find."""
    from oppwizard.model.enums import Stage

    with at_record(ctx, record_id) as (walk, record):
        verdict = walk.verdict(record)
        stages = [Stage(stage)] if stage else list(Stage)
        if as_json:
            _emit_findings(walk, record, verdict, stages)
        else:
            _print_findings(walk, record, verdict, stages)
            if stage is None:
                _print_judgement(walk, record)
    if any(verdict.open_points(each) for each in stages):
        raise typer.Exit(_REFUSED)


def _emit_findings(walk: "Walk", record: "Record", verdict: "Verdict", stages: "list[Stage]") -> None:
    from oppwizard.cli.describing import brief, finding_json
    from oppwizard.cli.output import emit
    from oppwizard.exchange.judgement import judgement_json

    told: list[dict[str, Any]] = [
        {
            "number": int(stage),
            "label": str(stage.label),
            "passed": verdict.passed(stage),
            "findings": [finding_json(walk, record, finding) for finding in verdict.of(stage)],
        }
        for stage in stages
    ]
    blocks = not all(each["passed"] for each in told)
    emit({**brief(walk, record, verdict), "blocks": blocks, "stages": told, **judgement_json(walk, record)})


def _print_findings(walk: "Walk", record: "Record", verdict: "Verdict", stages: "list[Stage]") -> None:
    from oppwizard.cli.describing import stage_state
    from oppwizard.cli.output import print_table, say

    for stage in stages:
        say(f"{int(stage)} {stage.label} - {stage_state(verdict, stage)}")
        print_table(
            [
                [f"  {f.severity.label}", walk.spoken(record, f.at), str(f.message), str(f.remedy)]
                for f in verdict.of(stage)
            ]
        )


def _print_judgement(walk: "Walk", record: "Record") -> None:
    from oppwizard.cli.output import say
    from oppwizard.exchange.judgement import judgement

    for line in judgement(walk, record, _STRIP):
        say(line.text if line.head else f"  {line.text}")


@contextlib.contextmanager
def explained(walk: "Walk", record: "Record", stages: "Container[Stage] | None" = None) -> Iterator[None]:
    """Add open points to the refusal of a closed gate: those of the closed one, or of some stages."""
    from oppwizard.cli.describing import details
    from oppwizard.cli.problems import Closed
    from oppwizard.walk.lifecycle import GateClosed

    try:
        yield
    except GateClosed as closed:
        wanted = stages or (closed.verdict.open_stage,)
        points = [f for f in closed.verdict.blocking if f.stage in wanted and f.code != "create.pending"]
        raise Closed(closed.problem, closed.remedy, details(walk, record, points)) from closed


def advance(
    ctx: typer.Context,
    record_id: RecordId,
    stage: Annotated[int | None, argument(T("The stage to enter, 2 to 6."), "[STAGE]", min=1, max=6)] = None,
    as_json: AsJson = False,
) -> None:
    """Enter a stage."""
    from oppwizard.cli.describing import answer
    from oppwizard.model.enums import Stage

    with at_record(ctx, record_id) as (walk, record):
        wanted = Stage(stage or min(record.opportunity.stage + 1, int(Stage.STRATEGY)))
        with explained(walk, record):
            move = walk.advance(record, wanted)
        said = T("Stage {number} {stage} is entered.", number=int(wanted), stage=wanted.label)
        answer(walk, walk.save(move), as_json=as_json, said=said)


def create(ctx: typer.Context, record_id: RecordId, as_json: AsJson = False) -> None:
    """Create the opportunity."""
    from oppwizard.cli.describing import answer
    from oppwizard.errors import Refused
    from oppwizard.model.enums import Stage

    with at_record(ctx, record_id) as (walk, record):
        if record.exists:
            raise Refused(T("The opportunity exists already"))
        with explained(walk, record, [stage for stage in Stage if stage <= Stage.CREATION]):
            move = walk.create(record)
        answer(walk, walk.save(move), as_json=as_json, said=T("Created."))


def disqualify(ctx: typer.Context, record_id: RecordId, reason: Reason, as_json: AsJson = False) -> None:
    """Disqualify a lead."""
    _set_aside(ctx, record_id, "DISQUALIFIED", reason, T("Disqualified."), as_json=as_json)


def nurture(ctx: typer.Context, record_id: RecordId, reason: Reason, as_json: AsJson = False) -> None:
    """Send a lead back to nurture."""
    _set_aside(ctx, record_id, "NURTURE", reason, T("Sent back to nurture."), as_json=as_json)


def _set_aside(ctx: typer.Context, record_id: str, status: str, reason: str, said: Text, *, as_json: bool) -> None:
    from oppwizard.cli.describing import answer
    from oppwizard.model.enums import Status

    with at_record(ctx, record_id) as (walk, record):
        answer(walk, walk.save(walk.set_aside(record, Status[status], reason)), as_json=as_json, said=said)


def reopen(ctx: typer.Context, record_id: RecordId, as_json: AsJson = False) -> None:
    """Reopen a lead or a closed deal."""
    from oppwizard.cli.describing import answer

    with at_record(ctx, record_id) as (walk, record):
        answer(walk, walk.save(walk.reopen(record)), as_json=as_json, said=T("Reopened."))
