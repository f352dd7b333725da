"""A mapping made ready: which files there are, which columns they have, and where each column's values come from."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from oppwizard.exchange.crm.derivations import labelled, of_primary, spoken
from oppwizard.exchange.crm.mapping import FaultyTable, mapping_of
from oppwizard.exchange.crm.names import Parts, parts
from oppwizard.exchange.crm.rows import SHARED, Row
from oppwizard.exchange.crm.sources import Source, Value, source
from oppwizard.i18n import T, Text
from oppwizard.model.fields import CUSTOM, FIELDS, declared_in
from oppwizard.playbook import Playbook
from oppwizard.playbook.crm import CRMS, CrmColumn, CrmMapping, CrmObject, CrmPicks
from oppwizard.playbook.section import Place

_TABLES: Final = ("stages", "owners", "record_types")
_CURRENCIES: Final = ("currency", "account.currency")


@dataclass(frozen=True, slots=True)
class Field:
    """A column made ready.

    Attributes:
        header: its name in the file.
        source: where its values come from; None for one that is always the same.
        picks: the words that stand for our values.
        constant: what stands in every row of one that is always the same.
        is_below: whether it belongs to the items below a row, as headers with a slash do in files that have such.
    """

    header: str
    column: CrmColumn
    source: Source | None
    picks: CrmPicks | None
    constant: str = ""
    is_below: bool = False

    @property
    def place(self) -> str:
        """What of the record it comes from: a field's path, or the name of a derived value."""
        return self.source.name if self.source else ""

    @property
    def called(self) -> str:
        """What the CRM calls it."""
        return self.column.property or self.header


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file made ready.

    Attributes:
        name: what it is called in the mapping, and without its ending.
        object: what the CRM calls its rows.
        key: the column that says which row it is; empty where the CRM knows none.
    """

    name: str
    object: str
    rows: str
    declared: CrmObject
    key: str
    needs: str
    fields: tuple[Field, ...]

    @property
    def is_shared(self) -> bool:
        """Whether several deals have its rows in common."""
        return self.rows in SHARED

    @property
    def says_currency(self) -> bool:
        """Whether its rows say in which currency their amounts are."""
        return any(field.place in _CURRENCIES for field in self.fields)

    def part(self, name: str) -> "Sheet | None":
        """The sheet as it is when rows are made (``create``) or changed (``update``).

        None for changes of a sheet that is the same in both.
        """
        kept = tuple(field for field in self.fields if field.column.only in ("", name))
        if name == "update" and all(not field.column.only for field in self.fields):
            return None
        return replace(self, fields=kept)

    def index(self, header: str) -> int | None:
        """Where a column stands."""
        return next((at for at, field in enumerate(self.fields) if field.header == header), None)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an export to a CRM writes."""

    crm: str
    mapping: CrmMapping
    sheets: tuple[Sheet, ...]

    @property
    def version(self) -> str:
        """The mapping's version."""
        return self.mapping.version

    def sheet(self, name: str) -> Sheet | None:
        """The file of that name."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def plan_of(playbook: Playbook, crm: str) -> Plan:
    """Make the mapping of a CRM ready.

    Raises:
        FaultyTable: it names a field, a list, an object or an option that there is not.
    """
    return _Planning(crm, mapping_of(playbook, crm), playbook).plan()


def faulty_tables(playbook: Playbook) -> Iterator[FaultyTable]:
    """Everything that is wrong with the tables that a playbook has for CRMs, each thing once."""
    for crm in CRMS:
        if getattr(playbook.crm, crm) == CrmMapping():
            continue
        try:
            planning = _Planning(crm, mapping_of(playbook, crm), playbook)
        except FaultyTable as fault:
            yield fault
            continue
        yield from {(fault.at, fault.fault): fault for fault in planning.faults()}.values()


class _Planning:
    def __init__(self, crm: str, mapping: CrmMapping, playbook: Playbook) -> None:
        self.crm = crm
        self.mapping = mapping
        own = declared_in(playbook.custom)
        self.known = {path: spec for path, spec in FIELDS.items() if spec.entity != CUSTOM} | own
        self.places = {"external_id": mapping.external_id, **mapping.settings}

    def faults(self) -> Iterator[FaultyTable]:
        """All that is wrong, not the first."""
        used = self._used()
        for name, declared in used.items():
            if declared.rows is None:
                yield self._no_rows(name)
                continue
            looks: list[Callable[[], object]] = [
                partial(self._field, name, key, column, declared) for key, column in self._columns(declared, used)
            ]
            looks += [partial(self._header, name, declared, setting) for setting in ("key", "needs")]
            for look in looks:
                try:
                    look()
                except FaultyTable as fault:
                    yield fault

    def _used(self) -> dict[str, CrmObject]:
        return {
            name: declared
            for name, declared in self.mapping.objects.items()
            if not declared.off and self._is_on(declared.when)
        }

    def plan(self) -> Plan:
        used = self._used()
        sheets = tuple(self._sheet(name, declared, used) for name, declared in used.items())
        return Plan(self.crm, self.mapping, sheets)

    def _is_on(self, option: str) -> bool:
        return not option or self.mapping.options.get(option, False)

    def _sheet(self, name: str, declared: CrmObject, used: dict[str, CrmObject]) -> Sheet:
        if declared.rows is None:
            raise self._no_rows(name)
        return Sheet(
            name,
            declared.object or name,
            declared.rows,
            declared,
            self._header(name, declared, "key"),
            self._header(name, declared, "needs"),
            tuple(self._field(name, key, column, declared) for key, column in self._columns(declared, used)),
        )

    def _no_rows(self, name: str) -> FaultyTable:
        return self._fault(("objects", name), T("it does not say with “rows” what a row is"))

    def _header(self, name: str, declared: CrmObject, setting: str) -> str:
        """The column that a setting of a file names; one that is left out may be named too."""
        at: Place = ("objects", name, setting)
        header = self._filled(at, getattr(declared, setting))
        if header and header not in self._headers(name, declared):
            raise self._fault(at, T("there is no column “{column}”", column=header))
        return header

    def _headers(self, name: str, declared: CrmObject) -> Iterator[str]:
        """The names of all columns of a file that have one; a fault in another is told of that one."""
        for key in declared.columns:
            with suppress(FaultyTable):
                yield self._filled(("objects", name, "columns", key), key)

    def _columns(self, declared: CrmObject, used: dict[str, CrmObject]) -> Iterator[tuple[str, CrmColumn]]:
        for key, column in declared.columns.items():
            if column.off or not self._is_on(column.when) or (column.refers and column.refers not in used):
                continue
            yield key, column

    def _field(self, name: str, key: str, column: CrmColumn, declared: CrmObject) -> Field:
        at: Place = ("objects", name, "columns", key)
        header = self._filled(at, key)
        ready = column.model_copy(update={"property": self._filled((*at, "property"), column.property)})
        below = declared.rows == "deal_line" and "/" in header
        if column.source:
            found = self._source(at, column, declared)
            return Field(header, ready, found, self._picks(at, column), is_below=below)
        if column.value is None:
            raise self._fault(at, T("it says neither with “source” nor with “value” what it holds"))
        return Field(header, ready, None, None, self._filled((*at, "value"), column.value), below)

    def _filled(self, at: Place, text: str) -> str:
        try:
            return text.format_map(self.places) if "{" in text else text
        except (KeyError, ValueError, IndexError, AttributeError):
            raise self._fault(at, T("it names a setting that there is not")) from None

    def _source(self, at: Place, column: CrmColumn, declared: CrmObject) -> Source:
        found = source(column.source, self.known)
        at = (*at, "source")
        if found is None:
            raise self._fault(at, T("there is no field or value “{source}”", source=column.source))
        if not found.suits(str(declared.rows)):
            raise self._fault(
                at, T("“{source}” is none of rows of the kind “{rows}”", source=found.name, rows=declared.rows)
            )
        own = self._own(found.name)
        return replace(found, get=own) if own else found

    def _own(self, name: str) -> Callable[[Row], Value] | None:
        """What the mapping itself says how to work out."""
        order = self.mapping.names
        own: dict[str, Callable[[Row], Value]] = {
            "contact.family": lambda row: parts(row.item.name, order).family,
            "contact.given": lambda row: parts(row.item.name, order).given,
            "deal.contact_spoken": lambda row: _spoken(parts(of_primary("name")(row), order)),
            "account.description": self._described("account"),
            "deal.description": self._described("deal"),
        }
        return own.get(name)

    def _described(self, which: str) -> Callable[[Row], Value]:
        listed = [source(name, self.known) for name in self.mapping.described.get(which, ())]
        for name, found in zip(self.mapping.described.get(which, ()), listed, strict=True):
            if found is None or found.kinds is not None or name.endswith(".description"):
                raise self._fault(("described", which), T("there is no field or value “{source}”", source=name))
        sources = [found for found in listed if found is not None]

        def get(row: Row) -> Value:
            answers: list[tuple[Source, Any]] = [(one, one.get(row)) for one in sources]
            return labelled(
                (str(one.label), spoken(one.spec, value, row)) for one, value in answers if value not in (None, "", [])
            )

        return get

    def _picks(self, at: Place, column: CrmColumn) -> CrmPicks | None:
        if not column.picks:
            return None
        listed = self.mapping.picklists.get(column.picks)
        if column.picks in _TABLES:
            values = {**(listed.values if listed else {}), **getattr(self.mapping, column.picks)}
            return (listed or CrmPicks()).model_copy(update={"values": values})
        if listed is None:
            raise self._fault((*at, "picks"), T("there is no list “{picks}”", picks=column.picks))
        return listed

    def _fault(self, at: Place, fault: Text) -> FaultyTable:
        remedy = T("“oppwizard export --format {crm} --describe” shows the table.", crm=self.crm)
        return FaultyTable(("crm", self.crm, *at), fault, remedy)


def _spoken(name: Parts) -> str:
    return " ".join(part for part in (name.given, name.family) if part)
