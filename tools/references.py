"""Brings everything in docs/ up to date that is made of declarations.

python -m tools.references
"""

import subprocess
import sys
from typing import Final

from tools.pages import ROOT

MAKERS: Final = (
    "playbook_reference",
    "command_reference",
    "field_reference",
    "finding_reference",
    "crm_tables",
    "rooms_picture",
)

if __name__ == "__main__":
    for maker in MAKERS:
        subprocess.run([sys.executable, "-m", f"tools.{maker}"], cwd=ROOT, check=True)
