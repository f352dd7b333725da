"""The table of a CRM: the built-in one with the playbook's over it, table by table."""

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from pydantic import ValidationError

from oppwizard.errors import InvalidInput
from oppwizard.i18n import T, Text
from oppwizard.playbook import Playbook
from oppwizard.playbook.crm import CRMS, CrmMapping
from oppwizard.playbook.section import Place

_COMMON: Final = "common"


class FaultyTable(InvalidInput):
    """A playbook's table of a CRM does not hold together.

    Attributes:
        at: the setting at fault.
        fault: what is wrong with it, without its place.
        mend: what would be right.
    """

    def __init__(self, at: Place, fault: Text, mend: Text | None = None) -> None:
        place = ".".join(map(str, at))
        super().__init__(T("The playbook has a fault at {place}: {fault}", place=place, fault=fault), mend)
        self.at = at
        self.fault = fault
        self.mend = mend


def mapping_of(playbook: Playbook, crm: str) -> CrmMapping:
    """The mapping in use.

    Raises:
        InvalidInput: there is no table for such a CRM.
        FaultyTable: what the playbook says does not fit into it.
    """
    if crm not in CRMS:
        raise InvalidInput(
            T("“{text}” is not in the list", text=crm), T("Choose one of: {choices}", choices=", ".join(CRMS))
        )
    own: CrmMapping = getattr(playbook.crm, crm)
    said = own.model_dump(exclude_unset=True, exclude_defaults=False)
    try:
        return CrmMapping.model_validate(_over(_built_in(crm), said))
    except ValidationError as error:
        from oppwizard.playbook.messages import told

        first = error.errors()[0]
        raise FaultyTable(("crm", crm, *first["loc"]), *told(first, ("crm", crm, *first["loc"]))) from error


@lru_cache(maxsize=len(CRMS))
def _built_in(crm: str) -> dict[str, Any]:
    return _over(_read(_COMMON), _read(crm))


def _read(name: str) -> dict[str, Any]:
    file = resources.files("oppwizard.exchange.crm") / "mappings" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
