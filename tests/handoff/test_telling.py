"""How a record stands for a handoff, in words."""

from oppwizard.handoff.telling import preparation
from oppwizard.model.enums import HandoffKind
from oppwizard.model.record import Record
from oppwizard.walk import Walk


def test_an_alternative_without_a_name_is_told_by_its_kind(walk: Walk, finished: Record) -> None:
    made = walk.prepare(finished, HandoffKind.SDR_AE)
    lines = [line.text for line in preparation(walk, finished, made)]
    told = next(line for line in lines if line.startswith("[x] Competition:"))
    assert told == "[x] Competition: Scanner vendor of today, Status quo (do nothing)"
