"""What every declared field is judged by: it is there, it says something, it could be read (W, E1)."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from oppwizard.model.ask import Kind, Need
from oppwizard.model.enums import Role, Severity, Stage
from oppwizard.model.fields import FIELDS, ROW_KINDS, FieldSpec
from oppwizard.model.findings import Address
from oppwizard.model.parts import RoleSearch
from oppwizard.model.record import Person
from tests.conftest import TODAY
from tests.process.bench import Bench, Change, Rule, account, all_of, blocks, check, deal, name_of, plus, row, warns

Q, SCOPE, DATA = Stage.QUALIFICATION, Stage.SCOPING, Stage.DATA_COLLECTION

MUST_HAVE = {
    "W1.1": "budget_status currency budget_source",
    "W1.2": "decision_maker_id authority_confirmed_how authority_confirmed_on",
    "W1.3": "business_problem measurable_impact",
    "W1.4": "window_to compelling_event",
    "W1.5": "discovery_on discovery_attendees pain_points current_state solution_fit fit_reason account.dba",
    "W1.6": "people.name people.roles",
    "W1.7": "competitors.kind",
    "W2.1": "lines.sku lines.product lines.category lines.quantity lines.unit_price lines.period lines.pricing_model "
    "lines.configuration lines.commitment",
    "W2.3": "term_months payment_terms deployment support_tier professional_services",
    "W2.4": "team.role",
    "W3.1": "account.legal_name account.industry account.sub_industry account.employees account.annual_revenue "
    "account.headquarters account.decision_location deal_type",
    "W3.2": "primary_contact_id",
    "W3.3": "name close_on close_validated_by close_validated_on sales_stage probability lead_source owner",
    "W3.4": "consequence_of_delay next_step next_step_owner next_step_on facts_confirmed",
    "W4.7": "initial_note",
    "W5.1": "searches.role searches.owner searches.due",
    "W5.3": "touchpoints.on touchpoints.kind touchpoints.people touchpoints.outcome",
    "W6.1": "why_us differentiators objections proof_points",
    "W6.2": "competitors.strengths competitors.weaknesses competitors.positioning competitors.counter",
    "W6.3": "risks.category",
    "W6.4": "plan.kind plan.what plan.owner plan.due",
}
"""What the requirements name as required of a field by itself; fields that depend on others have rules of their own."""
REQUIRED = [path for paths in MUST_HAVE.values() for path in paths.split()]
RECOMMENDED = {path for path, spec in FIELDS.items() if spec.ask.need is Need.RECOMMENDED}


def at_first(bench: Bench, spec: FieldSpec) -> Address:
    """The field's address: in the first row, where it is one of a row."""
    if spec.entity not in ROW_KINDS:
        return Address(spec.entity, spec.name)
    if not bench.record.rows(spec.entity):
        assert spec.entity == "searches", "the sample has rows of every other kind"
        plus("searches", RoleSearch, role=Role.GATEKEEPER, owner="rep", due=TODAY)(bench)
    return Address(spec.entity, spec.name, bench.record.rows(spec.entity)[0].id)


def put(bench: Bench, at: Address, value: object) -> None:
    holder = bench.record.holder(at)
    assert holder is not None
    setattr(holder, at.name, value)


def pending(path: str, text: str) -> Change:
    return lambda bench: bench.record.pending.__setitem__(path, text)


RULES = (
    blocks("missing", Q, "budget_source", deal(budget_source=None), deal(budget_source="CFO, by phone")),
    blocks("missing", Q, "budget_source", deal(budget_source="\u200b\u3000\u2060 \t")),
    blocks("missing", SCOPE, "lines[2].sku", row("lines", 2, sku="")),
    blocks("placeholder", Q, "budget_source", deal(budget_source="TBD"), deal(budget_source="The CFO")),
    blocks("placeholder", SCOPE, "lines[1].product", row("lines", 1, product="our platform")),
    blocks("placeholder", Q, "who_is_affected", deal(who_is_affected="n/a"), deal(who_is_affected=None)),
    warns(
        "pick.unlisted",
        DATA,
        "lead_source",
        deal(lead_source="carrier_pigeon"),
        deal(lead_source="web"),
        deal(lead_source=None),
    ),
    Rule(
        "recommended",
        Q,
        "success_metrics",
        deal(success_metrics=None),
        (deal(success_metrics="Difference below 1 %"),),
        Severity.INFO,
    ),
    blocks(
        "money.digits",
        Q,
        "budget_high",
        deal(budget_high=Decimal("100000.005")),
        deal(budget_high=Decimal("100000.05")),
        deal(currency="KWD"),
    ),
    blocks(
        "money.digits",
        Q,
        "budget_amount",
        all_of(deal(currency="JPY", budget_amount=Decimal("80000.5"))),
        deal(budget_amount=Decimal(80_000)),
        deal(currency="USD"),
    ),
    blocks("money.digits", SCOPE, "tcv_override", deal(tcv_override=Decimal("1.234"), override_reason="Contract")),
    blocks(
        "unreadable",
        Q,
        "budget_amount",
        pending("budget_amount", "about a lot"),
        lambda bench: bench.record.pending.clear(),
    ),
    blocks("unreadable", DATA, "account.employees", pending("account.employees", "many")),
)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_rule(rule: Rule, fresh: Callable[[], Bench]) -> None:
    check(rule, fresh)


def test_required_fields_are_those_of_the_requirements() -> None:
    assert {path for path, spec in FIELDS.items() if spec.ask.need is Need.REQUIRED} == set(REQUIRED)


@pytest.mark.parametrize("path", REQUIRED)
def test_a_required_field_that_is_cleared_blocks_exactly_there(bench: Bench, path: str) -> None:
    spec = FIELDS[path]
    at = at_first(bench, spec)
    assert not [f for f in bench.judge().blocking if f.at == at]
    put(bench, at, spec.empty)
    found = [f for f in bench.judge().blocking if f.at == at and f.code == "missing"]
    assert [(f.stage, f.requirement) for f in found] == [(spec.ask.stage, spec.ask.requirement)]
    assert str(spec.ask.label) in str(found[0].message)
    assert not bench.judge().passed(spec.ask.stage)


@pytest.mark.parametrize("path", sorted(RECOMMENDED))
def test_a_recommended_field_that_is_cleared_is_a_hint(bench: Bench, path: str) -> None:
    spec = FIELDS[path]
    at = at_first(bench, spec)
    put(bench, at, spec.empty)
    assert [f.severity for f in bench.judge().findings if f.at == at and f.code == "recommended"] == [Severity.INFO]
    if path != "people.title":  # the primary contact needs a title (W3.2)
        assert bench.judge().complete


def test_recommended_fields_hold_those_of_e2() -> None:
    assert {"decision_on", "evaluation_criteria", "success_metrics", "approval_process"} <= RECOMMENDED


OPTIONAL_ALONE = sorted(
    path
    for path, spec in FIELDS.items()
    if spec.ask.need is Need.OPTIONAL and spec.entity in ("opportunity", "account")
)
NEEDED_BY_RULE = {"budget_amount", "blockers_asked"}
"""Optional by declaration, because another answer can make up for them; their rules are in the tables."""


@pytest.mark.parametrize("path", OPTIONAL_ALONE)
def test_an_optional_field_may_stay_empty(bench: Bench, path: str) -> None:
    put(bench, at_first(bench, FIELDS[path]), FIELDS[path].empty)
    assert bench.judge().complete is (path not in NEEDED_BY_RULE)


@pytest.mark.parametrize(
    "path", [path for path, spec in FIELDS.items() if spec.ask.kind is Kind.MONEY and path != "lines.unit_price"]
)
def test_money_keeps_to_the_digits_of_its_currency(bench: Bench, path: str) -> None:
    at = at_first(bench, FIELDS[path])
    put(bench, at, Decimal("70000.001"))
    assert "money.digits" in {f.code for f in bench.judge().blocking if f.at == at}
    put(bench, at, Decimal("70000.01"))
    assert "money.digits" not in {f.code for f in bench.judge().findings}


def test_unit_prices_may_be_finer_than_the_currency(bench: Bench) -> None:
    row("lines", 1, unit_price=Decimal("45.0025"))(bench)
    assert bench.judge().complete


def test_a_text_that_cannot_be_read_is_one_open_point_not_two(bench: Bench) -> None:
    all_of(deal(close_on=None), pending("close_on", "when they are ready"))(bench)
    assert [f.code for f in bench.judge().blocking if str(f.at) == "close_on"] == ["unreadable"]


@pytest.mark.parametrize("path", ["lines.quantity", "people.email", "touchpoints.on", "plan.due"])
def test_unreadable_text_of_a_row_blocks_the_stage_of_its_field(bench: Bench, path: str) -> None:
    at = at_first(bench, FIELDS[path])
    pending(str(at), "no idea")(bench)
    finding = next(f for f in bench.judge().blocking if f.code == "unreadable")
    assert (finding.at, finding.stage) == (at, FIELDS[path].ask.stage)


def test_a_row_is_named_with_its_number(bench: Bench) -> None:
    row("people", 2, name=None)(bench)
    message = next(f for f in bench.judge().blocking if f.code == "missing").message
    assert str(message) == "person 2, Name is missing"


def test_account_revenue_is_judged_in_its_own_currency(bench: Bench) -> None:
    """Revenue keeps the currency it was typed in; a yen deal must not refuse a dollar figure with cents, nor the other
    way round."""
    all_of(deal(currency="USD"), account(annual_revenue=Decimal("1000.5"), revenue_currency="JPY"))(bench)
    assert [bench.spoken(f.at) for f in bench.judge().blocking] == ["account.annual_revenue"]


def test_sample_is_as_expected(bench: Bench) -> None:
    """The tables speak of these rows by number."""
    people = bench.record.people
    assert [p.name for p in people] == ["Luis Ferrer", "Dana Whitfield", "Priya Nand"]
    assert all(isinstance(p, Person) for p in people)
    assert [line.sku for line in bench.record.lines] == ["STK-SCAN", "STK-IMPL"]
