"""What an export is written as, and for whom; apart from its writers, so that commands name it without loading them."""

from enum import StrEnum
from typing import Self


class Format(StrEnum):
    """What an export is written as: our own formats, and behind them the CRMs whose own import takes the files (X1).

    Attributes:
        crm: what the CRM calls itself; empty for a format of our own.
    """

    crm: str

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    SALESFORCE = "salesforce", "Salesforce"
    HUBSPOT = "hubspot", "HubSpot"
    PIPEDRIVE = "pipedrive", "Pipedrive"
    ODOO = "odoo", "Odoo"
    ESPOCRM = "espocrm", "EspoCRM"
    TRYTON = "tryton", "Tryton"

    def __new__(cls, value: str, crm: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.crm = crm
        return member

    @property
    def is_crm(self) -> bool:
        """Whether it is the files of one CRM's own import."""
        return bool(self.crm)


class Profile(StrEnum):
    """Whom a CSV file is for: another program's import, or a spreadsheet (BOM, CRLF, no cell runs as a formula)."""

    EXCEL = "excel"
    IMPORT = "import"
