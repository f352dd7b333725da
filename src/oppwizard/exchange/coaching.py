"""The coach's words for files: what a field needs, how to ask for it, whom."""

from oppwizard.model.fields import FieldSpec
from oppwizard.playbook.coach import Coach, FieldCoach, coach


def texts() -> Coach | None:
    """The coach's texts in the language in use; None where there are none to be had."""
    try:
        return coach()
    except ValueError:
        return None


def words(path: str) -> FieldCoach | None:
    """The coach's words for a field; None where there are none."""
    found = texts()
    return found.fields.get(path) if found else None


def need(spec: FieldSpec) -> str:
    """What a good answer to a field holds; its example where the coach has no words."""
    said = words(spec.path)
    if said is not None and said.need:
        return said.need
    return str(spec.ask.example) if spec.ask.example else ""
