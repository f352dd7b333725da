"""Line items held against the organisation's price list: what it asks, and how far a line is from that (Z5, Z6)."""

from collections.abc import Iterator
from decimal import Decimal

from oppwizard.i18n import T, Text
from oppwizard.model.choice import Choice
from oppwizard.model.enums import PricingModel, Stage
from oppwizard.model.findings import Address, Finding
from oppwizard.model.parts import LineItem
from oppwizard.model.record import Record
from oppwizard.playbook import Playbook
from oppwizard.playbook.products import Price, Product
from oppwizard.process.case import Case, warn
from oppwizard.process.sizing import ZERO, below_list, per_period, plain, read_tiers, tier_price, unit_price

_STAGE = Stage.SCOPING


def book_of(record: Record, playbook: Playbook) -> str | None:
    """The price book of a record: what the field of our own says that the playbook names for it."""
    name = playbook.pricing.book_from
    chosen = getattr(record.custom, name, None) if name else None
    text = str(chosen.value if isinstance(chosen, Choice) else chosen or "")
    return next((book.name for book in playbook.pricing.books if text in (book.name, str(book))), None)


def listed(record: Record, playbook: Playbook, sku: str | None) -> Price | None:
    """What the price list asks for a product in the record's currency and price book."""
    return playbook.price_of(sku, record.currency, book_of(record, playbook))


def tiers_of(price: Price) -> tuple[tuple[Decimal, Decimal], ...]:
    """The tiers of a price, as sizing has them."""
    return tuple((tier.at, tier.price) for tier in price.tiers)


def least(product: Product, price: Price) -> Decimal | None:
    """The quantity that a line of a product begins with: one of a flat fee, else what is committed to."""
    return Decimal(1) if product.pricing_model is PricingModel.FLAT else price.minimum


def prices(case: Case) -> Iterator[Finding]:
    """Each line of a product in the price list: its price, its discount, its least quantity.

    A custom price says in its note why it is none of the list's; nothing is said of it here. Whether the list has a
    price in the deal's currency at all is looked at by `checks.amounts`.
    """
    if not case.playbook.products:
        return
    for line in case.record.lines:
        product = case.playbook.product(line.sku)
        if product is None or line.pricing_model is PricingModel.CUSTOM:
            continue
        price = listed(case.record, case.playbook, line.sku)
        if price is not None:
            yield from _off_list(case.record, line, product, price)
            yield from _past_limit(case, line, product, price)
            yield from _too_few(line, price)


def _off_list(record: Record, line: LineItem, product: Product, price: Price) -> Iterator[Finding]:
    """The price before the discount is another one than the list's, or its tiers are."""
    if line.unit_price is None:
        return
    tiered = bool(price.tiers) and line.pricing_model is PricingModel.TIERED
    asked = _asked(line, product, price.unit)
    if tiered and line.tiers and line.period is product.period:
        differs = read_tiers(line.tiers) != tiers_of(price)
    else:
        differs = asked is not None and line.unit_price != asked
    if differs:
        yield warn(
            "price.off_list",
            "Z6",
            _STAGE,
            Address("lines", "tiers" if tiered else "unit_price", line.id),
            T("{sku} is not at its list price, {price}", sku=product.sku, price=_worded(product, price, record)),
            T("Take the list price and give a discount, or make it a custom price with a note."),
        )


def _past_limit(case: Case, line: LineItem, product: Product, price: Price) -> Iterator[Finding]:
    """All that is given away, in the price or as a discount, is more than the product allows."""
    quantity = line.quantity or ZERO
    asked = _asked(line, product, tier_price(tiers_of(price), quantity, price.unit))
    limit = case.playbook.pricing.discount_limit if product.discount_limit is None else product.discount_limit
    if line.unit_price is None or not asked:
        return
    given = below_list(unit_price(line, quantity), asked)
    if given > limit:
        yield warn(
            "price.discount",
            "Z6",
            _STAGE,
            Address("lines", "discount" if line.discount else "unit_price", line.id),
            T(
                "{sku} is sold {given} % below its list price, {price}; the limit is {limit} %",
                sku=product.sku,
                given=plain(round(given, 1)),
                price=_worded(product, price, case.record),
                limit=plain(limit),
            ),
            T("Get it approved, or stay within the limit."),
        )


def _too_few(line: LineItem, price: Price) -> Iterator[Finding]:
    if price.minimum is not None and line.quantity is not None and line.quantity < price.minimum:
        yield warn(
            "price.minimum",
            "Z6",
            _STAGE,
            Address("lines", "quantity", line.id),
            T("{sku} commits to {least} or more", sku=line.sku or "", least=plain(price.minimum)),
            T("Raise the quantity, or agree on another minimum and make it a custom price."),
        )


def _asked(line: LineItem, product: Product, unit: Decimal) -> Decimal | None:
    """A list price as one for the line's own period; None where the two do not compare."""
    if product.period is None or line.period is None:
        return unit
    return per_period(unit, product.period, line.period)


def _worded(product: Product, price: Price, record: Record) -> Text:
    """The list price in words: its tiers, its currency, its period."""
    unit = ", ".join(f"{plain(at)}: {plain(each)}" for at, each in tiers_of(price)) or plain(price.unit)
    if product.period is None:
        return T("{price} {currency}", price=unit, currency=record.currency)
    return T("{price} {currency} {period}", price=unit, currency=record.currency, period=product.period.label)


RULES = (prices,)
