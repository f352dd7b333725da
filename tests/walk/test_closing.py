"""A deal is closed from what a person types: read in one way, refused where it cannot be (R1-R4)."""

from decimal import Decimal

import pytest

from oppwizard.errors import Refused, ValueProblem
from oppwizard.model.enums import Status
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.walk import Walk
from oppwizard.walk.closing import Closing, close, reason_of, reasons, rival_of, rivals
from oppwizard.walk.lifecycle import GateClosed
from tests.conftest import TODAY


@pytest.fixture
def deal(walk: Walk, finished: Record) -> Record:
    return walk.load(finished.id)


def closed(walk: Walk, deal: Record, **said: object) -> Record:
    texts: dict[str, str] = {name: str(text) for name, text in said.items() if name != "status"}
    status = said.get("status", Status.WON)
    assert isinstance(status, Status)
    walk.save(close(walk, deal, Closing(status, **{"reason": "Price", **texts})))
    return walk.load(deal.id)


def test_a_won_deal_keeps_its_day_and_the_records_own_amount(walk: Walk, deal: Record) -> None:
    own = deal.opportunity.amount
    record = closed(walk, deal)
    assert record.opportunity.status is Status.WON
    assert record.opportunity.closed_on == TODAY
    assert record.opportunity.closed_amount == own
    assert record.opportunity.close_reason == next(
        (item.value for item in reasons(walk.playbook, Status.WON).items if item.value == "price"), "Price"
    )


def test_an_amount_is_read_as_money_of_the_deal(walk: Walk, deal: Record) -> None:
    assert closed(walk, deal, amount="12k").opportunity.closed_amount == Decimal(12000)


@pytest.mark.parametrize("amount", ["much", "JPY 12", "1.23456", "9" * 30])
def test_an_amount_that_the_deal_cannot_have_is_refused(walk: Walk, deal: Record, amount: str) -> None:
    with pytest.raises(ValueProblem):
        close(walk, deal, Closing(Status.WON, "Price", amount=amount))
    assert walk.load(deal.id).opportunity.status is Status.CREATED


def test_a_reason_of_the_playbook_is_known_by_what_it_is_called(walk: Walk, deal: Record) -> None:
    item = reasons(walk.playbook, Status.LOST).items[0]
    record = closed(walk, deal, status=Status.LOST, reason=str(item).upper())
    assert record.opportunity.close_reason == item.value
    assert reason_of(walk.playbook, record) == str(item)


def test_ones_own_words_are_a_reason_too(walk: Walk, deal: Record) -> None:
    record = closed(walk, deal, status=Status.LOST, reason="Their plant burnt down")
    assert reason_of(walk.playbook, record) == "Their plant burnt down"


@pytest.mark.parametrize("reason", ["", "  ", "n/a", "..."])
def test_a_reason_that_says_nothing_is_refused(walk: Walk, deal: Record, reason: str) -> None:
    with pytest.raises(Refused):
        close(walk, deal, Closing(Status.LOST, reason))


def test_the_competitor_is_spelt_as_on_the_record(walk: Walk, deal: Record) -> None:
    name = rivals(deal)[0]
    record = closed(walk, deal, status=Status.LOST, lost_to=f" {name.upper()} ")
    assert rival_of(record) == name


def test_somebody_unknown_may_have_won_it(walk: Walk, deal: Record) -> None:
    assert rival_of(closed(walk, deal, status=Status.LOST, lost_to="Somebody  new")) == "Somebody new"
    assert (
        closed(walk, walk.save(walk.reopen(walk.load(deal.id))).record, status=Status.LOST).opportunity.lost_to is None
    )


@pytest.mark.parametrize("day", ["2026-11-24", "2026-11-22"])
def test_a_day_before_creation_or_after_today_is_refused(walk: Walk, deal: Record, day: str) -> None:
    assert deal.opportunity.pipeline_on == TODAY
    with pytest.raises(Refused, match=day):
        close(walk, deal, Closing(Status.WON, "Price", on=day))


def test_a_day_that_is_none_is_refused(walk: Walk, deal: Record) -> None:
    with pytest.raises(ValueProblem):
        close(walk, deal, Closing(Status.WON, "Price", on="someday"))


def test_what_no_longer_holds_cannot_be_won_but_lost(walk: Walk, deal: Record) -> None:
    record = walk.save(walk.set(deal, address("budget_status"), "")).record
    with pytest.raises(GateClosed):
        close(walk, record, Closing(Status.WON, "Price"))
    assert closed(walk, record, status=Status.LOST).opportunity.status is Status.LOST


def test_a_closed_deal_is_taken_up_again(walk: Walk, deal: Record) -> None:
    record = walk.save(walk.reopen(closed(walk, deal))).record
    record = walk.load(record.id)
    assert record.opportunity.status is Status.CREATED
    assert record.opportunity.closed_on is None
    assert record.opportunity.closed_amount is None


def test_a_draft_is_neither_won_nor_lost(walk: Walk, draft: Record) -> None:
    with pytest.raises(Refused, match="Only an open opportunity"):
        close(walk, draft, Closing(Status.LOST, "Price"))
