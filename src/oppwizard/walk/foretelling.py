"""What erasing a person would touch, in words: the same on a screen and on the command line (privacy)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from oppwizard.i18n import _
from oppwizard.walk.forgetting import Opened, Plan
from oppwizard.walk.tracing import told

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk


def foretold(walk: "Walk", made: Plan) -> Iterator[str]:
    """A plan line by line: who, what of them goes, what has to be decided, and what is out of reach."""
    for trace in made.whom.traces:
        yield _("Person: {name}  {identity}", name=told(walk, trace), identity=trace.contact_id)
    for trace in made.whom.others:
        yield _("Left alone, of the same name: {name}  {identity}", name=told(walk, trace), identity=trace.contact_id)
    for one in made.records:
        yield _("Record: {title}  {outcome}", title=one.title, outcome=outcome(one))
    yield _("Entries of the log that are emptied: {count}", count=made.log)
    yield _("Copies in messages, evidence and audits that are cleaned: {count}", count=made.copies)
    yield from _decisions(made)
    yield from _outside(made)


def _decisions(made: Plan) -> Iterator[str]:
    for mention in made.mentions:
        label = _("{label} (in the log)", label=mention.label) if mention.is_former else str(mention.label)
        yield _("To be decided: {label}: {text}", label=label, text=mention.text)
    for file in made.files:
        yield _("To be decided: attached file {name}", name=file.name)
    if made.unread:
        yield _("Attached files that could not be looked into, and stay: {count}", count=made.unread)


def _outside(made: Plan) -> Iterator[str]:
    for pushed in made.pushed:
        yield _(
            "Out of reach: {crm} {target} was sent it as {table} {identity}; erase it there.",
            crm=pushed.crm,
            target=pushed.target,
            table=pushed.sheet,
            identity=pushed.remote_id or "-",
        )
    for path in made.backups:
        yield _("Out of reach: {path} beside the store; delete it, or keep it as long as your rules allow.", path=path)
    yield _("Out of reach: packets, exports, reports and messages that were sent or written already.")


def outcome(one: Opened) -> str:
    """Where a record stands without the person."""
    if one.after is None:
        return _("stays complete")
    number, stage, count = int(one.after), one.after.label, one.points
    if one.becomes_incomplete:
        return _(
            "incomplete from now on: stage {number} {stage} has {count} open points",
            number=number,
            stage=stage,
            count=count,
        )
    return _("stage {number} {stage} has {count} open points", number=number, stage=stage, count=count)
