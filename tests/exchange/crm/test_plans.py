"""The tables of mappings: what they may name, and how a playbook overrides them."""

from pathlib import Path

import pytest

from oppwizard.errors import InvalidInput
from oppwizard.exchange.crm.plans import Plan, plan_of
from oppwizard.exchange.formats import Format
from oppwizard.model.custom import NoFields
from oppwizard.model.fields import declare
from oppwizard.model.services import PushedCrm
from oppwizard.playbook import load_playbook
from oppwizard.playbook.crm import CRMS


def plan(tmp_path: Path, crm: str, text: str = "") -> Plan:
    """The plan of a playbook with some lines of its own."""
    file = tmp_path / "playbook.toml"
    file.write_text(text, "utf-8")
    playbook = load_playbook(file)
    declare(playbook.custom)
    try:
        return plan_of(playbook, crm)
    finally:
        declare(NoFields)


def columns(found: Plan, name: str) -> list[str]:
    sheet = found.sheet(name)
    return [field.header for field in sheet.fields] if sheet else []


def test_every_crm_that_has_settings_is_a_format() -> None:
    assert tuple(each.value for each in Format if each.is_crm) == CRMS


def test_every_crm_that_is_sent_to_has_settings() -> None:
    assert set(PushedCrm) <= set(CRMS)


@pytest.mark.parametrize("crm", CRMS)
def test_every_built_in_table_is_sound(tmp_path: Path, crm: str) -> None:
    found = plan(tmp_path, crm)

    assert found.version == f"{crm}-1"
    for sheet in found.sheets:
        assert sheet.fields
        for field in sheet.fields:
            assert (field.source is None) == bool(field.column.value)
            if field.column.refers:
                names = [other.name for other in found.sheets]
                assert names.index(field.column.refers) < names.index(sheet.name) or "ReportsTo" in field.header


@pytest.mark.parametrize("crm", CRMS)
def test_every_option_of_a_table_can_be_turned(tmp_path: Path, crm: str) -> None:
    options = plan(tmp_path, crm).mapping.options

    for name, value in options.items():
        turned = plan(tmp_path, crm, f"[crm.{crm}.options]\n{name} = {str(not value).lower()}\n")
        assert [s.name for s in turned.sheets] != [s.name for s in plan(tmp_path, crm).sheets] or any(
            columns(turned, sheet.name) != columns(plan(tmp_path, crm), sheet.name) for sheet in turned.sheets
        ), name


def test_a_playbook_overrides_column_by_column(tmp_path: Path) -> None:
    found = plan(
        tmp_path,
        "salesforce",
        """
        [[fields]]
        name = "region"
        label = "Region"
        [crm.salesforce]
        external_id = "Legacy__c"
        [crm.salesforce.stages]
        proposal = "Angebot"
        [crm.salesforce.objects.Opportunity.columns.Name]
        length = 80
        [crm.salesforce.objects.Opportunity.columns.Type]
        off = true
        [crm.salesforce.objects.Opportunity.columns.Region__c]
        source = "custom.region"
        """,
    )
    sheet = found.sheet("Opportunity")
    assert sheet is not None
    by_header = {field.header: field for field in sheet.fields}

    assert sheet.key == "Legacy__c"
    assert {"Legacy__c", "Account.Legacy__c", "Region__c"} <= set(by_header)
    assert "Type" not in by_header
    assert by_header["Name"].column.length == 80
    assert by_header["Name"].column.required
    assert by_header["StageName"].picks is not None
    assert by_header["StageName"].picks.values["proposal"] == "Angebot"
    assert by_header["StageName"].picks.values["won"] == "Closed Won"
    assert columns(found, "Opportunity")[-1] == "Region__c"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[crm.salesforce.objects.Opportunity.columns.X__c]\nsource = "custom.gone"', "custom.gone"),
        ('[crm.salesforce.objects.Opportunity.columns.X__c]\nsource = "lines.sku"', "lines.sku"),
        ('[crm.salesforce.objects.Opportunity.columns.X__c]\npicks = "x"\nsource = "owner"', "“x”"),
        ("[crm.salesforce.objects.Opportunity.columns.X__c]\nlength = 3", "X__c"),
        ('[crm.salesforce.objects.Opportunity.columns."{gone}"]\nvalue = "1"', "{gone}"),
        ('[crm.salesforce.objects.Opportunity]\nkey = "Gone__c"', "Gone__c"),
        ("[crm.salesforce.objects.New.columns]\nA = { value = '1' }", "New"),
        ('[crm.salesforce.described]\ndeal = ["nothing"]', "nothing"),
    ],
)
def test_what_a_table_names_must_be_there(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(InvalidInput, match="salesforce") as refused:
        plan(tmp_path, "salesforce", text)
    assert named in str(refused.value)


def test_an_unknown_setting_of_a_crm_is_a_fault_of_the_playbook(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"crm.salesforce.colour"):
        plan(tmp_path, "salesforce", '[crm.salesforce]\ncolour = "blue"')
