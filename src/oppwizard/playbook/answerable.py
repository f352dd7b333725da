"""Fields that must be answered and cannot be: a list with nothing to choose, limits that no value is within."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Final

from oppwizard.i18n import T, Text, given
from oppwizard.model.ask import Kind, Need
from oppwizard.model.contacts import is_region
from oppwizard.model.fields import CUSTOM, FIELDS
from oppwizard.model.money import is_currency
from oppwizard.model.numbers import cut
from oppwizard.playbook.placeholders import holds_a_place, is_blank
from oppwizard.playbook.section import Place, Wrong

if TYPE_CHECKING:
    from oppwizard.playbook.fields import CustomField
    from oppwizard.playbook.schema import Playbook

_STEP: Final = Decimal("0.0001")
"""How finely numbers are kept."""


def unanswerable(playbook: "Playbook") -> Iterator[Wrong]:
    """What a required field would need and the playbook does not let it have."""
    yield from _lists_of_the_walk(playbook)
    yield from _probabilities(playbook)
    for code, currency in playbook.currency.items():
        if not is_currency(currency):
            problem = T("“{code}” is no currency, and no amount could be given in it", code=currency)
            yield Wrong(("currency", code), problem, T("Write its three letters, such as EUR."))
    for position, field in enumerate(playbook.fields):
        yield from _own(position, field, playbook)


def unknown_regions(playbook: "Playbook") -> Iterator[Wrong]:
    """Countries that there are not. Said by `playbook check` alone: every start would wait for the list of them."""
    for code, region in playbook.region.items():
        if region and not is_region(region):
            problem = T("“{code}” is no country with telephone numbers", code=cut(region))
            yield Wrong(("region", code), problem, T("Write its two letters, such as DE."))


def _lists_of_the_walk(playbook: "Playbook") -> Iterator[Wrong]:
    seen: set[str] = set()
    for spec in FIELDS.values():
        name = spec.ask.picks
        if spec.entity == CUSTOM or spec.ask.kind is not Kind.PICK or spec.ask.need is not Need.REQUIRED or not name:
            continue
        label = spec.ask.label
        if name in seen or (name not in playbook.picks and name not in ("sales_stages", "products")):
            continue
        if not _can_be_answered(name, playbook, label, wording=spec.ask.wording):
            seen.add(name)
            at: Place = ("sales_stages",) if name == "sales_stages" else ("picks", name)
            yield Wrong(
                at,
                T(
                    "“{field}” is required, and its list “{name}” has nothing to choose",
                    field=spec.ask.label,
                    name=name,
                ),
                _remedy(name),
                because=at,
            )


def _remedy(name: str) -> Text:
    if name == "sales_stages":
        return T("Add a stage whose value is no placeholder.")
    return T("Add items that are no placeholders, or set open = true in it.")


def _can_be_answered(name: str, playbook: "Playbook", label: Text, *, wording: bool) -> bool:
    listed = playbook.pick_list(name)
    return listed.open or any(
        not (is_blank(item.value) or (wording and holds_a_place(item.value, playbook.wording.placeholder_set, label)))
        for item in listed.items
    )


def _probabilities(playbook: "Playbook") -> Iterator[Wrong]:
    for position, stage in enumerate(playbook.sales_stages):
        if stage.low <= stage.high and not _has_step(stage.low, stage.high, _STEP):
            problem = T("No probability of four decimals is from {low} to {high}", low=stage.low, high=stage.high)
            yield Wrong(("sales_stages", position, "high"), problem, T("Write bounds of at most four decimals."))


def _own(position: int, field: "CustomField", playbook: "Playbook") -> Iterator[Wrong]:
    at = ("fields", position)
    if field.need != "required":
        return
    if field.kind in ("line", "long") and field.length == 1 and not field.placeholders:
        yield Wrong(
            (*at, "length"),
            T("The field is required, and one letter alone is taken for a placeholder"),
            T("Allow 2 characters or more, or set placeholders = true."),
        )
    known = field.picks in (*playbook.picks, "sales_stages")
    if field.kind != "pick" or not field.picks or not known or not playbook.pick_list(field.picks).can_be_answered:
        return
    if not _can_be_answered(field.picks, playbook, given(field.label), wording=not field.placeholders):
        yield Wrong(
            (*at, "picks"),
            T("The field is required, and its list “{name}” has nothing but placeholders", name=field.picks),
            T("Add other items to the list, set open = true in it, or set placeholders = true."),
            because=("picks", field.picks),
        )


def no_number_between(kind: str, least: Decimal, most: Decimal) -> bool:
    """Whether no number of a kind is within two bounds."""
    return least <= most and not _has_step(least, most, Decimal(1) if kind == "integer" else _STEP)


def _has_step(low: Decimal, high: Decimal, step: Decimal) -> bool:
    return (low / step).to_integral_value(ROUND_CEILING) * step <= high
