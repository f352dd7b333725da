"""Commands that change answers."""

from typing import Any


def _answers(cli: Any, record: str) -> dict[str, str]:
    shown = cli("show", record, "--json").json
    return {each["path"]: each["text"] for stage in shown["stages"] for each in stage["answers"]}


def test_fields_of_the_deal_and_of_the_account_are_set(cli: Any, begun: str) -> None:
    answer = cli("set", begun, "close_on=2026-12-18", "account.legal_name=Acme Holding GmbH", "budget_status=allocated")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err == "Saved. Stage 1 Qualify: 17 open.\n"
    assert _answers(cli, begun)["close_on"] == "Fri 18 Dec 2026"
    assert _answers(cli, begun)["account.legal_name"] == "Acme Holding GmbH"


def test_an_equals_sign_may_stand_in_a_value_and_an_empty_value_clears(cli: Any, begun: str) -> None:
    cli("set", begun, "budget_source=a=b", "budget_status=allocated")
    assert _answers(cli, begun)["budget_source"] == "a=b"
    answer = cli("set", begun, "budget_status=", "--json")
    assert answer.json["changed"]
    assert "budget_status" not in _answers(cli, begun)


def test_new_rows_keep_their_sign_within_a_command(cli: Any, begun: str) -> None:
    answer = cli(
        "set",
        begun,
        "people[+].name=Ada",
        "people[+2].name=Bob",
        "people[+].title=CTO",
        "people[+2].title=CFO",
        "lines[+].sku=X-1",
        "lines[+1].quantity=12",
        "decision_maker_id=Bob",
        "people[1].roles=champion",
    )
    assert answer.code == 0, answer.err
    answers = _answers(cli, begun)
    assert (answers["people[1].name"], answers["people[1].title"]) == ("Ada", "CTO")
    assert (answers["people[2].name"], answers["people[2].title"]) == ("Bob", "CFO")
    assert answers["people[1].roles"] == "Champion"
    assert answers["decision_maker_id"] == "Bob"
    assert answers["lines[1].quantity"] == "12"


def test_a_row_may_be_named_by_its_identity(cli: Any, begun: str) -> None:
    cli("set", begun, "people[+].name=Ada")
    findings = cli("check", begun, "--json").json["stages"][0]["findings"]
    identity = next(each["address"] for each in findings if each["path"].startswith("people[1]"))
    row = identity[identity.index("[") + 1 : identity.index("]")]
    assert cli("set", begun, f"people[{row}].name=Ada Lovelace").code == 0
    assert _answers(cli, begun)["people[1].name"] == "Ada Lovelace"


def test_one_command_is_one_step_for_undo(cli: Any, begun: str) -> None:
    before = _answers(cli, begun)
    cli("set", begun, "people[+].name=Ada", "people[+].title=CTO", "budget_status=allocated", "decision_maker_id=Bob")
    after = _answers(cli, begun)
    assert cli("undo", begun).err == "Undone. Stage 1 Qualify: 18 open.\n"
    assert _answers(cli, begun) == before
    assert cli("redo", begun).code == 0
    assert _answers(cli, begun) == after


def test_all_bad_values_are_reported_and_nothing_is_changed(cli: Any, begun: str) -> None:
    bad = ("close_on=someday", "closeon=x", "people.name=x", "people[9].name=x", "term_months=-3", "people[+].roles=x")
    answer = cli("set", begun, "budget_status=allocated", *bad)
    assert answer.code == 3
    for word in bad:
        assert word.partition("=")[0] in answer.err
    assert "Did you mean: close_on" in answer.err
    assert "people[1].name is the first one" in answer.err
    assert "budget_status" not in _answers(cli, begun)
    details = cli("set", begun, *bad, "--json").json["error"]["details"]
    assert [each["path"] for each in details] == [word.partition("=")[0] for word in bad]
    assert details[0]["value"] == "someday"


def test_the_currency_counts_wherever_it_stands(cli: Any, begun: str) -> None:
    assert cli("set", begun, "budget_amount=¥12,000,000", "currency=JPY").code == 0
    assert _answers(cli, begun)["budget_amount"] == "¥12,000,000"


def test_consequences_are_told(cli: Any, begun: str) -> None:
    answer = cli("set", begun, "decision_maker_id=Dana")
    assert "Dana was added to the people" in answer.err

    assert cli("set", begun, "decision_maker_id=Eve", "--json").json["notes"] == ["Eve was added to the people"]


def test_nothing_is_written_where_nothing_changes(cli: Any, begun: str) -> None:
    cli("set", begun, "budget_status=allocated")
    assert cli("set", begun, "budget_status=allocated").err.startswith("Nothing changed.")
    assert not cli("set", begun, "budget_status=allocated", "--json").json["changed"]


def test_rows_are_removed_by_the_numbers_they_had(cli: Any, begun: str) -> None:
    cli("set", begun, "people[+].name=Ada", "people[+2].name=Bob", "people[+3].name=Cem")
    assert cli("rm", begun, "people[1]", "people[2]").code == 0
    assert _answers(cli, begun)["people[1].name"] == "Cem"
    assert cli("undo", begun).code == 0
    assert _answers(cli, begun)["people[3].name"] == "Cem"


def test_rows_that_are_not_there_are_not_removed(cli: Any, begun: str) -> None:
    for place in ("people[1]", "people", "people[1].name", "cats[1]", "budget_status", "people[x]"):
        assert cli("rm", begun, place).code == 3, place


def test_there_may_be_nothing_to_undo_or_redo(cli: Any, begun: str) -> None:
    assert cli("redo", begun).code == 1
    assert cli("undo", begun).code == 0
    answer = cli("undo", begun)
    assert (answer.code, answer.err) == (1, "Problem: Nothing to undo\n")


def test_the_log_says_who_changed_what(cli: Any, begun: str) -> None:
    cli("set", begun, "budget_status=allocated", "people[+].name=Ada")
    cli("set", begun, "budget_status=unconfirmed")
    said = cli("changes", begun).out
    newest = said.splitlines()[1]
    assert "rep  Budget status" in newest
    assert newest.index("Allocated") < newest.index("Unconfirmed")
    assert "person: Name" in said
    changes = cli("changes", begun, "--limit", "1", "--json").json["changes"]
    assert [(each["field"], each["old"], each["new"]) for each in changes] == [
        ("budget_status", "allocated", "unconfirmed")
    ]
