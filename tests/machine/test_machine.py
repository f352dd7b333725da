"""Everything that a person can do, in any order: gates hold, undo is exact, the log is complete, nothing is lost."""

import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from oppwizard.model.base import new_id
from oppwizard.model.enums import Decision, HandoffKind, PointKind, Relation, Stage, Status, TouchpointKind
from oppwizard.model.fields import ACCOUNT, CUSTOM, FIELDS, OPPORTUNITY, ROW_KINDS
from oppwizard.model.findings import Address
from oppwizard.playbook import Playbook, load_playbook
from oppwizard.walk import open_walk
from oppwizard.walk.peers import Point, Session
from oppwizard.walk.reviewing import Opinion, Verdicts
from oppwizard.walk.sample import walk_sample
from tests import served
from tests.conftest import TODAY, make_context
from tests.machine import arrivals, world
from tests.machine.world import AWAY, HOME, Desk, Parcel
from tests.own import PLAYBOOK, TYPED
from tests.walk.test_undo_sequences import texts_for

PATHS: Final = list(FIELDS)
ANSWERS: Final = [path for path, spec in FIELDS.items() if spec.entity in (OPPORTUNITY, ACCOUNT)]
BOOKS: Final = {
    "strict": '[[rules]]\nname = "metrics"\nstage = 1\nmust = { field = "success_metrics", op = "answered" }\n',
    "advancing": "[automation]\nadvance = true\n",
}
Entry = tuple[str, str]
numbers = st.integers(0, 3)
kinds = st.sampled_from(list(ROW_KINDS))
reasons = st.sampled_from(["They signed with somebody else", "", "TBD"])
sides = st.sampled_from([True, True, True, False])
"""At home mostly, now and then at the colleague's store."""


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """A field, and what is typed there."""
    path = draw(st.sampled_from(PATHS))
    return path, draw(texts_for(FIELDS[path]))


@st.composite
def verdicts(draw: st.DrawFn) -> Verdicts:
    decision = draw(st.sampled_from(Decision))
    objects = {"sized": Opinion(agrees=draw(st.booleans()), note="The services are missing")}
    became = draw(st.sampled_from([Status.DRAFT, Status.DISQUALIFIED]))
    return Verdicts(decision, objects, comment=draw(st.sampled_from(["Mend the date first", ""])), became=became)


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, object]:
    """A field of which a provider knows something, and what it says."""
    path = draw(st.sampled_from(list(arrivals.PROVIDED)))
    return path, draw(st.sampled_from(arrivals.PROVIDED[path]))


class Machine(RuleBasedStateMachine):
    """A rep, a boss and a manager at one store; a colleague at another; files between them."""

    made: Path
    books: dict[str, Playbook]

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="oppwizard-machine-"))
        shutil.copy(self.made, self.folder / "home.db")
        playbook = self.books["default"]
        self.home = Desk(self.folder / "home.db", HOME, playbook)
        self.away = Desk(self.folder / "away.db", AWAY, playbook)
        self.parcels: list[Parcel] = []
        self.visit: tuple[UUID, str, UUID] | None = None
        self.count = 0

    def teardown(self) -> None:
        if hasattr(self, "home"):
            self.home.close()
            self.away.close()
            served.let_go(self.folder)
            shutil.rmtree(self.folder)

    def desk(self, at_home: bool) -> Desk:
        return self.home if at_home or not self.away.watch.records() else self.away

    def path(self, suffix: str) -> Path:
        self.count += 1
        return self.folder / f"{self.count}{suffix}"

    # Editing

    @rule(at_home=sides, number=numbers, entry=entries(), row=numbers)
    def edit(self, at_home: bool, number: int, entry: Entry, row: int) -> None:
        desk = self.desk(at_home)
        record = desk.pick(number)
        world.type_in(desk, record, world.place(record, FIELDS[entry[0]], row), entry[1])

    @rule(number=numbers, path=st.sampled_from(ANSWERS), data=st.data(), leave=st.booleans())
    def keep_typing(self, number: int, path: str, data: st.DataObject, leave: bool) -> None:
        """Saves of one stay in a field; others may act between them."""
        if self.visit is None or leave:
            record = self.home.pick(number)
            self.visit = record.id, path, new_id()
        identity, path, visit = self.visit
        record, spec = self.home.walk.load(identity), FIELDS[path]
        text = data.draw(texts_for(spec))
        world.type_in(self.home, record, world.place(record, spec, 0), text, visit=visit)

    @rule(number=numbers, kind=kinds, at_home=sides)
    def add(self, number: int, kind: str, at_home: bool) -> None:
        desk = self.desk(at_home)
        record = desk.pick(number)
        desk.taken(record, lambda: desk.walk.add(record, kind))

    @rule(number=numbers, name=st.sampled_from(["Ann Lee", "Dana Whitfield", "林"]))
    def add_person(self, number: int, name: str) -> None:
        record = self.home.pick(number)
        self.home.taken(record, lambda: self.home.walk.add(record, "people", name=name))

    @rule(number=numbers, kind=kinds, row=numbers, at_home=sides)
    def remove(self, number: int, kind: str, row: int, at_home: bool) -> None:
        desk = self.desk(at_home)
        record = desk.pick(number)
        rows = record.rows(kind)
        desk.taken(record, lambda: desk.walk.remove(record, kind, rows[row % len(rows)].id if rows else new_id()))

    @rule(number=numbers, times=st.integers(1, 3))
    def undo(self, number: int, times: int) -> None:
        for _ in range(times):
            world.undo(self.home, self.home.pick(number))

    @rule(number=numbers, times=st.integers(1, 3))
    def redo(self, number: int, times: int) -> None:
        for _ in range(times):
            world.redo(self.home, self.home.pick(number))

    @rule(number=numbers, mine=entries(), theirs=entries(), insist=st.booleans(), same=st.booleans())
    def at_once(self, number: int, mine: Entry, theirs: Entry, insist: bool, same: bool) -> None:
        record = self.home.pick(number)
        one = world.place(record, FIELDS[mine[0]], 0)
        other = one if same else world.place(record, FIELDS[theirs[0]], 1)
        world.behind(self.home, record, (one, mine[1]), (other, theirs[1]), insist=insist)

    # The walk

    @rule(company=st.sampled_from([None, "Acme Pumps", "Harbor Tools"]))
    @precondition(lambda self: len(self.home.watch.records()) < 7)
    def start(self, company: str | None) -> None:
        self.home.agree(self.home.walk.start(company))

    @rule(number=numbers)
    def work_on(self, number: int) -> None:
        world.work_on(self.home, self.home.pick(number))

    @rule(number=numbers)
    def go_on(self, number: int) -> None:
        world.go_on(self.home, self.home.pick(number))

    @rule(number=numbers, stage=st.sampled_from(Stage))
    def advance(self, number: int, stage: Stage) -> None:
        record = self.home.pick(number)
        self.home.taken(record, lambda: self.home.walk.advance(record, stage))

    @rule(number=numbers)
    def create(self, number: int) -> None:
        record = self.home.pick(number)
        self.home.taken(record, lambda: self.home.walk.create(record))

    @rule(number=numbers, status=st.sampled_from([Status.DISQUALIFIED, Status.NURTURE, Status.CREATED]), why=reasons)
    def set_aside(self, number: int, status: Status, why: str) -> None:
        record = self.home.pick(number)
        self.home.taken(record, lambda: self.home.walk.set_aside(record, status, why))

    @rule(number=numbers, status=st.sampled_from([Status.WON, Status.LOST]), why=reasons, at_home=sides)
    def close(self, number: int, status: Status, why: str, at_home: bool) -> None:
        desk = self.desk(at_home)
        record = desk.pick(number)
        desk.taken(record, lambda: desk.walk.close(record, status, TODAY, why, lost_to="Pallet Wizards"))

    @rule(number=numbers)
    def reopen(self, number: int) -> None:
        record = self.home.pick(number)
        self.home.taken(record, lambda: self.home.walk.reopen(record))

    @rule(number=numbers)
    @precondition(lambda self: len(self.home.watch.records()) < 7)
    def duplicate(self, number: int) -> None:
        self.home.agree(self.home.walk.duplicate(self.home.pick(number)))

    @rule(number=numbers, other=numbers, relation=st.sampled_from(Relation), why=reasons)
    def relate(self, number: int, other: int, relation: Relation, why: str) -> None:
        record, twin = self.home.pick(number), self.home.pick(other)
        self.home.taken(record, lambda: self.home.walk.relate(record, twin.id, relation, why))

    # Around the deal

    @rule(number=numbers, what=st.sampled_from(["note", "file", "same file", "talk", "detach"]))
    def keep(self, number: int, what: str) -> None:
        record, walk = self.home.pick(number), self.home.walk
        match what:
            case "note":
                self.home.taken(record, lambda: walk.note(record, "They liked the demo"))
            case "talk":
                people = [person.id for person in record.people[:2]]
                self.home.taken(record, lambda: walk.log(record, TouchpointKind.CALL, TODAY, people=people))
            case "detach":
                gone = record.attachments[0].id if record.attachments else new_id()
                self.home.taken(record, lambda: walk.detach(record, gone))
            case _:
                content = b"the same" if what == "same file" else str(new_id()).encode()
                self.home.taken(record, lambda: walk.attach(record, "terms.txt", content))

    # Others look at it

    @rule(number=numbers, said=verdicts(), who=st.sampled_from(["rep", "mona", " Rep", "boss"]), manager=st.booleans())
    def review(self, number: int, said: Verdicts, who: str, manager: bool) -> None:
        self.home.sit(who, "manager" if manager or who == "mona" else "")
        self.home.watch.users |= {who}
        world.decide(self.home, self.home.pick(number), said)
        self.home.sit("rep")

    @rule(number=numbers)
    def settle_and_submit(self, number: int) -> None:
        record = self.home.pick(number)
        for remark in [one for one in record.remarks if one.settled_at is None][:1]:
            self.home.taken(record, partial(self.home.walk.settle, record, remark.id, "Done"))
        again = self.home.walk.load(record.id)
        self.home.taken(again, lambda: self.home.walk.submit(again))

    @rule(number=numbers, kind=st.sampled_from(PointKind), due=st.booleans())
    def peer_review(self, number: int, kind: PointKind, due: bool) -> None:
        record = self.home.pick(number)
        point = Point(kind, "Who signs the order?", owner="Kim", due=TODAY if due else None)
        self.home.taken(record, lambda: self.home.walk.hold_session(record, Session("rep", "mona, boss", [point])))

    # Files

    @rule()
    def export(self) -> None:
        world.exported(self.home, self.folder / "out")

    @rule(
        number=numbers,
        claims=st.fixed_dictionaries(
            {},
            optional={
                "status": st.sampled_from([*(str(one.value) for one in Status), None]),
                "stage": st.integers(0, 7),
                "pipeline_on": st.sampled_from([TODAY.isoformat(), "2026-01-05", "2027-01-05", None]),
                "review": st.sampled_from(["active", "waiting", "revise", None]),
                "created_by": st.sampled_from(["rep", "mona", None]),
            },
        ),
        gone=st.sampled_from([None, None, *ANSWERS]),
    )
    @precondition(lambda self: len(self.home.watch.records()) < 7)
    def import_claims(self, number: int, claims: dict[str, Any], gone: str | None) -> None:
        world.imported(self.home, self.home.pick(number), self.folder / "in", claims, gone)

    @rule(number=numbers, kind=st.sampled_from(HandoffKind), at_home=st.booleans())
    def send(self, number: int, kind: HandoffKind, at_home: bool) -> None:
        desk = self.desk(at_home)
        path = self.path(".oppwiz")
        if world.send(desk, desk.pick(number), kind, "alex" if desk is self.home else "rep", path):
            self.parcels.append(Parcel(path, desk is self.away))

    @rule(number=numbers, theirs=st.booleans())
    @precondition(lambda self: self.parcels)
    def receive(self, number: int, theirs: bool) -> None:
        parcel = self.parcels[number % len(self.parcels)]
        desk = self.home if parcel.to_home else self.away
        if parcel.is_receipt:
            world.entered(desk, parcel.path)
        else:
            world.receive(desk, parcel.path, theirs=theirs)

    @rule(number=numbers, accept=st.booleans(), said=verdicts())
    @precondition(lambda self: self.away.watch.records())
    def reply(self, number: int, accept: bool, said: Verdicts) -> None:
        self.away.sit("alex", "manager")
        world.decide(self.away, self.away.pick(number), said)
        path = self.path(".receipt.json")
        if world.reply(self.away, self.away.pick(number), path, accept=accept):
            self.parcels.append(Parcel(path, to_home=True, is_receipt=True))

    # From outside

    @rule(
        row=st.fixed_dictionaries(
            {
                "Company": st.sampled_from(["Harbor Tools", "Acme Pumps", "Tulip Dairy"]),
                "Contact": st.sampled_from(["Dana Whitfield", "Bo Kern", ""]),
                "Email": st.sampled_from(["bo@tulip.example", "dana.whitfield@harbortools.example.com", "nobody"]),
                "Status": st.sampled_from(["SQL", "MQL", "new"]),
                "Budget": st.sampled_from(["50000", "many", ""]),
                "Employees": st.sampled_from(["120", ""]),
                "Next step date": st.sampled_from(["2026-12-18", "someday"]),
            }
        ),
        everyone=st.booleans(),
    )
    @precondition(lambda self: len(self.home.watch.records()) < 7)
    def import_leads(self, row: dict[str, str], everyone: bool) -> None:
        arrivals.led(self.home, self.folder, row, everyone=everyone)

    @rule(amount=st.integers(1, 9))
    def import_history(self, amount: int) -> None:
        arrivals.remembered(self.home, self.folder, amount)

    @rule(at_home=st.booleans())
    def send_territory(self, at_home: bool) -> None:
        desk, path = self.desk(at_home), self.path(".oppwiz")
        if arrivals.send_territory(desk, "alex" if desk is self.home else "rep", path):
            self.parcels.append(Parcel(path, desk is self.away))

    @rule(number=numbers, said=answers(), who=numbers, busy=st.booleans())
    def enrich(self, number: int, said: tuple[str, object], who: int, busy: bool) -> None:
        arrivals.answered(self.home, self.home.pick(number), who, said, busy=busy)

    @rule(number=numbers, which=numbers, accept=st.booleans())
    def decide_proposal(self, number: int, which: int, accept: bool) -> None:
        arrivals.decided(self.home, self.home.pick(number), which, accept=accept)

    @rule(number=numbers, path=st.sampled_from(list(TYPED)), at_home=sides, fit=st.booleans(), data=st.data())
    def edit_own_field(self, number: int, path: str, at_home: bool, fit: bool, data: st.DataObject) -> None:
        """A field of the organisation's own, where the playbook has such fields just now."""
        at = Address(CUSTOM, path.partition(".")[2])
        if at.spec is not None:
            desk = self.desk(at_home)
            text = TYPED[path] if fit else data.draw(texts_for(at.spec))
            world.type_in(desk, desk.pick(number), at, text)

    # The rules

    @rule(name=st.sampled_from(["default", "strict", "advancing", "own", "own"]))
    def switch_playbook(self, name: str) -> None:
        for desk in (self.home, self.away):
            desk.judge_by(self.books[name])

    @invariant()
    def nothing_is_lost(self) -> None:
        if hasattr(self, "home"):
            for desk in (self.home, self.away):
                assert set(desk.watch.records()) == set(desk.other.store.ids())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a draft in stage 4, one in stage 2, and a finished opportunity, all of one account."""
    path = tmp_path_factory.mktemp("machine") / "store.db"
    walk = open_walk(make_context(path))
    for until in (Stage.CREATION, Stage.SCOPING, None):
        walk_sample(walk, until, sample=False)
    walk.store.close()
    return path


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Playbook]:
    folder = tmp_path_factory.mktemp("books")
    found = {"default": load_playbook(None), "own": load_playbook(PLAYBOOK)}
    for name, text in BOOKS.items():
        file = folder / f"{name}.toml"
        file.write_text(text, "utf-8")
        found[name] = load_playbook(file)
    return found


def run(made: Path, books: dict[str, Playbook], **said: Any) -> None:
    kind = type("Machine", (Machine,), {"made": made, "books": books})
    checks = list(HealthCheck)
    run_state_machine_as_test(kind, settings=settings(deadline=None, suppress_health_check=checks, **said))


def test_anything_that_a_person_can_do(made: Path, books: dict[str, Playbook]) -> None:
    run(made, books, max_examples=5, stateful_step_count=25, derandomize=True, database=None, phases=[Phase.generate])


@pytest.mark.soak
def test_anything_that_a_person_can_do_for_long(made: Path, books: dict[str, Playbook]) -> None:
    run(made, books, max_examples=400, stateful_step_count=60)
