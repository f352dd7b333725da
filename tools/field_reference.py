"""Writes docs/fields.md from the declarations of the fields.

python -m tools.field_reference
"""

from collections.abc import Iterator
from typing import Final

from oppwizard.model.enums import Stage
from oppwizard.model.fields import ACCOUNT, FIELDS, OPPORTUNITY, ROW_KINDS, FieldSpec
from tools.pages import Page, table

PAGE: Final = Page("fields", "field_reference")
_HEADINGS: Final = {OPPORTUNITY: "The opportunity", ACCOUNT: "The account"}


def page() -> str:
    """The page as it should be."""
    return PAGE.with_end("\n".join(_lines()))


def _lines() -> Iterator[str]:
    for entity in (ACCOUNT, OPPORTUNITY, *ROW_KINDS):
        kind = ROW_KINDS.get(entity)
        specs = [spec for spec in FIELDS.values() if spec.entity == entity]
        yield f"## {kind.label if kind else _HEADINGS[entity]}"
        yield ""
        yield from table(("Path", "Name", "Takes", "Stage", "Needed", "Requirement"), [_row(spec) for spec in specs])
        yield ""


def _row(spec: FieldSpec) -> tuple[str, ...]:
    stage = Stage(spec.ask.stage)
    where = f"{int(stage)} {stage.label}"
    return f"`{spec.path}`", str(spec.ask.label), _takes(spec), where, spec.ask.need.name.lower(), spec.ask.requirement


def _takes(spec: FieldSpec) -> str:
    kind = spec.ask.kind.name.lower().replace("_", " ")
    if spec.choices is not None:
        return f"{'several' if spec.is_list else 'one'} of " + ", ".join(f"`{one.value}`" for one in spec.choices)
    return f"{kind} of the list `{spec.ask.picks}`" if spec.ask.picks else kind


if __name__ == "__main__":
    PAGE.path.write_text(page(), encoding="utf-8")
