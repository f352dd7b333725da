"""Commands that begin, list and show records."""

from typing import Any

from rich.cells import cell_len


def test_new_prints_the_identity_and_nothing_else_on_stdout(cli: Any) -> None:
    answer = cli("new", "Acme")
    assert answer.code == 0
    assert len(answer.out.strip()) == 36
    assert answer.err == "Stage 1 Qualify: 18 open.\n"
    assert cli("new", "--json").json["status"] == "draft"


def test_new_makes_the_sample_deal(cli: Any) -> None:
    made = cli("new", "--sample", "--json").json
    assert made["complete"]
    assert made["is_sample"]
    assert "(sample)" in cli("list").out


def test_an_empty_list_says_how_to_begin(cli: Any) -> None:
    answer = cli("list")
    assert (answer.code, answer.out) == (0, "")
    assert "oppwizard new COMPANY" in answer.err
    assert cli("list", "--json").json == {
        "records": [],
        "more": False,
        "totals": {"opportunities": 0, "by_currency": {}},
    }


def test_columns_are_aligned_by_cells_also_for_full_width_text(cli: Any, sample: str) -> None:
    cli("new", "三菱重工業株式会社")
    head, *lines = cli("list").out.splitlines()
    assert len(lines) == 2
    for column, words in (("Stage", ("1 Qualify", "complete")), ("Status", ("Draft", "Opportunity"))):
        places = {cell_len(line[: line.index(word)]) for line in lines for word in words if word in line}
        assert places == {head.index(column)}


def test_lists_are_filtered_sorted_and_limited(cli: Any, sample: str) -> None:
    for name in ("Zeta", "Beta", "Alpha"):
        cli("new", name)
    titles = [each["title"] for each in cli("list", "--sort", "title", "--status", "draft", "--json").json["records"]]
    assert titles == ["Alpha", "Beta", "Zeta"]
    turned = cli("list", "--sort", "title", "--status", "draft", "--reverse", "--json").json["records"]
    assert [each["title"] for each in turned] == ["Zeta", "Beta", "Alpha"]
    found = cli("list", "harbor", "scanners", "--json").json
    assert [each["id"] for each in found["records"]] == [sample]
    assert found["totals"] == {"opportunities": 1, "by_currency": {"USD": "64800"}}
    short = cli("list", "--limit", "2", "--json").json
    assert len(short["records"]) == 2
    assert short["more"]
    assert [each["id"] for each in cli("list", "--stage", "7", "--json").json["records"]] == [sample]
    assert len(cli("list", "--stage", "1", "--json").json["records"]) == 3
    assert cli("list", "--status", "nurture", "--json").json["records"] == []


def test_a_record_is_shown_stage_by_stage_with_its_size(cli: Any, sample: str) -> None:
    answer = cli("show", sample)
    assert answer.code == 0
    assert answer.out.startswith("Harbor Tools - Stock Count - 120 scanners\n")
    assert "1 Qualify - done\n" in answer.out
    assert "  person 1\n" in answer.out
    assert "  ARR   $64,800.00  = 120 × 45 × 12\n" in answer.out
    assert "Allocated" not in answer.out
    assert "Needs approval" in answer.out


def test_a_record_is_found_by_the_end_of_its_identity(cli: Any, sample: str) -> None:
    assert cli("show", sample.replace("-", "")[-8:], "--json").json["id"] == sample


def test_a_record_as_json_has_values_as_well_as_texts(cli: Any, sample: str) -> None:
    shown = cli("show", sample, "--json").json
    assert (shown["complete"], shown["open_stage"], shown["amount"]) == (True, None, "64800")
    answers = {each["path"]: each for stage in shown["stages"] for each in stage["answers"]}
    assert answers["budget_amount"]["text"] == "$80,000.00"
    assert answers["budget_amount"]["value"] == "80000"
    assert answers["people[1].roles"]["value"] == ["champion", "process_owner"]
    assert answers["close_on"]["value"] == "2027-01-25"
    assert shown["size"]["arr"] == {
        "value": "64800",
        "computed": "64800",
        "override": None,
        "formula": "120 × 45 × 12",
    }
    assert shown["size"]["years"][0] == "82800"


def test_an_override_is_shown_with_what_the_line_items_say(cli: Any, sample: str) -> None:
    cli("set", sample, "arr_override=70k", "override_reason=Agreed ramp is not in the lines yet")
    assert "ARR   $70,000.00  override; the line items say $64,800.00 = 120 × 45 × 12" in cli("show", sample).out


def test_what_a_terminal_would_act_on_is_shown_as_symbols(cli: Any) -> None:
    made = cli("new", "Evil\x1b[2J\u202e\x9b31m Inc").out.strip()
    for answer in (cli("show", made), cli("list"), cli("changes", made), cli("check", made)):
        assert not set("\x1b\u202e\x9b") & set(answer.out + answer.err)
    as_json = cli("show", made, "--json")
    assert not set("\x1b\u202e\x9b") & set(as_json.out)
    assert as_json.json["account"] == "Evil\x1b[2J\u202e\x9b31m Inc"


def test_a_duplicate_has_the_account_and_the_lines_but_not_the_evidence(cli: Any, sample: str) -> None:
    copy = cli("duplicate", sample).out.strip()
    shown = cli("show", copy, "--json").json
    paths = {each["path"] for stage in shown["stages"] for each in stage["answers"]}
    assert {"lines[1].sku", "people[1].name", "account.legal_name"} <= paths
    assert "business_problem" not in paths


def test_the_same_answers_in_japanese(cli: Any, sample: str) -> None:
    assert cli("--lang", "ja", "show", sample).code == 0
    assert cli("show", sample, "--lang", "ja", "--json").json["title"] == "Harbor Tools - Stock Count - 120 scanners"
