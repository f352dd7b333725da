"""`oppwizard duplicates`: pairs over the whole store, from which strength on, as text and as JSON (A8)."""

import pytest

from tests.cli.conftest import Command


@pytest.fixture
def begun_twice(cli: Command) -> list[str]:
    """Two drafts of one company under two spellings, and one of another."""
    return [cli("new", name).out.strip() for name in ("Valdera Steel", "VALDERA STEEL GmbH", "Meridian Optics")]


def test_pairs_are_listed_with_their_reasons_from_a_strength_on(cli: Command, begun_twice: list[str]) -> None:
    told = cli("duplicates", "--min-strength", "50", "--json").json
    (pair,) = told["pairs"]
    assert told["count"] == 1
    assert {side["id"] for side in pair["records"]} == set(begun_twice[:2])
    assert pair["reasons"] == ["same account by name"]
    assert 0.5 <= pair["strength"] < 0.85
    assert not pair["agrees"]


def test_a_company_alone_is_not_enough_for_the_list_of_the_whole_store(cli: Command, begun_twice: list[str]) -> None:
    assert cli("duplicates", "--json").json == {"pairs": [], "count": 0, "unseen": [], "unseen_count": 0}
    told = cli("duplicates")
    assert (told.code, told.out) == (0, "")
    assert told.err
    shown = cli("duplicates", "--min-strength", "50")
    assert all(record[-8:] in shown.out.replace("-", "") or record[:8] in shown.out for record in begun_twice[:2])


@pytest.mark.parametrize("value", ["-1", "101", "half"])
def test_a_strength_is_a_percentage(cli: Command, value: str) -> None:
    assert cli("duplicates", "--min-strength", value).code == 2
