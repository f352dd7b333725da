"""Files in: records from JSON, judged before they are believed, each written in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID

from oppwizard.data.store import Author, Source
from oppwizard.data.tables import PARTS
from oppwizard.errors import NotFound, StaleWrite
from oppwizard.exchange.assembly import Assembly
from oppwizard.exchange.document import FORMAT, VERSION
from oppwizard.exchange.linking import link
from oppwizard.exchange.parsing import Entry, entries
from oppwizard.exchange.sameness import is_same
from oppwizard.exchange.shape import Object, Shape
from oppwizard.exchange.standing import settle
from oppwizard.exchange.values import Problem, identity_of
from oppwizard.i18n import T, Text
from oppwizard.model.enums import EXISTING, Status
from oppwizard.model.fields import OPPORTUNITY
from oppwizard.model.record import Record
from oppwizard.process.gates import Verdict
from oppwizard.walk import Walk
from oppwizard.walk.move import Edits

__all__ = ["ImportOutcome", "Problem", "import_file"]


@dataclass
class ImportOutcome:
    """What became of one record of a file.

    Attributes:
        source: where it stands in the file: ``record 2``, ``line 7``.
        id: its identity; None, like status, stage and verdict, where nothing could be made of it.
        verdict: what the gates say about it as it stands in the store.
        problems: what could not be taken as it stands, and where: never a reason to lose the rest.
        existed: whether the store has a record of that identity already; it was not touched.
        imported: whether it is in the store because of this file.
    """

    source: Text
    id: UUID | None = None
    title: str = ""
    status: Status | None = None
    stage: int | None = None
    verdict: Verdict | None = None
    problems: list[Problem] = field(default_factory=list)
    existed: bool = False
    imported: bool = False

    @property
    def refused(self) -> bool:
        """Whether the file's record is not in the store as the file has it: no record at all, or another one."""
        return not self.imported and bool(self.problems)


def import_file(walk: Walk, path: Path) -> list[ImportOutcome]:
    """Read the records of a file into the store, as far as their evidence goes.

    Records that say they are opportunities come first, so that drafts of the same accounts find these in place.

    Returns:
        An outcome for each record, in the order of the file.

    Raises:
        InvalidInput: the file cannot be read at all.
        StoreProblem: the store cannot be written; records before that one are in it.
    """
    found = entries(path)
    outcomes: dict[int, ImportOutcome] = {}
    erased = walk.store.erased()
    for number in sorted(range(len(found)), key=lambda one: not _claims_to_exist(found[one])):
        outcomes[number] = _imported(walk, found[number], path.name, erased)
    return [outcomes[number] for number in range(len(found))]


def _claims_to_exist(entry: Entry) -> bool:
    return isinstance(entry.document, dict) and _own(entry.document, "status") in {status.value for status in EXISTING}


def _own(document: Object, name: str) -> object:
    """A value of the opportunity, wherever the document has it."""
    section = document.get(OPPORTUNITY)
    inner = section.get(name) if isinstance(section, dict) else None
    return document.get(name) if inner is None else inner


def _imported(walk: Walk, entry: Entry, file: str, erased: frozenset[UUID]) -> ImportOutcome:
    outcome = ImportOutcome(entry.source)
    document = entry.document
    if not isinstance(document, dict):
        outcome.problems.append(Problem("", document))
        return outcome
    strange = _strange(document)
    if strange is not None:
        outcome.problems.append(strange)
        return outcome
    stored = _stored(walk, document)
    if stored is not None:
        return _existing(walk, document, stored, outcome)
    assemble = partial(Assembly, walk, Shape(document), erased=erased)
    try:
        record = _written(walk, assemble(), file, outcome)
    except StaleWrite:
        outcome.problems.clear()
        record = _written(walk, assemble(renewed=True), file, outcome)
    outcome.imported = True
    return _told(walk, walk.load(record.id), outcome)


def _strange(document: Object) -> Problem | None:
    """Why a document is none of ours, None if it is."""
    named, version = document.get("format", FORMAT), document.get("version", VERSION)
    if named != FORMAT:
        return Problem("format", T("Only “{format}” can be imported", format=FORMAT))
    if not isinstance(version, int) or version > VERSION:
        return Problem("version", T("It was written by a newer version: update oppwizard to import it"))
    return None


def _stored(walk: Walk, document: Object) -> Record | None:
    identity = identity_of(_own(document, "id"))
    try:
        return walk.load(identity) if identity else None
    except NotFound:
        return None


def _existing(walk: Walk, document: Object, stored: Record, outcome: ImportOutcome) -> ImportOutcome:
    outcome.existed = True
    if not is_same(walk, document, stored):
        said = T("The store has this record with other contents; it was left as it is. To change it: oppwizard set")
        outcome.problems.append(Problem("id", said))
    return _told(walk, stored, outcome)


def _written(walk: Walk, assembly: Assembly, file: str, outcome: ImportOutcome) -> Record:
    """Judge a record that was put together, and write it as a whole.

    Raises:
        StaleWrite: the store has a row of one of its identities.
    """
    record = assembly.record
    linked, differences = link(walk, record)
    walk.look_around(record)
    standing = settle(walk, record, assembly.claims)
    outcome.problems += [*assembly.problems, *differences, *standing]
    walk.save(walk.finish(inserted(record, linked), author=Author(walk.context.user, Source.IMPORT, file)))
    return record


def inserted(record: Record, linked: Collection[UUID]) -> Edits:
    """A record that was put together as the edits that write it; rows that the store has already are left out."""
    edits = Edits(record)
    own = [record.account, *(person.contact for person in record.people)]
    for row in (*own, record.opportunity, *(person.stakeholder for person in record.people)):
        if row.id not in linked:
            edits.insert(row)
    for key in PARTS.values():
        for row in getattr(record, key):
            edits.insert(row)
    edits.pending.update(record.pending)
    return edits


def _told(walk: Walk, record: Record, outcome: ImportOutcome) -> ImportOutcome:
    deal = record.opportunity
    outcome.id, outcome.title, outcome.status, outcome.stage = deal.id, deal.title, deal.status, deal.stage
    outcome.verdict = walk.verdict(record)
    return outcome
