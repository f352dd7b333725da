"""The CRMs to whose own interface opportunities can be sent; apart, so that commands name them without loading more."""

from enum import StrEnum


class PushedCrm(StrEnum):
    """A CRM that `oppwizard push` can send to; its settings and its table are named alike."""

    SALESFORCE = "salesforce"
    HUBSPOT = "hubspot"
