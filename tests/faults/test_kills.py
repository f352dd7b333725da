"""SIGKILL at any instant of a walk: the store opens, is sound, and has everything that was said to be saved."""

import os
import random
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from oppwizard.data.examining import examine
from oppwizard.data.rotation import Kept, take
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact
from oppwizard.model.enums import Stage, Standing
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.move import Move
from oppwizard.walk.sample import walk_sample
from tests.conftest import TOLD, make_context

pytestmark = [pytest.mark.file, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

SEED: Final = 20_261_123
SAVES: Final = 180
"""About so many saves a walk takes; a walk that ends before it is killed is looked at all the same."""
TYPED: Final = "budget_amount"
HALF: Final = "about a hundred and"
"""What is no amount: kept beside the record as it was typed."""

Say = Callable[[str], None]


def walk_through(store: Path, say: Say) -> None:
    """Walk a deal from nothing to the end, with half a value on the way; each save is told once it has come back."""
    walk = open_walk(make_context(store))
    save = walk.save

    def told(move: Move) -> Move:
        done = save(move)
        record = done.record
        say(f"{record.id} {record.opportunity.revision} {int(record.opportunity.stage)} {int(record.exists)}")
        return done

    walk.save = told  # type: ignore[method-assign]
    record = walk_sample(walk, Stage.QUALIFICATION, sample=False)
    walk.save(walk.hold(record, address(TYPED), HALF))
    say(f"{record.id} typed")
    walk_sample(walk, sample=False)
    take(store, Kept(), walk.context.now)  # a backup is under way at some of the instants too
    say("end")


@contextmanager
def killed_after(store: Path, saves: int, seconds: float) -> Iterator[list[str]]:
    """What a walk has said until it was killed, so many saves and seconds after its beginning."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with os.fdopen(writing, "w", buffering=1) as stream:
                walk_through(store, partial(print, file=stream))
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    said = b""
    while said.count(b"\n") < saves and (more := os.read(reading, 65_536)):
        said += more
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as stream:
        said += stream.read()
    assert os.waitstatus_to_exitcode(status) in (-signal.SIGKILL, 0), "the walk failed by itself"
    yield said.decode().splitlines()


def look(store: Path, said: list[str]) -> Walk:
    """Hold a store against what was said to be saved."""
    walk = open_walk(make_context(store))
    newest: dict[str, list[int]] = {}
    for line in said:
        match line.split():
            case [record_id, "typed"]:
                assert HALF in found(walk, record_id).pending.values()
            case [record_id, *figures]:
                newest[record_id] = [int(figure) for figure in figures]
    for record_id, (revision, stage, exists) in newest.items():
        deal = found(walk, record_id)
        assert deal.opportunity.revision >= revision
        assert deal.opportunity.stage >= stage
        assert deal.exists >= exists
    return walk


def found(walk: Walk, record_id: str) -> Record:
    return walk.load(walk.store.find(record_id))


def is_whole(record: Record) -> bool:
    """Creation is one transaction: the deal, its account and its people are there, or all of them are proposed."""
    rows: list[Account | Contact] = [record.account, *(person.contact for person in record.people)]
    return {row.standing is not Standing.PROPOSED for row in rows} <= {record.exists}


def kill_and_look(folder: Path, times: int, tell: Callable[[str, Any], None]) -> None:
    chance = random.Random(SEED)
    for number in range(times):
        store = folder / f"{number}.db"
        with killed_after(store, chance.randrange(SAVES), chance.random() * 0.01) as said:
            if store.exists():  # it may have been killed before it began
                walk = look(store, said)
                assert all(is_whole(walk.load(record_id)) for record_id in walk.store.ids())
                walk.store.close()
                assert all(one.is_sound for one in examine(store)), list(examine(store))
    tell(TOLD, f"killed at {times} instants of a walk: nothing lost")


def test_a_kill_at_any_instant_loses_nothing_that_was_said_to_be_saved(
    tmp_path: Path, record_property: Callable[[str, Any], None]
) -> None:
    kill_and_look(tmp_path, 8, record_property)


@pytest.mark.soak
def test_a_kill_at_two_hundred_instants_loses_nothing(
    tmp_path: Path, record_property: Callable[[str, Any], None]
) -> None:
    kill_and_look(tmp_path, 200, record_property)
