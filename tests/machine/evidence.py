"""What an opportunity needs at the least to be where it is, told from its stored values alone: a second opinion.

Written from the requirements, not from the gates: a record that passes them has all of this; they ask for more.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from oppwizard.data.store import Store
from tests.machine.ledger import typed

Values = dict[str, Any]

_DEAL: Final = {
    1: (
        *("budget_status", "budget_amount", "budget_source", "currency", "decision_maker_id"),
        *("authority_confirmed_how", "authority_confirmed_on", "business_problem", "measurable_impact"),
        *("window_to", "compelling_event", "discovery_on", "pain_points", "current_state"),
        *("solution_fit", "fit_reason"),
    ),
    2: ("term_months", "payment_terms", "deployment", "support_tier", "professional_services"),
    3: (
        *("deal_type", "primary_contact_id", "name", "close_on", "sales_stage", "probability", "lead_source", "owner"),
        *("consequence_of_delay", "next_step", "next_step_owner", "next_step_on"),
    ),
    4: ("initial_note",),
}
_ACCOUNT: Final = {
    1: ("dba",),
    3: ("legal_name", "industry", "sub_industry", "employees", "annual_revenue", "headquarters", "decision_location"),
}
_MET: Final = {"contacted", "met", "engaged"}


class Parts:
    """A record's stored rows, read from outside."""

    def __init__(self, store: Store, rows: dict[tuple[str, Any], tuple[Any, ...]], record_id: UUID) -> None:
        self.deal: Values = typed(store, "opportunity", [record_id])[record_id]
        self.account: Values = typed(store, "account", [self.deal["account_id"]])[self.deal["account_id"]]
        self._store, self._rows, self._id = store, rows, record_id

    def of(self, entity: str) -> list[Values]:
        """The rows of a table that are the record's."""
        ids = [_identity(key[1]) for key in self._rows if key[0] == entity]
        return [row for row in typed(self._store, entity, ids).values() if row["opportunity_id"] == self._id]

    def people(self) -> list[Values]:
        """The people, each with what is known of them here and everywhere."""
        roles = self.of("stakeholder")
        contacts = typed(self._store, "contact", [role["contact_id"] for role in roles])
        return [contacts[role["contact_id"]] | role for role in roles]


def _identity(raw: Any) -> UUID:
    return raw if isinstance(raw, UUID) else UUID(str(raw))


def missing(parts: Parts, through: int) -> list[str]:
    """What a record lacks that has passed the gates up to a stage."""
    return [said for stage in range(1, min(through, 4) + 1) for said in _lacks(parts, stage)]


def _lacks(parts: Parts, stage: int) -> Iterator[str]:
    yield from (f"{stage}: {name}" for name in _DEAL.get(stage, ()) if _empty(parts.deal[name]))
    yield from (f"{stage}: account.{name}" for name in _ACCOUNT.get(stage, ()) if _empty(parts.account[name]))
    yield from {1: _first, 2: _second, 3: _third, 4: _fourth}[stage](parts)


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value == []


def _first(parts: Parts) -> Iterator[str]:
    deal, people = parts.deal, parts.people()
    if str(deal["budget_status"]) == "unconfirmed":
        yield "the budget is unconfirmed"
    if str(deal["solution_fit"]) == "no_fit":
        yield "the solution does not fit"
    if deal["status"] in ("disqualified", "nurture"):
        yield "it is set aside"
    if not any(one["roles"] and one["influence"] and str(one["engagement"]) in _MET for one in people):
        yield "nobody is confirmed"
    if deal["decision_maker_id"] not in {one["id"] for one in people if not _empty(one["name"])}:
        yield "the decision maker is nobody of the record"
    if not parts.of("competitor"):
        yield "no alternative is named"


def _second(parts: Parts) -> Iterator[str]:
    lines = parts.of("line_item")
    if not lines:
        yield "there is no line item"
    for line in lines:
        if _empty(line["sku"]) or not line["quantity"] or line["quantity"] <= Decimal(0):
            yield "a line has no product or no quantity"
    team = parts.of("team_member")
    if len({str(row["role"]) for row in team if not _empty(row["name"]) or not _empty(row["not_needed_because"])}) < 3:
        yield "a role of the own team is not answered"


def _third(parts: Parts) -> Iterator[str]:
    people = {one["id"]: one for one in parts.people()}
    primary = people.get(parts.deal["primary_contact_id"])
    if primary is None or _empty(primary["email"]) or _empty(primary["phone"]):
        yield "the primary contact cannot be reached"
    if not any("economic_buyer" in map(str, one["roles"]) for one in people.values()):
        yield "there is no economic buyer"


def _fourth(parts: Parts) -> Iterator[str]:
    deal = parts.deal
    if deal["status"] not in ("created", "won", "lost") or deal["pipeline_on"] is None:
        yield "it is no opportunity"
    if str(parts.account["standing"]) != "active":
        yield "its account is only proposed"
    if not any(str(note["kind"]) == "initial" for note in parts.of("note")):
        yield "it has no initial note"
