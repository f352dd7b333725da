"""An audit as tables of words: what commands, screens and pages show of it (Q3)."""

from collections.abc import Iterator

from oppwizard.checks.facts import ACCURACY, DOCUMENTATION, MISTAKES, Fault
from oppwizard.i18n import T, Text
from oppwizard.model.enums import Stage
from oppwizard.playbook import coach
from oppwizard.quality.audit import Audited, Looked, OfField, Rubric
from oppwizard.quality.feedback import feedback
from oppwizard.quality.tables import Table, rep_name

_WELL: Text = T("Nothing stands out.")


def audit_tables(found: Audited) -> list[Table]:
    """The figures, in the order in which they are read."""
    return [
        _reps(found),
        _fields(found),
        _faults(found),
        _stages(found),
        _stale(found),
        _records(found),
        _feedback(found),
        _trend(found),
    ]


def audit_span(found: Audited) -> Text:
    """What was audited, and by which day."""
    whose = ", ".join(text for text in (found.rep, found.team) if text) or str(T("everybody"))
    told = {"day": found.on.isoformat(), "whose": whose, "size": found.size, "population": found.population}
    if found.seed is None:
        return T("Audit on {day}: {whose}, all {population} records", **told)
    return T("Audit on {day}: {whose}, {size} of {population} records, seed {seed}", seed=found.seed, **told)


def stage_name(open_stage: int) -> str:
    """Where a record stands."""
    return f"{open_stage} {Stage(open_stage).label}" if open_stage <= len(Stage) else str(T("complete"))


def fault_name(fault: Fault) -> str:
    """What a fault is called: a mistake by its title."""
    if fault in MISTAKES:
        return f"{fault.name} {coach().mistakes[str(fault.name)].title}"
    return str(fault.label)


def _reps(found: Audited) -> Table:
    rules = found.auditing
    rows = tuple(
        (
            rep_name(one.rep),
            f"{one.records:,}",
            f"{one.rubric.total:.0f}",
            f"{one.rubric.completion:.0f}/{rules.completion}",
            f"{one.rubric.accuracy:.0f}/{rules.accuracy}",
            f"{one.rubric.activity:.0f}/{rules.activity}",
            f"{one.rubric.documentation:.0f}/{rules.documentation}",
            f"{one.stale.part:,}",
        )
        for one in found.figures.reps
    )
    head = (T("Rep"), T("Records"), T("Points"), T("Fields"), T("Accuracy"), T("Activity"), T("Documents"), T("Stale"))
    return Table(
        T("Points out of 100, by rep"),
        head,
        rows,
        T("There is no record to audit."),
        bars=tuple(one.rubric.total for one in found.figures.reps),
        drawn=2,
        notes=tuple(_of_scores(found)),
    )


def _of_scores(found: Audited) -> Iterator[Text]:
    if found.figures.whole is not None and found.figures.whole.scores.count:
        scores = found.figures.whole.scores
        low, middle, high = (scores.quantile(share) or 0.0 for share in (0.1, 0.5, 0.9))
        yield T(
            "Data-quality score: the middle record has {middle}, the tenth of a hundred {low}, the ninetieth {high}.",
            low=f"{low:.0f}",
            middle=f"{middle:.0f}",
            high=f"{high:.0f}",
        )


def _fields(found: Audited) -> Table:
    due = [one for one in found.figures.fields if one.answered.of]
    order: list[OfField] = sorted(due, key=lambda one: (one.answered.rate or 0.0, one.spec.ask.stage))
    return Table(
        T("Required fields where they are due, the least answered first"),
        (T("Field"), T("Stage"), T("Answered"), T("share")),
        tuple(
            (
                one.label,
                str(int(one.spec.ask.stage)),
                f"{one.answered.part:,}/{one.answered.of:,}",
                str(one.answered.said),
            )
            for one in order
        ),
        T("There is no record to audit."),
        bars=tuple(one.answered.rate or 0.0 for one in order),
    )


def _faults(found: Audited) -> Table:
    whole = found.figures.whole
    order = (*MISTAKES, *ACCURACY, Fault.ACTIVITY, *DOCUMENTATION)
    shares = [(fault, whole.faults[fault]) for fault in order] if whole else []
    return Table(
        T("The five mistakes, and what is wrong or missing"),
        (T("What"), T("Records"), T("share")),
        tuple((fault_name(fault), f"{share.part:,}", str(share.said)) for fault, share in shares),
        T("There is no record to audit."),
        bars=tuple(share.rate or 0.0 for _fault, share in shares),
    )


def _stages(found: Audited) -> Table:
    return Table(
        T("Stale records, by stage"),
        (T("Stage"), T("stale after days"), T("Records"), T("Stale"), T("share")),
        tuple(
            (
                stage_name(one.stage),
                str(one.after),
                f"{one.stale.of:,}",
                f"{one.stale.part:,}",
                str(one.stale.said),
            )
            for one in found.figures.stages
        ),
        T("There is no record to audit."),
        bars=tuple(one.stale.rate or 0.0 for one in found.figures.stages),
    )


def _stale(found: Audited) -> Table:
    return Table(
        T("Longest without a talk, of all records"),
        (T("Record"), T("Rep"), T("Stage"), T("Last talk, or begun"), T("Days")),
        tuple(
            (
                one.title,
                rep_name(one.rep),
                stage_name(one.open_stage),
                one.since.isoformat(),
                f"{(found.on - one.since).days}",
            )
            for one in found.stale
        ),
        T("No record is stale."),
        ids=tuple(one.id for one in found.stale),
        words=(0, 1, 2),
    )


def _records(found: Audited) -> Table:
    title = T("The weakest records") if found.seed is None else T("The records drawn, the weakest first")
    return Table(
        title,
        (T("Record"), T("Rep"), T("Stage"), T("Points"), T("Fields"), T("What is wrong")),
        tuple(_record(one, points) for one, points in found.records),
        T("There is no record to audit."),
        ids=tuple(one.id for one, _points in found.records),
        words=(0, 1, 2, 5),
    )


def _record(one: Looked, points: Rubric) -> tuple[str, ...]:
    wrong = [str(fault.name if fault in MISTAKES else fault.label) for fault in Fault if fault in one.faults]
    if one.stale:
        wrong.append(str(T("stale")))
    return (
        one.title,
        rep_name(one.rep),
        stage_name(one.open_stage),
        f"{points.total:.0f}",
        f"{one.due.part}/{one.due.of}",
        ", ".join(wrong),
    )


def _feedback(found: Audited) -> Table:
    said = feedback(found)
    return Table(
        T("What to say to each rep"),
        (T("Rep"), T("Said")),
        (),
        T("There is no record to audit."),
        prose=tuple((rep_name(rep), tuple(map(str, texts or (_WELL,)))) for rep, texts in said),
    )


def _trend(found: Audited) -> Table:
    rows = [
        (str(one.on), f"{one.size:,}", one.rubric, one.completion, one.stale, one.mistakes) for one in found.earlier
    ]
    whole = found.figures.whole
    if whole is not None:
        mistakes = sum(whole.faults[fault].rate or 0.0 for fault in MISTAKES)
        shares = (whole.completion.rate or 0.0, whole.stale.rate or 0.0)
        rows.append((str(found.on), f"{found.size:,}", whole.rubric.total, *shares, mistakes))
    return Table(
        T("This audit and those before it"),
        (T("Day"), T("Records"), T("Points"), T("Fields"), T("Stale"), T("Mistakes a record")),
        tuple(
            (day, size, f"{points:.0f}", f"{fields:.0%}", f"{stale:.0%}", f"{mistakes:.1f}")
            for day, size, points, fields, stale, mistakes in rows
        ),
        T("There is no record to audit."),
        bars=tuple(points for _day, _size, points, *_others in rows),
        drawn=2,
    )
