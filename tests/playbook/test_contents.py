"""What an organisation puts into its playbook: fields, prices, competitors, coach texts, lists and words."""

from decimal import Decimal
from pathlib import Path

import pytest

from oppwizard.errors import InvalidInput
from oppwizard.i18n import use as speak
from oppwizard.model.enums import BillingPeriod, LineCategory, PricingModel
from oppwizard.playbook import coach, load_playbook, use
from tests.own import book

FAULTS = (
    ("[[fields]]\nname = 'a'\nlabel = 'A'\nkind = 'choice'", "choices"),
    (
        "[[fields]]\nname = 'a'\nlabel = 'A'\n[[fields]]\nname = 'a'\nlabel = 'B'",
        "Two entries of fields have the name “a”",
    ),
    ("[[fields]]\nname = 'model_dump'\nlabel = 'A'", "cannot be the name"),
    ("[[fields]]\nname = 'a'\nlabel = 'A'\nkind = 'pick'\npicks = 'nothing'", "no list “nothing”"),
    ("[[fields]]\nname = 'a'\nlabel = 'A'\nwhom = 'nobody'", "nobody who can be asked"),
    ("[[products]]\nsku = 'A'\nname = 'A'\nprices = [{ currency = 'XXQ', price = 1 }]", "no currency"),
    ("[[products]]\nsku = 'A'\nname = 'A'\n[[products]]\nsku = 'A'\nname = 'B'", "the sku “A”"),
    ("[[products]]\nsku = 'A'\nname = 'A'\nprices = [{ currency = 'EUR' }]", "needs price, or tiers"),
    ("[[products]]\nsku = 'A'\nname = 'A'\nprices = [{ currency = 'EUR', price = 1, book = 'b' }]", "no price book"),
    (
        "[[products]]\nsku = 'A'\nname = 'A'\npricing_model = 'tiered'\nprices = [{ currency = 'EUR', price = 1 }]",
        "each of its prices needs tiers",
    ),
    (
        "[[products]]\nsku = 'A'\nname = 'A'\npricing_model = 'tiered'\n"
        "prices = [{ currency = 'EUR', tiers = [{ at = 5, price = 1 }, { at = 5, price = 1 }] }]",
        "ascend",
    ),
    ("[pricing]\nbook_from = 'book'", "no field of your own called “book”"),
    ("[[competitors]]\nname = 'A'\n[[competitors]]\nname = 'B'\naliases = ['ａ']", "share a name"),
    ("[coach.en.fields.close_onn]\nwhy = 'x'", "nothing called “close_onn” here. Did you mean close_on?"),
    ("[coach.fr.fields.close_on]\nwhy = 'x'", "no language"),
    ("[[sales_stages]]\nvalue = 'a'\nlow = 50\nhigh = 10", "high: It is to be 50 or more"),
)


@pytest.mark.parametrize(("text", "said"), FAULTS, ids=[said for _text, said in FAULTS])
def test_what_does_not_hold_together_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        book(text, tmp_path)
    assert said in str(refused.value)


# Lists and words


def test_lists_are_added_to_and_taken_from(tmp_path: Path) -> None:
    built_in = load_playbook().picks["industries"].items
    text = """
    [picks.industries]
    more = [{ value = "metrology", label = { en = "Metrology" } }, { value = "retail", label = { en = "Shops" } }]
    without = ["agriculture"]
    """
    changed = book(text, tmp_path).picks["industries"]
    assert {item.value for item in changed.items} == {item.value for item in built_in} - {"agriculture"} | {"metrology"}
    assert next(str(item) for item in changed.items if item.value == "retail") == "Shops"
    assert changed.open


def test_words_are_added_to_and_lists_of_words_replaced(tmp_path: Path) -> None:
    more = book("[wording]\nmore_placeholders = ['As Usual']\nmore_vague_steps = ['sync up']", tmp_path).wording
    assert {"tbd", "as usual", "未定"} <= more.placeholder_set
    assert "sync up" in more.vague_folded
    assert "follow up" in more.vague_folded
    assert book("[wording]\nplaceholders = ['nix']", tmp_path).wording.placeholder_set == {"nix"}


def test_stages_are_those_of_the_organisation() -> None:
    listed = book().pick_list("sales_stages")
    assert [str(item) for item in listed.items] == ["Discovered", "Tested on site", "Agreed in principle"]
    speak("ja")
    assert str(listed.items[1]) == "現地試験済み"


# Prices


def test_a_price_is_that_of_the_currency_and_the_price_book() -> None:
    scan, seat = book().product("NI-SCAN"), book().product("NI-SEAT")
    assert scan is not None
    assert seat is not None

    def unit(currency: str, chosen: str | None = None) -> Decimal | None:
        price = scan.price_in(currency, chosen)
        return price.unit if price else None

    assert [unit("EUR"), unit("JPY"), unit("USD")] == [60, 9600, None]
    assert [unit("EUR", "academic"), unit("EUR", "standard"), unit("JPY", "academic")] == [30, 60, 9600]
    assert (scan.currencies, str(seat.called)) == (("EUR", "JPY"), "Analysis seat")
    speak("ja")
    assert str(seat.called) == "分析席"


def test_the_short_form_of_a_price_still_holds(tmp_path: Path) -> None:
    text = "[[products]]\nsku='A'\nname='Old'\nprice=5\ncurrency='EUR'\n[[products]]\nsku='B'\nname='Any'\nprice=7"
    listed = book(text, tmp_path)
    assert (listed.price_of("A", "EUR"), listed.price_of("A", "USD")) != (None, None)
    assert listed.price_of("A", "USD") is None
    any_price = listed.price_of("B", "JPY")
    assert any_price is not None
    assert any_price.unit == 7
    assert listed.product("A").category is LineCategory.CORE  # type: ignore[union-attr]
    assert listed.product("A").pricing_model is None  # type: ignore[union-attr]


def test_prices_are_read_exactly(tmp_path: Path) -> None:
    data = book().product("NI-DATA")
    assert data is not None
    price = data.price_in("EUR")
    assert price is not None
    assert [price.unit, price.minimum] == [Decimal("0.02"), 10_000]
    assert (data.pricing_model, data.period) == (PricingModel.USAGE, BillingPeriod.MONTH)


# Competitors


@pytest.mark.parametrize("name", ["Calipera", "CALIPERA gmbh", "カリペラ", " calipera "])
def test_a_card_is_found_by_any_of_its_names(name: str) -> None:
    card = book().card(name)
    assert card is not None
    assert str(card.text("counter")) == "Bring the 2 µm artefact to the demonstration."
    speak("ja")
    assert str(card.text("counter")) == "2µmの試料をデモに持参する。"


def test_no_card_is_found_by_no_name() -> None:
    assert [book().card(name) for name in (None, "", "Mitaka")] == [None, None, None]
    sparse = book().card("Zollstock Metrics")
    assert sparse is not None
    assert (sparse.text("strengths"), str(sparse.text("weaknesses"))) == (None, "Service from one city")


# The coach


def test_the_coach_says_more_or_something_else() -> None:
    use(load_playbook())
    before = coach()
    use(book())
    after = coach()
    asked = after.fields["close_on"].ask
    assert asked[:-1] == before.fields["close_on"].ask
    assert asked[-1] == "On which day does your acceptance protocol have to be signed?"
    assert after.fields["lines.sku"].need == "The number from the price list of the year."
    assert after.fields["lines.sku"].why == before.fields["lines.sku"].why
    assert after.stages["scoping"].why == "A quote without the tolerance is a guess."
    assert after.stages["scoping"].title == before.stages["scoping"].title
    assert after.fields["budget_status"] == before.fields["budget_status"]
    assert after.fields["custom.incumbent_device"].whom == "end_user"
    assert after.questions("custom.incumbent_device") == ("Which device do you measure with today?",)


def test_a_language_without_texts_of_the_organisation_keeps_its_own() -> None:
    use(load_playbook())
    speak("ja")
    before = coach()
    use(book())
    after = coach()
    assert after.fields["close_on"].ask[-1] == "検収書の署名期限はいつですか。"
    assert after.stages["scoping"] == before.stages["scoping"]
    assert after.fields["lines.sku"] == before.fields["lines.sku"]
    assert after.fields["custom.incumbent_device"].need == "メーカー、型番、購入年。"
    use(load_playbook())
    assert coach() == before


# What the documentation shows


def test_the_examples_of_the_documentation_are_a_playbook(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "own-content.md").read_text("utf-8")
    examples = "\n".join(line.strip() for line in text.splitlines() if line.startswith("    "))
    named = examples.replace("[[fields]]", "[[fields]]\nname = 'price_book'\nlabel = 'Price book'\n[[fields]]", 1)
    listed = book(named, tmp_path)
    assert [field.name for field in listed.fields] == ["price_book", "safety_class"]
    assert [product.sku for product in listed.products] == ["NI-SCAN"]
    assert {"en", "ja"} == set(listed.coach)
    assert "as usual" in listed.wording.placeholder_set
