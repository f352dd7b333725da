"""Whom we know, whom we met, who is missing (W5, K4, K5)."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from oppwizard.i18n import T, Text
from oppwizard.model.enums import Engagement, Role
from oppwizard.model.record import Person, Record
from oppwizard.model.text import fold

GAP_QUESTIONS: Final = {
    Role.ECONOMIC_BUYER: T("Nobody signs yet: who has the budget and signs the contract?"),
    Role.TECHNICAL_BUYER: T("Nobody judges the technology: who can say no on technical grounds?"),
    Role.PROCESS_OWNER: T("Nobody owns the process: whose daily work does this change?"),
    Role.EXECUTIVE_SPONSOR: T("No executive sponsor: who at the top wants this to happen?"),
    Role.CHAMPION: T("No champion: who argues for us when we are not in the room?"),
    Role.SUBJECT_MATTER_EXPERT: T("No subject-matter expert: whose opinion do they ask for?"),
    Role.END_USER: T("No end user: who will work with it every day?"),
    Role.PROCUREMENT: T("Nobody from procurement: who negotiates the contract for them?"),
    Role.INFLUENCER: T("No influencer: who else is listened to before the decision?"),
    Role.BLOCKER: T("No blocker known: who would rather keep things as they are?"),
    Role.GATEKEEPER: T("No gatekeeper known: who decides whom we get to see?"),
}
"""What to ask when nobody is known in a role (K4)."""


@dataclass(frozen=True, slots=True)
class Threads:
    """How many ways into the account there are (K5).

    Attributes:
        engaged: people met or actively engaged.
        known: all people on the record.
        levels: distinct levels of the engaged.
        departments: distinct departments of the engaged.
    """

    engaged: int
    known: int
    levels: int
    departments: int


def met_on(record: Record, person: Person) -> dt.date | None:
    """When the person was last met: by a touchpoint, or as an attendee of the discovery call."""
    days = [touch.on for touch in record.touchpoints if touch.on and person.id in touch.people]
    attendees = record.opportunity.discovery_attendees
    if record.opportunity.discovery_on and attendees and person.name and _is_named(fold(person.name), fold(attendees)):
        days.append(record.opportunity.discovery_on)
    return max(days, default=None)


def _is_named(name: str, text: str) -> bool:
    """Whether a name stands in a text as a name: not within another; in Japanese an honorific may follow."""
    after = r"(?!\w)" if name[-1:] < "\u3040" else ""
    return re.search(rf"(?<!\w){re.escape(name)}{after}", text) is not None


def threads(record: Record) -> Threads:
    """Measure multithreading."""
    engaged = [p for p in record.people if p.engagement in (Engagement.MET, Engagement.ENGAGED)]
    return Threads(
        engaged=len(engaged),
        known=len(record.people),
        levels=len({p.contact.level for p in engaged if p.contact.level}),
        departments=len({fold(p.contact.department) for p in engaged if p.contact.department}),
    )


def gaps(record: Record) -> list[tuple[Role, Text]]:
    """The roles nobody holds, each with the question that would fill it."""
    held = {role for person in record.people for role in person.roles}
    return [(role, question) for role, question in GAP_QUESTIONS.items() if role not in held]


def reporting_lines(record: Record) -> list[tuple[int, Person]]:
    """The org chart as (depth, person), top first; a circle of reports is cut where it closes."""
    known = {person.id for person in record.people}
    below: dict[object, list[Person]] = {}
    for person in record.people:
        boss = person.stakeholder.reports_to_id
        below.setdefault(boss if boss in known and boss != person.id else None, []).append(person)
    lines: list[tuple[int, Person]] = []
    seen: set[object] = set()

    def descend(person: Person, depth: int) -> None:
        if person.id in seen:
            return
        seen.add(person.id)
        lines.append((depth, person))
        for report in below.get(person.id, []):
            descend(report, depth + 1)

    for person in below.get(None, []):
        descend(person, 0)
    for person in record.people:
        descend(person, 0)
    return lines
