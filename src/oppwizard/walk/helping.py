"""What a face may offer while a field is answered: what the store knows, what the record yields, what cards say."""

from typing import TYPE_CHECKING

from oppwizard.i18n import Text
from oppwizard.model.enums import Standing
from oppwizard.model.fields import FIELDS
from oppwizard.model.findings import Address
from oppwizard.model.record import Record
from oppwizard.model.text import fold
from oppwizard.playbook.competitors import ANSWERS
from oppwizard.process.creation import proposed_note
from oppwizard.process.naming import is_descriptive, proposed_name

if TYPE_CHECKING:
    from oppwizard.walk.service import Walk

_COLLEAGUES = (
    "owner",
    "next_step_owner",
    "team.name",
    "searches.owner",
    "risks.owner",
    "plan.owner",
)
_RIVAL = "competitors.name"
SUGGESTED = ("account.dba", "account.legal_name", "people.name", _RIVAL, *_COLLEAGUES)


class Helping:
    """The part of `Walk` that suggests and proposes."""

    suggesting = frozenset(SUGGESTED)
    """The paths of fields for which the store knows what was written before."""

    def suggestions(self: "Walk", record: Record, path: str, text: str) -> list[str]:  # type: ignore[misc]
        """What a field might be meant to say, from what the store knows: accounts, people, names of colleagues."""
        if path in ("account.dba", "account.legal_name"):
            hits = self.store.accounts_like(text) if text.strip() else []
            return [hit.name for hit in hits if hit.id != record.account.id]
        if path == "people.name":
            taken = {person.contact.id for person in record.people}
            known = self.store.contacts_of(record.account.id) if record.account.standing is Standing.ACTIVE else []
            names = [c.name for c in known if c.id not in taken and c.name]
            return [name for name in names if fold(text) in fold(name)]
        if path == _RIVAL:
            return self._rivals(record, text)
        spec = FIELDS[path]
        used = self.store.used_values(spec.model, spec.name, text)
        mine = [self.context.user] if fold(self.context.user).startswith(fold(text)) else []
        return list(dict.fromkeys([*mine, *used])) if path in _COLLEAGUES else used

    def _rivals(self: "Walk", record: Record, text: str) -> list[str]:  # type: ignore[misc]
        """The competitors of the battle cards whose names have the text in them, but for those that are there."""
        there = {fold(rival.name or "") for rival in record.competitors} - {fold(text)}
        cards = (card for card in self.playbook.competitors if any(fold(text) in name for name in card.names))
        return [card.name for card in cards if fold(card.name) not in there]

    def proposal(self: "Walk", record: Record, at: Address) -> str | None:  # type: ignore[misc]
        """A value for a field that a provider, the record itself or a battle card yields."""
        waiting = self.waiting(record).get(at) if record.proposals else None
        if waiting:
            return self.told_value(record, waiting[0])
        if str(at) == "name":
            name = proposed_name(record)
            fits = name and is_descriptive(name, record.account.name, self.playbook.wording)
            return name if fits else None
        if str(at) == "initial_note":
            return proposed_note(record) or None
        if str(at) == "account.legal_name":
            return record.account.dba
        said = dict(self.card(record, at)).get(at.name)
        return str(said) if said and not record.value(at) else None

    def card(self: "Walk", record: Record, at: Address) -> list[tuple[str, Text]]:  # type: ignore[misc]
        """What the battle card of an alternative says to a field of it; all that it says, to its name (W6.2).

        Returns:
            The names of the fields of an alternative with the texts that the card has for them.
        """
        rival = record.row("competitors", at.row) if at.entity == "competitors" else None
        card = self.playbook.card(rival.name) if rival is not None else None
        wanted = ANSWERS if at.name in ("", "name", "kind") else (at.name,)
        return [(name, said) for name in wanted if card is not None and (said := card.text(name)) is not None]
