"""What the state machine has found, each as the shortest way there; the watch says what was wrong."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from oppwizard.data.tables import MODELS
from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.reading import import_file
from oppwizard.handoff import changes
from oppwizard.model.base import new_id
from oppwizard.model.enums import Decision, HandoffKind, ReviewState, Stage
from oppwizard.model.findings import Address, address
from oppwizard.model.parts import Review
from oppwizard.playbook import load_playbook
from oppwizard.walk.lifecycle import GateClosed
from tests.conftest import Template
from tests.machine import arrivals, world
from tests.machine.world import AWAY, HOME, Desk
from tests.walk.rows import assert_same, dump


@pytest.fixture
def home(template: Template, tmp_path: Path) -> Iterator[Desk]:
    """A desk with a finished opportunity."""
    path = tmp_path / "home.db"
    path.write_bytes(template(None)[0].read_bytes())
    desk = Desk(path, HOME, load_playbook(None))
    yield desk
    desk.close()


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Desk]:
    """A colleague's desk, with nothing on it."""
    desk = Desk(tmp_path / "away.db", AWAY, load_playbook(None))
    yield desk
    desk.close()


def put(desk: Desk, path: str, text: str, number: int = 0) -> None:
    record = desk.pick(number)
    desk.walk.save(desk.walk.set(record, address(path), text))


@pytest.mark.parametrize("reviewer", [None, "rep", "Mona"])
def test_a_file_does_not_approve_an_opportunity(home: Desk, tmp_path: Path, reviewer: str | None) -> None:
    """Its reviews do, if they are by somebody else (Q1)."""
    record = home.pick(0)
    if reviewer:
        record.reviews.append(Review(opportunity_id=record.id, reviewer=reviewer, decision=Decision.APPROVE))
    document = json.loads(dumps(to_document(record, home.walk)))
    document["opportunity"] |= {"id": str(new_id()), "review": "active"}
    document["account"] |= {"dba": "Other Tools", "legal_name": "Other Tools Incorporated"}
    path = tmp_path / "claims.json"
    path.write_text(json.dumps(document), "utf-8")
    (outcome,) = import_file(home.walk, path)
    assert outcome.id is not None
    expected = ReviewState.ACTIVE if reviewer == "Mona" else ReviewState.WAITING
    assert home.walk.load(outcome.id).opportunity.review is expected
    assert ("review" in [problem.place for problem in outcome.problems]) == (reviewer != "Mona")


def test_the_log_tells_what_was_typed_after_an_undo_in_the_same_stay(home: Desk) -> None:
    stay, at = new_id(), address("why_us")

    def typed(text: str, visit: object = stay) -> None:
        home.walk.save(home.walk.set(home.pick(0), at, text, visit=visit))  # type: ignore[arg-type]

    typed("They trust")
    typed("They trust us", new_id())
    world.undo(home, home.pick(0))
    typed("They trust the team")
    world.undo(home, home.pick(0))
    world.redo(home, home.pick(0))


def test_undo_takes_back_what_was_typed_after_somebody_else_and_no_more(home: Desk) -> None:
    stay, at = new_id(), address("why_us")
    home.walk.save(home.walk.set(home.pick(0), at, "They trust", visit=stay))
    home.other.save(home.other.set(home.other.load(home.pick(0).id), at, "The price"))
    home.walk.save(home.walk.set(home.pick(0), at, "They trust the team", visit=stay))
    world.undo(home, home.pick(0))
    assert home.pick(0).opportunity.why_us == "The price"
    world.undo(home, home.pick(0))
    assert home.pick(0).opportunity.why_us == "They trust"


def test_a_person_who_has_a_part_in_another_deal_stays_there_when_undone_here(home: Desk) -> None:
    home.walk.save(home.walk.add(home.pick(0), "people", name="Ann Lee"))
    twin = home.walk.start("Harbor Tools")
    home.walk.save(home.walk.add(twin, "people", name="Ann Lee"))
    world.undo(home, home.pick(0))
    assert "Ann Lee" not in [person.name for person in home.pick(0).people]
    assert [person.name for person in home.walk.load(twin.id).people] == ["Ann Lee"]
    world.redo(home, home.pick(0))
    assert "Ann Lee" in [person.name for person in home.pick(0).people]


def test_redo_enters_no_stage_that_the_gates_have_closed_meanwhile(template: Template, home: Desk) -> None:
    """The account is shared: what another deal's rep takes out of it is missing here, too (W7)."""
    twin = home.walk.start("Harbor Tools")
    for stage in (Stage.QUALIFICATION, Stage.SCOPING):
        world.work_on(home, home.walk.load(twin.id))
        assert home.walk.load(twin.id).opportunity.stage == stage + 1
    world.undo(home, home.walk.load(twin.id))
    put(home, "account.dba", "")
    put(home, "account.legal_name", "")
    record = home.walk.load(twin.id)
    before = dump(record, frozenset())
    with pytest.raises(GateClosed):
        home.walk.redo(record)
    assert_same(dump(record, frozenset()), before)
    assert home.walk.load(twin.id).opportunity.stage == Stage.SCOPING


@pytest.mark.parametrize("theirs", [True, False])
def test_the_log_tells_whose_value_was_chosen(home: Desk, away: Desk, tmp_path: Path, *, theirs: bool) -> None:
    assert world.send(home, home.pick(0), HandoffKind.SDR_AE, "alex", tmp_path / "there.oppwiz")
    world.receive(away, tmp_path / "there.oppwiz", theirs=True)
    put(home, "why_us", "The price")
    put(away, "why_us", "The team")
    record, rival = home.pick(0), home.pick(0).competitors[0].id
    home.walk.save(home.walk.remove(record, "competitors", rival))
    away.walk.save(away.walk.set(away.pick(0), Address("competitors", "strengths", rival), "They are cheap"))
    assert world.send(away, away.pick(0), HandoffKind.SDR_AE, "rep", tmp_path / "back.oppwiz")
    world.receive(home, tmp_path / "back.oppwiz", theirs=theirs)
    assert home.pick(0).opportunity.why_us == ("The team" if theirs else "The price")
    assert (home.pick(0).row("competitors", rival) is not None) == theirs


def test_a_record_that_came_from_a_list_of_leads_can_be_handed_over(home: Desk, away: Desk, tmp_path: Path) -> None:
    """The packet's page tells where it came from."""
    arrivals.led(home, tmp_path, {"Company": "Tulip Dairy", "Contact": "Bo Kern", "Status": "SQL"}, everyone=True)
    record = home.walk.load(home.watch.records()[-1])
    assert record.leads
    assert world.send(home, record, HandoffKind.SDR_AE, "alex", tmp_path / "there.oppwiz")
    world.receive(away, tmp_path / "there.oppwiz", theirs=True)
    assert [lead.source for lead in away.walk.load(record.id).leads] == [lead.source for lead in record.leads]
    with zipfile.ZipFile(tmp_path / "there.oppwiz") as packet:
        assert "Lead of another system" in packet.read("README.html").decode()


def test_every_kind_of_row_has_a_name_in_the_history_of_a_packet() -> None:
    assert set(MODELS) <= set(changes._ROWS)


def test_what_is_typed_behind_an_interruption_is_one_step_again(home: Desk) -> None:
    """Undo takes back all that was typed since, however often it was saved, and then what came in between."""
    stay, at = new_id(), address("why_us")
    for text in ("They", "They trust"):
        home.walk.save(home.walk.set(home.pick(0), at, text, visit=stay))
    world.behind(
        home, home.pick(0), (address("business_problem"), "Slow counts"), (address("pain_points"), "Late"), insist=False
    )
    for text in ("They trust us", "They trust us all", "They trust us all now"):
        home.walk.save(home.walk.set(home.pick(0), at, text, visit=stay))
    world.undo(home, home.pick(0))
    assert home.pick(0).opportunity.why_us == "They trust"
    world.undo(home, home.pick(0))
    world.undo(home, home.pick(0))
    assert home.pick(0).opportunity.why_us == "They trust"
    world.undo(home, home.pick(0))
    assert home.pick(0).opportunity.why_us != "They"
    for _ in range(4):
        world.redo(home, home.pick(0))
    assert home.pick(0).opportunity.why_us == "They trust us all now"


def test_what_was_typed_and_deleted_again_does_not_stop_undo(home: Desk) -> None:
    stay, at = new_id(), address("objections")
    put(home, "why_us", "They trust us")
    for text in ("Late", ""):
        home.walk.save(home.walk.set(home.pick(0), at, text, visit=stay))
    for _ in range(2):
        world.undo(home, home.pick(0))
    assert home.pick(0).opportunity.why_us != "They trust us"
    for _ in range(2):
        world.redo(home, home.pick(0))
    assert home.pick(0).opportunity.why_us == "They trust us"
