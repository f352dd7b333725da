"""The table documents itself."""

import json

from oppwizard.exchange.crm.describe import entries, table
from oppwizard.exchange.crm.plans import plan_of
from oppwizard.playbook import load_playbook
from tools.crm_tables import PAGE, written


def test_the_page_holds_the_tables_as_they_are() -> None:
    page = PAGE.read_text("utf-8")
    assert page == written(page), "python tools/crm_tables.py brings it up to date"


def test_a_column_says_where_it_comes_from_and_what_is_kept() -> None:
    found = {(one.file, one.column): one for one in entries(plan_of(load_playbook(), "salesforce"))}
    name = found["Opportunity", "Name"]
    assert (name.source, name.holds, name.limit, name.required) == (
        "deal.title",
        "Opportunity name",
        "120 characters",
        True,
    )
    assert found["Opportunity", "StageName"].conversion == "text, stages"
    assert found["Task", "Priority"].holds == "Normal"
    assert found["OpportunityLineItem", "Opportunity.OppWizard_Id__c"].given == "create"


def test_machines_get_the_same_table() -> None:
    plan = plan_of(load_playbook(), "hubspot")
    told = json.loads(json.dumps(table(plan)))
    assert told["external_id"] == "oppwizard_id"
    assert told["stages"]["won"] == "closedwon"
    assert len(told["columns"]) == sum(len(sheet.fields) for sheet in plan.sheets)
