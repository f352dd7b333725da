"""What is the same for every service: nothing twice, nothing lost, whatever fails on the way."""

import json
import random

import pytest

from oppwizard.enrichment.asking import ProviderProblem
from oppwizard.exchange.crm.manifest import table_digest
from oppwizard.exchange.crm.plans import plan_of
from oppwizard.push.parcels import State
from oppwizard.push.pushing import PushResult, target_of, unfinished
from tests.push.conftest import Pushed
from tests.push.standin import TOKEN, Answer, Fault

Expected = dict[str, list[str]]
LATER = Answer(429, None, {"Retry-After": "7"})
BROKEN = Answer(500)
CUT = None


def states(result: PushResult) -> set[State]:
    return {state for told in result.records for _name, state in told.counts}


def test_a_second_push_asks_the_service_nothing(pushed: Pushed) -> None:
    assert states(pushed.push()) <= {State.CREATED, State.UPDATED}
    before = len(pushed.service.asked)
    assert states(pushed.push()) == {State.SAME}
    assert len(pushed.service.asked) == before


def test_rows_that_are_there_are_changed_and_not_doubled(pushed: Pushed, expected: Expected) -> None:
    pushed.push(*pushed.few)
    result = pushed.push(*pushed.few, again=True)
    assert states(result) == {State.UPDATED}
    assert pushed.service.snapshot() == expected[pushed.crm]


@pytest.mark.parametrize(
    ("faults", "pauses"),
    [
        pytest.param([Fault(LATER)], [7], id="too-many-requests"),
        pytest.param([Fault(BROKEN), Fault(BROKEN)], None, id="twice-broken"),
        pytest.param([Fault(CUT)], None, id="cut-before"),
        pytest.param([Fault(CUT, method="POST", done=True)], None, id="cut-after-a-post"),
        pytest.param([Fault(CUT, method="PATCH", done=True)], None, id="cut-after-a-patch"),
        pytest.param([Fault(CUT, method="DELETE", done=True)], None, id="cut-after-a-removal"),
        pytest.param([Fault(CUT, path="query")], None, id="cut-at-a-question"),
        pytest.param([Fault(Answer(503), path="associations", done=True)], None, id="broken-after-linking"),
    ],
)
def test_a_failure_on_the_way_leaves_no_trace(
    pushed: Pushed, expected: Expected, faults: list[Fault], pauses: list[float] | None
) -> None:
    pushed.service.faults = list(faults)
    result = pushed.push(*pushed.few)
    assert result.is_whole
    assert pushed.service.snapshot() == expected[pushed.crm]
    met = len(faults) - len(pushed.service.faults)
    assert len(pushed.pauses) == met
    if pauses is not None:
        assert pushed.pauses == pauses
    assert states(pushed.push(*pushed.few)) == {State.SAME}


def test_pauses_grow_and_vary(pushed: Pushed) -> None:
    pushed.service.faults = [Fault(BROKEN) for _ in range(4)]
    assert pushed.push("plain").is_whole
    for number, pause in enumerate(pushed.pauses):
        assert 0.25 * 2**number <= pause <= 0.5 * 2**number


@pytest.mark.parametrize(("after", "done"), [(0, True), (1, False), (2, True), (3, True), (5, True)])
def test_a_service_that_stays_away_ends_the_push_and_it_can_be_taken_up(
    pushed: Pushed, expected: Expected, after: int, done: bool
) -> None:
    class FailsAfter(list[Fault]):
        def __iter__(self):  # type: ignore[no-untyped-def]
            return iter([Fault(CUT, done=done)] if len(pushed.service.asked) > after else [])

        def remove(self, value: Fault) -> None:
            """It fails for ever."""

    pushed.service.faults = FailsAfter()
    result = pushed.push(*pushed.few)
    assert not result.is_whole
    assert result.stopped is not None
    assert "6" in str(result.stopped.problem)
    assert len(pushed.service.asked) == after + 6
    left = unfinished(pushed.walk, pushed.crm)
    assert set(left) == {pushed.stored.ids[name] for name in pushed.few}

    pushed.service.faults = []
    assert pushed.push(*pushed.few).is_whole
    assert pushed.service.snapshot() == expected[pushed.crm]
    assert unfinished(pushed.walk, pushed.crm) == []


def test_a_pause_longer_than_our_patience_ends_the_push(pushed: Pushed) -> None:
    pushed.service.faults = [Fault(Answer(429, None, {"Retry-After": "100000"}))]
    result = pushed.push("plain")
    assert result.stopped is not None
    assert pushed.pauses == []
    assert len(pushed.service.asked) == 1


def test_a_push_that_is_interrupted_goes_on_where_it_was(pushed: Pushed, expected: Expected) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    sent: list[float] = pushed.pauses
    pushed.pauses = type("Interrupting", (list,), {"append": lambda _self, _value: interrupted(0)})()
    path = "Opportunity/" if pushed.crm == "salesforce" else "0-3/"
    pushed.service.faults = [Fault(BROKEN, path=path)]
    with pytest.raises(KeyboardInterrupt):
        pushed.push(*pushed.few)
    pushed.pauses = sent
    before = len(pushed.service.asked)
    result = pushed.push(*pushed.few)
    assert {State.SAME, State.CREATED} == states(result)
    assert not any("Account" in one.path or "0-2/batch/upsert" in one.path for one in pushed.service.asked[before:])
    assert pushed.service.snapshot() == expected[pushed.crm]


def test_one_refused_row_holds_back_only_what_belongs_to_it(pushed: Pushed, expected: Expected) -> None:
    refused = pushed.walk.load(pushed.stored.ids["plain"])
    pushed.service.refused = refused.opportunity.title
    result = pushed.push(*pushed.few)
    whole = {told.title: told.is_whole for told in result.records}
    assert [title for title, is_whole in whole.items() if not is_whole] == [refused.opportunity.title]
    (told,) = (told for told in result.records if not told.is_whole)
    refusals = [problem for problem in told.problems if "which was not sent" not in str(problem[2])]
    assert [name for name, _id, _why in refusals] == ["Opportunity" if pushed.crm == "salesforce" else "deals"]
    assert TOKEN not in str(refusals)
    assert told.count(State.WAITING) == len(told.problems) - 1 > 0
    assert unfinished(pushed.walk, pushed.crm) == [refused.id]

    pushed.service.refused = ""
    before = len(pushed.service.asked)
    again = pushed.push("plain")
    assert again.is_whole
    assert not any("Account" in one.path or "0-2/batch/upsert" in one.path for one in pushed.service.asked[before:])
    assert pushed.service.snapshot() == expected[pushed.crm]


def test_only_what_has_changed_is_sent(pushed: Pushed) -> None:
    pushed.push("plain", "euro")
    before = len(pushed.service.asked)
    pushed.put("euro", "next_step", "Send the signed offer to finance")
    result = pushed.push("plain", "euro")
    changed = {
        (name, count) for told in result.records for (name, s), count in told.counts.items() if s is not State.SAME
    }
    assert changed == ({("Opportunity", 1), ("Task", 1)} if pushed.crm == "salesforce" else {("deals", 1)})
    bodies = [one.body or {} for one in pushed.service.asked[before:]]
    rows = [row for body in bodies for row in (*body.get("records", ()), *body.get("inputs", ())) if "from" not in row]
    assert len(rows) == len(changed)


def test_what_is_emptied_is_emptied_there(pushed: Pushed) -> None:
    pushed.push("plain")
    kind, column, empty = ("Account", "Website", None) if pushed.crm == "salesforce" else ("0-2", "website", "")
    assert pushed.service.of(kind)[0][column]
    pushed.put("plain", "account.website", "")
    assert pushed.push("plain").is_whole
    assert pushed.service.of(kind)[0][column] == empty


def test_a_record_that_the_crm_would_cut_is_not_sent(pushed: Pushed) -> None:
    mapping = getattr(pushed.walk.playbook.crm, pushed.crm)
    sheet, column = ("Account", "Name") if pushed.crm == "salesforce" else ("companies", "name")
    objects = {sheet: {"columns": {column: {"length": 11}}}}
    own = mapping.model_validate({**mapping.model_dump(exclude_unset=True), "objects": objects})
    crm = pushed.walk.playbook.crm.model_copy(update={pushed.crm: own})
    pushed.walk.playbook = pushed.walk.playbook.model_copy(update={"crm": crm})
    result = pushed.push("plain", "japanese")
    assert {flaw.record for flaw in result.checked.held_back} == {pushed.stored.ids["plain"]}
    assert [told.record for told in result.records] == [pushed.stored.ids["japanese"]]
    assert not any("Harbor" in json.dumps(one.body) for one in pushed.service.asked)


def test_a_dry_run_asks_nothing_remembers_nothing_and_needs_no_secret(
    pushed: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"OPPWIZARD_{pushed.crm.upper()}_TOKEN")
    result = pushed.push("plain", dry_run=True)
    assert states(result) == {State.NEW}
    assert pushed.service.asked == []
    target = target_of(pushed.walk, pushed.crm)
    assert pushed.walk.store.pushed.known(pushed.crm, target, [], [pushed.stored.ids["plain"]]) == {}


def test_a_token_that_is_not_let_in_ends_the_push_without_being_shown(
    pushed: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"OPPWIZARD_{pushed.crm.upper()}_TOKEN", "0utdated-token")
    result = pushed.push("plain", "japanese")
    assert result.stopped is not None
    assert "401" in str(result.stopped)
    assert "0utdated-token" not in str(result.stopped)
    assert len(pushed.service.asked) == 1
    assert states(result) == {State.WAITING}


def test_a_secret_that_is_not_there_is_named(pushed: Pushed, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"OPPWIZARD_{pushed.crm.upper()}_TOKEN"
    monkeypatch.delenv(name)
    with pytest.raises(ProviderProblem, match=name):
        pushed.push("plain")
    assert pushed.service.asked == []


def test_rows_that_the_record_has_no_more_are_told(pushed: Pushed) -> None:
    pushed.push("lines")
    record = pushed.walk.load(pushed.stored.ids["lines"])
    line = record.lines[0].id
    pushed.walk.save(pushed.walk.remove(record, "lines", line))
    (told,) = pushed.push("lines").records
    name = "OpportunityLineItem" if pushed.crm == "salesforce" else "line_items"
    assert (name, str(line)) in told.gone
    assert unfinished(pushed.walk, pushed.crm) == []


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 12))])
def test_whatever_fails_and_however_often_nothing_is_doubled(pushed: Pushed, expected: Expected, seed: int) -> None:
    chance = random.Random(seed)
    kinds = [CUT, BROKEN, LATER]

    class Sometimes(list[Fault]):
        def __iter__(self):  # type: ignore[no-untyped-def]
            fails = chance.random() < 0.5
            return iter([Fault(chance.choice(kinds), done=chance.random() < 0.5)] if fails else [])

        def remove(self, value: Fault) -> None:
            """There is always another one."""

    pushed.service.faults = Sometimes()
    pushed.walk.playbook = pushed.tuned(retries=1, batch=3)
    for _ in range(200):
        if pushed.push(*pushed.few).is_whole:
            break
    assert pushed.service.snapshot() == expected[pushed.crm]
    assert unfinished(pushed.walk, pushed.crm) == []


def test_where_the_service_is_does_not_make_the_files_others(pushed: Pushed) -> None:
    before = table_digest(plan_of(pushed.walk.playbook, pushed.crm))
    assert table_digest(plan_of(pushed.tuned(url="https://elsewhere.example"), pushed.crm)) == before


def test_a_redirection_is_not_followed(pushed: Pushed) -> None:
    away = Answer(307, None, {"Location": "http://192.0.2.1/"})
    pushed.service.faults = [Fault(away) for _ in range(9)]
    result = pushed.push("plain")
    assert result.stopped is not None
    assert states(result) == {State.WAITING}
