"""What became of leads, in words: the same on every face."""

from collections.abc import Iterator
from typing import Final

from oppwizard.exchange.leads.importing import Fate, LeadOutcome, LeadReport
from oppwizard.exchange.leads.places import place
from oppwizard.exchange.leads.planning import LeadPlan
from oppwizard.i18n import T, Text
from oppwizard.model.enums import Stage

FATES: Final[dict[Fate, Text]] = {
    Fate.ADDED: T("new draft"),
    Fate.FILLED: T("known, filled in"),
    Fate.LINKED: T("known, linked"),
    Fate.SAME: T("there already"),
    Fate.BELOW: T("left out"),
    Fate.FAULT: T("not taken"),
}
_QUIET: Final = (Fate.SAME, Fate.BELOW, Fate.FAULT)
"""What is only counted: nothing is in the store because of it, and faults are listed in a file of their own."""


def is_news(outcome: LeadOutcome) -> bool:
    """Whether the store has something because of a row."""
    return outcome.fate not in _QUIET


def stands(outcome: LeadOutcome) -> Text:
    """In one sentence, how far a lead has come."""
    if outcome.open_stage is None:
        return T("All six gates are satisfied.")
    stage, count = Stage(outcome.open_stage), len(outcome.open_points)
    return T("Stage {number} {stage}: {count} open.", number=int(stage), stage=stage.label, count=count)


def summary(report: LeadReport) -> Text:
    """What became of a whole list."""
    counts = {fate.value: report.fates[fate] for fate in Fate}
    return T(
        "Rows: {rows}. New drafts: {added}, of which {past} past stage 1; filled in: {filled}, linked: {linked}, "
        "there already: {same}, left out: {below}, not taken: {fault}.",
        rows=report.rows,
        past=report.past_first,
        **counts,
    )


def remarks(report: LeadReport) -> Iterator[str]:
    """What else is to be said of a list: whether anything was written, what was left out, and why."""
    if not report.written:
        yield str(T("Nothing was written."))
    elif not report.changed:
        yield str(T("Nothing changed."))
    if report.fates[Fate.BELOW]:
        yield str(
            T("Left out were leads below {state}; to take them in too, ask for all (--all).", state=report.least.label)
        )
    yield from (f"  {count} × {reason}" for reason, count in report.reasons.most_common(5))
    if report.fault_file is not None:
        yield str(T("What could not be read, and why: {path}", path=report.fault_file))


def meanings(plan: LeadPlan) -> Iterator[tuple[str, str, str]]:
    """What the columns of a list are taken to mean: each column, where it goes, and what that is called."""
    for path, column in plan.mapping.columns.items():
        at = place(path)
        yield column, path, at.label if at is not None else ""
    yield from ((column, "-", str(T("kept as a note"))) for column in plan.rest)
