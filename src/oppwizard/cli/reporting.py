"""Reports of many records: as text, JSON, CSV or a page, to standard output or into a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from oppwizard.cli.declaring import ReportFormat
from oppwizard.i18n import Text, _

if TYPE_CHECKING:
    from oppwizard.quality.tables import Table


@dataclass(frozen=True, slots=True)
class Report:
    """A report, in each of its forms."""

    head: Text
    tables: "Callable[[], list[Table]]"
    as_json: Callable[[], dict[str, Any]]
    as_csv: Callable[[], str]
    as_html: Callable[[], str]

    def text(self, written: ReportFormat) -> str:
        """The whole report as the contents of a file."""
        import json

        forms: dict[ReportFormat, Callable[[], str]] = {
            ReportFormat.JSON: lambda: json.dumps(self.as_json(), ensure_ascii=False, indent=2) + "\n",
            ReportFormat.CSV: self.as_csv,
            ReportFormat.HTML: self.as_html,
            ReportFormat.TEXT: lambda: "\n".join(_lines(self)) + "\n",
        }
        return forms[written]()


def check(written: ReportFormat, out: Path | None, *, as_json: bool) -> None:
    """That a form can be answered in JSON.

    Raises:
        typer.BadParameter: it cannot.
    """
    if as_json and out is None and written in (ReportFormat.CSV, ReportFormat.HTML):
        raise typer.BadParameter(_("with --json, say with --out where the files go"))


def give(report: Report, written: ReportFormat, out: Path | None, *, as_json: bool) -> None:
    """Write a report.

    Raises:
        InvalidInput: the file cannot be written.
    """
    from oppwizard.cli.output import emit, say

    if out is not None:
        _write(out, report.text(written), as_json=as_json)
    elif as_json or written is ReportFormat.JSON:
        emit(report.as_json())
    elif written is ReportFormat.TEXT:
        say(report.text(written).rstrip("\n"))
    else:
        typer.echo(report.text(written).encode(), nl=False)


def _write(out: Path, text: str, *, as_json: bool) -> None:
    from oppwizard.cli.output import emit, tell
    from oppwizard.exchange.atomic import FileSet, writing

    with writing(out), FileSet() as files:
        files.open(out).write(text.encode())
        files.commit()
    if as_json:
        emit({"path": str(out)})
    else:
        tell(_("Written: {path}", path=out))


def _lines(report: Report) -> Iterator[str]:
    yield str(report.head)
    for table in report.tables():
        yield ""
        yield str(table.title)
        yield from (f"  {line}" for line in _table_lines(table))


def _table_lines(table: "Table") -> Iterator[str]:
    from oppwizard.cli.output import as_table
    from oppwizard.quality.tables import bar

    for whom, said in table.prose:
        yield whom
        yield from (f"  {text}" for text in said)
    if not table.rows:
        if not table.prose:
            yield str(table.empty)
        return
    drawn = [bar(size, max(table.bars)) for size in table.bars] or [""] * len(table.rows)
    cells = [[*map(str, table.head), ""], *([*row, line] for row, line in zip(table.rows, drawn, strict=True))]
    yield from as_table(cells, right=frozenset(table.numbers))
    yield from map(str, table.notes)
