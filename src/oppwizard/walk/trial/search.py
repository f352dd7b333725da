"""The search for answers that open a gate: a local search that gives weight to what resists.

Each step takes the first change that makes things better. Where none does, what is still open gains weight until giving
up something else for it pays (the breakout method): so conditions over several fields are weighed against one another.
Nothing in it is left to chance or to the clock: it ends after so many judgements.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from oppwizard.model.fields import ROW_KINDS
from oppwizard.model.findings import Address, Finding, address
from oppwizard.playbook.conditions import FIGURES
from oppwizard.playbook.rulings import Ruling
from oppwizard.process.gates import judge
from oppwizard.process.rules import CODE
from oppwizard.walk.trial.answers import Answers
from oppwizard.walk.trial.draft import Change, Draft
from oppwizard.walk.trial.keeping import Keeper

_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "budget.order": ("budget_amount", "budget_high"),
    "budget.range": ("budget_status",),
    "timeline.order": ("window_to",),
    "plan.after_close": ("close_on",),
    "probability.range": ("sales_stage",),
    "name.generic": ("account.dba", "account.legal_name"),
    "services.listed": ("lines.category",),
    "lines.tiers": ("lines.pricing_model",),
    "lines.custom": ("lines.pricing_model",),
    "lines.none": ("lines.commitment",),
    "money.digits": ("currency",),
    "team.unanswered": ("team.not_needed_because",),
    "risks.unanswered": ("risks.none_because",),
    "engagement.incomplete": ("people.engage_by",),
    "committee.economic_buyer": ("people.roles",),
    "committee.unanswered": ("people.roles", "searches.due"),
    "contacts.buyer": ("people.roles",),
    "contacts.influencers": ("people.roles",),
    "coverage.few": (),
}
"""Where else, beside where it is said, an open point of the walk itself can be settled."""
_WORTH: Final = ("value.zero", "value.large")
_FAR: Final = 20
_RAISES: Final = 200
_OFTEN: Final = 10
"""A rule stands against an open point if it was broken at least a tenth as often as what was broken most often."""
_ROWS_WEIGH: Final = 200
"""So many rows weigh as much as an open point: of two records as good as one another the shorter one is taken."""
Measure = dict[tuple[str, str], float]
"""The open points, each with how far it is from being settled."""


class Search:
    """Opens gates of a draft.

    Attributes:
        left: so many judgements are left before it gives up.
        weights: what resisted, by code and place.
    """

    def __init__(self, draft: Draft, script: Mapping[str, Any], most: int) -> None:
        rulings = [one for several in draft.playbook.rulings.values() for one in several]
        self.draft, self.left = draft, most
        self.weights: Counter[tuple[str, str]] = Counter()
        self._been: set[int] = set()
        self._by_code: dict[str, Ruling] = {CODE + ruling.rule.name: ruling for ruling in rulings}
        self._resisted: Counter[str] = Counter()
        self._against: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._keeper = Keeper(draft, Answers(draft, script, rulings), rulings, lambda name: 1 + self._resisted[name])

    def settle(self) -> list[Finding]:
        """Open every gate up to the draft's stage; returns what was left open when the least was."""
        points = fewest = self._points()
        while points and self.left > 0 and self._better(points):
            points = self._points()
            fewest = min(fewest, points, key=len)
        return fewest

    def opposed(self, points: Iterable[Finding]) -> set[str]:
        """The names of the rules that points are of, and of those given up for these, or for those in turn.

        Taken for such are rules that settling the one often broke, and that were left broken in some state.
        """
        found: set[str] = set()
        codes = [point.code for point in points]
        while codes:
            code = codes.pop()
            if code not in found:
                found.add(code)
                codes += self._given_up_for(code)
        return {self._by_code[code].rule.name for code in found if code in self._by_code}

    def _given_up_for(self, code: str) -> list[str]:
        most = max(self._against[code].values(), default=0)
        often = (other for other, times in self._against[code].items() if times * _OFTEN >= most)
        return [one for one in often if one not in self._by_code or self._resisted[self._by_code[one].rule.name]]

    def _points(self) -> list[Finding]:
        found = judge(self.draft.case, self.draft.until).blocking
        return [point for point in found if point.code != "create.pending"]

    def _better(self, points: list[Finding]) -> bool:
        """Take one step; False where there is none."""
        before, mark = self._measured(points), self.draft.mark
        known: list[tuple[Measure, tuple[Change, ...]]] = []
        for point in sorted(points, key=lambda one: -self.weights[_key(one)]):
            for _way in self._mending(point):
                after = self._measured(self._points())
                self.left -= 1
                if self._cost(after) < self._cost(before):
                    return True
                known.append((after, self.draft.since(mark)))
                if _key(point) not in after:
                    self._against[point.code].update(code for code, _at in after.keys() - before.keys())
                if self.left <= 0:
                    self.draft.back(mark)
                    return False
        return self._sideways(before, known)

    def _sideways(self, before: Measure, known: list[tuple[Measure, tuple[Change, ...]]]) -> bool:
        """Take a change to where one was not yet, that costs no more once what is open has gained enough weight."""
        here = _after({}, self.draft.since(0))
        self._been.add(_signed(here))
        ranked = [(measure, changes, _signed(_after(here, changes))) for measure, changes in known]
        ranked = [one for one in ranked if one[2] not in self._been]
        for _time in range(_RAISES if ranked else 0):
            self._raise(before)
            best, changes, _sign = min(ranked, key=lambda one: self._cost(one[0]))
            if self._cost(best) <= self._cost(before):
                self.draft.again(changes)
                return True
        return False

    def _raise(self, open_points: Measure) -> None:
        for code, place in open_points:
            self.weights[code, place] += bool(code)
            if code in self._by_code:
                self._resisted[self._by_code[code].rule.name] += 1

    def _measured(self, points: Iterable[Finding]) -> Measure:
        measure: Measure = defaultdict(float)
        for point in points:
            ruling = self._by_code.get(point.code)
            far = min(self._keeper.failing(ruling), _FAR) if ruling else 1
            measure[_key(point)] += 1 + far / (_FAR + 1)
        rows = sum(len(self.draft.record.rows(kind)) for kind in ROW_KINDS)
        measure["", ""] = rows / _ROWS_WEIGH
        return measure

    def _cost(self, measure: Measure) -> float:
        return sum((1 + self.weights[key]) * far for key, far in measure.items())

    # What can be done about a point

    def _mending(self, point: Finding) -> Iterator[None]:
        """Ways of settling an open point, each of them on the draft while it is looked at."""
        mark = self.draft.mark
        if point.proposal and self.draft.answer(point.at, point.proposal):
            yield
            self.draft.back(mark)
        ruling = self._by_code.get(point.code)
        if ruling is not None:
            yield from self._keeper.keeping(ruling)
            return
        if point.at.spec is not None:
            yield from self._keeper.answering(point.at)
        for at in self._also(point):
            yield from self._keeper.answering(at)
        if point.code in _WORTH:
            yield from self._keeper.worth(FIGURES["tcv"])
        if point.at.entity in ROW_KINDS:
            yield from self._keeper.with_row(point.at.entity)
            yield from self._keeper.without_row(point.at.entity, point.at.row)

    def _also(self, point: Finding) -> Iterator[Address]:
        for path in _ALSO.get(point.code, ()):
            at = address(path)
            if at.entity not in ROW_KINDS:
                yield at
            elif point.at.entity == at.entity and point.at.row is not None:
                yield Address(at.entity, at.name, point.at.row)
            else:
                yield from (Address(at.entity, at.name, row.id) for row in self.draft.record.rows(at.entity))


Values = dict[tuple[int, str], object]
"""The attributes that a draft has changed, with what they are now."""


def _after(values: Values, changes: Iterable[Change]) -> Values:
    return values | {(id(change.holder), change.name): change.new for change in changes}


def _signed(values: Values) -> int:
    """What tells states of a draft apart."""
    return hash(tuple(sorted((*key, _told(value)) for key, value in values.items())))


def _told(value: object) -> str:
    return repr([getattr(one, "id", one) for one in value] if isinstance(value, list) else value)


def _key(point: Finding) -> tuple[str, str]:
    return point.code, str(point.at)
