"""The price list: products, what they cost in which currency and price book, and how their price is made (Z5, Z6)."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from oppwizard.errors import ValueProblem
from oppwizard.i18n import T, Text, given
from oppwizard.model.base import MOST, SHORT
from oppwizard.model.enums import BillingPeriod, LineCategory, PricingModel
from oppwizard.model.money import is_currency
from oppwizard.model.numbers import cut
from oppwizard.playbook.section import Section, Words, Wrong, near

if TYPE_CHECKING:
    from oppwizard.playbook.schema import Playbook


def _known_currency(code: str) -> str:
    if not is_currency(code):
        raise ValueProblem(T("“{code}” is no currency", code=cut(code)), T("Write its three letters, such as EUR."))
    return code


Code = Annotated[str, AfterValidator(_known_currency)]
"""The three letters of a currency."""
Amount = Annotated[Decimal, Field(ge=0, lt=MOST, max_digits=18, decimal_places=4)]
Quantity = Annotated[Decimal, Field(gt=0, max_digits=16, decimal_places=4)]


class PriceBook(Section):
    """A list of prices, such as the one for schools; a price that names no book holds where none is chosen."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    label: Words | None = None
    """What it is called; its name without."""

    def __str__(self) -> str:
        return str(given(self.label)) if self.label else self.name


class Pricing(Section):
    """How prices are found and how far they may be left."""

    books: tuple[PriceBook, ...] = ()
    """The price books, the first one foremost."""
    book_from: str | None = None
    """The field of our own (a choice or a text, by its name) whose answer names the deal's price book."""
    discount_limit: Decimal = Field(default=Decimal(100), ge=0, le=100)
    """The discount in percent up to which nothing is said, of products that say nothing else."""


class Tier(Section):
    """A price from a quantity on."""

    at: Quantity
    """From which quantity on ..."""
    price: Amount
    """... a unit costs so much; the tier of the whole quantity counts."""


class Price(Section):
    """What a product costs in a currency."""

    currency: Code
    price: Amount | None = None
    """Of a unit, or of all for a flat fee; the first tier's without it."""
    book: str | None = None
    """The price book that it stands in."""
    tiers: tuple[Tier, ...] = ()
    """The prices by quantity, ascending, of a tiered product."""
    minimum: Quantity | None = None
    """The least quantity that is committed to, of a usage-based product."""

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        if self.price is None and not self.tiers:
            yield Wrong((), T("A price needs price, or tiers"))
        if any(low.at >= high.at for low, high in pairwise(self.tiers)):
            yield Wrong(("tiers",), T("The tiers are to ascend by their quantities"))

    @property
    def unit(self) -> Decimal:
        """The price of one unit at the smallest quantity."""
        return self.tiers[0].price if self.price is None else self.price


class Product(Section):
    """A product of the organisation's price list."""

    sku: str = Field(min_length=1, max_length=SHORT)
    name: Words
    category: LineCategory = LineCategory.CORE
    pricing_model: PricingModel | None = None
    """How its price is made; what a line item begins with is left alone without it."""
    period: BillingPeriod | None = None
    """How often the price falls due."""
    prices: tuple[Price, ...] = ()
    """What it costs, by currency and price book."""
    discount_limit: Decimal | None = Field(default=None, ge=0, le=100)
    """The discount in percent up to which nothing is said; that of all products without it."""
    price: Amount | None = None
    """Short for a single price ..."""
    currency: Code | None = None
    """... and its currency; the deal's own, whatever that is, without it."""

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        places = [(one.currency, one.book) for one in self.prices]
        for number, place in enumerate(places):
            if place in places[:number]:
                yield Wrong(
                    ("prices", number),
                    T("“{sku}” has two prices for one currency in one price book", sku=self.sku),
                    T("Take one of them away, or put it into another book."),
                )
        if self.price is not None and self.prices:
            problem = T("“{sku}” has both price and prices", sku=self.sku)
            yield Wrong(("price",), problem, T("Put it among the prices."))
        yield from self._tiers_fit()

    def _tiers_fit(self) -> Iterator[Wrong]:
        is_tiered = self.pricing_model is PricingModel.TIERED
        for number, one in enumerate(self.prices):
            if is_tiered and not one.tiers:
                problem = T("“{sku}” is tiered; each of its prices needs tiers", sku=self.sku)
                yield Wrong(("prices", number), problem, T("Write them as tiers = [{ at = 1, price = 10 }]."))
            if one.tiers and not is_tiered:
                problem = T("“{sku}” has tiers, and is not tiered", sku=self.sku)
                yield Wrong(("prices", number, "tiers"), problem, T('Add pricing_model = "tiered" to the product.'))

    @property
    def called(self) -> Text:
        """Its name, in the language in use."""
        return given(self.name)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies in which it has a price; none where it says nothing of them."""
        named = (self.currency, *(one.currency for one in self.prices))
        return tuple(dict.fromkeys(code for code in named if code))

    def price_in(self, currency: str, book: str | None = None) -> Price | None:
        """What it costs in a currency: in the price book that is named, else in none, else in the first that has it."""
        if self.price is not None:
            return Price(currency=currency, price=self.price) if self.currency in (None, currency) else None
        found = [one for one in self.prices if one.currency == currency]
        ranked = sorted(found, key=lambda one: (one.book != book or book is None, one.book is not None))
        return next(iter(ranked), None)


def wrong_products(products: Sequence[Product], playbook: "Playbook") -> Iterator[Wrong]:
    """Where the price list does not hold together."""
    books = [book.name for book in playbook.pricing.books]
    for position, product in enumerate(products):
        for number, price in enumerate(product.prices):
            if price.book is not None and price.book not in books:
                at = ("products", position, "prices", number, "book")
                problem = T("There is no price book “{name}”", name=price.book)
                remedy = near(price.book, books) or T("Add it to books of [pricing].")
                yield Wrong(at, problem, remedy, because=("pricing", "books"))
    chosen_by, own = playbook.pricing.book_from, [field.name for field in playbook.fields]
    if chosen_by is not None and chosen_by not in own:
        problem = T("There is no field of your own called “{name}”", name=chosen_by)
        remedy = near(chosen_by, own) or T("Add it to [[fields]].")
        yield Wrong(("pricing", "book_from"), problem, remedy, because=("fields",))
