"""The organisation's own fields, price list and battle cards in the walk line by line."""

import io
from collections.abc import Callable

import pytest

from oppwizard.model.enums import Stage
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.prompts.asker import PlainAsker
from oppwizard.prompts.session import Session
from oppwizard.walk import Walk
from tests.own import TYPED

Ask = Callable[..., str]


@pytest.fixture
def ask(own_walk: Walk, own: Record) -> Ask:
    """Ask for one field; what is said meanwhile."""

    def once(at: Address, *lines: str) -> str:
        out = io.StringIO()
        given = io.StringIO("".join(f"{line}\n" for line in lines))
        session = Session(own_walk, own_walk.load(own.id), PlainAsker(given, out))
        session.stage = at.spec.ask.stage if at.spec else Stage.QUALIFICATION
        session.field(at)
        return out.getvalue()

    return once


def test_each_kind_of_field_is_asked_and_answered(own_walk: Walk, own: Record, ask: Ask) -> None:
    for path, text in TYPED.items():
        at = address(path)
        before = own.value(at)
        own_walk.save(own_walk.set(own_walk.load(own.id), at, ""))
        spec = at.spec
        assert spec is not None
        assert str(spec.ask.label) in ask(at, *text.split("\n"), "")
        assert own_walk.load(own.id).value(at) == before, path


def test_what_is_no_value_is_explained_kept_and_asked_again(own_walk: Walk, own: Record, ask: Ask) -> None:
    at = address("custom.parts_a_day")
    said = ask(at, "many", "0", "12")
    assert "1 or more" in said
    assert own_walk.load(own.id).value(at) == 12


def test_the_coach_speaks_in_the_playbooks_words(ask: Ask) -> None:
    said = ask(address("custom.incumbent_device"), "?", "")
    assert "What stands there decides what we replace." in said
    assert "Which device do you measure with today?" in said
    assert "The coach has nothing to say about this." in ask(address("custom.shift_begins"), "?", "")


def test_a_card_is_shown_and_taken_by_its_sign(own_walk: Walk, own: Record, ask: Ask) -> None:
    row = own_walk.save(own_walk.add(own_walk.load(own.id), "competitors", name="Calipera")).row
    at = Address("competitors", "strengths", row)
    said = ask(at, "=")
    assert "Battle card, Strengths here: Cheap heads, short delivery" in said
    assert own_walk.load(own.id).value(at) == "Cheap heads, short delivery"
    assert "Nothing is proposed here." in ask(at, "=")


def test_facts_of_earlier_stages_stand_before_the_own_fields(own_walk: Walk, own: Record) -> None:
    out = io.StringIO()
    session = Session(own_walk, own, PlainAsker(io.StringIO(">\n"), out))
    session.stage = Stage.STRATEGY
    session._ask_items(len_before(Stage.STRATEGY))
    assert "Our own" in out.getvalue()
    assert "Device in use: Mitaka CM-3, 2011" in out.getvalue()


def len_before(stage: Stage) -> int:
    """The number of the first question about an own field."""
    from oppwizard.process.course import items

    return next(number for number, item in enumerate(items(stage)) if item.at.entity == "custom")
