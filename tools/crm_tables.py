"""Writes the tables of docs/crm.md from the mappings, every option on.

python tools/crm_tables.py
"""

import re
from pathlib import Path
from typing import Final

from oppwizard.exchange.crm.describe import markdown
from oppwizard.exchange.crm.mapping import mapping_of
from oppwizard.exchange.crm.plans import plan_of
from oppwizard.exchange.formats import Format
from oppwizard.playbook import Playbook, load_playbook
from oppwizard.playbook.crm import CRMS, CrmMapping

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "crm.md"
_MARK: Final = "<!-- From here on made by tools/crm_tables.py. -->"


def everything(playbook: Playbook, crm: str) -> Playbook:
    """A playbook with every option of a CRM on."""
    options = dict.fromkeys(mapping_of(playbook, crm).options, True)
    own = playbook.crm.model_copy(update={crm: CrmMapping(options=options)})
    return playbook.model_copy(update={"crm": own})


def written(page: str) -> str:
    """The page with its tables as they are now."""
    playbook = load_playbook()
    parts = [page[: page.index(_MARK)] + _MARK]
    for crm in CRMS:
        table = markdown(plan_of(everything(playbook, crm), crm))
        parts.append(f"## {Format(crm).crm}\n\n{re.sub(r' +$', '', table, flags=re.MULTILINE).strip()}")
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
