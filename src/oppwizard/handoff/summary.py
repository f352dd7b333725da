"""What a receiver reads first: the deal in two minutes, and what of the protocol is kept (H1-H4)."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from oppwizard.exchange.blocks import Block, Fact, Facts, Mark, Marks, cut, fact, moment, place
from oppwizard.i18n import T, Text, language
from oppwizard.model.enums import Influence, Stage
from oppwizard.model.fields import FIELDS
from oppwizard.model.findings import address
from oppwizard.model.money import show_money
from oppwizard.model.record import Person, Record
from oppwizard.process.entry import show
from oppwizard.process.gates import Verdict
from oppwizard.process.handing import Done, Given, Preparation
from oppwizard.process.scoping import OVERRIDES
from oppwizard.process.sizing import plain
from oppwizard.walk import Walk

_LONGEST: Final = 500
"""So many characters of an answer stand in the summary; all of it stands below."""
_MOST: Final = 7
"""So many people, competitors or risks stand in the summary."""
_ASKED: Final[tuple[tuple[Text, tuple[str, ...]], ...]] = (
    (T("The problem, in their words"), ("business_problem", "pain_points")),
    (T("What it costs them"), ("measurable_impact", "cost_of_inaction")),
    (T("Why now"), ("compelling_event", "window_to", "consequence_of_delay")),
)
"""What the summary says in the customer's words, and the answers that say it."""
_PERSON: Final = (("name", "title", "roles"), ("relationship", "engagement"))
_RIVAL: Final = (("name", "kind"), ("positioning",))
_RISK: Final = (("description",), ("likelihood", "impact", "mitigation", "owner"))
_TALK: Final = (("on", "kind", "subject"), ("people", "ours", "outcome", "commitments"))
"""What names a row, and what is said of it."""
_WEIGHT: Final = tuple(Influence)


class Summary:
    """The deal in two minutes."""

    def __init__(self, walk: Walk, record: Record, verdict: Verdict) -> None:
        self.walk = walk
        self.record = record
        self.verdict = verdict

    def figures(self) -> tuple[Fact, ...]:
        """How big, until when, how far, how well known."""
        score = self.walk.score(self.record)
        total = fact(T("Score"), str(T("{total} of 100", total=score.total)))
        return (*self.amounts(), self._close(), self._stage(), total)

    def amounts(self) -> Iterator[Fact]:
        """ARR, ACV and TCV, each with how it came about."""
        size = self.walk.sized(self.record)
        for _path, metric, label in OVERRIDES:
            figure = size.figure(metric)
            note = figure.formula if figure.override is None else self.of("override_reason")
            counted = bool(self.record.lines) or figure.override is not None
            yield fact(label, worth(figure.value, self.record), note=str(note)) if counted else fact(label)

    def _close(self) -> Fact:
        day, by, on = (self.of(path) for path in ("close_on", "close_validated_by", "close_validated_on"))
        note = T("validated by {who}, {day}", who=by, day=on) if by and on else T("not validated by the customer")
        return fact(T("Close date"), day, note=str(note) if day else "")

    def _stage(self) -> Fact:
        deal, closed = self.record.opportunity, self.verdict.open_stage
        note = T("all gates are satisfied")
        if closed:
            count = len(self.verdict.open_points(closed))
            note = T("open points in stage {stage}: {count}", count=count, stage=numbered(closed))
        return fact(T("Stage"), numbered(deal.stage), note="; ".join(filter(None, (self.of("sales_stage"), str(note)))))

    def essentials(self) -> Facts:
        """What to know before the first talk; what is not known says so."""
        deal, record = self.record.opportunity, self.record
        asked = (self._fact(label, self.of(paths[0]), *self._said(*paths[1:])) for label, paths in _ASKED)
        decides = record.person(deal.decision_maker_id)
        others = sorted((one for one in record.people if one is not decides), key=_weight)
        risks = [risk for risk in record.risks if self._row("risks", risk, _RISK)]
        confirmed = "; ".join(self._said("authority_confirmed_how", "authority_confirmed_on"))
        return Facts(
            "",
            (
                *asked,
                self._fact(T("Who decides"), *self._rows("people", [decides] if decides else [], _PERSON), confirmed),
                self._fact(T("Who else matters"), *self._rows("people", others, _PERSON)),
                self._fact(T("Against whom"), *self._rows("competitors", record.competitors, _RIVAL)),
                self._fact(T("Last talk"), self._last_talk()),
                self._fact(T("Next step"), self._next_step()),
                self._fact(T("Risks"), *self._rows("risks", risks, _RISK)),
            ),
        )

    def _fact(self, label: Text, *values: str) -> Fact:
        return fact(label, *(cut(value, _LONGEST) for value in values))

    def _last_talk(self) -> str:
        talks = [touch for touch in self.record.touchpoints if touch.on]
        last = max(talks, key=lambda touch: (touch.on, touch.created_at), default=None)
        if last is None:
            return ""
        return "\n".join((self._named("touchpoints", last, _TALK[0]), *self._told("touchpoints", last, _TALK[1])))

    def _next_step(self) -> str:
        on = " ".join(filter(None, (self.of("next_step_on"), self.of("next_step_at"))))
        return "\n".join(
            filter(None, (self.of("next_step"), ", ".join(filter(None, (self.of("next_step_owner"), on)))))
        )

    def _rows(self, kind: str, rows: Sequence[Any], names: tuple[tuple[str, ...], tuple[str, ...]]) -> Iterator[str]:
        for row in rows[:_MOST]:
            yield self._row(kind, row, names)
        if len(rows) > _MOST:
            yield str(T("and {count} more, below", count=len(rows) - _MOST))

    def _row(self, kind: str, row: Any, names: tuple[tuple[str, ...], tuple[str, ...]]) -> str:
        head, told = self._named(kind, row, names[0]), "; ".join(self._told(kind, row, names[1]))
        return " – ".join(filter(None, (head, told))) if head else ""

    def _named(self, kind: str, row: Any, names: tuple[str, ...]) -> str:
        return ", ".join(text for name in names if (text := self._cell(kind, row, name)))

    def _told(self, kind: str, row: Any, names: tuple[str, ...]) -> Iterator[str]:
        for name in names:
            if text := self._cell(kind, row, name):
                yield f"{FIELDS[f'{kind}.{name}'].ask.label}: {text}"

    def _cell(self, kind: str, row: Any, name: str) -> str:
        holder = row.part(name) if isinstance(row, Person) else row
        return show(FIELDS[f"{kind}.{name}"], getattr(holder, name), self.record, self.walk.playbook)

    def _said(self, *paths: str) -> Iterator[str]:
        """The answers of the opportunity that are there, each with its label."""
        return (f"{FIELDS[path].ask.label}: {text}" for path in paths if (text := self.of(path)))

    def of(self, path: str) -> str:
        """An answer of the opportunity as it is shown."""
        return show(FIELDS[path], self.record.value(address(path)), self.record, self.walk.playbook)


def _weight(person: Person) -> int:
    return _WEIGHT.index(person.influence) if person.influence else len(_WEIGHT)


def worth(amount: Any, record: Record) -> str:
    """An amount in the deal's currency; a bare number where it has none."""
    return show_money(amount, record.currency, language()) if record.currency else plain(amount)


def numbered(stage: int) -> str:
    """A stage with its number."""
    return f"{int(stage)} {Stage(stage).label}"


# What the protocol asks for


def kept(walk: Walk, record: Record, prepared: Preparation, verdict: Verdict) -> tuple[Block, ...]:
    """What is passed on, what was done, and the typical mistakes."""
    given = tuple(_given(one) for one in prepared.given)
    points = tuple(_point(one) for one in prepared.points)
    found = tuple(_mistakes(walk, record, prepared, verdict)) or (Mark(True, str(T("None was found"))),)
    return (
        Marks(str(T("Passed on")), given),
        Marks(str(T("Checklist")), points),
        Marks(str(T("Typical mistakes")), found),
    )


def _given(given: Given) -> Mark:
    missing = ", ".join(map(place, given.missing))
    return Mark(not missing, str(given.passed.label), str(T("Missing: {what}", what=missing)) if missing else "")


def _point(done: Done) -> Mark:
    return Mark(done.done, str(done.point.label), _standing(done))


def _standing(done: Done) -> str:
    if done.at is not None:
        return f"{done.who}, {moment(done.at)}"
    if done.done:
        return str(T("the record shows it"))
    return str(T("for the receiver to do")) if done.point.receiver else str(T("not done"))


def _mistakes(walk: Walk, record: Record, prepared: Preparation, verdict: Verdict) -> Iterator[Mark]:
    for finding in prepared.mistakes:
        yield Mark(False, str(finding.message), str(finding.remedy))
    for mistake in walk.mistakes(record, verdict):
        yield Mark(False, mistake.coach.title, str(mistake.action.message))
