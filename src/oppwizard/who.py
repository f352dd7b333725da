"""The person at the keyboard: name, e-mail, role, team and manager, kept in their own configuration (Q1)."""

import json
import os
import tempfile
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Final, Self

from oppwizard.errors import InvalidInput
from oppwizard.i18n import T

FILE: Final = "me.json"
_MOST: Final = 200
"""The most characters of a value."""
_LARGEST: Final = 100_000
"""So many bytes of the file are read."""


@dataclass(frozen=True, slots=True)
class Me:
    """Who somebody is; what is not said is empty.

    Attributes:
        role: the value of a `oppwizard.model.enums.UserRole`.
        team: the team whose deals the person's deals are counted with.
        manager: who reviews the person's opportunities.
    """

    name: str = ""
    email: str = ""
    role: str = ""
    team: str = ""
    manager: str = ""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """What was said before; nothing where there is no file.

        Raises:
            InvalidInput: the file cannot be read.
        """
        file = folder / FILE
        try:
            with file.open("rb") as stream:
                said = json.loads(stream.read(_LARGEST))
            known = {one.name for one in fields(cls)}
            return cls(**{name: str(value)[:_MOST] for name, value in said.items() if name in known})
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
            raise InvalidInput(
                T("{file} cannot be read", file=file), T("Mend it, or remove it and say again who you are.")
            ) from error

    def written(self, folder: Path, **values: str) -> Self:
        """Keep other values, beside the ones that are not named.

        Raises:
            InvalidInput: the file cannot be written.
        """
        me = replace(self, **{name: " ".join(value.split())[:_MOST] for name, value in values.items()})
        file = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=folder, prefix=f".{FILE}.")  # mode 0600
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                json.dump(asdict(me), out, ensure_ascii=False, indent=2)
            Path(part).replace(file)
        except OSError as error:
            raise InvalidInput(T("{file} cannot be written", file=file), T("See who may write there.")) from error
        return me
