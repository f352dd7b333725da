"""The sample deal: walked through the same steps and gates as a real one, so that it can never show more."""

import contextlib
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any

from oppwizard.errors import Refused, ValueProblem
from oppwizard.i18n import SOURCE, T, language
from oppwizard.model.enums import Stage
from oppwizard.model.fields import FIELDS, ROW_KINDS
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

_KEYED = {"team": "role", "risks": "category", "people": "name"}


def script(code: str | None = None) -> dict[str, Any]:
    """The sample's answers in a language: ``answers`` by path, and a list of rows for each row kind."""
    folder = resources.files("oppwizard.playbook") / "default"
    file = folder / f"sample.{code or language()}.toml"
    chosen = file if file.is_file() else folder / f"sample.{SOURCE}.toml"
    return tomllib.loads(chosen.read_text(encoding="utf-8"))


def walk_sample(walk: "Walk", until: Stage | None = None, *, sample: bool = True) -> Record:
    """Make a draft and walk it, typed answer by typed answer, into a stage, or to the end.

    Where an organisation's playbook asks for more than the sample says, it stops before the gate that is closed.

    Args:
        until: the stage in which it is left, its own answers not given yet; None for a finished walk.
    """
    lines = script()
    record = walk.start(sample=sample)
    for stage in Stage:
        if stage is until:
            break
        answer(walk, record, lines, stage)
        try:
            _go_on(walk, record, stage)
        except Refused:
            break
    return record


def _go_on(walk: "Walk", record: Record, stage: Stage) -> None:
    """Pass a stage's gate.

    Raises:
        Refused: it is closed.
    """
    if stage is Stage.CREATION:
        if walk.checked(record).candidates:
            walk.save(walk.set(record, address("different_because"), str(T("The sample deal, made once more"))))
        walk.save(walk.create(record))
    elif stage is not Stage.STRATEGY:
        walk.save(walk.advance(record, Stage(stage + 1)))


def answer(walk: "Walk", record: Record, lines: dict[str, Any], stage: Stage) -> None:
    """Give a stage's answers of a script."""
    for kind in ROW_KINDS:
        for values in lines.get(kind, ()):
            _row(walk, record, kind, values, stage)
    for path, text in lines["answers"].items():
        if FIELDS[path].ask.stage is stage:
            _give(walk, record, address(path), text)


def _give(walk: "Walk", record: Record, at: Address, text: str) -> None:
    """Answer a field; what an organisation's list or bounds do not take stays open."""
    with contextlib.suppress(ValueProblem):
        walk.save(walk.set(record, at, text))


def _row(walk: "Walk", record: Record, kind: str, values: dict[str, str], stage: Stage) -> None:
    mine = {name: text for name, text in values.items() if FIELDS[f"{kind}.{name}"].ask.stage is stage}
    if not mine:
        return
    row_id = _found(record, kind, values) or walk.save(walk.add(record, kind)).row
    for name, text in mine.items():
        _give(walk, record, Address(kind, name, row_id), text)


def _found(record: Record, kind: str, values: dict[str, str]) -> Any:
    key = _KEYED.get(kind)
    for position, row in enumerate(record.rows(kind)):
        named = getattr(row, key) if key else None
        wanted = values.get(key or "", "")
        label = getattr(named, "label", named)
        if named and wanted and wanted.casefold() in (str(named).casefold(), str(label).casefold()):
            return row.id
        if key is None and position == _position(values, record, kind):
            return row.id
    return None


def _position(values: dict[str, str], record: Record, kind: str) -> int:
    return next((n for n, other in enumerate(script().get(kind, ())) if other == values), len(record.rows(kind)))
