"""Completed records into files: all of the files of an export, or none."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple, Protocol, TypeVar
from uuid import UUID

from oppwizard.data.queries import Line, ListQuery, Sort
from oppwizard.errors import InvalidInput
from oppwizard.exchange.atomic import FileSet, writing
from oppwizard.exchange.csv_files import CellWarning, CsvFiles, Profile
from oppwizard.exchange.document import as_draft
from oppwizard.exchange.json_files import JsonFile, JsonLines
from oppwizard.i18n import T, Text
from oppwizard.model.enums import EXISTING, Status
from oppwizard.model.record import Record
from oppwizard.walk import Walk

__all__ = ["CellWarning", "ExportResult", "Format", "LeftOut", "Profile", "export"]

_E = TypeVar("_E", bound=StrEnum)
STEM: Final = "opportunities"
_OTHERS: Final = frozenset(Status) - set(EXISTING)


class Format(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"


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
    """

    paths: list[Path] = field(default_factory=list)
    count: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    warnings: list[CellWarning] = field(default_factory=list)
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

    def close(self) -> None:
        """Write what follows the last record."""


def export(
    walk: Walk,
    ids: Sequence[UUID] | None,
    format: Format | str = Format.JSON,
    out: Path | None = None,
    profile: Profile | str = Profile.IMPORT,
    drafts: bool = False,
) -> ExportResult:
    """Write records to files; only opportunities whose gates hold leave, unless drafts are asked for too.

    Args:
        ids: which records; None for all of the store but samples.
        out: a folder, made where it does not exist, or the file itself for the JSON formats; the working folder
            where it is not given.
        profile: how CSV is written: for spreadsheets (``excel``) or for the import of another program.
        drafts: whether records that are not (or not any more) opportunities are written too, saying so.

    Raises:
        NotFound: there is no record of such an identity.
        StoreProblem: the store cannot be read, or the disk is full; the old files are untouched.
        InvalidInput: the files may not be written there.
    """
    result = ExportResult()
    target = out or Path()
    kind, written_for = _chosen(Format, format), _chosen(Profile, profile)
    with writing(target), FileSet() as files:
        records = _leaving(walk, ids, drafts, result)
        first = next(records, None)
        if first is None and ids is not None:
            return result
        single = ids is not None and len(set(ids)) == 1
        writer = _writer(walk, kind, target, written_for, single, files)
        for record in [] if first is None else chain([first], records):
            writer.add(record)
            result.count += 1
            result.kept.update([*record.unasked, *record.misfits])
        writer.close()
        result.paths = files.commit()
        result.warnings = writer.warnings if isinstance(writer, CsvFiles) else []
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


def _leaving(walk: Walk, ids: Sequence[UUID] | None, drafts: bool, result: ExportResult) -> Iterator[Record]:
    """The records that may leave, one at a time; the others are noted in the result."""
    if ids is None and not drafts:
        result.left_out += [LeftOut(line.id, line.title, _not_created(line.status)) for line in _set_apart(walk)]
    statuses = frozenset(Status) if drafts else frozenset(EXISTING)
    for record_id in walk.store.ids(statuses) if ids is None else dict.fromkeys(ids):
        record = walk.load(record_id)
        reason = _sample(record) if ids is None else None
        holds = record.exists and walk.verdict(record).holds
        if not holds and not drafts:
            reason = reason or _reason(walk, record)
        if reason is not None:
            result.left_out.append(LeftOut(record.id, record.opportunity.title, reason))
        else:
            yield record if holds else as_draft(record)


def _set_apart(walk: Walk) -> Iterator[Line]:
    """The store's records that are no opportunities, without loading any of them."""
    query: ListQuery | None = ListQuery(statuses=_OTHERS, sort=Sort.CHANGED, limit=1_000)
    while query is not None:
        page = walk.store.page(query)
        yield from page.rows
        query = replace(query, after=page.next) if page.next else None


def _sample(record: Record) -> Text | None:
    return T("It is a sample; name it to export it.") if record.opportunity.is_sample else None


def _not_created(status: Status) -> Text:
    if status is Status.DRAFT:
        return T("It is a draft.")
    return T("It is set aside: {status}", status=status.label)


def _reason(walk: Walk, record: Record) -> Text:
    if not record.exists:
        return _not_created(record.opportunity.status)
    verdict = walk.verdict(record)
    stage = verdict.open_stage
    assert stage is not None, "an opportunity whose gates hold is not left out"
    first = verdict.open_points(stage)[0].message
    count = len(verdict.open_points(stage))
    return T("Stage {number} is open again ({count}): {first}", number=int(stage), count=count, first=first)
