"""Completed records into files: all of the files of an export, or none."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeVar
from uuid import UUID

from oppwizard.data.queries import ListQuery, Sort
from oppwizard.errors import InvalidInput
from oppwizard.exchange.atomic import FileSet, writing
from oppwizard.exchange.csv_files import CellWarning, CsvFiles
from oppwizard.exchange.document import as_draft
from oppwizard.exchange.formats import Format, Profile
from oppwizard.exchange.json_files import JsonFile, JsonLines
from oppwizard.exchange.wholesale import Seen, kept_of
from oppwizard.i18n import T, Text
from oppwizard.model.enums import EXISTING, Status
from oppwizard.model.record import Record
from oppwizard.process.gates import Verdict
from oppwizard.walk import Walk
from oppwizard.walk.rejudging import Keeper

if TYPE_CHECKING:
    from oppwizard.exchange.crm.cell import Flaw
    from oppwizard.exchange.crm.cells import Made
    from oppwizard.exchange.crm.manifest import Since

__all__ = ["CellWarning", "ExportResult", "Format", "LeftOut", "Profile", "export"]

_E = TypeVar("_E", bound=StrEnum)
STEM: Final = "opportunities"
_SAMPLE: Final = T("It is a sample; name it to export it.")
_OTHERS: Final = frozenset(Status) - set(EXISTING)


class LeftOut(NamedTuple):
    """A record that is not in the files, and why."""

    id: UUID
    title: str
    reason: Text


@dataclass
class ExportResult:
    """What was written.

    Attributes:
        paths: the files; none where nothing that was asked for may leave.
        count: how many records they hold.
        warnings: cells that a spreadsheet would run as a formula (profile ``import`` leaves them as they are).
        held_back: values that the CRM would cut or refuse; without ``force`` their records are left out.
        notes: values that were not written as they stand, with how often that was; the first record stands for all.
        since: what has changed since the last export to the same CRM into the same folder.
    """

    paths: list[Path] = field(default_factory=list)
    count: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    warnings: list[CellWarning] = field(default_factory=list)
    held_back: "list[Flaw]" = field(default_factory=list)
    notes: "dict[tuple[str, str, Text], tuple[Flaw, int]]" = field(default_factory=dict)
    since: "Since | None" = None

    def hear(self, made: "Made", *, force: bool) -> bool:
        """Take down what is wrong with a record, and say whether it may leave."""
        refused = made.refused
        self.held_back += refused
        if refused and not force:
            deal, first, more = made.record.opportunity, refused[0].text, len(refused)
            reason = T("Held back ({count}): {first}", count=more, first=first)
            self.left_out.append(LeftOut(made.record.id, deal.title, reason))
            return False
        for flaw in made.flaws:
            if not flaw.refused:
                key = (flaw.file, flaw.column, flaw.problem)
                first_flaw, count = self.notes.get(key, (flaw, 0))
                self.notes[key] = (first_flaw, count + 1)
        return True

    kept: Counter[str] = field(default_factory=Counter)
    """How many records answer a field of our own that is not asked for any more, or not in this way, by its name."""

    @property
    def note(self) -> Text | None:
        """What is to be said of such fields: their answers are in the files, apart from the others."""
        if not self.kept:
            return None
        fields = ", ".join(f"{name} ({count})" for name, count in sorted(self.kept.items()))
        return T("Answers to fields that the playbook asks for no more, or not like this: {fields}", fields=fields)


class Writer(Protocol):
    """What turns records into files."""

    def add(self, record: Record) -> None:
        """Write a record."""

    def wholesale(self) -> Iterator[Seen]:
        """Write all opportunities that need not be judged anew, and name each of all of them."""

    def close(self) -> None:
        """Write what follows the last record."""


def export(
    walk: Walk,
    ids: Sequence[UUID] | None,
    format: Format | str = Format.JSON,
    out: Path | None = None,
    profile: Profile | str = Profile.IMPORT,
    drafts: bool = False,
    force: bool = False,
) -> ExportResult:
    """Write records to files; only opportunities whose gates hold leave, unless drafts are asked for too.

    Args:
        ids: which records; None for all of the store but samples.
        out: a folder, made where it does not exist, or the file itself for the JSON formats; the working folder
            where it is not given.
        profile: how CSV is written: for spreadsheets (``excel``) or for the import of another program.
        drafts: whether records that are not (or not any more) opportunities are written too, saying so. Never to a
            CRM's own files, which have no way to say so.
        force: whether records with values that the CRM would cut or refuse are written too, as they stand.

    Raises:
        NotFound: there is no record of such an identity.
        StoreProblem: the store cannot be read, or the disk is full; the old files are untouched.
        InvalidInput: the files may not be written there.
    """
    result = ExportResult()
    kind, written_for = _chosen(Format, format), _chosen(Profile, profile)
    if kind.is_crm:
        return _to_crm(walk, ids, kind, out or Path(f"oppwizard-{kind}"), force, result)
    target = out or Path()
    with writing(target), FileSet() as files:
        if ids is None and not drafts and not walk.store.is_served:
            writer = _writer(walk, kind, target, written_for, False, files)
            _wholesale(walk, writer, result)
        else:
            records = leaving(walk, ids, result, drafts=drafts)
            first = next(records, None)
            if first is None and ids is not None:
                return result
            single = ids is not None and len(set(ids)) == 1
            writer = _writer(walk, kind, target, written_for, single, files)
            for record in [] if first is None else chain([first], records):
                writer.add(record)
                result.count += 1
                result.kept.update(kept_of(record))
        writer.close()
        result.paths = files.commit()
        result.warnings = writer.warnings if isinstance(writer, CsvFiles) else []
    return result


def _to_crm(
    walk: Walk, ids: Sequence[UUID] | None, kind: Format, folder: Path, force: bool, result: ExportResult
) -> ExportResult:
    """The files of a CRM's import: a record is made whole and held against the limits before any of it is written."""
    from oppwizard.exchange.crm.plans import plan_of
    from oppwizard.exchange.crm.writing import CrmFiles

    plan = plan_of(walk.playbook, kind)
    with writing(folder), FileSet() as files, CrmFiles(walk, plan, files, folder) as writer:
        for record in leaving(walk, ids, result):
            made = writer.made(record)
            if result.hear(made, force=force):
                writer.write(made)
                result.count += 1
        if result.count:
            writer.close()
            result.since = writer.since
            result.paths = files.commit()
    return result


def _chosen(choices: type[_E], text: str) -> _E:
    try:
        return choices(text)
    except ValueError:
        raise InvalidInput(
            T("“{text}” is not in the list", text=text), T("Choose one of: {choices}", choices=", ".join(choices))
        ) from None


def _writer(walk: Walk, kind: Format, target: Path, profile: Profile, single: bool, files: FileSet) -> Writer:
    is_file = kind is not Format.CSV and target.suffix == f".{kind}" and not target.is_dir()
    folder = target.parent if is_file else target
    folder.mkdir(parents=True, exist_ok=True)
    path = target if is_file else folder / f"{STEM}.{kind}"
    if kind is Format.CSV:
        return CsvFiles(walk, files, folder, profile)
    return JsonFile(walk, files, path, single=single) if kind is Format.JSON else JsonLines(walk, files, path)


def _wholesale(walk: Walk, writer: Writer, result: ExportResult) -> None:
    """Write all opportunities; of those whose gates are known to hold the database makes the text.

    What others are found to be is kept, so that the next export of all need not judge them.
    """
    result.left_out += _set_apart(walk)
    keeper = Keeper(walk)
    for seen in writer.wholesale():
        if not seen.is_written:
            record = walk.load(seen.id)
            verdict = walk.verdict(record)
            keeper.add(record, verdict)
            walk.forget(record.id)
            reason = _SAMPLE if record.opportunity.is_sample else _reason(record, verdict)
            if reason is not None:
                result.left_out.append(LeftOut(record.id, record.opportunity.title, reason))
                continue
            writer.add(record)
            result.kept.update(kept_of(record))
        result.kept.update(seen.kept)
        result.count += 1
    keeper.flush()


def leaving(walk: Walk, ids: Sequence[UUID] | None, result: ExportResult, *, drafts: bool = False) -> Iterator[Record]:
    """The records that may leave, one at a time; the others are noted in the result."""
    if ids is None and not drafts:
        result.left_out += _set_apart(walk)
    statuses = frozenset(Status if drafts else EXISTING)
    for record_id in walk.store.ids(statuses) if ids is None else dict.fromkeys(ids):
        record = walk.load(record_id)
        reason = _reason(record, walk.verdict(record)) if record.exists else _not_created(record.opportunity.status)
        if ids is None and record.opportunity.is_sample:
            reason = _SAMPLE
        elif drafts and reason is not None:
            yield as_draft(record)
            continue
        if reason is None:
            yield record
        else:
            result.left_out.append(LeftOut(record.id, record.opportunity.title, reason))


def _set_apart(walk: Walk) -> Iterator[LeftOut]:
    """The store's records that are no opportunities, without loading any of them."""
    query: ListQuery | None = ListQuery(statuses=_OTHERS, sort=Sort.CHANGED, limit=1_000)
    while query is not None:
        page = walk.store.page(query)
        yield from (LeftOut(line.id, line.title, _not_created(line.status)) for line in page.rows)
        query = replace(query, after=page.next) if page.next else None


def _not_created(status: Status) -> Text:
    if status is Status.DRAFT:
        return T("It is a draft.")
    return T("It is set aside: {status}", status=status.label)


def _reason(record: Record, verdict: Verdict) -> Text | None:
    """Why a record may not leave; None where it may."""
    if not record.exists:
        return _not_created(record.opportunity.status)
    if verdict.holds:
        return None
    stage = verdict.open_stage
    assert stage is not None, "an opportunity whose gates hold is not left out"
    first = verdict.open_points(stage)[0].message
    count = len(verdict.open_points(stage))
    return T("Stage {number} is open again ({count}): {first}", number=int(stage), count=count, first=first)
