"""Rules of the organisation put to records: when they speak, where they stand, and in which words."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from oppwizard import i18n
from oppwizard.model.enums import BudgetStatus, Engagement, Role, Severity, Stage, Status
from oppwizard.model.findings import Finding
from oppwizard.playbook import Playbook, load_playbook, use
from oppwizard.process.case import Case
from oppwizard.process.gates import judge
from oppwizard.process.rules import CODE
from tests.conftest import TODAY
from tests.playbook.rulebook import playbook_with, rule
from tests.process.bench import Bench, Change, account, all_of, deal, every, row, without

Fresh = Callable[[], Bench]


def ruled(bench: Bench, toml: str, **case: Any) -> list[Finding]:
    """What the rules of a playbook find on a bench."""
    playbook = playbook_with(toml)
    verdict = judge(Case(bench.record, playbook, case.pop("today", bench.today), **case))
    return [finding for finding in verdict.findings if finding.code.startswith(CODE)]


CHAMPION = '{ field = "people.roles", op = "contains", value = "champion" }'
ENGAGED = '{ field = "people.engagement", op = "is", value = "engaged" }'
LONG = '{ field = "term_months", op = ">", value = 12 }'
KEPT_AND_BROKEN: list[tuple[str, Change, Change]] = [
    ('{ field = "account.employees", op = ">=", value = 100 }', account(employees=100), account(employees=99)),
    ('{ field = "account.employees", op = "between", value = [5, 9] }', account(employees=9), account(employees=10)),
    ('{ field = "account.employees", op = "one of", value = [5, 9] }', account(employees=9), account(employees=6)),
    (
        '{ field = "probability", op = "<", value = "37.5%" }',
        deal(probability=Decimal(37)),
        deal(probability=Decimal("37.5")),
    ),
    (
        '{ field = "budget_amount", op = "<=", value = "EUR 5k" }',
        deal(budget_amount=Decimal(5000)),
        deal(budget_amount=Decimal("5000.01")),
    ),
    (
        '{ field = "budget_status", op = "is", value = "Allocated" }',
        deal(budget_status=BudgetStatus.ALLOCATED),
        deal(budget_status=BudgetStatus.UNCONFIRMED),
    ),
    (
        '{ field = "professional_services", op = "is", value = true }',
        deal(professional_services=True),
        deal(professional_services=False),
    ),
    (
        '{ field = "payment_terms", op = "not one of", value = ["30 days net", "net_60"] }',
        deal(payment_terms="monthly"),
        deal(payment_terms="net_30"),
    ),
    ('{ field = "currency", op = "one of", value = ["eur", "USD"] }', deal(currency="EUR"), deal(currency="JPY")),
    (
        '{ field = "close_on", op = "<=", value = "+30d" }',
        deal(close_on=TODAY + dt.timedelta(30)),
        deal(close_on=TODAY + dt.timedelta(31)),
    ),
    (
        '{ field = "close_on", op = "<", value = 2027-01-01 }',
        deal(close_on=dt.date(2026, 12, 31)),
        deal(close_on=dt.date(2027, 1, 1)),
    ),
    (
        '{ field = "close_on", op = "<=", than = "window_to", plus = 7 }',
        deal(close_on=dt.date(2026, 12, 8), window_to=dt.date(2026, 12, 1)),
        deal(close_on=dt.date(2026, 12, 9), window_to=dt.date(2026, 12, 1)),
    ),
    (
        '{ field = "close_on", op = ">", than = "today", plus = 14 }',
        deal(close_on=TODAY + dt.timedelta(15)),
        deal(close_on=TODAY + dt.timedelta(14)),
    ),
    (
        '{ field = "next_step_at", op = "between", value = [09:00:00, "17:30"] }',
        deal(next_step_at=dt.time(17, 30)),
        deal(next_step_at=dt.time(18)),
    ),
    ('{ field = "name", op = "contains", value = "ＡＣＭＥ" }', deal(name="Acme - seats"), deal(name="Globex - seats")),
    (
        '{ field = "next_step", op = "starts with", value = "demo" }',
        deal(next_step="Demo for the CFO"),
        deal(next_step="Send the demo"),
    ),
    (
        '{ field = "owner", op = "is not", than = "next_step_owner" }',
        deal(owner="Ann", next_step_owner="Bo"),
        deal(owner="Ann", next_step_owner="ANN"),
    ),
    ('{ field = "fit_reason", op = "answered" }', deal(fit_reason="Same systems"), deal(fit_reason="TBD")),
    (
        '{ field = "data_migration", op = "empty" }',
        deal(data_migration=None),
        deal(data_migration="Ten years of orders"),
    ),
    (
        '{ field = "acv", op = ">=", than = "arr" }',
        deal(acv_override=Decimal(9), arr_override=Decimal(9)),
        deal(acv_override=Decimal(8), arr_override=Decimal(9)),
    ),
    (
        '{ field = "lines.discount", of = "all", op = "<=", value = 20 }',
        every("lines", discount=Decimal(20)),
        row("lines", 1, discount=Decimal(21)),
    ),
    (
        '{ field = "lines.discount", of = "none", op = ">", value = 20 }',
        every("lines", discount=None),
        row("lines", 1, discount=Decimal(21)),
    ),
    (
        '{ field = "people.roles", of = "any", op = "contains", value = "champion" }',
        every("people", roles=[Role.CHAMPION]),
        every("people", roles=[]),
    ),
    (
        '{ field = "people.roles", of = "none", op = "one of", value = ["champion"] }',
        every("people", roles=[Role.END_USER]),
        row("people", 1, roles=[Role.CHAMPION]),
    ),
    (
        '{ field = "people.email", of = "all", op = "answered" }',
        every("people", email="a@example.com"),
        row("people", 1, email=None),
    ),
    ('{ rows = "risks", op = ">", value = 1 }', every("risks", owner="Ann"), without("risks")),
    (
        f'{{ rows = "people", where = {{ all = [{CHAMPION}, {ENGAGED}] }} }}',
        every("people", roles=[Role.CHAMPION], engagement=Engagement.ENGAGED),
        every("people", roles=[Role.CHAMPION], engagement=Engagement.NOT_CONTACTED),
    ),
    (
        '{ not = { field = "account.employees", op = ">=", value = 100 } }',
        account(employees=99),
        account(employees=100),
    ),
    (
        f'{{ any = [{{ field = "arr", op = ">", value = 0 }}, {LONG}] }}',
        deal(arr_override=Decimal(0), term_months=13),
        deal(arr_override=Decimal(0), term_months=12),
    ),
]


@pytest.mark.parametrize(("must", "kept", "broken"), KEPT_AND_BROKEN, ids=[row[0] for row in KEPT_AND_BROKEN])
def test_a_rule_speaks_where_it_is_broken(must: str, kept: Change, broken: Change, fresh: Fresh) -> None:
    good, bad = fresh(), fresh()
    for bench in (good, bad):
        deal(currency="EUR")(bench)
    kept(good)
    broken(bad)
    assert not ruled(good, rule(must))
    found = ruled(bad, rule(must))
    assert found
    assert all(point.code == "rule.ours" and point.requirement == "A5" and point.blocks for point in found)


OPEN = [
    '{ field = "account.employees", op = "<", value = 5 }',
    '{ field = "account.employees", op = "is not", value = 5 }',
    '{ not = { field = "account.employees", op = "<", value = 5 } }',
    '{ any = [{ field = "account.employees", op = "<", value = 5 }, { field = "name", op = "is", value = "x" }] }',
    '{ field = "budget_high", op = ">", than = "budget_amount" }',
    '{ field = "budget_amount", op = ">", value = "JPY 5" }',
]


@pytest.mark.parametrize("must", OPEN)
def test_what_is_not_answered_is_neither_right_nor_wrong(must: str, bench: Bench) -> None:
    all_of(account(employees=None), deal(budget_high=None, currency="EUR", budget_amount=Decimal(1)))(bench)
    assert not ruled(bench, rule(must))


def test_a_condition_that_is_open_applies_to_nothing(bench: Bench) -> None:
    toml = rule(
        '{ field = "data_migration", op = "answered" }', 'when = { field = "account.employees", op = ">", value = 9 }'
    )
    deal(data_migration=None)(bench)
    account(employees=None)(bench)
    assert not ruled(bench, toml)
    account(employees=10)(bench)
    (found,) = ruled(bench, toml)
    assert (str(found.at), found.stage) == ("data_migration", Stage.SCOPING)
    account(employees=9)(bench)
    assert not ruled(bench, toml)


def test_each_row_is_judged_by_itself(bench: Bench) -> None:
    toml = rule(
        '{ field = "lines.price_note", op = "answered" }',
        'each = "lines"\nwhen = { field = "lines.discount", op = ">", value = 20 }',
    )
    every("lines", discount=Decimal(30), price_note="Agreed by the CFO")(bench)
    assert not ruled(bench, toml)
    count = len(bench.record.lines)
    row("lines", count, price_note=None)(bench)
    (found,) = ruled(bench, toml)
    assert bench.spoken(found.at) == f"lines[{count}].price_note"
    assert str(found.message).startswith(f"line item {count}: Wanted:")


def test_a_row_can_be_spoken_of_at_a_field_of_the_record(bench: Bench) -> None:
    more = 'each = "lines"\nwhen = { field = "lines.discount", op = ">", value = 20 }\nstage = 6\nat = "name"'
    row("lines", 1, discount=Decimal(30), price_note=None)(bench)
    (found,) = ruled(bench, rule('{ field = "lines.price_note", op = "answered" }', more))
    assert bench.spoken(found.at) == "name"
    assert str(found.message).startswith("line item 1: Wanted:")


def test_every_row_that_breaks_a_rule_is_named(bench: Bench) -> None:
    toml = rule('{ field = "people.email", of = "all", op = "answered" }')
    every("people", email=None)(bench)
    found = ruled(bench, toml)
    assert [bench.spoken(point.at) for point in found] == [
        f"people[{number}].email" for number in range(1, len(bench.record.people) + 1)
    ]


def test_an_amount_without_a_currency_is_in_that_of_the_deal(bench: Bench) -> None:
    toml = rule('{ field = "budget_amount", op = ">=", value = 100 }')
    deal(currency="EUR", budget_amount=Decimal(100))(bench)
    assert not ruled(bench, toml)
    deal(currency="JPY", budget_amount=Decimal(100))(bench)
    assert ruled(bench, toml), "limits are scaled as the playbook's others are: 100 is 15,000 yen"
    deal(budget_amount=Decimal(15_000))(bench)
    assert not ruled(bench, toml)


def test_the_customers_revenue_has_its_own_currency(bench: Bench) -> None:
    toml = rule('{ field = "account.annual_revenue", op = ">=", value = "EUR 1m" }')
    deal(currency="USD")(bench)
    account(annual_revenue=Decimal(5), revenue_currency="EUR")(bench)
    assert ruled(bench, toml)
    account(revenue_currency="USD")(bench)
    assert not ruled(bench, toml)


def test_time_alone_never_reopens_an_opportunity(bench: Bench) -> None:
    toml = rule('{ field = "close_on", op = ">=", value = "today" }')
    deal(close_on=TODAY, pipeline_on=TODAY, status=Status.CREATED)(bench)
    assert not ruled(bench, toml, today=TODAY + dt.timedelta(days=9)), "its dates count from the day of its creation"
    deal(pipeline_on=None, status=Status.DRAFT)(bench)
    assert ruled(bench, toml, today=TODAY + dt.timedelta(days=9))
    later = rule('{ field = "plan.due", of = "all", op = ">=", value = "today" }', 'level = "warn"')
    deal(pipeline_on=TODAY, status=Status.CREATED)(bench)
    every("plan", due=TODAY)(bench)
    assert ruled(bench, later, today=TODAY + dt.timedelta(days=1)), "what is planned behind creation goes by the day"


def test_a_rule_about_the_score_closes_the_gate_of_a_draft_only(bench: Bench) -> None:
    toml = rule('{ field = "score", op = ">=", value = 60 }', 'stage = 4\nat = "initial_note"')
    deal(status=Status.DRAFT)(bench)
    assert not ruled(bench, toml), "nobody says what the score is"
    assert not ruled(bench, toml, scorer=lambda _case: 60)
    assert [point.severity for point in ruled(bench, toml, scorer=lambda _case: 59)] == [Severity.BLOCK]
    deal(status=Status.CREATED)(bench)
    assert [point.severity for point in ruled(bench, toml, scorer=lambda _case: 59)] == [Severity.WARN]


@pytest.mark.parametrize("level", list(Severity))
def test_the_level_says_whether_the_gate_closes(level: Severity, bench: Bench) -> None:
    toml = rule('{ field = "data_migration", op = "empty" }', f'level = "{level.value}"')
    deal(data_migration="Ten years")(bench)
    playbook = playbook_with(toml)
    verdict = judge(Case(bench.record, playbook, bench.today))
    assert [point.severity for point in ruled(bench, toml)] == [level]
    assert verdict.passed(Stage.SCOPING) is (level is not Severity.BLOCK)


# Words

WORDS = [
    ('{ field = "account.employees", op = ">=", value = 1000 }', "Employees is at least 1,000", "1,000以上"),
    (
        '{ field = "close_on", op = "<", value = 2026-12-31 }',
        "Close date is before Thu 31 Dec 2026",
        "2026年12月31日(木)より前",
    ),
    ('{ field = "close_on", op = "<=", than = "window_to", plus = -7 }', "is no later than 7 days before", "7日前"),
    ('{ field = "arr", op = ">", value = "EUR 5000" }', "ARR is more than €5,000", "5,000"),
    (
        '{ field = "deal_type", op = "one of", value = ["expansion", "new_logo"] }',
        "is one of: Expansion, New logo",
        "のいずれか",
    ),
    ('{ field = "lines.discount", of = "all", op = "<=", value = 20 }', "for every line item: Discount", "すべての"),
    (
        '{ rows = "people", where = { field = "people.level", op = "answered" }, op = ">=", value = 2 }',
        "People where Level is answered: at least 2",
        "2件以上",
    ),
    (
        '{ any = [{ field = "deal_type", op = "empty" }, { not = { field = "infrastructure", op = "empty" } }] }',
        "is empty, or not:",
        "または",
    ),
]


@pytest.mark.parametrize(("must", "english", "japanese"), WORDS, ids=[row[0] for row in WORDS])
def test_a_rule_speaks_both_languages(must: str, english: str, japanese: str) -> None:
    from oppwizard.process.rules import told

    (ruling,) = (one for rulings in playbook_with(rule(must)).rulings.values() for one in rulings)
    message, remedy = told(ruling)
    assert english in str(message)
    assert "ours" in str(remedy)
    i18n.use("ja")
    assert japanese in str(message)
    assert "Wanted" not in str(message)


def test_words_of_the_organisation_come_first(bench: Bench) -> None:
    must = '{ field = "data_migration", op = "empty" }'
    deal(data_migration="Ten years")(bench)
    (found,) = ruled(bench, rule(must, 'message = { en = "We do not migrate", ja = "移行はしません" }'))
    assert (str(found.message), str(found.remedy)) == ("We do not migrate", "Wanted: Data migration is empty")
    i18n.use("ja")
    assert str(found.message) == "移行はしません"
    i18n.use("en")
    when = 'when = { field = "term_months", op = ">", value = 0 }'
    (found,) = ruled(bench, rule(must, f'{when}\nmessage = "No"\n'))
    assert str(found.remedy).startswith("Wanted where ")
    (found,) = ruled(bench, rule(must, f'{when}\nmessage = "No"\nremedy = "Ask us"'))
    assert str(found.remedy) == "Ask us"
    (found,) = ruled(bench, rule(must, when))
    assert str(found.remedy).startswith("This is asked where ")


def test_a_playbook_without_rules_says_nothing_more(bench: Bench) -> None:
    verdict = bench.judge()
    assert not [point for point in verdict.findings if point.code.startswith(CODE)]


@pytest.fixture
def own_fields() -> Iterator[Playbook]:
    """A playbook with a field of its own and rules about it, in use while the test runs."""
    own = '[[fields]]\nname = "region"\nlabel = "Region"\nkind = "choice"\nstage = 2\n'
    own += 'choices = [{ value = "north" }, { value = "south", label = "The south" }]\n'
    playbook = playbook_with(own + rule('{ field = "custom.region", op = "is", value = "The south" }'))
    use(playbook)
    yield playbook
    use(load_playbook())


def test_a_rule_about_a_field_of_the_organisations_own(bench: Bench, own_fields: Playbook) -> None:
    def said(**answers: str) -> list[str]:
        bench.record.opportunity.custom = answers
        verdict = judge(Case(bench.record, own_fields, bench.today))
        return [f"{point.at}: {point.message}" for point in verdict.findings if point.code == "rule.ours"]

    assert said(region="north") == ["custom.region: Wanted: Region is The south"]
    assert said(region="south") == []
    assert said() == []
    assert said(region="of another time") == []
