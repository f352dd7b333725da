"""What the stores of the pictures hold, and the playbooks and files beside them."""

import datetime as dt
import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID

from benchmarks.store import fill
from oppwizard import i18n
from oppwizard.data.rotation import Kept, take
from oppwizard.model.ask import Kind, Need
from oppwizard.model.enums import Decision, Stage, Status
from oppwizard.model.fields import group_of
from oppwizard.model.findings import Address, address
from oppwizard.process.course import COURSE
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.reviewing import Verdicts
from oppwizard.walk.sample import answer, script, walk_sample
from oppwizard.who import Me
from tests.damage import spoil_a_table

NOW: Final = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
NOTIFYING: Final = """
[notify]
flush_in_app = false
[notify.channels]
deals = "file:deals.jsonl"
chat = "env:OPPWIZARD_PICTURED_CHAT"
[[notify.rules]]
on = "won"
to = ["deals", "chat"]
"""
"""A playbook with two channels, one of which is not there."""
ENRICHING: Final = """
[[enrichment.files]]
name = "register"
path = "register.json"
key = "legal_name"
"""
"""A playbook with a file of facts; see `registered`."""
_REMARK: Final = i18n.given({"en": "Their board meets a week later", "ja": "取締役会はその翌週に開かれます"})


def empty(walk: Walk) -> None:
    """Nothing."""


def many(walk: Walk) -> UUID:
    """The sample deal, among made-up ones."""
    fill(walk.store.path, 60, now=NOW - dt.timedelta(hours=2))
    return finished(walk)


def finished(walk: Walk) -> UUID:
    """The sample deal, complete."""
    return walk_sample(walk).id


def within(stage: Stage) -> Callable[[Walk], UUID]:
    """The sample deal in the midst of a stage: all of it answered but the last text that its gate insists on."""

    def make(walk: Walk) -> UUID:
        record = walk_sample(walk, stage)
        answer(walk, record, script(), stage)
        asked = [spec for part in COURSE[stage] for piece in part.pieces for spec in group_of(stage, piece)]
        texts = [spec for spec in asked if spec.ask.kind in (Kind.LINE, Kind.LONG) and spec.ask.need is Need.REQUIRED]
        for spec in texts[-1:]:
            walk.save(walk.set(record, Address(spec.entity, spec.name), ""))
        return record.id

    return make


def alike(walk: Walk) -> UUID:
    """A draft like the sample deal, in a store that knows deals of the past."""
    chance, begun = random.Random(3), dt.date(2025, 1, 6)
    names = ("key", "product", "currency", "amount", "opened", "closed", "outcome", "file")
    amounts = [round(60_000 * chance.lognormvariate(0, 0.5)) * 10_000 for _ in range(300)]
    days = [str(begun + dt.timedelta(days=round(chance.gauss(80, 20)))) for _ in amounts]
    rows = [
        (f"made-up:{number}", "Stock Count", "USD", amount, str(begun), day, "won", "made-up.csv")
        for number, (amount, day) in enumerate(zip(amounts, days, strict=True))
    ]
    walk.store.put_history(names, [rows])
    copy = walk.duplicate(walk_sample(walk, sample=False))  # a sample is held against samples only
    walk.save(walk.set(copy, Address("opportunity", "close_on"), "2027-05-12"))
    return copy.id


def begun(walk: Walk) -> UUID:
    """The sample deal with nothing but a company's name."""
    return walk.start("Harbor Tools").id


def own(walk: Walk) -> UUID:
    """A finished deal of one's own, among made-up ones: it is no sample, hence counted, audited and reviewed."""
    fill(walk.store.path, 60, now=NOW - dt.timedelta(hours=2))
    return walk_sample(walk, sample=False).id


def sent_back(walk: Walk) -> UUID:
    """The same, after a manager has commented on it."""
    record_id = own(walk)
    here = replace(walk.context, user="Mona Ito", me=Me(role="manager"))
    manager = open_walk(here)
    try:
        remarks = [(address("close_on"), str(_REMARK))]
        manager.save(manager.decide(manager.load(record_id), Verdicts(Decision.REVISE, remarks=remarks)))
    finally:
        manager.store.close()
    return record_id


def won(walk: Walk) -> UUID:
    """The same, won: a message for each channel of `NOTIFYING` waits."""
    record = walk.load(own(walk))
    walk.save(walk.close(record, Status.WON, NOW.date(), "Offline counting; the reference visit"))
    return record.id


def registered(walk: Walk) -> UUID:
    """The sample deal in the midst of stage 3, and a file that knows its company."""
    record = walk.load(within(Stage.DATA_COLLECTION)(walk))
    facts = {"account.employees": 1_200, "account.headquarters": "Ulm", "account.website": "https://tools.example"}
    known = {str(record.account.legal_name): facts}
    Path("register.json").write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
    return record.id


def listed(_walk: Walk) -> None:
    """Nothing yet, and a list of leads to be read."""
    rows = "Company,Contact,Target date,Status,Fax\nHarbor Tools,Ada Moor,03/04/2027,MQL,1\nMeridian,Bo Lind,,lead,\n"
    Path("leads.csv").write_text(rows, encoding="utf-8")


def put(kept: Path, store: Path) -> None:
    """Let a copy of a store take the place of the one before, whose log would be played into it."""
    for left in store.parent.glob(f"{store.name}-*"):
        left.unlink()
    shutil.copy(kept, store)


def damage(store: Path) -> None:
    """Back a store up, then spoil it."""
    take(store, Kept(), NOW)
    spoil_a_table(store)
