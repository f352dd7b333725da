"""The organisation's own fields in packets: merged one by one, told on the page, kept where nobody asks for them."""

from collections.abc import Callable, Iterator

import pytest

from oppwizard.context import Context
from oppwizard.data.unfolding import unfolded
from oppwizard.handoff.merging import Who
from oppwizard.model.fields import CUSTOM
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.playbook import use
from oppwizard.walk import Walk, open_walk
from tests.handoff.test_merging import bring, told
from tests.own import book, with_playbook

LESS = """
[[fields]]
name = "incumbent_device"
label = "Device"
"""


def at(name: str) -> Address:
    return Address(CUSTOM, name)


@pytest.fixture
def alex(own_walk: Walk, own: Record, context: Context, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """A colleague with the same playbook and the same record."""
    folder = tmp_path_factory.mktemp("alex")
    walk = open_walk(with_playbook(Context("alex", folder / "store.db", None, context.clock)))
    bring(own_walk, walk, own)
    yield walk
    walk.store.close()


Put = Callable[[Walk, str, str], None]


@pytest.fixture
def put(own: Record) -> Put:
    def answer(walk: Walk, name: str, text: str) -> None:
        walk.save(walk.set(walk.load(own.id), at(name), text))

    return answer


def test_they_come_over_with_the_record(own_walk: Walk, own: Record, alex: Walk) -> None:
    assert told(own_walk, own) == told(alex, own)
    assert alex.load(own.id).custom == own.custom


def test_two_who_changed_two_fields_have_nothing_to_decide(own_walk: Walk, own: Record, alex: Walk, put: Put) -> None:
    put(own_walk, "parts_a_day", "7")
    put(own_walk, "measured_values", "angle")
    put(alex, "region", "South")
    found = bring(own_walk, alex, own)
    assert found.conflicts == []
    assert {(str(one.at), one.mine, one.theirs, one.who) for one in found.differences} == {
        ("custom.parts_a_day", "1,200", "7", Who.THEIRS),
        ("custom.measured_values", "Length, Roughness", "Angle", Who.THEIRS),
        ("custom.region", "South", "North", Who.MINE),
    }
    bring(alex, own_walk, own)
    for walk in (own_walk, alex):
        held = walk.load(own.id).custom
        assert (held.parts_a_day, held.region) == (7, "south")  # type: ignore[attr-defined]
        assert [one.value for one in held.measured_values] == ["angle"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("side", [Who.MINE, Who.THEIRS])
def test_two_who_changed_one_field_are_asked_about_that_one(
    own_walk: Walk, own: Record, alex: Walk, put: Put, side: Who
) -> None:
    put(own_walk, "plant_contact", "Dana Whitfield")
    put(alex, "plant_contact", "Priya Nand")
    put(alex, "shift_begins", "5:00")
    found = bring(own_walk, alex, own, side)
    conflicts = [(str(one.at), str(one.what), one.mine, one.theirs) for one in found.conflicts]
    assert conflicts == [("custom.plant_contact", "Contact in the plant", "Priya Nand", "Dana Whitfield")]
    record = alex.load(own.id)
    person = record.person(record.custom.plant_contact)  # type: ignore[attr-defined]
    assert person is not None
    assert person.name == ("Priya Nand" if side is Who.MINE else "Dana Whitfield")
    assert bring(own_walk, alex, own).conflicts == []


def test_a_field_that_was_emptied_is_emptied_on_the_other_side(
    own_walk: Walk, own: Record, alex: Walk, put: Put
) -> None:
    put(own_walk, "export_licence", "")
    found = bring(own_walk, alex, own)
    assert [(str(one.at), one.theirs) for one in found.differences] == [("custom.export_licence", "")]
    assert alex.load(own.id).custom.export_licence is None  # type: ignore[attr-defined]


def test_who_is_gone_on_the_other_side_is_named_no_more(own_walk: Walk, own: Record, alex: Walk) -> None:
    record = own_walk.load(own.id)
    priya = next(person for person in record.people if person.name == "Priya Nand")
    alex.save(alex.set(alex.load(own.id), at("plant_contact"), "Priya Nand"))
    own_walk.save(own_walk.remove(record, "people", priya.id))
    bring(own_walk, alex, own)
    held = alex.load(own.id)
    named = held.custom.plant_contact  # type: ignore[attr-defined]
    assert named is None or held.person(named) is not None


def test_a_store_that_asks_for_less_keeps_and_hands_on_the_rest(
    own_walk: Walk, own: Record, context: Context, tmp_path_factory: pytest.TempPathFactory, put: Put
) -> None:
    folder = tmp_path_factory.mktemp("less")
    other = open_walk(with_playbook(Context("other", folder / "store.db", None, context.clock), LESS))
    try:
        bring(own_walk, other, own)
        assert other.load(own.id).opportunity.custom == own.opportunity.custom
        other.save(other.set(other.load(own.id), at("incumbent_device"), "A ruler"))
        use(own_walk.playbook)
        put(own_walk, "parts_a_day", "3")
        use(other.playbook)
        found = bring(own_walk, other, own)
        assert found.conflicts == []
        kept = other.load(own.id).opportunity.custom
        assert (kept["parts_a_day"], kept["incumbent_device"]) == (3, "A ruler")
        use(own_walk.playbook)
        assert bring(other, own_walk, own).conflicts == []
        held = own_walk.load(own.id).custom
        assert (held.incumbent_device, held.parts_a_day) == ("A ruler", 3)  # type: ignore[attr-defined]
    finally:
        other.store.close()


def test_the_log_of_a_packet_has_each_field(own_walk: Walk, own: Record, alex: Walk, put: Put) -> None:
    put(own_walk, "parts_a_day", "7")
    bring(own_walk, alex, own)
    log = list(unfolded(alex.store.log(own.id, own.account.id, ())))
    assert [(one.old, one.new) for one in log if one.field == "custom.parts_a_day"] == [(None, "1200"), ("1200", "7")]


def test_the_page_tells_them_and_what_is_asked_for_no_more(own_walk: Walk, own: Record, context: Context) -> None:
    from oppwizard.handoff.changes import Changes
    from oppwizard.handoff.everything import Everything
    from oppwizard.handoff.summary import Summary

    def words(walk: Walk) -> str:
        record = walk.load(own.id)
        log = walk.store.log(record.id, record.account.id, ())
        told_of = [
            *Everything(Summary(walk, record, walk.verdict(record))).sections(),
            Changes(record, walk.playbook).table(log),
        ]
        return repr(told_of)

    full = words(own_walk)
    assert "Class B: guarded" in full
    assert "Luis Ferrer, Dana Whitfield" in full
    assert "Asked for no more" not in full
    less = words(Walk(own_walk.store, book(LESS, context.store.parent), own_walk.context))
    assert "Asked for no more" in less
    assert "'scrap_cost'" in less
    assert "Luis Ferrer, Dana Whitfield" in less
