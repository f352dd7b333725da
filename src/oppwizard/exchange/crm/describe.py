"""The table of a CRM in words: what goes where, how, and within which limits; the documentation is made of it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from oppwizard.exchange.crm.plans import Field, Plan, Sheet
from oppwizard.i18n import T
from oppwizard.playbook.crm import CrmColumn


@dataclass(frozen=True, slots=True)
class Entry:
    """A column of a file.

    Attributes:
        source: the field or derived value; empty for one that is always the same.
        holds: what that is in words, or what always stands there.
        conversion: how a value becomes a cell, with the list that translates it.
        limit: what the CRM keeps of it.
        given: when it is given: only when rows are made or changed, or the option that it needs; empty for always.
    """

    object: str
    file: str
    column: str
    source: str
    holds: str
    conversion: str
    limit: str
    required: bool
    given: str


def entries(plan: Plan) -> Iterator[Entry]:
    """Every column of every file, in order."""
    for sheet in plan.sheets:
        for field in sheet.fields:
            yield _entry(sheet, field)


def table(plan: Plan) -> dict[str, Any]:
    """The whole table as an object for machines."""
    mapping = plan.mapping
    return {
        "crm": plan.crm,
        "version": plan.version,
        "external_id": mapping.external_id,
        "options": dict(mapping.options),
        "settings": dict(mapping.settings),
        "stages": dict(mapping.stages),
        "picklists": {name: dict(picks.values) for name, picks in mapping.picklists.items()},
        "columns": [asdict(entry) for entry in entries(plan)],
    }


def _entry(sheet: Sheet, field: Field) -> Entry:
    column = field.column
    return Entry(
        sheet.object,
        sheet.name,
        field.header,
        field.place,
        str(field.source.label) if field.source else field.constant,
        _conversion(column),
        _limit(column),
        column.required,
        ", ".join(each for each in (column.only, column.when) if each),
    )


def _conversion(column: CrmColumn) -> str:
    how = f"{column.convert} ({column.prefix}…)" if column.prefix else column.convert
    return f"{how}, {column.picks}" if column.picks else how


def _limit(column: CrmColumn) -> str:
    said = []
    if column.length:
        said.append(str(T("{count} characters", count=column.length)))
    if column.octets:
        said.append(str(T("{count} bytes", count=column.octets)))
    if column.digits is not None:
        said.append(str(T("{count} digits", count=column.digits)))
    if column.decimals is not None:
        said.append(str(T("{count} decimals", count=column.decimals)))
    if column.unique:
        said.append(str(T("unique")))
    return ", ".join(said)


def markdown(plan: Plan) -> str:
    """The table as Markdown: a section a file."""
    lines: list[str] = []
    for sheet in plan.sheets:
        lines += ["", f"### {sheet.name}", "", *_section(sheet)]
    return "\n".join(lines).strip() + "\n"


def _section(sheet: Sheet) -> Iterator[str]:
    yield "| column | from | holds | how | limit |"
    yield "|---|---|---|---|---|"
    for field in sheet.fields:
        entry = _entry(sheet, field)
        name = f"{entry.column} \\*" if entry.required else entry.column
        given = f" ({entry.given})" if entry.given else ""
        yield f"| {name}{given} | {entry.source} | {entry.holds} | {entry.conversion} | {entry.limit} |"
