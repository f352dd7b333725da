"""What an opportunity may be called (E5)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, strategies as st

from oppwizard.model.account import Account
from oppwizard.model.base import new_id
from oppwizard.model.enums import Commitment, PricingModel
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import LineItem
from oppwizard.model.record import Record
from oppwizard.playbook import load_playbook
from oppwizard.process.naming import is_descriptive, proposed_name

NO_DEAL = new_id()
WORDING = load_playbook().wording

GENERIC = [
    "Acme Corp",
    "Acme Corp Opportunity",
    "Acme Corp - Opportunity",
    "Acme Corp - New deal - TBD",
    "Acme Corp - Opportunity - 500 users",
    "Acme Corp - Sales Cloud",
    "Acme Corp - Sales Cloud - ",
    "Acme Corp - - 500 users",
    "Acme Corp - Acme Corp - 500 users",
    "Acme Corp - Sales Cloud - Acme Corp",
    "Acme Corp - Sales Cloud - new deal",
    "Acme Corp - ??? - 500 users",
    "New deal",
    "Opportunity",
    "New - Deal - Project",
    "Deal - Sales Cloud - 500 users",
    "Acme-Corp-Sales",
    "Acme Corp Sales Cloud 500 users",
    "新規案件",
    "アクメ - 案件 - 新規",
    "アクメ株式会社",
    "アクメ - 在庫管理 - 未定",
    "案件 - 在庫管理 - 500ユーザー",
]
GOOD = [
    "Acme Corp - Sales Cloud 実装 - 500 ユーザー",
    "Acme Corp - Sales Cloud - 500 users",
    "Acme Corp – Sales Cloud – 500 users",
    "Acme Corp—Sales Cloud—500 users",
    "Acme Corp | Sales Cloud | EMEA",
    "Acme Corp / Sales Cloud / EMEA",
    "Acme Corp - Sales Cloud - 500 users - phase 2",
    "Acme Corp - New deal desk software - 40 seats",
    "Hewlett-Packard - Add-on modules - 12 sites",
    "アクメ・在庫管理・500ユーザー",
    "アクメ株式会社 - 在庫管理導入 - 4倉庫",
    "アクメ／在庫管理／全国",
    "3M - ERP - 40",
    "林 - 在庫管理 - 4倉庫",
]


@pytest.mark.parametrize("name", GENERIC)
def test_a_generic_name_is_refused(name: str) -> None:
    assert not is_descriptive(name, "Acme Corp", WORDING)


@pytest.mark.parametrize("name", GOOD)
def test_a_descriptive_name_passes(name: str) -> None:
    assert is_descriptive(name, "Acme Corp", WORDING)


def deal_with(account: str | None, *lines: LineItem) -> Record:
    owner = Account(dba=account)
    record = Record(Opportunity(account_id=owner.id), owner)
    for line in lines:
        line.opportunity_id = record.id
    record.lines = list(lines)
    return record


def item(product: str | None, sku: str | None = None, **values: Any) -> LineItem:
    return LineItem(opportunity_id=NO_DEAL, product=product, sku=sku, quantity=Decimal(120), **values)


def test_proposal_takes_account_product_and_scope() -> None:
    line = item("Stock Count", "STK")
    assert proposed_name(deal_with("Acme", line)) == "Acme - Stock Count - 120 seats"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (item(None, "STK-SCAN"), "Acme - STK-SCAN - 120 seats"),
        (item("Meter", pricing_model=PricingModel.USAGE), "Acme - Meter - 120 units"),
        (item("Suite", pricing_model=PricingModel.FLAT, configuration="Four sites"), "Acme - Suite - Four sites"),
        (item("Suite", pricing_model=PricingModel.FLAT), "Acme - Suite - 120 units"),
    ],
)
def test_scope_follows_the_pricing(line: LineItem, name: str) -> None:
    assert proposed_name(deal_with("Acme", line)) == name


def test_options_and_empty_lines_are_passed_over() -> None:
    lines = (item(None), item("Later", commitment=Commitment.OPTION), item("Now"))
    assert proposed_name(deal_with("Acme", *lines)) == "Acme - Now - 120 seats"


@pytest.mark.parametrize("record", [deal_with("Acme"), deal_with(None, item("Suite")), deal_with("", item("Suite"))])
def test_no_proposal_without_account_and_product(record: Record) -> None:
    assert proposed_name(record) is None


WORDS = st.from_regex(r"[A-Za-zÀ-ÖØ-öぁ-ゖァ-ヺ一-龠0-9&'. -]{1,24}", fullmatch=True).map(str.strip)


def _says_something(text: str) -> bool:
    """Independent of the rule: two different letters, and none of the playbook's words."""
    words = "".join(char if char.isalnum() else " " for char in text.casefold()).split()
    banned = {word.casefold() for word in (*WORDING.generic_names, *WORDING.placeholders)}
    long = [word for word in words if len(set(word)) > 1 and word not in banned and not word.isdigit()]
    polite = ("です", "ます")
    return bool(long) and text.casefold() not in banned and not text.endswith(polite) and "".join(words) not in banned


@given(WORDS, WORDS, st.integers(1, 10**6), st.sampled_from(PricingModel))
def test_a_proposal_is_always_descriptive(account: str, product: str, quantity: int, model: PricingModel) -> None:
    assume(_says_something(account) and _says_something(product))
    assume(account.casefold() != product.casefold())
    line = LineItem(opportunity_id=NO_DEAL, product=product, quantity=Decimal(quantity), pricing_model=model)
    name = proposed_name(deal_with(account, line))
    assert name is not None
    assert account in name
    assert product in name
    assert is_descriptive(name, account, WORDING)


@given(st.text(), st.text())
def test_any_name_can_be_judged(name: str, account: str) -> None:
    assert is_descriptive(name, account, WORDING) in (True, False)


@given(WORDS)
def test_an_account_alone_is_never_descriptive(account: str) -> None:
    assume(account and " - " not in account)
    assert not is_descriptive(account, account, WORDING)
    assert not is_descriptive(f"{account} - {account} - {account}", account, WORDING)
