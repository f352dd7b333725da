"""The open points of a record as a call sheet: what to ask whom, in the coach's words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from oppwizard.exchange.coaching import texts
from oppwizard.exchange.markdown import escaped
from oppwizard.i18n import T, Text
from oppwizard.model.enums import Role, Severity, Stage
from oppwizard.model.fields import OPPORTUNITY
from oppwizard.model.findings import Finding
from oppwizard.model.record import Person, Record
from oppwizard.model.text import visible
from oppwizard.playbook.coach import Coach
from oppwizard.process.gates import Verdict
from oppwizard.walk import Walk

Style = Literal["markdown", "text"]
_OURSELVES: Final = "ourselves"
_OWN: Final = (OPPORTUNITY, "lines", "team", "plan", "risks", "searches", "touchpoints")
"""What is for us to settle where the coach has no words for it."""
_PLAIN: Final = ("missing", "recommended")


@dataclass(slots=True)
class Point:
    """One thing to find out, and how to ask for it."""

    what: str
    questions: tuple[str, ...] = ()


@dataclass(slots=True)
class Group:
    """What one person, or somebody in a role, can tell; or what is left to ourselves."""

    name: str
    own: bool = False
    points: list[Point] = field(default_factory=list)

    def add(self, point: Point) -> None:
        """Add a point; nobody is asked the same twice."""
        asked = {question for other in self.points for question in other.questions}
        fresh = Point(point.what, tuple(question for question in point.questions if question not in asked))
        if all(other.what != point.what for other in self.points):
            self.points.append(fresh)


def call_sheet(walk: Walk, record: Record, format: Style = "markdown") -> str:
    """What to ask whom: for the stages up to the open one first, then for later ones.

    Args:
        format: Markdown, in which the record's own texts are escaped, or plain text.
    """
    verdict = walk.verdict(record)
    here = verdict.open_stage or Stage.STRATEGY
    sheet = _Sheet(format)
    sheet.title(T("Call sheet: {title}", title=record.opportunity.name or record.account.name or str(record.id)))
    sections = (
        (T("Now: up to stage {number} {stage}", number=int(here), stage=here.label), Stage.QUALIFICATION, here),
        (T("Later"), Stage(min(here + 1, Stage.STRATEGY)), Stage.STRATEGY),
    )
    for number, (heading, first, last) in enumerate(sections):
        if number and here is Stage.STRATEGY:
            break
        groups = _groups(record, _open(verdict, first, last))
        if groups or not number:
            sheet.section(heading, groups)
    return sheet.text()


def _open(verdict: Verdict, first: Stage, last: Stage) -> list[Finding]:
    """What blocks, what is recommended, and the roles that nobody holds; nothing that only creating it settles."""
    stages = [stage for stage in Stage if first <= stage <= last]
    found = [finding for stage in stages for finding in verdict.of(stage) if finding.severity is not Severity.WARN]
    return [finding for finding in found if finding.code != "create.pending"]


def _groups(record: Record, findings: Sequence[Finding]) -> list[Group]:
    """The points by whom to ask: people by name, then roles, then anyone, then ourselves."""
    words = texts()
    groups: dict[tuple[int, str], Group] = {}
    for finding in findings:
        for rank, name in _whom(record, finding, words):
            group = groups.setdefault((rank, name), Group(name, own=rank == 3))
            point = _point(finding, words)
            group.add(point)
    return [groups[key] for key in sorted(groups, key=lambda key: key[0])]


def _whom(record: Record, finding: Finding, words: Coach | None) -> Iterator[tuple[int, str]]:
    """Who can answer, with a rank: a person 0, a role 1, anyone 2, ourselves 3."""
    said = words.fields.get(_path(finding)) if words else None
    whom = said.whom if said else (_OURSELVES if _is_own(finding) else "")
    role = next((one for one in Role if one.value == whom), None)
    if whom == _OURSELVES:
        yield 3, str(T("Ourselves: to do"))
        return
    asked = record.person(finding.at.row) if finding.at.entity == "people" and role is None else None
    known = [asked] if asked else list(record.holding(role)) if role else []
    named = [person for person in known if person.name]
    for person in named:
        yield 0, _called(person)
    if not named:
        yield (1, str(role.label)) if role else (2, str(T("Anyone at the customer")))


def _is_own(finding: Finding) -> bool:
    return finding.at.entity in _OWN and not (finding.at.entity == OPPORTUNITY and finding.at.spec)


def _called(person: Person) -> str:
    details = [text for text in (person.contact.title, *(str(role.label) for role in person.roles)) if text]
    return f"{person.name} ({', '.join(details)})" if details else person.name


def _point(finding: Finding, words: Coach | None) -> Point:
    """A finding as a question; the finding's own words where the coach has none."""
    coached = words.fields.get(_path(finding)) if words else None
    if (coached and coached.ask) or finding.code in _PLAIN or finding.code.startswith("gap."):
        return Point(str(finding.message), coached.ask if coached else ())
    return Point(str(T("{message} - {remedy}", message=finding.message, remedy=finding.remedy)))


def _path(finding: Finding) -> str:
    spec = finding.at.spec
    return spec.path if spec else finding.at.entity


class _Sheet:
    """Lines of Markdown or of plain text."""

    def __init__(self, style: Style) -> None:
        self.marked = style == "markdown"
        self.lines: list[str] = []

    def title(self, text: Text) -> None:
        self._heading(str(text), 1, "=")

    def section(self, heading: Text, groups: Sequence[Group]) -> None:
        self._heading(str(heading), 2, "-")
        if not groups:
            self.lines.append(str(T("No open points.")))
        for group in groups:
            self._heading(group.name, 3, "")
            for point in group.points:
                self._point(point, own=group.own)

    def text(self) -> str:
        return re.sub("\n{3,}", "\n\n", "\n".join(self.lines)).strip("\n") + "\n"

    def _point(self, point: Point, *, own: bool) -> None:
        self.lines.append(f"- {'[ ] ' if own else ''}{self._clean(point.what)}")
        self.lines += [f"  - {self._clean(question)}" for question in point.questions]

    def _heading(self, text: str, level: int, rule: str) -> None:
        clean = self._clean(text)
        lined = [clean, *([rule * min(len(clean), 72)] if rule else [])]
        self.lines += ["", "#" * level + " " + clean, ""] if self.marked else ["", *lined]

    def _clean(self, text: str) -> str:
        return escaped(text) if self.marked else visible(" ".join(text.split()))
