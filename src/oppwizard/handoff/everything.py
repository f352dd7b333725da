"""All of a record in the order of the walk, made of the declarations of its fields (H4)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from oppwizard.exchange.blocks import Block, Column, Fact, Facts, Mark, Marks, Row, Section, Table, fact, known, moment
from oppwizard.handoff.summary import Summary, numbered
from oppwizard.i18n import T
from oppwizard.model.ask import Kind
from oppwizard.model.enums import Stage
from oppwizard.model.fields import FIELDS, ROW_KINDS, FieldSpec, fields_of, group_of
from oppwizard.model.findings import Address
from oppwizard.model.parts import Remark
from oppwizard.model.record import Record, plainly
from oppwizard.process.course import Part, parts
from oppwizard.process.entry import show
from oppwizard.process.reviewing import place_of
from oppwizard.walk.advancing import who_said

_WIDEST: Final = 40
_LONGEST_WORD: Final = 20
"""Texts of more characters stand below the cells of their row."""
_COLUMNS: Final = 6
_NUMBERS: Final = (Kind.MONEY, Kind.INTEGER, Kind.DECIMAL, Kind.PERCENT)
_BARE: Final = ("missing", "recommended")


class Everything:
    """Stage by stage what is answered, and what is not; each table where the walk first comes to it."""

    def __init__(self, summary: Summary) -> None:
        self.walk, self.record, self.verdict = summary.walk, summary.record, summary.verdict
        self._summary = summary
        self._told: set[str] = set()

    def sections(self) -> Iterator[Section]:
        """The six stages, then what hangs on the record beside them."""
        for stage in Stage:
            blocks = [block for part in parts(stage) for block in self._of_part(stage, part)]
            yield Section(numbered(stage), (*blocks, *self._open(stage)), self._passed(stage))
        beside = (_notes, _reviews, _peers, _files, _links, _kept)
        yield Section(str(T("Beside the stages")), tuple(block for made in beside for block in made(self.record)))

    def _passed(self, stage: Stage) -> str:
        passage = next((one for one in self.record.passages if one.stage == stage), None)
        if passage is None:
            return ""
        return str(T("passed {when} by {who}", when=moment(passage.created_at), who=who_said(passage.passed_by)))

    def _of_part(self, stage: Stage, part: Part) -> Iterator[Block]:
        heading = ""
        for piece in part.pieces:
            for block in self._of_piece(stage, piece, str(part.label)):
                yield block if block.heading != heading else replace(block, heading="")
                heading = block.heading

    def _of_piece(self, stage: Stage, piece: str, heading: str) -> Iterator[Facts | Table]:
        if piece in ROW_KINDS and piece not in self._told and self.record.rows(piece):
            self._told.add(piece)
            yield self._table(piece)
        if piece == "lines":
            yield from self._sizes()
        facts = known(self._fact(Address(spec.entity, spec.name), spec) for spec in group_of(stage, piece))
        if facts:
            yield Facts(heading, facts)

    def _sizes(self) -> Iterator[Facts]:
        amounts = known(self._summary.amounts())
        if amounts:
            yield Facts(str(T("Size")), amounts)

    def _fact(self, at: Address, spec: FieldSpec) -> Fact:
        unread = self.record.unread_at(at)
        if unread is not None:
            return fact(spec.ask.label, unread, note=str(T("typed like this, and not understood")))
        return fact(spec.ask.label, show(spec, self.record.value(at), self.record, self.walk.playbook))

    def _table(self, kind: str) -> Table:
        """Rows with columns for what is short; the rest below, so that it fits a sheet of paper."""
        specs = sorted(fields_of(kind), key=lambda spec: spec.ask.stage)
        rows = [self._row(kind, row.id, specs) for row in self._ordered(kind)]
        answered = [spec for spec in specs if any(row[spec.name].values for row in rows)]
        columns = [spec for spec in answered if spec is answered[0] or _is_short(spec, rows)][:_COLUMNS]
        rest = [spec.name for spec in answered if spec not in columns]
        return Table(
            str(ROW_KINDS[kind].label),
            tuple(Column(str(spec.ask.label), spec.ask.kind in _NUMBERS) for spec in columns),
            tuple(
                Row(tuple("".join(row[spec.name].values) for spec in columns), known(row[name] for name in rest))
                for row in rows
            ),
        )

    def _row(self, kind: str, row_id: UUID, specs: Sequence[FieldSpec]) -> dict[str, Fact]:
        return {spec.name: self._fact(Address(kind, spec.name, row_id), spec) for spec in specs}

    def _ordered(self, kind: str) -> list[Any]:
        """The rows of a kind; those that a day names in the order of their days."""
        handle, rows = ROW_KINDS[kind].handle, self.record.rows(kind)
        if FIELDS[f"{kind}.{handle}"].ask.kind is not Kind.DATE:
            return rows
        return sorted(rows, key=lambda row: (getattr(row, handle) is None, getattr(row, handle) or row.created_at))

    def _open(self, stage: Stage) -> Iterator[Block]:
        """What is required and not answered, in one line; then what else keeps the stage open."""
        points = self.verdict.open_points(stage)
        bare = [str(self.walk.label(self.record, point.at)) for point in points if point.code in _BARE]
        if bare:
            yield Facts("", (Fact(str(T("Not answered yet")), (", ".join(bare),)),))
        rest = tuple(Mark(False, str(point.message), str(point.remedy)) for point in points if point.code not in _BARE)
        if rest:
            yield Marks(str(T("Open points")), rest)


def _is_short(spec: FieldSpec, rows: Sequence[dict[str, Fact]]) -> bool:
    facts = [row[spec.name] for row in rows]
    texts = [text for fact in facts for text in fact.values]
    fits = all(len(text) <= _WIDEST and max(map(len, text.split())) <= _LONGEST_WORD for text in texts)
    return spec.ask.kind is not Kind.LONG and fits and not any(fact.note for fact in facts)


def _columns(*labels: object) -> tuple[Column, ...]:
    return tuple(Column(str(label)) for label in labels)


def _notes(record: Record) -> Iterator[Table]:
    rows = tuple(
        Row((str(note.kind.label), moment(note.created_at), note.author), known([fact("", note.body)]))
        for note in record.notes
    )
    if rows:
        yield Table(str(T("Notes")), _columns(T("Kind"), T("When"), T("Author")), rows)


def _reviews(record: Record) -> Iterator[Table]:
    rows = tuple(
        Row(
            (str(review.decision.label), moment(review.at), review.reviewer),
            known(
                [
                    fact("", review.comment),
                    *(_remark(one) for one in record.remarks if one.review_id == review.id),
                ]
            ),
        )
        for review in record.reviews
    )
    if rows:
        yield Table(str(T("Reviews")), _columns(T("Decision"), T("When"), T("Reviewing manager")), rows)


def _remark(remark: Remark) -> Fact:
    spec = place_of(remark.place).spec
    settled = str(T("settled: {reply}", reply=remark.reply or "-")) if remark.settled_at else ""
    return fact(spec.ask.label if spec else T("Comment"), remark.body, note=settled)


def _peers(record: Record) -> Iterator[Table]:
    rows = tuple(
        Row(
            (held.on.isoformat(), held.presenter, held.attendees),
            known(
                [
                    fact("", held.summary),
                    *(
                        fact(point.kind.label, ", ".join(filter(None, (point.body, point.owner, str(point.due or "")))))
                        for point in record.peer_points
                        if point.session_id == held.id
                    ),
                ]
            ),
        )
        for held in record.peer_reviews
    )
    if rows:
        yield Table(str(T("Peer reviews")), _columns(T("Date"), T("Presented by"), T("Attendees")), rows)


def _files(record: Record) -> Iterator[Table]:
    rows = tuple(
        Row(
            (one.name, one.media_type, f"{one.size:,}", moment(one.created_at), one.author),
            known([fact("SHA-256", one.digest)]),
        )
        for one in record.attachments
    )
    columns = _columns(T("File name"), T("Type"), T("Size in bytes"), T("When"), T("Author"))
    if rows:
        yield Table(str(T("Files, in the packet under files/ by their SHA-256")), columns, rows)


def _kept(record: Record) -> Iterator[Facts]:
    """Answers to fields of an organisation that are asked for no more."""
    facts = known(fact(name, plainly(value, record)) for name, value in sorted(record.unasked.items()))
    if facts:
        yield Facts(str(T("Asked for no more")), facts)


def _links(record: Record) -> Iterator[Table]:
    rows = tuple(
        Row((link.other_title, str(link.relation.label), link.author), known([fact(T("Reason"), link.because)]))
        for link in record.links
    )
    if rows:
        yield Table(
            str(T("Other records that look like this one")), _columns(T("Deal"), T("Relation"), T("Author")), rows
        )
