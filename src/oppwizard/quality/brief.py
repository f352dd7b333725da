"""A deal on one page for the colleagues who look at it: as HTML to be read and printed, and as Markdown (Q2).

What a text of the record may take is bounded in cells, so that the page stays one page of A4 whatever the record holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from rich.cells import cell_len, set_cell_size

from oppwizard.exchange.blocks import Block, Fact, Facts, Mark, Marks, Section, fact
from oppwizard.exchange.markdown import escaped
from oppwizard.i18n import T, Text, _, language
from oppwizard.model.dates import show_date
from oppwizard.model.enums import Commitment, CompetitorKind, Influence, PointKind
from oppwizard.model.fields import FIELDS
from oppwizard.model.findings import address
from oppwizard.model.money import show_money
from oppwizard.model.parts import Competitor, PeerPoint, Risk
from oppwizard.model.record import Person, Record
from oppwizard.process.coverage import gaps
from oppwizard.process.entry import show
from oppwizard.process.peers import item_of, last_session, points_of
from oppwizard.process.required import is_missing
from oppwizard.process.scoping import OVERRIDES
from oppwizard.process.sizing import plain
from oppwizard.quality.pages import render
from oppwizard.walk import Walk
from oppwizard.walk.peers import told

LINE: Final = 180
"""So many cells of a text fit two lines across the page ..."""
LONG: Final = 132
"""... so many what is said at length in a column ..."""
SHORT: Final = 80
"""... and so many a row of a list, two lines of a column."""
_TITLE: Final = 72
_PEOPLE: Final = 4
_ROWS: Final = 3
_POINTS: Final = 5
_QUESTIONS: Final = 4
"""So many people, rows of other lists, points, and questions to colleagues are shown."""
_WEIGHT: Final = tuple(Influence)
_GRADES: Final = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True, slots=True)
class Brief:
    """The page, before it is written.

    Attributes:
        below: what stands below the title: the state, the score, the agenda.
        deal: the deal in three lines.
        columns: what stands beside one another.
        last: what became of the last session.
    """

    title: str
    below: str
    deal: tuple[Fact, ...]
    columns: tuple[tuple[Section, ...], ...]
    last: Section


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the brief, where it is written line by line.

    Attributes:
        label: what the text is, where that is said.
        depth: how many lists it stands in beside the outermost.
        done: of an action, whether it is done.
    """

    text: str
    label: str = ""
    depth: int = 0
    done: bool | None = None
    heading: bool = False


def brief(walk: Walk, record: Record) -> Brief:
    """What colleagues are to know of a deal; what is not known says so."""
    page = _Page(walk, record)
    left = (page.size(), page.committee(), page.competition(), page.asked())
    right = (page.strategy(), page.next_step(), page.risks(), page.open_points())
    title = record.opportunity.name or record.account.name or str(T("New draft"))
    return Brief(cut(title, _TITLE), page.below(), page.deal(), (left, right), page.last())


def brief_html(walk: Walk, record: Record) -> str:
    """The brief as a page that loads nothing and runs nothing, one of A4 when it is printed."""
    made = brief(walk, record)
    return render(
        "brief.html.j2",
        kind=_("Brief for a peer review, {day}", day=_day(walk)),
        title=made.title,
        below=made.below,
        head=made.deal,
        incomplete=None,
        columns=made.columns,
        last=made.last,
        foot=(_("Made by oppwizard from the record; this page loads nothing and runs nothing."),),
    )


def brief_markdown(walk: Walk, record: Record) -> str:
    """The brief in Markdown, in which the record's own texts show as they are."""
    made = brief(walk, record)
    head = [
        f"# {escaped(made.title)}",
        "",
        _("Brief for a peer review, {day}", day=_day(walk)),
        escaped(made.below),
        "",
    ]
    return "\n".join([*head, *map(_marked, brief_lines(made))]) + "\n"


def _marked(line: Line) -> str:
    if line.heading:
        return f"\n## {escaped(line.text)}\n"
    box = "" if line.done is None else "[x] " if line.done else "[ ] "
    label = f"**{escaped(line.label)}**: " if line.label else ""
    return f"{'  ' * line.depth}- {box}{label}{escaped(line.text)}".rstrip()


def brief_lines(made: Brief) -> Iterator[Line]:
    """The brief line by line, without its title."""
    yield from _fact_lines(made.deal)
    for section in (*(section for column in made.columns for section in column), made.last):
        yield Line(_noted(section.heading, section.note), heading=True)
        for block in section.blocks:
            if isinstance(block, Facts):
                yield from _fact_lines(block.facts)
            elif isinstance(block, Marks):
                yield from (Line(_noted(mark.text, mark.note, " - {}"), done=mark.done) for mark in block.marks)


def _fact_lines(facts: Sequence[Fact]) -> Iterator[Line]:
    for one in facts:
        if len(one.values) < 2:
            yield Line(_noted(one.values[0] if one.values else _("not known yet"), one.note), one.label)
            continue
        if one.label:
            yield Line("", one.label)
        yield from (Line(value, depth=1 if one.label else 0) for value in one.values)


def _noted(text: str, note: str, how: str = " ({})") -> str:
    return text + how.format(note) if note else text


def _day(walk: Walk) -> str:
    return show_date(walk.context.today, language())


def cut(text: str, cells: int) -> str:
    """A text in one line that takes at most so many cells, a Japanese character taking two."""
    flat = " ".join(text.split())
    return flat if cell_len(flat) <= cells else set_cell_size(flat, cells - 1).rstrip() + "…"


class _Page:
    """The parts of the page, from one record."""

    def __init__(self, walk: Walk, record: Record) -> None:
        self.walk = walk
        self.record = record
        self.verdict = walk.verdict(record)

    def below(self) -> str:
        """How far it is, how well known, and the agenda."""
        deal = self.record.opportunity
        score = self.walk.score(self.record).total
        minutes = dict(zip(("present", "ask", "coach"), self.walk.playbook.peer.agenda, strict=True))
        agenda = T("{present} min presentation, {ask} min questions, {coach} min coaching", **minutes)
        facts = (deal.status.label, T("score {score} of 100", score=score), agenda)
        return " - ".join(map(str, facts))

    def deal(self) -> tuple[Fact, ...]:
        """The deal in three lines: who buys what, why now, how much and when."""
        return (
            self._fact(T("Who buys what"), LINE, self._who()),
            self._fact(
                T("Why now"),
                LINE,
                "; ".join(filter(None, map(self._of, ("compelling_event", "cost_of_inaction"))))
                or self._of("business_problem"),
            ),
            self._fact(T("How much, when"), LINE, "; ".join(filter(None, (self._worth(), self._close())))),
        )

    def _who(self) -> str:
        bought = [line for line in self.record.lines if line.commitment is not Commitment.OPTION and line.product]
        what = ", ".join(
            f"{plain(line.quantity)} x {line.product}" if line.quantity else str(line.product) for line in bought
        )
        who = self.record.account.name
        if who and what:
            return str(T("{account}: {products}", account=who, products=what))
        return who or what

    def _worth(self) -> str:
        amount = self.record.opportunity.amount
        return "" if amount is None else self._money(amount)

    def _close(self) -> str:
        day, by = self._of("close_on"), self._of("close_validated_by")
        if not day:
            return ""
        if by:
            return str(T("closes on {day}, validated by {who}", day=day, who=by))
        return str(T("closes on {day}, not validated by the customer", day=day))

    def size(self) -> Section:
        """ARR, ACV and TCV, each with how it came about."""
        made = self.walk.sized(self.record)
        facts: list[Fact] = []
        for _path, metric, label in OVERRIDES:
            figure = made.figure(metric)
            note = str(figure.formula) if figure.override is None else self._of("override_reason")
            counted = bool(self.record.lines) or figure.override is not None
            values = (self._money(figure.value),) if counted else ()
            facts.append(Fact(str(label), values, cut(note, SHORT) if values else ""))
        return _section(T("Size"), Facts("", tuple(facts)))

    def committee(self) -> Section:
        """Who decides and who matters, the weightiest first, and the roles that nobody holds."""
        deal, people = self.record.opportunity, self.record.people
        ranked = sorted(people, key=lambda one: (one.id != deal.decision_maker_id, _weight(one)))
        missing = ", ".join(str(role.label) for role, _question in gaps(self.record))
        return _section(
            T("Committee"),
            Facts(
                "",
                (
                    self._rows("", [self._person(one) for one in ranked if one.name], _PEOPLE),
                    self._fact(T("Nobody known as"), LONG, missing or str(T("every role is known"))),
                ),
            ),
        )

    def _person(self, person: Person) -> str:
        told_of = (person.name, self._cell("people", person, "title"), self._cell("people", person, "roles"))
        engaged = self._cell("people", person, "engagement")
        return ", ".join(filter(None, told_of)) + (f" ({engaged})" if engaged else "")

    def competition(self) -> Section:
        """Against whom, and how we stand against them."""
        rows = [self._rival(one) for one in self.record.competitors if one.name or one.kind]
        return _section(T("Competition"), Facts("", (self._rows("", rows, _ROWS),)))

    def _rival(self, rival: Competitor) -> str:
        said = rival.positioning or rival.counter or rival.strengths or ""
        return ": ".join(filter(None, (_called(rival), said)))

    def strategy(self) -> Section:
        """Why they buy from us."""
        asked = (("why_us", LONG), ("differentiators", LONG), ("objections", LONG))
        facts = tuple(self._fact(FIELDS[path].ask.label, cells, self._of(path)) for path, cells in asked)
        return _section(T("Why us"), Facts("", facts))

    def next_step(self) -> Section:
        """What happens next, who does it, when."""
        who = ", ".join(filter(None, map(self._of, ("next_step_owner", "next_step_on"))))
        text = " - ".join(filter(None, (self._of("next_step"), who)))
        return _section(T("Next step"), Facts("", (self._fact("", LONG, text),)))

    def risks(self) -> Section:
        """What could go wrong, the worst first."""
        rows = [self._risk(risk) for risk in self._worst()]
        return _section(T("Top risks"), Facts("", (self._rows("", rows, _ROWS),)))

    def _worst(self) -> list[Risk]:
        named = [risk for risk in self.record.risks if not is_missing(risk.description)]
        return sorted(named, key=lambda risk: _grade(risk.impact) + _grade(risk.likelihood))

    def _risk(self, risk: Risk) -> str:
        grades = "/".join(filter(None, (self._cell("risks", risk, name) for name in ("likelihood", "impact"))))
        counter = risk.mitigation or str(T("nothing is done about it yet"))
        return f"{cut(risk.description or '', SHORT // 2)}{f' ({grades})' if grades else ''}: {counter}"

    def open_points(self) -> Section:
        """What the gates still ask for."""
        points = self.verdict.blocking
        rows = [f"{int(point.stage)}: {point.message}" for point in points]
        shown = self._rows("", rows or [str(T("All six gates are satisfied."))], _POINTS, SHORT - 8)
        return _section(T("Open points"), Facts("", (shown,)), note=str(len(points)) if points else "")

    def asked(self) -> Section:
        """What colleagues can help with, from what the record leaves open."""
        rows = [str(question) for question in islice(self._questions(), _QUESTIONS)]
        return _section(T("What we ask of you"), Facts("", (self._rows("", rows, _QUESTIONS),)))

    def _questions(self) -> Iterator[Text]:
        rival = next(
            (one for one in self.record.competitors if one.kind is CompetitorKind.COMPETITOR and one.name), None
        )
        if rival is not None:
            yield T("Who has won against {name}, and how?", name=cut(rival.name or "", 40))
        role = next((role for role, _question in gaps(self.record)), None)
        if role is not None:
            yield T("Who knows somebody at {account} who is: {role}?", account=self._account(), role=role.label)
        bare = next((risk for risk in self._worst() if is_missing(risk.mitigation)), None)
        if bare is not None:
            yield T("What would you do about this risk: {risk}?", risk=cut(bare.description or "", 44))
        if self._of("objections"):
            yield T("How would you answer: {objection}?", objection=cut(self._of("objections"), 50))
        yield T("What would have to be true for this deal to be lost?")

    def _account(self) -> str:
        return cut(self.record.account.name, 30) or str(T("the customer"))

    def last(self) -> Section:
        """The last session, its actions, and whether they are done."""
        session = last_session(self.record)
        if session is None:
            return _section(T("Last session"), Facts("", (Fact("", (str(T("There was none yet.")),)),)))
        who = T("{day}, presented by {who}", day=show_date(session.on, language()), who=cut(session.presenter, 40))
        actions = points_of(self.record, session, PointKind.ACTION)
        marks = [self._action(action) for action in actions[:_POINTS]]
        if len(actions) > _POINTS:
            marks.append(Mark(False, str(T("and {count} more", count=len(actions) - _POINTS))))
        said = (Facts("", (self._fact("", LINE, session.summary),)),) if session.summary else ()
        none = Facts("", (Fact("", (str(T("Nobody was to do anything.")),)),))
        return _section(T("Last session"), *said, Marks("", tuple(marks)) if marks else none, note=str(who))

    def _action(self, action: PeerPoint) -> Mark:
        item = item_of(self.record, action)
        if item is None:
            return Mark(True, cut(str(told(action)), SHORT), str(T("done, off the plan")))
        today = self.walk.context.today
        late = item.due is not None and item.due < today
        return Mark(False, cut(str(told(action)), SHORT), str(T("overdue") if late else T("in the plan")))

    def _rows(self, label: str, rows: Sequence[str], most: int, cells: int = SHORT) -> Fact:
        shown = [cut(row, cells) for row in rows[:most]]
        if len(rows) > most:
            shown.append(str(T("and {count} more", count=len(rows) - most)))
        return fact(label, *shown)

    def _fact(self, label: Text | str, cells: int, text: str) -> Fact:
        return fact(label, cut(text, cells))

    def _money(self, amount: Any) -> str:
        return show_money(amount, self.record.currency, language()) if self.record.currency else plain(amount)

    def _of(self, path: str) -> str:
        return show(FIELDS[path], self.record.value(address(path)), self.record, self.walk.playbook)

    def _cell(self, kind: str, row: Any, name: str) -> str:
        holder = row.part(name) if isinstance(row, Person) else row
        return show(FIELDS[f"{kind}.{name}"], getattr(holder, name), self.record, self.walk.playbook)


def _section(heading: Text, *blocks: Block, note: str = "") -> Section:
    return Section(str(heading), blocks, note)


def _weight(person: Person) -> int:
    return _WEIGHT.index(person.influence) if person.influence else len(_WEIGHT)


def _grade(grade: Any) -> int:
    return _GRADES.get(grade.value if grade else "", len(_GRADES))


def _called(rival: Competitor) -> str:
    return rival.name or (str(rival.kind.label) if rival.kind else "")
