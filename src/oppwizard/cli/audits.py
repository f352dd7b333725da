"""The commands of operations: audit the records, and list the audits that were made (Q3)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oppwizard.cli.declaring import AsJson, ReportFormat, command, option
from oppwizard.cli.session import opened
from oppwizard.i18n import T, _

if TYPE_CHECKING:
    from oppwizard.cli.reporting import Report
    from oppwizard.quality.audit import Audited
    from oppwizard.walk import Walk


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, T("Audit the records: a sample of them, or all; what it says is kept for the trend."))(audit)
    command(app, T("List the audits that were made, the newest first."))(audits)


def audit(
    ctx: typer.Context,
    sample: Annotated[
        int, option(T("So many records; the playbook's number without it."), "--sample", metavar="N", min=0)
    ] = 0,
    seed: Annotated[
        int | None,
        option(T("What they are drawn with; the day without it."), "--seed", metavar="S", min=0, max=2**62),
    ] = None,
    everything: Annotated[bool, option(T("All records instead of a sample."), "--all")] = False,
    closed: Annotated[bool, option(T("Those won and lost too."), "--closed")] = False,
    rep: Annotated[str, option(T("Only this rep's records."), "--rep", metavar="NAME")] = "",
    team: Annotated[str, option(T("Only this team's records."), "--team", metavar="NAME")] = "",
    again: Annotated[
        str, option(T("Repeat an earlier audit, and say whether it says the same."), "--again", metavar="AUDIT")
    ] = "",
    written: Annotated[
        ReportFormat, option(T("text, json, csv or html; text without it."), "--format")
    ] = ReportFormat.TEXT,
    out: Annotated[Path | None, option(T("The file; standard output without it."), "--out", metavar="FILE")] = None,
    as_json: AsJson = False,
) -> None:
    """Audit records."""
    from oppwizard.cli.reporting import check, give
    from oppwizard.quality.auditing import Asked, audit as made, keep

    check(written, out, as_json=as_json)
    if everything and (sample or seed is not None):
        raise typer.BadParameter(_("--all goes without --sample and --seed"))
    if again and (everything or sample or seed is not None or closed or rep or team):
        raise typer.BadParameter(_("--again goes without what says which records are meant"))
    each = written is ReportFormat.CSV
    with opened(ctx) as walk:
        asked = Asked(sample or None, seed, everything, rep or None, team or None, closed, each)
        found = _again(walk, again) if again else made(walk, asked)
        if not walk.store.read_only:
            keep(walk, found)
        give(_report(found), written, out, as_json=as_json)


def _again(walk: "Walk", reference: str) -> "Audited":
    """An audit made again; whether it says the same as then goes to standard error."""
    from oppwizard.cli.output import tell
    from oppwizard.quality.auditing import asked_then, audit as made, is_same, kept

    before = kept(walk, reference)
    found = made(walk, asked_then(before))
    if is_same(before, found):
        tell(_("It says the same as on {day}, byte for byte.", day=before.on.isoformat()))
    else:
        tell(_("It says something else than on {day}: records or rules have changed since.", day=before.on.isoformat()))
    return found


def _report(found: "Audited") -> "Report":
    from oppwizard.cli.reporting import Report
    from oppwizard.quality.audit_tables import audit_span, audit_tables
    from oppwizard.quality.feedback import audit_with_feedback
    from oppwizard.quality.files import audit_csv
    from oppwizard.quality.report import audit_page

    return Report(
        head=audit_span(found),
        tables=lambda: audit_tables(found),
        as_json=lambda: audit_with_feedback(found),
        as_csv=lambda: audit_csv(found),
        as_html=lambda: audit_page(found),
    )


def audits(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List audits."""
    from oppwizard.cli.describing import short
    from oppwizard.cli.output import as_table, emit, say
    from oppwizard.quality.auditing import past

    with opened(ctx) as walk:
        found = past(walk)
    if as_json:
        emit({"audits": [one.as_json() for one in found]})
        return
    if not found:
        say(_("No audit was made yet; “oppwizard audit” makes one."))
        return
    head = [_("Audit"), _("Day"), _("By"), _("Records"), _("Seed"), _("Points")]
    rows = [
        [
            short(one.id),
            one.on.isoformat(),
            one.who,
            f"{one.size:,}",
            _("all") if one.seed is None else str(one.seed),
            "" if one.points is None else f"{one.points:.0f}",
        ]
        for one in found
    ]
    for line in as_table([head, *rows], right=frozenset({3, 4, 5})):
        say(line)
