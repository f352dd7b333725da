"""The sample deal under playbooks that ask for more than it says."""

from typing import Any

from oppwizard.model.enums import Stage
from oppwizard.playbook import Playbook
from oppwizard.walk import Walk
from oppwizard.walk.sample import walk_sample


def playing_by(walk: Walk, **settings: Any) -> Walk:
    return Walk(walk.store, Playbook.model_validate(walk.playbook.model_dump() | settings), walk.context)


def test_it_stops_before_a_gate_that_asks_for_a_field_of_our_own(walk: Walk) -> None:
    region = {"name": "region", "label": "Region", "stage": 2, "need": "required"}
    record = walk_sample(playing_by(walk, fields=[region]))
    assert record.opportunity.stage == Stage.SCOPING
    assert [str(point.at) for point in walk.verdict(record).blocking if point.stage is Stage.SCOPING] == [
        "custom.region"
    ]


def test_what_a_list_of_our_own_does_not_take_stays_open(walk: Walk) -> None:
    picks = walk.playbook.model_dump()["picks"]
    picks["payment_terms"] = {"items": [{"value": "barter"}]}
    record = walk_sample(playing_by(walk, picks=picks))
    assert record.opportunity.stage == Stage.SCOPING
    assert record.opportunity.payment_terms is None
