"""Many reps on one store at once: no save is lost, none is doubled, and no deadlock is left to them."""

import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

import pytest

from oppwizard.data.lists import ListQuery
from oppwizard.data.members import Member
from oppwizard.errors import OppwizardError, StaleWrite
from oppwizard.model.enums import Stage, Status
from oppwizard.model.findings import address
from oppwizard.walk import Walk
from oppwizard.walk.sample import walk_sample
from tests import served
from tests.team.conftest import Office

_MANY = 20
_SHARED = 3


@dataclass
class Rep:
    """One rep's work.

    Attributes:
        counted: how often they raised the count of a shared record, and were told that it was saved.
        kept: the texts that they were told were saved, by record, each once in the log.
        refused: how often they were told that somebody else was faster.
        failed: what else they were told.
    """

    login: str
    walk: Walk
    shared: list[UUID]
    rounds: int
    seconds: float
    own: list[UUID] = field(default_factory=list)
    counted: Counter[UUID] = field(default_factory=Counter)
    kept: list[tuple[UUID, str]] = field(default_factory=list)
    refused: int = 0
    failed: list[BaseException] = field(default_factory=list)

    def work(self) -> None:
        """Do one thing after the other, until the rounds or the time are over."""
        choose = random.Random(self.login)
        end = time.monotonic() + self.seconds
        things = (self.count, self.count, self.walk_on, self.search, self.begin, self.hand_over)
        try:
            for number in range(self.rounds):
                things[number % len(things)](choose, number)
                if time.monotonic() > end:
                    return
        except BaseException as error:
            self.failed.append(error)

    def count(self, choose: random.Random, _number: int) -> None:
        """Raise a number on a record that all work on."""
        record_id = choose.choice(self.shared)
        record = self.walk.load(record_id)
        move = self.walk.set(record, address("budget_amount"), str((record.opportunity.budget_amount or 0) + 1))
        try:
            self.walk.save(move)
        except StaleWrite:
            self.refused += 1
        else:
            self.counted[record_id] += 1

    def begin(self, _choose: random.Random, number: int) -> None:
        """Begin a record of one's own."""
        self.own.append(self.walk.start(f"{self.login} {number} Works").id)

    def walk_on(self, choose: random.Random, number: int) -> None:
        """Answer several fields of a record, one's own or a shared one."""
        record_id = choose.choice(self.own or self.shared)
        record = self.walk.load(record_id)
        for path in ("pain_points", "desired_state"):
            text = f"{self.login} says {number} of {path}"
            try:
                self.walk.save(self.walk.set(record, address(path), text))
            except StaleWrite:
                self.refused += 1
                return
            self.kept.append((record_id, text))

    def search(self, _choose: random.Random, _number: int) -> None:
        """Look at the list, its totals, accounts of a name, and what may be the same deal."""
        store = self.walk.store
        for line in store.page(ListQuery(text="works")).rows[:1]:
            self.walk.checked(self.walk.load(line.id))
        store.totals(ListQuery(statuses=frozenset(Status)))
        store.accounts_like("works")

    def hand_over(self, _choose: random.Random, number: int) -> None:
        """Give a record of one's own to somebody else of the team."""
        if not self.own:
            return
        record = self.walk.load(self.own[-1])
        owner = f"Rep {number % _MANY:02}"
        try:
            self.walk.save(self.walk.set(record, address("owner"), owner))
        except StaleWrite:
            self.refused += 1
            return
        self.kept.append((record.id, owner))


def staffed(office: Office, shared: int) -> tuple[list[str], list[UUID]]:
    """Accounts of many reps, and records that all of them work on: they are on its deal team."""
    logins = [f"rep{number:02}" for number in range(_MANY)]
    with served.real_open(office.url) as store:
        for number, login in enumerate(logins):
            store.team.put(Member(login, f"Rep {number:02}", "", "rep", "Load", ""))
    walk = office.walk("rep00")
    records = []
    for number in range(shared):
        record = walk.start(f"Shared {number} Works")
        for colleague in range(1, _MANY):
            walk.save(walk.add(record, "team", name=f"Rep {colleague:02}"))
        walk.save(walk.set(record, address("budget_amount"), "1"))
        records.append(record.id)
    return logins, records


def load(office: Office, rounds: int, seconds: float) -> None:
    logins, shared = staffed(office, _SHARED)
    reps = [Rep(login, office.walk(login), shared, rounds, seconds) for login in logins]
    threads = [threading.Thread(target=rep.work) for rep in reps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [error for rep in reps for error in rep.failed] == []
    hold_counts(office, reps, shared)
    hold_texts(office, reps)


def hold_counts(office: Office, reps: list[Rep], shared: list[UUID]) -> None:
    """Each raise that somebody was told was saved stands in the record and in the log, once."""
    counted = sum((rep.counted for rep in reps), Counter[UUID]())
    assert counted.total() >= len(shared), "hardly anybody got through"
    for record_id in shared:
        budget = office.walk("rep00").load(record_id).opportunity.budget_amount
        logged = office.sql(
            "", "SELECT new FROM change WHERE record_id = %s AND field = 'budget_amount' ORDER BY seq", record_id
        )
        assert budget == 1 + counted[record_id]
        assert [Decimal(json.loads(row[0])) for row in logged] == list(range(1, 2 + counted[record_id]))


def hold_texts(office: Office, reps: list[Rep]) -> None:
    """Each text that somebody was told was saved is in the log, as often as they were told so."""
    told = Counter((record_id, f'"{text}"') for rep in reps for record_id, text in rep.kept)
    fields = ("pain_points", "desired_state", "owner")
    rows = office.sql("", "SELECT record_id, new FROM change WHERE field = ANY (%s) AND op = 'set'", list(fields))
    logged = Counter((row[0], str(row[1])) for row in rows)
    assert told - logged == Counter(), "what was acknowledged is not in the log"
    saved = {text for rep in reps for _, text in rep.kept}
    ours = Counter({key: many for key, many in logged.items() if key[1].strip('"') in saved})
    assert ours - told == Counter(), "something was written more often than it was acknowledged"


def test_many_reps_lose_and_double_nothing(office: Office) -> None:
    load(office, rounds=6, seconds=20)


@pytest.mark.soak
def test_many_reps_lose_and_double_nothing_for_ten_minutes(office: Office) -> None:
    load(office, rounds=20_000, seconds=600)


def test_writers_who_lock_each_other_out_are_let_go_on(office: Office) -> None:
    """Two writes take the same two rows in opposite order: the server ends one of them, and the store tries again."""
    one, other = (walk_sample(office.walk("ann"), Stage.SCOPING, sample=False).id for _ in range(2))
    walks = [office.walk("ann"), office.walk("ann")]
    meet = threading.Barrier(2, timeout=30)
    failed: list[OppwizardError] = []

    def write(walk: Walk, first: UUID, second: UUID, word: str) -> None:
        moves = [
            walk.set(walk.load(record_id), address(path), word)
            for record_id, path in ((first, "pain_points"), (second, "desired_state"))
        ]
        batches = [move.batch for move in moves if move.batch is not None]
        meet.wait()
        try:
            walk.store.commit(*batches)
        except StaleWrite as late:
            failed.append(late)

    threads = [
        threading.Thread(target=write, args=(walks[0], one, other, "Ann was first")),
        threading.Thread(target=write, args=(walks[1], other, one, "Ann was second")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failed) <= 1, "one of them is through, the other one is, or is told that it came too late"
