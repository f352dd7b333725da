"""What an organisation's CRM calls things: which column holds what, by which words, within which limits (X1).

The built-in tables are files of `oppwizard.exchange.crm`; a playbook overrides them, table by table, in ``[crm.NAME]``.
"""

from collections.abc import Iterator
from typing import ClassVar, Final, Literal

from pydantic import Field

from oppwizard.i18n import T
from oppwizard.model.services import PushedCrm
from oppwizard.playbook.pushing import CrmPush
from oppwizard.playbook.section import Section, Wrong

Rows = Literal[
    "account",
    "contact",
    "reach",
    "deal",
    "role",
    "product",
    "line",
    "deal_line",
    "member",
    "competitor",
    "task",
]
"""What a row of a file is.

``account``, ``contact`` and ``product`` come once an export, however many deals have them; ``reach`` is an e-mail
address, a telephone number or a website; ``role`` is a person of a deal; ``deal_line`` is a deal with its line items
below it (headers with a slash are the items'); ``task`` is the next step, a point of the plan, a talk or a note.
"""
Convert = Literal[
    "text",
    "long",
    "html",
    "label",
    "date",
    "number",
    "integer",
    "money",
    "percent",
    "fraction",
    "boolean",
    "phone",
    "id",
]
"""How a value becomes a cell; `oppwizard.exchange.crm.cells` says what each does."""


class CrmColumn(Section):
    """A column of a file; its header is its key in the table."""

    source: str = ""
    """The field that it holds (``close_on``, ``account.website``, ``custom.region``), or a value made of several."""
    value: str | None = None
    """A text that stands in every row, instead of a source."""
    convert: Convert = "text"
    picks: str = ""
    """The list that translates it: ``stages``, ``owners``, ``record_types`` or one of ``picklists``."""
    length: int | None = Field(default=None, ge=1)
    """The most characters that the CRM keeps ..."""
    octets: int | None = Field(default=None, ge=1)
    """... or the most bytes, in UTF-8."""
    digits: int | None = Field(default=None, ge=0, le=18)
    """The digits that it keeps in front of the point ..."""
    decimals: int | None = Field(default=None, ge=0, le=6)
    """... and behind it; money has its currency's."""
    prefix: str = ""
    """What stands before an identity."""
    required: bool = False
    """Whether the CRM refuses a row without it."""
    only: Literal["", "create", "update"] = ""
    """Whether it is given only when a row is made, or only when it is changed."""
    refers: str = ""
    """The object whose row it names, for the files that are linked by references."""
    unique: bool = False
    """Whether the CRM finds the row again by this text, so that two rows must not share it."""
    property: str = ""
    """The property behind the column, where the header is another name (HubSpot)."""
    object: str = ""
    """The object whose property it is, where that is another one than the file's (HubSpot)."""
    association: int | None = None
    """The kind of link that it makes to the object it refers to (HubSpot)."""
    when: str = ""
    """The option that must be on."""
    off: bool = False
    """Whether it is left out."""


class CrmObject(Section):
    """A file: the rows of one object of the CRM. Files are loaded in the order in which they are declared."""

    rows: Rows | None = None
    object: str = ""
    """What the CRM calls the object; the key of the table without it."""
    operation: Literal["upsert", "insert", "replace"] = "upsert"
    """Whether rows are matched with those that are there, only added, or put in the place of earlier ones."""
    key: str = ""
    """The column that says which row of the CRM it is."""
    needs: str = ""
    """Rows whose cell in this column is empty are left out."""
    tree: bool = False
    """Whether it is part of the files that are linked by references."""
    when: str = ""
    """The option that must be on."""
    off: bool = False
    """Whether it is left out."""
    columns: dict[str, CrmColumn] = Field(default_factory=dict)


class CrmPicks(Section):
    """The CRM's words for ours."""

    values: dict[str, str] = Field(default_factory=dict)
    """Its word for each of our values."""
    otherwise: str | None = None
    """What is written for a value that has none; without it the record is held back."""
    open: bool = False
    """Whether a value that has none is written as it is."""
    quiet: bool = False
    """Whether nothing is said about it then."""


class CrmMapping(Section):
    """How records become one CRM's files; what a playbook says of it, or the whole."""

    version: str = ""
    """Changes whenever the table does."""
    external_id: str = ""
    """The CRM's field that holds our identity, so that loading again updates instead of doubling."""
    currency: str = Field(default="", pattern="^([A-Z]{3})?$")
    """The one currency of a CRM that has only one; that of the first record where none is named."""
    names: Literal["auto", "whole", "family-first", "given-first"] = "auto"
    """How a person's name is told into family and given name; ``whole`` puts all of it into the family name."""
    described: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """What the descriptions of an account and of a deal are put together from: fields and derived values."""
    joint: str = ";"
    """What stands between several values in one cell."""
    encoding: Literal["utf-8", "utf-8-sig"] = "utf-8"
    line_end: Literal["lf", "crlf"] = "lf"
    date: str = "%Y-%m-%d"
    """How a date is written, in the letters of strftime."""
    options: dict[str, bool] = Field(default_factory=dict)
    """What an organisation has and has not."""
    settings: dict[str, str] = Field(default_factory=dict)
    """Names of the organisation's own, such as a pipeline's; ``{name}`` stands for them in headers and values."""
    stages: dict[str, str] = Field(default_factory=dict)
    """Its sales stages, by ours; ``won`` and ``lost`` are its closed ones."""
    owners: dict[str, str] = Field(default_factory=dict)
    """Its users, by the names we know them by."""
    record_types: dict[str, str] = Field(default_factory=dict)
    """Its record types, by our kind of deal."""
    picklists: dict[str, CrmPicks] = Field(default_factory=dict)
    objects: dict[str, CrmObject] = Field(default_factory=dict)
    push: CrmPush = CrmPush()
    """How the service itself is reached (`oppwizard push`)."""


class Crm(Section):
    """What differs from the built-in tables, CRM by CRM."""

    JUDGES: ClassVar[bool] = False

    salesforce: CrmMapping = CrmMapping()
    hubspot: CrmMapping = CrmMapping()
    pipedrive: CrmMapping = CrmMapping()
    odoo: CrmMapping = CrmMapping()
    espocrm: CrmMapping = CrmMapping()
    tryton: CrmMapping = CrmMapping()

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        nothing = CrmMapping().push
        pushed = tuple(PushedCrm)
        for name in CRMS:
            if name not in pushed and getattr(self, name).push != nothing:
                remedy = T("Take it away; those that have are: {names}", names=", ".join(pushed))
                yield Wrong((name, "push"), T("{crm} has no push", crm=name), remedy)


CRMS: Final = tuple(Crm.model_fields)
"""The CRMs that there are tables for."""
