"""The README of an export: the exact steps of one CRM, in the language in use."""

import re
from collections.abc import Iterator
from typing import Final

from oppwizard.exchange.crm.hubspot import files_of
from oppwizard.exchange.crm.plans import Plan, Sheet
from oppwizard.exchange.formats import Format
from oppwizard.i18n import T, Text

Line = Text | str


def guide(plan: Plan) -> str:
    """The README."""
    steps = _GUIDES[plan.crm](plan)
    lines: list[Line] = [
        T("# Loading these files into {crm}", crm=Format(plan.crm).crm),
        "",
        T(
            "Written by oppwizard. `manifest.json` says what the files hold; leave it here, so that the next export "
            "into this folder can say what has changed since."
        ),
        "",
        T("## Before the first time"),
        "",
        *_numbered(steps.before()),
        "",
        T("## Loading"),
        "",
        *_numbered(steps.loading()),
        "",
        T("## Loading again"),
        "",
        *_numbered(steps.again()),
        "",
        T("## To know"),
        "",
        *(f"- {line}" for line in _notes(plan)),
        "",
        T("The table of all columns: `oppwizard export --format {crm} --describe`.", crm=plan.crm),
        "",
    ]
    return re.sub("\n{3,}", "\n\n", "\n".join(map(str, lines)))


def _numbered(steps: Iterator[Line]) -> Iterator[str]:
    number = 0
    for step in steps:
        if isinstance(step, Text):
            number += 1
            yield f"{number}. {step}"
        else:
            yield step


def _code(*lines: str) -> Iterator[str]:
    yield ""
    yield from (f"        {line}" for line in lines)
    yield ""


def _keyed(plan: Plan) -> list[Sheet]:
    return [sheet for sheet in plan.sheets if sheet.key == plan.mapping.external_id]


def _objects(sheets: list[Sheet]) -> str:
    return ", ".join(dict.fromkeys(sheet.object for sheet in sheets))


def _updated(plan: Plan) -> list[Sheet]:
    return [sheet for sheet in plan.sheets if sheet.part("update") is not None]


def _notes(plan: Plan) -> Iterator[Line]:
    if not any(sheet.says_currency for sheet in plan.sheets):
        yield T(
            "The files name no currency: all amounts are in the currency of the first deal, and deals in others were "
            "held back. It must be the CRM's own currency."
        )
    if any(one.place in ("contact.family", "contact.given") for sheet in plan.sheets for one in sheet.fields):
        yield T(
            "Names are told into two parts by their script: the family name comes first in 山田 太郎, last in Ada "
            "Lovelace, and a name of one word is a family name. `names` in the playbook changes that."
        )
    if any(one.column.picks == "owners" for sheet in plan.sheets for one in sheet.fields):
        yield T("Owners are named in the playbook: `[crm.{crm}.owners]`, our name and theirs.", crm=plan.crm)
    yield T("Names of stages, lists and columns are changed in the playbook, in `[crm.{crm}]`.", crm=plan.crm)


def _sf(plan: Plan, sheet: Sheet, file: str) -> Iterator[str]:
    ending = plan.mapping.line_end.upper()
    more = f"--line-ending {ending} --wait 30"
    if sheet.declared.operation == "upsert":
        yield f"sf data upsert bulk --sobject {sheet.object} --external-id {sheet.key} --file {file} {more}"
        return
    if sheet.declared.operation == "replace":
        where = f"SELECT Id FROM {sheet.object} WHERE Opportunity.{plan.mapping.external_id} != null"
        yield f'sf data query --query "{where}" --result-format csv > {sheet.object}.old.csv'
        yield f"sf data delete bulk --sobject {sheet.object} --file {sheet.object}.old.csv {more}"
    yield f"sf data import bulk --sobject {sheet.object} --file {file} {more}"


class _Guide:
    """The steps of one CRM."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def before(self) -> Iterator[Line]:
        """What the CRM must have."""
        raise NotImplementedError

    def loading(self) -> Iterator[Line]:
        """How the files are loaded the first time."""
        raise NotImplementedError

    def again(self) -> Iterator[Line]:
        """How they are loaded another time."""
        raise NotImplementedError


class _Salesforce(_Guide):
    """Bulk API 2.0 by the sf command line; the tree for an empty organisation."""

    def before(self) -> Iterator[Line]:
        field = self.plan.mapping.external_id
        yield T(
            "In Setup, add to each of these objects a text field `{field}` of 36 characters, unique, as an external "
            "ID: {objects}. For tasks it is a field of Activity.",
            field=field,
            objects=_objects(_keyed(self.plan)),
        )
        yield T("Let whoever loads the files read and edit these fields.")
        if self.plan.sheet("OpportunityLineItem"):
            yield T(
                "Give each product a price in the standard price book once it is there, and opportunities a price book."
            )
        if self.plan.sheet("OpportunityTeamMember"):
            yield T("Switch on Team Selling, or `team = false` in `[crm.salesforce.options]`.")

    def loading(self) -> Iterator[Line]:
        yield T("With the sf command line, signed in to the organisation, load the files in this order:")
        yield from _code(*(line for sheet in self.plan.sheets for line in _sf(self.plan, sheet, f"{sheet.name}.csv")))
        yield T(
            "Into an empty organisation, the files of `tree` can be loaded instead. They add records, without owners, "
            "line items and tasks:"
        )
        yield from _code("sf data import tree --plan tree/plan.json")

    def again(self) -> Iterator[Line]:
        yield T("Load the files in the same order. Records that are there are found by their identity and updated.")
        if _updated(self.plan):
            yield T(
                "What hangs on an opportunity cannot be moved to another: rows that are there already are reported "
                "as failures; new ones come in. Then load the files of `update`, which change the others:"
            )
            yield from _code(
                *(line for one in _updated(self.plan) for line in _sf(self.plan, one, f"update/{one.name}.csv"))
            )
        if self.plan.sheet("PricebookEntry"):
            yield T("Prices that are there already are reported as duplicates; nothing is doubled.")


class _HubSpot(_Guide):
    """The imports interface."""

    def before(self) -> Iterator[Line]:
        yield T(
            "In Settings, Properties, add a single-line text property `{field}` that requires unique values to "
            "companies, contacts, deals and line items.",
            field=self.plan.mapping.external_id,
        )
        yield T("In Settings, Account defaults, Currency, add every currency of the deals.")
        yield T("Make a private app with the scope `crm.import`, and put its token into `HUBSPOT_TOKEN`.")

    def loading(self) -> Iterator[Line]:
        api = self.plan.mapping.settings.get("api", "")
        yield T("Send the imports one after the other, each when the one before it is `DONE`:")
        for request, files in files_of(self.plan):
            sent = " ".join(f'-F "files=@{name};type=text/csv"' for name in files)
            yield from _code(
                f'curl -H "Authorization: Bearer $HUBSPOT_TOKEN" -F "importRequest=<{request}" {sent} {api}',
            )
        yield T("Ask for the state of an import, and for what it refused:")
        yield from _code(
            f'curl -H "Authorization: Bearer $HUBSPOT_TOKEN" {api}/ID',
            f'curl -H "Authorization: Bearer $HUBSPOT_TOKEN" {api}/ID/errors',
        )

    def again(self) -> Iterator[Line]:
        yield T(
            "Send the same imports again: records are found by `{field}` and updated.",
            field=self.plan.mapping.external_id,
        )


class _Pipedrive(_Guide):
    """The spreadsheet import."""

    def before(self) -> Iterator[Line]:
        yield T(
            "In Settings, Data fields, add a text field “{field}” to organizations, people and deals.",
            field=self.plan.mapping.external_id,
        )
        yield T("Name the stages of your pipeline in `[crm.pipedrive.stages]`, and the pipeline in its settings.")

    def loading(self) -> Iterator[Line]:
        names = ", ".join(f"{sheet.name}.csv" for sheet in self.plan.sheets)
        yield T(
            "In Tools and apps, Import data, From a spreadsheet, take the files one after the other: {files}.",
            files=names,
        )
        yield T("On the page with the columns, check that each is mapped to the field of the same name.")
        yield T("Choose to merge duplicates, and read the file of skipped rows at the end.")

    def again(self) -> Iterator[Line]:
        yield T(
            "Pipedrive finds records by their names and e-mail addresses, not by our identity. Merge duplicates "
            "again; a deal that was renamed there is added once more, and its “{field}” says which it is.",
            field=self.plan.mapping.external_id,
        )
        if _updated(self.plan):
            yield T("For deals that are there already take the file of `update`: it adds no second note.")


class _Odoo(_Guide):
    """The import of list views."""

    def before(self) -> Iterator[Line]:
        stages = ", ".join(dict.fromkeys(self.plan.mapping.stages.values()))
        yield T("In CRM, Configuration, Stages, have these stages, spelt like this: {stages}.", stages=stages)

    def loading(self) -> Iterator[Line]:
        places = {"res.partner": T("Contacts"), "crm.lead": T("CRM, My Pipeline, list view")}
        for sheet in self.plan.sheets:
            place = places.get(sheet.object, Text(sheet.object))
            yield T("In {place}, Import records, take `{file}`.", place=place, file=f"{sheet.name}.csv")
        yield T(
            "Each time set the encoding to utf-8, the separator to a comma, the date format to YYYY-MM-DD and the "
            "decimal separator to a dot; check that `id` is mapped to External ID; then Test, and Import."
        )
        yield T("Do not let missing stages be created: a misspelt one would become a new stage.")

    def again(self) -> Iterator[Line]:
        yield T("Import the same files again: records are found by their external ID and updated.")


class _EspoCrm(_Guide):
    """The import of the administration."""

    def before(self) -> Iterator[Line]:
        yield T(
            "In Administration, Entity Manager, add a field `{field}` of the type Varchar, 36 characters, to these: "
            "{objects}.",
            field=self.plan.mapping.external_id,
            objects=_objects(_keyed(self.plan)),
        )
        yield T("In Administration, Currency, have every currency of the deals.")

    def loading(self) -> Iterator[Line]:
        for sheet in self.plan.sheets:
            yield T(
                "In Administration, Import, entity type {object}, take `{file}`.",
                object=sheet.object,
                file=f"{sheet.name}.csv",
            )
        yield T(
            "Each time: what to do, create and update; update by `{field}`; delimiter a comma, text qualifier double "
            "quote, date format YYYY-MM-DD, decimal mark a dot, person name format first and last.",
            field=self.plan.mapping.external_id,
        )

    def again(self) -> Iterator[Line]:
        yield T(
            "Import the same files again: records are found by `{field}` and updated.",
            field=self.plan.mapping.external_id,
        )


class _Tryton(_Guide):
    """The CSV import of the desktop client."""

    _OPEN, _STATE = ".open", ".state"
    """End the names of the files with what the client, and what the console changes of opportunities that are there."""
    _SERVER = (
        "import csv",
        'rows = list(csv.reader(open("{file}", encoding="utf-8", newline="")))',
        'pool.get("{object}").import_data(rows[0], rows[1:])',
        "transaction.commit()",
    )

    def before(self) -> Iterator[Line]:
        yield T("Activate the module sale_opportunity; with line items, products and sales too.")
        yield T(
            "Have the currencies of the deals, and an employee for each owner, of the same name or as the playbook "
            "says."
        )

    def loading(self) -> Iterator[Line]:
        for sheet in self.plan.sheets:
            if not sheet.name.endswith((self._OPEN, self._STATE)):
                yield self._take(sheet, f"{sheet.name}.csv")
        yield T(
            "Each time let the columns be detected from the file, with its encoding UTF-8 and a comma between cells, "
            "let the first line be skipped, and switch “Use locale format” off: otherwise amounts and dates are read "
            "as your language writes them."
        )
        yield from self._states()

    def again(self) -> Iterator[Line]:
        yield T(
            "Tryton adds every row whose column `id` is empty or missing. So load new opportunities first: export "
            "them alone, with `--id`, into another folder; the export says which are new. Leave out parties, contact "
            "mechanisms and products that are there."
        )
        if self.plan.sheet("product.template"):
            yield T("Load the new products of `{file}`, without those that are there.", file="product.template.csv")
        yield T(
            "For records that are there already take these files, whose `id` finds them by their code or reference:"
        )
        for sheet in self.plan.sheets:
            if sheet.part("update") is not None:
                yield self._take(sheet, f"update/{sheet.name}.csv")
        yield from self._states()
        yield T("Without the server's console only opportunities that are open, here and in Tryton, can be changed:")
        for sheet in self.plan.sheets:
            if sheet.name.endswith(self._OPEN):
                yield self._take(sheet, f"{sheet.name}.csv")

    def _states(self) -> Iterator[Line]:
        for sheet in self.plan.sheets:
            if sheet.name.endswith(self._STATE):
                file = f"{sheet.name}.csv"
                yield T(
                    "The client sets no states, and changes no closed opportunities: they are leads until somebody "
                    "moves them with their buttons. On the server, `trytond-console -d DATABASE` takes all of it "
                    "from `{file}`:",
                    file=file,
                )
                yield from _code(*(line.format(file=file, object=sheet.object) for line in self._SERVER))

    @staticmethod
    def _take(sheet: Sheet, file: str) -> Text:
        return T(
            "In a list of {object}, choose Import from the menu and take `{file}`.", object=sheet.object, file=file
        )


_GUIDES: Final[dict[str, type[_Guide]]] = {
    "salesforce": _Salesforce,
    "hubspot": _HubSpot,
    "pipedrive": _Pipedrive,
    "odoo": _Odoo,
    "espocrm": _EspoCrm,
    "tryton": _Tryton,
}
