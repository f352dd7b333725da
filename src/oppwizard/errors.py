"""Everything that can go wrong in a way a person can act on.

    OppwizardError
    ├── ValueProblem        a value is not what its field takes       exit 3
    ├── Refused             a gate or a check says no                 exit 1
    ├── InvalidInput        a file or argument cannot be read         exit 3
    │   └── NotFound        no record, row or field of that name      exit 3
    └── StoreProblem        the store cannot be read or written       exit 4
        ├── StoreTooNew     written by a newer version
        ├── StoreReadOnly   opened, but not writable
        ├── StoreDamaged    the file is no store any more, or not a whole one
        │   └── StoreLost   the file is gone, its backups are not
        ├── StaleWrite      the record in memory is not the stored one any more
        ├── Contended       others wrote at the same moment, and the database chose them
        └── Conflict        somebody else changed the same value

Each carries what is wrong and what would be right; one renderer shows both, on screens and on stderr.
"""

from typing import Any
from uuid import UUID

from oppwizard.i18n import Text, sentences


class OppwizardError(Exception):
    """A problem to be shown, never a traceback.

    Attributes:
        problem: what is wrong.
        remedy: what would be right, or None where the problem says it.
        exit_code: what a command ends with (0 done, 1 refused, 2 usage, 3 invalid input, 4 store).
    """

    exit_code = 3

    def __init__(self, problem: Text, remedy: Text | None = None) -> None:
        super().__init__(problem.msgid)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return sentences(self.problem, self.remedy)


class ValueProblem(OppwizardError, ValueError):
    """A text or value that its field does not take."""


class Refused(OppwizardError):
    """A gate or a check refuses the step."""

    exit_code = 1


class InvalidInput(OppwizardError):
    """A file or an argument that cannot be read."""


class NotFound(InvalidInput):
    """No record, row or field of that name."""


class StoreProblem(OppwizardError):
    """The store cannot be read or written."""

    exit_code = 4


class StoreTooNew(StoreProblem):
    """The store was written by a newer version."""


class StoreReadOnly(StoreProblem):
    """The store can be read but not written."""


class StoreDamaged(StoreProblem):
    """The file of the store is damaged; nothing is written to it any more."""


class StoreLost(StoreDamaged):
    """The file of the store is gone, though there are backups of it."""


class StaleWrite(StoreProblem):
    """A record was changed by somebody else since it was read: nothing was written."""


class Contended(StoreProblem):
    """Others wrote at the same moment and the database let them go first: the same write may be tried again."""


class Conflict(StoreProblem):
    """A stale write: the value was changed by somebody else meanwhile.

    Attributes:
        path: the field's address.
        theirs: the value that stands in the store.
        mine: the value that was refused.
        row: the class and identity of the row that holds it.
    """

    def __init__(
        self, problem: Text, remedy: Text, *, path: str, theirs: object, mine: object, row: tuple[type[Any], UUID]
    ) -> None:
        super().__init__(problem, remedy)
        self.row = row
        self.path = path
        self.theirs = theirs
        self.mine = mine
