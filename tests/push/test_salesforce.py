"""Salesforce, against describes recorded from an organisation."""

from decimal import Decimal

import pytest

from oppwizard.errors import InvalidInput
from oppwizard.push.parcels import State
from oppwizard.push.pushing import push
from tests.exchange.crm.conftest import Exporter, Opener, Stored
from tests.push.conftest import Pushed, _started
from tests.push.salesforce_standin import ID, SECRET, SalesforceStandIn
from tests.push.standin import serving


def test_what_arrives_is_what_the_files_hold(salesforce: Pushed, exported: Exporter) -> None:
    salesforce.push()
    for name in ("Account", "Contact", "Opportunity", "Task"):
        there = {row[ID]: row for row in salesforce.service.of(name)}
        rows = exported("salesforce").rows(name)
        assert len(there) == len(rows)
        for row in rows:
            for header, cell in row.items():
                if not cell or "." in header:
                    continue
                value = there[row[ID]][header]
                if isinstance(value, bool):
                    value = str(value).lower()
                assert str(value) == cell or Decimal(str(value)) == Decimal(cell)


def test_rows_are_tied_to_those_they_belong_to(salesforce: Pushed) -> None:
    salesforce.push("committee")
    service = salesforce.service
    ((deal, opportunity),) = service.rows["Opportunity"].items()
    assert opportunity["AccountId"] in service.rows["Account"]
    assert {row["OpportunityId"] for row in service.of("OpportunityContactRole")} == {deal}
    assert {row["ContactId"] for row in service.of("OpportunityContactRole")} == set(service.rows["Contact"])
    assert all(row["WhatId"] == deal for row in service.of("Task"))


def test_competitors_take_the_place_of_earlier_ones(salesforce: Pushed) -> None:
    salesforce.push("plain")
    before = len(salesforce.service.of("OpportunityCompetitor"))
    record = salesforce.walk.load(salesforce.stored.ids["plain"])
    gone = record.competitors[0]
    salesforce.put("plain", f"competitors[{gone.id}].strengths", "Has been there for ever and knows everybody")
    result = salesforce.push("plain")
    assert result.records[0].counts["OpportunityCompetitor", State.UPDATED] == 1
    rows = salesforce.service.of("OpportunityCompetitor")
    assert len(rows) == before
    assert any("for ever" in row.get("Strengths", "") for row in rows)


def test_prices_without_an_identity_are_found_again(opened: Opener, stored: Stored) -> None:
    more = '[crm.salesforce.settings]\nprice_book = "01s000000000001"\n'
    with serving(SalesforceStandIn) as service:
        there = _started("salesforce", opened, stored, service, more)
        options = {**there.walk.playbook.crm.salesforce.options, "price_book": True}
        own = there.walk.playbook.crm.salesforce.model_copy(update={"options": options})
        crm = there.walk.playbook.crm.model_copy(update={"salesforce": own})
        there.walk.playbook = there.walk.playbook.model_copy(update={"crm": crm})
        assert there.push("plain", "euro").is_whole
        count = len(service.of("PricebookEntry"))
        assert count
        assert there.push("plain", "euro", again=True).is_whole
        assert len(service.of("PricebookEntry")) == count


NAMED = 'client_id = "keyring:app-key"\nclient_secret = "keyring:app-secret"\n'


@pytest.mark.parametrize("secret", [SECRET, "wr0ng-secret"])
@pytest.mark.parametrize("more", ["", NAMED], ids=["environment", "keyring"])
def test_a_token_is_asked_for_with_the_secret_of_an_app(
    opened: Opener, stored: Stored, monkeypatch: pytest.MonkeyPatch, secret: str, more: str
) -> None:
    known = {"app-key": "the-key", "app-secret": secret}
    monkeypatch.setattr("keyring.get_password", lambda _service, name: known.get(name))
    if not more:
        monkeypatch.setenv("OPPWIZARD_SALESFORCE_CLIENT_ID", known["app-key"])
        monkeypatch.setenv("OPPWIZARD_SALESFORCE_CLIENT_SECRET", known["app-secret"])
    with serving(SalesforceStandIn) as service:
        there = _started("salesforce", opened, stored, service, more)
        result = push(there.walk, "salesforce", [stored.ids["plain"]], sleep=there.pauses.append)
        assert result.is_whole is (secret == SECRET)
        assert secret not in str(result.stopped)
        assert len(service.requests("oauth2")) == 1
        assert bool(service.of("Opportunity")) is (secret == SECRET)


def test_where_it_is_has_to_be_said(opened: Opener, stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPPWIZARD_SALESFORCE_URL", raising=False)
    walk = opened()
    with pytest.raises(InvalidInput, match=r"crm\.salesforce\.push"):
        push(walk, "salesforce", [stored.ids["plain"]], dry_run=True)
    monkeypatch.setenv("OPPWIZARD_SALESFORCE_URL", "https://example.my.salesforce.com")
    assert push(walk, "salesforce", [stored.ids["plain"]], dry_run=True).target == "example.my.salesforce.com"
