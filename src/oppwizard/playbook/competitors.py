"""Battle cards: what is known of a competitor, in the languages in which the organisation wrote it (W6.2)."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from pydantic import Field

from oppwizard.i18n import T, Text, given
from oppwizard.model.base import SHORT
from oppwizard.model.text import fold
from oppwizard.playbook.section import Section, Words, Wrong

ANSWERS: Final = {
    "strengths": "strengths",
    "weaknesses": "weaknesses",
    "positioning": "positioning",
    "counter": "counters",
}
"""The fields of an alternative that a card has a text for, and where the card has it."""


class BattleCard(Section):
    """A competitor. Its texts are proposed in stage 6, and never put over what was typed."""

    name: str = Field(min_length=1, max_length=SHORT)
    aliases: tuple[str, ...] = ()
    """What it is called too: by these names the card is found as well."""
    strengths: Words | None = None
    weaknesses: Words | None = None
    positioning: Words | None = None
    """How we stand against it."""
    counters: Words | None = None
    """What we do against its likely moves."""

    @cached_property
    def names(self) -> frozenset[str]:
        """Its names, folded."""
        return frozenset(fold(name) for name in (self.name, *self.aliases))

    def text(self, field: str) -> Text | None:
        """What it says to a field of an alternative; None where it says nothing."""
        words = getattr(self, ANSWERS[field]) if field in ANSWERS else None
        return given(words) if words else None


def card_of(cards: Iterable[BattleCard], name: str | None) -> BattleCard | None:
    """The card of a competitor by one of its names."""
    wanted = fold(name or "")
    return next((card for card in cards if wanted and wanted in card.names), None)


def wrong_cards(cards: Sequence[BattleCard]) -> Iterator[Wrong]:
    """Where a name leads to no card, or to two."""
    known: dict[str, str] = {}
    for position, card in enumerate(cards):
        for name in card.names:
            if not name:
                yield Wrong(
                    ("competitors", position, "aliases"),
                    T("A name has no letters in it"),
                    T("Take it away, or write it as people say it."),
                )
            elif known.setdefault(name, card.name) != card.name:
                yield Wrong(
                    ("competitors", position),
                    T("“{name}” and “{other}” share a name", name=card.name, other=known[name]),
                    T("Take it away from one of them."),
                )
