"""The files for Pipedrive, Odoo, EspoCRM and Tryton: their importers' columns, and the traps they are known for."""

import datetime as dt
import html
import re
from decimal import Decimal

import pytest

from oppwizard.exchange.export import export
from oppwizard.model.findings import address
from tests.exchange.crm.conftest import Exported, Exporter, Opener, Stored
from tests.exchange.crm.records import MULTILINE

ODOO = {
    "id",
    "type",
    "name",
    "partner_id/id",
    "partner_name",
    "contact_name",
    "function",
    "email_from",
    "phone",
    "website",
    "expected_revenue",
    "probability",
    "stage_id",
    "date_deadline",
    "user_id",
    "description",
}
ESPO_STAGES = {"Prospecting", "Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Lost"}
ESPO_SOURCES = {"Call", "Email", "Existing Customer", "Partner", "Public Relations", "Web Site", "Campaign", "Other"}
TRYTON = {
    "reference",
    "description",
    "party",
    "contact",
    "currency",
    "amount",
    "start_date",
    "end_date",
    "conversion_probability",
    "employee",
    "comment",
    "lost_reason",
}
FIXED = {"currency", "start_date", "lost_reason"}
"""What Tryton's client lets nobody change of an opportunity that is no lead any more."""
TIES = {"reference", "party", "contact"}
"""What an opportunity is found by, and what it is tied to when it is made."""


def by(rows: list[dict[str, str]], key: str) -> dict[str, dict[str, str]]:
    found = {row[key]: row for row in rows}
    assert len(found) == len(rows)
    return found


# Tryton


@pytest.fixture
def tryton(exported: Exporter) -> Exported:
    return exported("tryton")


def test_tryton_gets_paths_of_its_own_fields(tryton: Exported) -> None:
    assert set(tryton.header("sale.opportunity")) == TRYTON
    assert set(tryton.header("party.party")) == {"name", "code"}
    assert set(tryton.header("party.contact_mechanism")) == {"party", "type", "value", "name"}
    assert set(tryton.header("sale.opportunity.open")) == TRYTON - TIES - FIXED | {"id"}
    assert set(tryton.header("sale.opportunity.state")) == TRYTON - TIES | {"id", "state"}
    assert set(tryton.header("update/party.party")) == {"id", "name"}


def test_tryton_moves_opportunities_last_and_changes_only_open_ones(tryton: Exported) -> None:
    made = [row["reference"] for row in tryton.rows("sale.opportunity")]
    states = {row["id"]: row["state"] for row in tryton.rows("sale.opportunity.state")}
    assert list(states) == made
    assert states[str(tryton.ids["won"])] == "won"
    assert states[str(tryton.ids["lost"])] == "lost"
    assert [row["id"] for row in tryton.rows("sale.opportunity.open")] == [
        one for one in made if states[one] == "opportunity"
    ]


def test_tryton_finds_parties_and_contacts_that_are_there(tryton: Exported) -> None:
    parties = by(tryton.rows("party.party"), "code")
    reaches = tryton.rows("party.contact_mechanism")
    mails = {(row["party"], row["value"]) for row in reaches if row["type"] == "email"}
    assert {row["party"] for row in reaches} <= parties.keys()
    for row in tryton.rows("sale.opportunity"):
        assert row["party"] in parties
        assert (row["party"], row["contact"]) in mails
    assert {row["type"] for row in reaches} <= {"email", "phone", "website", "other"}


def test_tryton_amounts_have_their_currencys_decimals_and_no_more(tryton: Exported) -> None:
    shapes = {"JPY": r"\d+", "USD": r"\d+\.\d\d", "EUR": r"\d+\.\d\d"}
    rows = tryton.rows("sale.opportunity")
    assert {row["currency"] for row in rows} == shapes.keys()
    for row in rows:
        assert re.fullmatch(shapes[row["currency"]], row["amount"]), row["amount"]
        assert 0 <= Decimal(row["conversion_probability"]) <= 1
        assert dt.date.fromisoformat(row["start_date"]) <= dt.date.fromisoformat(row["end_date"])
        assert row["employee"]


def test_tryton_texts_are_whole(tryton: Exported) -> None:
    deals = by(tryton.rows("sale.opportunity"), "reference")
    assert MULTILINE in deals[str(tryton.ids["lines"])]["comment"]
    assert deals[str(tryton.ids["lost"])]["lost_reason"] == "Price / Scanner vendor of today"
    for row in (*deals.values(), *tryton.rows("party.party")):
        for cell in (row.get("description", ""), row.get("name", "")):
            assert cell == cell.strip()  # Tryton takes blanks at the ends off


def test_tryton_line_items_stand_below_their_opportunity(opened: Opener, tryton: Exported) -> None:
    walk = opened("[crm.tryton.options]\nline_items = true\n")
    folder = walk.context.store.parent / "out"
    done = Exported(folder, export(walk, None, "tryton", folder), tryton.ids)
    products = by(done.rows("product.template"), "products/suffix_code")
    lines, current = dict[str, int](), ""
    for row in done.rows("sale.opportunity"):
        current = row["reference"] or current
        others = [cell for column, cell in row.items() if not column.startswith("lines/")]
        assert all(others[:2]) or not any(others)
        assert row["lines/product"] in products
        assert Decimal(row["lines/quantity"]) > 0
        assert row["lines/unit"] == "Unit"
        lines[current] = lines.get(current, 0) + 1
    assert len(lines) == 12
    assert (lines[str(done.ids["plain"])], lines[str(done.ids["once"])]) == (2, 1)


# Odoo


def test_odoo_holds_deals_in_other_currencies_back(exported: Exporter) -> None:
    done = exported("odoo")
    assert {left.id for left in done.result.left_out} == {done.ids[name] for name in ("japanese", "euro", "once")}
    assert {flaw.place for flaw in done.result.held_back} == {"deal.amount"}
    assert {row["id"] for row in done.rows("crm.lead")} == {
        f"oppwizard.opportunity_{one.hex}" for one in done.ids.values()
    } - {f"oppwizard.opportunity_{left.id.hex}" for left in done.result.left_out}


def test_odoo_gets_external_identities_and_html(exported: Exporter) -> None:
    done = exported("odoo")
    assert set(done.header("crm.lead")) == ODOO
    companies = by(done.rows("res.partner.companies"), "id")
    people = by(done.rows("res.partner.contacts"), "id")
    leads = by(done.rows("crm.lead"), "id")
    assert all(re.fullmatch(r"oppwizard\.[a-z]+_[0-9a-f]{32}", one) for one in (*companies, *people, *leads))
    assert {row["parent_id/id"] for row in people.values()} <= companies.keys()
    for row in leads.values():
        assert row["partner_id/id"] in companies
        assert Decimal(row["expected_revenue"]) > 0
        assert 0 <= Decimal(row["probability"]) <= 100
        assert row["stage_id"] in ("Qualified", "Proposition", "Won")
    described = leads[f"oppwizard.opportunity_{done.ids['lines'].hex}"]["description"]
    assert "<b>" not in described
    assert MULTILINE in html.unescape(described.replace("<br/>", "\n"))


# EspoCRM


def test_espocrm_gets_what_its_lists_have(exported: Exporter) -> None:
    done = exported("espocrm")
    accounts = {row["name"] for row in done.rows("Account")}
    people = {(row["accountName"], f"{row['firstName']} {row['lastName']}".strip()) for row in done.rows("Contact")}
    deals = by(done.rows("Opportunity"), "oppwizardId")
    assert len(deals) == 12
    for row in deals.values():
        assert len(row["name"].encode()) <= 255
        assert row["accountName"] in accounts
        assert (row["accountName"], row["contactName"]) in people
        assert row["stage"] in ESPO_STAGES
        assert row["leadSource"] in ESPO_SOURCES
        assert row["amount"]
        assert len(row["amountCurrency"]) == 3
        assert dt.date.fromisoformat(row["closeDate"]).year >= 2026
    assert MULTILINE in deals[str(done.ids["lines"])]["description"]


def test_espocrm_names_are_held_back_by_their_bytes(opened: Opener, stored: Stored) -> None:
    walk = opened()
    record = walk.load(stored.ids["japanese"])
    walk.save(walk.set(record, address("name"), "みなと工具 - 在庫カウント - " + "四つの倉庫に端末を置く、" * 7))
    result = export(walk, [record.id], "espocrm", walk.context.store.parent / "out")
    (flaw,) = result.held_back
    assert (flaw.file, flaw.column, flaw.place) == ("Opportunity", "name", "deal.title")
    assert "bytes" in str(flaw.problem)
    assert result.count == 0
    assert not list((walk.context.store.parent / "out").glob("*.csv"))


# Pipedrive


def test_pipedrive_gets_headers_that_it_maps_by_itself(exported: Exporter) -> None:
    done = exported("pipedrive")
    assert all(re.match(r"(Deal|Person|Organization|Note) - .", column) for column in done.header("deals"))
    organizations = {row["Organization - Name"] for row in done.rows("organizations")}
    people = {(row["Person - Name"], row["Organization - Name"]) for row in done.rows("people")}
    deals = by(done.rows("deals"), "Deal - OppWizard ID")
    assert len(deals) == 12
    for row in deals.values():
        assert row["Organization - Name"] in organizations
        assert (row["Person - Name"], row["Organization - Name"]) in people
    assert deals[str(done.ids["won"])]["Deal - Status"] == "Won"
    assert deals[str(done.ids["lost"])]["Deal - Status"] == "Lost"
    assert "Note - Content" not in done.header("update/deals")
