"""What is not wrong with a playbook, but unwise: said by ``playbook check``, in the way of nothing."""

from collections.abc import Iterator
from pathlib import Path

from oppwizard.i18n import T
from oppwizard.playbook.bloat import too_much
from oppwizard.playbook.faults import Fault
from oppwizard.playbook.loading import Examined


def advice(examined: Examined, user_file: Path | None = None) -> Iterator[Fault]:
    """What is unwise in a playbook.

    Args:
        user_file: the user's own part as the environment names it, which is to be there then.
    """
    if user_file is not None and not user_file.exists():
        problem = T("OPPWIZARD_PLAYBOOK names it, and there is no such file")
        yield Fault(problem, T("Correct the path, or unset it."), "", user_file)
    if examined.playbook is None:
        return
    fields = examined.playbook.fields
    for weight, problem, remedy in too_much(examined.playbook):
        last = next(number for number, field in enumerate(fields) if field.name == weight.own[-1])
        yield examined.fault_at(("fields", last), problem, remedy)
