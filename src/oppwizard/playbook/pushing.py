"""How a CRM's own interface is reached; secrets are named, never written out."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from oppwizard.errors import ValueProblem
from oppwizard.i18n import T
from oppwizard.playbook.enrichment import is_loopback
from oppwizard.playbook.section import Section

_REFERENCE: Final = re.compile(r"(?:keyring|env):[A-Za-z0-9_.@-]+")


def reaches_safely(url: str) -> str:
    """The address of a service without what follows its host.

    Raises:
        ValueProblem: it is none, holds a password, or sends what is secret in the clear.
    """
    no_address = ValueProblem(
        T("It is no address of a service"),
        T("Write https:// and a host, such as {example}", example="https://example.my.salesforce.com"),
    )
    try:
        parts = urlsplit(url)
    except ValueError:
        raise no_address from None
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise no_address
    if parts.username is not None or parts.password is not None:
        raise ValueProblem(T("An address holds no password"), T("Name it as a secret: keyring:NAME or env:NAME."))
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValueProblem(T("The address is to begin with https://"), T("http:// is for this machine alone."))
    return f"{parts.scheme}://{parts.netloc}"


def _is_reference(value: str) -> str:
    if value and not _REFERENCE.fullmatch(value):
        # what was given is not repeated: it may be the secret itself
        raise ValueProblem(T("A secret is named, not written out"), T("Write keyring:NAME or env:NAME."))
    return value


def _is_address(value: str) -> str:
    if not value or _REFERENCE.fullmatch(value):
        return value
    return reaches_safely(value)


Reference = Annotated[str, AfterValidator(_is_reference)]
"""Where a secret is kept."""


class CrmPush(Section):
    """A CRM's own interface (X1)."""

    url: Annotated[str, AfterValidator(_is_address)] = ""
    """Its address, or keyring:NAME or env:NAME that holds it; Salesforce: the organisation's own domain."""
    account: str = Field(default="", max_length=100)
    """What you call the account, where several share an address (HubSpot): what was sent is remembered for each."""
    token: Reference = ""
    """The access token ..."""
    client_id: Reference = ""
    """... or, for Salesforce, the key of an external client app ..."""
    client_secret: Reference = ""
    """... and its secret, for which a token is asked at each push."""
    api_version: str = Field(default="62.0", pattern=r"^\d{2,3}\.0$")
    """The version of Salesforce's interface."""
    batch: int = Field(default=100, ge=1, le=100)
    """So many rows go into one request."""
    timeout: float = Field(default=60, gt=0, le=600)
    """Seconds until a request is given up."""
    retries: int = Field(default=5, ge=0, le=20)
    """How often a request is tried again that failed for no fault of its own ..."""
    back_off: float = Field(default=1, ge=0, le=60)
    """... after so many seconds, twice as many each time, by chance up to half of them less ..."""
    longest: float = Field(default=120, ge=0, le=3_600)
    """... and never after more than these; a service that wants a longer pause ends the push."""
