"""HubSpot, its requests held against the vendor's description."""

import datetime as dt

from tests.exchange.crm.conftest import Exporter
from tests.push.conftest import Pushed
from tests.push.hubspot_standin import ID

KINDS = {"companies": "0-2", "contacts": "0-1", "deals": "0-3", "line_items": "0-8"}


def test_what_arrives_is_what_the_files_hold(hubspot: Pushed, exported: Exporter) -> None:
    hubspot.push()
    for name in KINDS:
        there = {row[ID]: row for row in hubspot.service.of(KINDS[name])}
        rows = exported("hubspot").rows(name)
        assert len(there) == len(rows)
        for row in rows:
            identity = next(iter(row.values()))
            for header, cell in row.items():
                if header == "closedate":
                    day = dt.datetime.fromtimestamp(int(there[identity][header]) / 1_000, dt.UTC)
                    assert day.isoformat() == f"{cell}T00:00:00+00:00"
                elif cell and not header.startswith("oppwizard_"):
                    assert there[identity][header] == cell


def test_everything_is_a_text(hubspot: Pushed) -> None:
    hubspot.push("committee")
    inputs = [one for asked in hubspot.service.requests("upsert") for one in asked.body["inputs"]]
    assert all(isinstance(value, str) for one in inputs for value in one["properties"].values())


def test_people_deals_and_lines_are_linked(hubspot: Pushed) -> None:
    hubspot.push("committee", "lines")
    service = hubspot.service
    kinds = {(kind, other) for kind, _here, other, _there, _number in service.links}
    assert kinds == {("0-1", "0-2"), ("0-3", "0-2"), ("0-3", "0-1"), ("0-8", "0-3")}
    linked = {here for kind, here, other, _there, _number in service.links if (kind, other) == ("0-1", "0-2")}
    assert linked == set(service.objects["0-1"])
    assert any("hs_buying_role" in row for row in service.of("0-1"))


def test_a_batch_that_is_taken_in_part_is_sorted_out(hubspot: Pushed) -> None:
    hubspot.service.lenient = True
    hubspot.service.refused = hubspot.walk.load(hubspot.stored.ids["japanese"]).opportunity.title
    result = hubspot.push("plain", "japanese", "euro")
    assert [told.is_whole for told in result.records] == [True, False, True]
    assert len(hubspot.service.of("0-3")) == 2
