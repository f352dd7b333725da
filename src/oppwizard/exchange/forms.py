"""In which form files are written, and for whom; imports nothing, so that commands can name them at once."""

from enum import StrEnum


class Format(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    SALESFORCE = "salesforce"
    HUBSPOT = "hubspot"
    PIPEDRIVE = "pipedrive"
    ODOO = "odoo"
    ESPOCRM = "espocrm"
    TRYTON = "tryton"

    @property
    def is_crm(self) -> bool:
        """Whether it is the files of one CRM's own import."""
        return self not in (Format.CSV, Format.JSON, Format.JSONL)


class Profile(StrEnum):
    """Whom a CSV file is for: another program's import, or a spreadsheet (BOM, CRLF, no cell runs as a formula)."""

    EXCEL = "excel"
    IMPORT = "import"
