"""Copies of foreign deals under edited names are found again; the deals themselves stop nothing (A8)."""

import csv
import datetime as dt
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert

from oppwizard.checks.duplicates import candidates, duplicate_findings
from oppwizard.checks.keys import VERSION, keys_of
from oppwizard.data.store import Store
from oppwizard.data.tables import table_of, values_of
from oppwizard.model.account import Account
from oppwizard.model.enums import BillingPeriod, Status
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import LineItem
from oppwizard.model.record import Record
from oppwizard.playbook import load_playbook
from tests.checks.past_deals import FOREIGN, needs_foreign

BOOK = load_playbook()
OPEN_AT_ONCE = 400
EDITS: tuple[Callable[[str, random.Random], str], ...] = (
    lambda name, chance: name.upper(),
    lambda name, chance: f"{name} Ltd.",
    lambda name, chance: f"{name}, Inc",
    lambda name, chance: f"The {name} Company",
    lambda name, chance: _slip(name, chance),
    lambda name, chance: " ".join(reversed(name.split())),
)


def _slip(name: str, chance: random.Random) -> str:
    """A letter left out."""
    at = chance.randrange(1, len(name))
    return name[:at] + name[at + 1 :]


def _record(row: dict[str, str], account: Account, name: str | None = None) -> Record:
    owner = Account(legal_name=name, name_key=name.casefold()) if name else account
    deal = Opportunity(
        account_id=owner.id, currency="USD", status=Status.CREATED, term_months=12, title=row["opportunity_id"]
    )
    begun = dt.datetime.strptime(row["engage_date"], "%m/%d/%Y").replace(tzinfo=dt.UTC)
    deal.created_at, deal.discovery_on = begun, begun.date()
    deal.close_on = dt.datetime.strptime(row["close_date"], "%m/%d/%Y").date()
    deal.amount = Decimal(row["close_value"])
    line = LineItem(
        opportunity_id=deal.id,
        sku=row["product"],
        quantity=Decimal(1),
        unit_price=deal.amount,
        period=BillingPeriod.YEAR,
    )
    return Record(deal, owner, lines=[line])


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, list[tuple[dict[str, str], Record]]]]:
    """The foreign deals that were won at one time, as a pipeline of open ones."""
    with Path(FOREIGN).open(encoding="utf-8", newline="") as stream:
        won = [row for row in csv.DictReader(stream) if row["deal_stage"] == "Won" and row["account"]]
    rows = won[:OPEN_AT_ONCE]
    accounts = {row["account"]: Account(legal_name=row["account"], name_key=row["account"].casefold()) for row in rows}
    records = [(row, _record(row, accounts[row["account"]])) for row in rows]
    with Store.open(tmp_path_factory.mktemp("copies") / "store.db") as store:
        with store._writing() as connection:
            for found in (
                list(accounts.values()),
                [one.opportunity for _, one in records],
                [one.lines[0] for _, one in records],
            ):
                connection.execute(insert(table_of(type(found[0]))), [values_of(row) for row in found])
        store.make_keys(VERSION, keys_of)
        yield store, records


@needs_foreign
def test_copies_under_edited_names_are_found_and_the_originals_stop_nothing(
    pipeline: tuple[Store, list[tuple[dict[str, str], Record]]], capsys: pytest.CaptureFixture[str]
) -> None:
    store, records = pipeline
    chance = random.Random(5)
    found = stopped = 0
    for number, (row, original) in enumerate(records):
        copy = _record(row, original.account, EDITS[number % len(EDITS)](row["account"], chance))
        found += original.id in {each.id for each in candidates(copy, store, BOOK)}
    shown = 0
    for _row, original in records:
        near = candidates(original, store, BOOK)
        shown += bool(near)
        original.opportunity.status = Status.DRAFT
        stopped += any(finding.blocks for finding in duplicate_findings(original, near))
    with capsys.disabled():
        print(
            f"\n{len(records)} deals of {len({row['account'] for row, _ in records})} accounts: copies found "
            f"{found / len(records):.1%}; of the deals themselves {shown / len(records):.1%} are shown another one "
            f"(these customers buy again and again), {stopped} are stopped"
        )
    assert found / len(records) >= 0.97
    assert stopped == 0
