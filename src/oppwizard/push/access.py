"""The way to a service: its address and the secrets, looked up when they are needed and never shown."""

import os
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from oppwizard.enrichment.secrets import is_reference, revealed
from oppwizard.errors import InvalidInput
from oppwizard.i18n import T
from oppwizard.model.text import shortened, visible
from oppwizard.playbook.pushing import CrmPush, reaches_safely

_USUAL: Final = {"hubspot": "https://api.hubapi.com"}
"""The addresses of services that have one for all."""
_HIDDEN: Final = "***"


@dataclass(frozen=True)
class Access:
    """A service that is to be reached.

    Attributes:
        url: scheme and host.
        target: what it is remembered by.
    """

    crm: str
    settings: CrmPush
    url: str
    target: str
    _secrets: set[str] = field(default_factory=set, repr=False)

    def secret(self, name: str) -> str:
        """A secret of the settings, else from the environment's variable of the usual name.

        Raises:
            ProviderProblem: it is not there.
        """
        found = revealed(getattr(self.settings, name) or f"env:{_variable(self.crm, name)}")
        self.hide(found)
        return found

    def has(self, name: str) -> bool:
        """Whether somebody has said where a secret is."""
        return bool(getattr(self.settings, name) or os.environ.get(_variable(self.crm, name)))

    def hide(self, secret: str) -> None:
        """Remember a secret that is never to be shown."""
        self._secrets.add(secret)

    def cleaned(self, said: object) -> str:
        """What a service said, as it may be shown: short, on one line, and without a secret that it repeats."""
        text = str(said)
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, _HIDDEN)
        return shortened(visible(" ".join(text.split())), 300)


def _variable(crm: str, name: str) -> str:
    """The environment's variable for what the playbook does not say."""
    return f"OPPWIZARD_{crm.upper()}_{name.upper()}"


def access_to(crm: str, settings: CrmPush) -> Access:
    """Where a service is.

    Raises:
        InvalidInput: the playbook does not say so, or what it names is no address.
        ProviderProblem: what it names is not there.
    """
    given = settings.url or os.environ.get(_variable(crm, "url"), "").strip() or _USUAL.get(crm, "")
    url = revealed(given) if is_reference(given) else given
    try:
        url = reaches_safely(url)
    except ValueError:
        raise InvalidInput(
            T("The address of {crm} is none", crm=crm),
            T(
                "It is https:// and a host, such as https://example.my.salesforce.com, as [crm.{crm}.push] url.",
                crm=crm,
            ),
        ) from None
    host = urlsplit(url).netloc.lower()
    return Access(crm, settings, url, f"{host} {settings.account}".strip())
