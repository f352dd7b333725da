"""What follows from the price list and from battle cards: filled in or proposed, and never put over what was typed."""

from decimal import Decimal
from uuid import UUID

import pytest

from oppwizard.i18n import use
from oppwizard.model.enums import BillingPeriod, LineCategory, PricingModel
from oppwizard.model.findings import Address
from oppwizard.model.parts import LineItem
from oppwizard.model.record import Record
from oppwizard.walk import Walk


@pytest.fixture
def deal(own_walk: Walk) -> Record:
    """A draft in euros."""
    record = own_walk.start("Kurbel AG")
    own_walk.save(own_walk.set(record, Address("opportunity", "currency"), "EUR"))
    return record


def sell(walk: Walk, record: Record, sku: str, **typed: str) -> LineItem:
    """Begin a line with a SKU, after what is typed into it before."""
    row = walk.save(walk.add(record, "lines")).row
    for name, text in {**typed, "sku": sku}.items():
        walk.save(walk.set(record, Address("lines", name, row), text))
    return of(walk.load(record.id), row)


def of(record: Record, row: UUID | None) -> LineItem:
    found = record.row("lines", row)
    assert isinstance(found, LineItem)
    return found


def test_a_tiered_product_fills_its_line(own_walk: Walk, deal: Record) -> None:
    line = sell(own_walk, deal, "NI-SCAN", quantity="150")
    assert [line.product, line.unit_price, line.tiers] == ["Scanning seat", 60, "1: 60, 101: 50"]
    assert (line.pricing_model, line.period, line.category) == (
        PricingModel.TIERED,
        BillingPeriod.MONTH,
        LineCategory.CORE,
    )
    assert own_walk.sized(own_walk.load(deal.id)).arr.value == 150 * 50 * 12


def test_usage_begins_with_the_committed_minimum_and_a_flat_fee_with_one(own_walk: Walk, deal: Record) -> None:
    data, setup = sell(own_walk, deal, "NI-DATA"), sell(own_walk, deal, "NI-SETUP")
    assert [data.quantity, data.unit_price, data.pricing_model] == [10_000, Decimal("0.02"), PricingModel.USAGE]
    assert [setup.quantity, setup.unit_price, setup.period] == [1, 7_500, BillingPeriod.ONCE]
    assert setup.category is LineCategory.IMPLEMENTATION


def test_what_was_typed_stays(own_walk: Walk, deal: Record) -> None:
    line = sell(own_walk, deal, "NI-SEAT", unit_price="450", product="Seats for the lab", quantity="3")
    assert [line.unit_price, line.product, line.quantity] == [450, "Seats for the lab", 3]
    assert (line.pricing_model, line.period) == (PricingModel.PER_SEAT, BillingPeriod.YEAR)


def test_another_product_takes_back_what_the_one_before_filled_in(own_walk: Walk, deal: Record) -> None:
    line = sell(own_walk, deal, "NI-SCAN")
    own_walk.save(own_walk.set(deal, Address("lines", "sku", line.id), "NI-SEAT"))
    line = of(own_walk.load(deal.id), line.id)
    assert [line.product, line.unit_price, line.tiers] == ["Analysis seat", 480, None]
    move = own_walk.undo(deal)
    assert move is not None
    line = of(own_walk.save(move).record, line.id)
    assert [line.sku, line.product, line.unit_price] == ["NI-SCAN", "Scanning seat", 60]
    own_walk.save(own_walk.set(own_walk.load(deal.id), Address("lines", "sku", line.id), "SOMETHING-ELSE"))
    assert of(own_walk.load(deal.id), line.id).unit_price == 60


def test_the_price_book_of_the_deal_gives_the_price(own_walk: Walk, deal: Record) -> None:
    own_walk.save(own_walk.set(deal, Address("custom", "price_book"), "Academic"))
    assert sell(own_walk, deal, "NI-SCAN").unit_price == 30
    assert sell(own_walk, deal, "NI-SEAT").unit_price == 480


def test_the_currency_of_the_deal_gives_the_price(own_walk: Walk, deal: Record) -> None:
    own_walk.save(own_walk.set(deal, Address("opportunity", "currency"), "JPY"))
    assert sell(own_walk, deal, "NI-SEAT").unit_price == 76_800
    own_walk.save(own_walk.set(deal, Address("opportunity", "currency"), "USD"))
    assert sell(own_walk, deal, "NI-SEAT").unit_price is None


def test_a_price_off_the_list_is_said_with_the_list_price(own_walk: Walk, deal: Record) -> None:
    line = sell(own_walk, deal, "NI-SEAT", unit_price="300", quantity="3")
    said = {f.code: str(f.message) for f in own_walk.verdict(own_walk.load(deal.id)).findings if f.at.row == line.id}
    assert said["price.off_list"] == "NI-SEAT is not at its list price, 480 EUR per year"
    assert said["price.discount"] == (
        "NI-SEAT is sold 37.5 % below its list price, 480 EUR per year; the limit is 20 %"
    )


# Battle cards


def rival(walk: Walk, record: Record, name: str) -> Address:
    row = walk.save(walk.add(record, "competitors", name=name)).row
    return Address("competitors", "strengths", row)


def test_names_of_cards_are_offered(own_walk: Walk, deal: Record) -> None:
    assert "competitors.name" in own_walk.suggesting
    assert own_walk.suggestions(deal, "competitors.name", "") == ["Calipera", "Zollstock Metrics"]
    assert own_walk.suggestions(deal, "competitors.name", "カリ") == ["Calipera"]
    assert own_walk.suggestions(deal, "competitors.name", "stock") == ["Zollstock Metrics"]
    rival(own_walk, deal, "Calipera")
    assert own_walk.suggestions(deal, "competitors.name", "") == ["Zollstock Metrics"]


def test_a_card_is_proposed_where_nothing_was_typed(own_walk: Walk, deal: Record) -> None:
    at = rival(own_walk, deal, "calipera GmbH")
    assert own_walk.proposal(deal, at) == "Cheap heads, short delivery"
    assert own_walk.load(deal.id).value(at) is None
    counter = Address("competitors", "counter", at.row)
    assert own_walk.proposal(deal, counter) == "Bring the 2 µm artefact to the demonstration."
    own_walk.save(own_walk.set(deal, at, "They know the plant manager"))
    assert own_walk.proposal(deal, at) is None
    assert [str(text) for _name, text in own_walk.card(deal, at)] == ["Cheap heads, short delivery"]
    use("ja")
    assert own_walk.proposal(deal, counter) == "2µmの試料をデモに持参する。"


def test_the_name_shows_the_whole_card(own_walk: Walk, deal: Record) -> None:
    at = rival(own_walk, deal, "Calipera")
    names = [name for name, _text in own_walk.card(deal, Address("competitors", "name", at.row))]
    assert names == ["strengths", "weaknesses", "positioning", "counter"]
    other = rival(own_walk, deal, "Somebody Else")
    assert own_walk.card(deal, Address("competitors", "name", other.row)) == []
    assert own_walk.proposal(deal, other) is None
