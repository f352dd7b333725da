"""Leads of other systems (A1, X2): what becomes a draft, what is known already, and that nothing of a row is lost."""

import csv
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.history import Undecided
from oppwizard.exchange.leads.importing import CHUNK, Fate, LeadOutcome, LeadReport, import_leads
from oppwizard.exchange.leads.mapping import LeadMapping
from oppwizard.exchange.leads.places import paths, place
from oppwizard.exchange.leads.planning import plan
from oppwizard.exchange.values import storable
from oppwizard.model.enums import LeadState, Stage, Status
from oppwizard.model.fields import OPPORTUNITY
from oppwizard.model.findings import Address, address
from oppwizard.model.record import Record
from oppwizard.playbook.leads import LeadIntake
from oppwizard.walk import Walk, open_walk
from tests.conftest import make_context
from tests.exchange.conftest import SHARED

QUALIFIED = {
    "Lead ID": "7",
    "Lifecycle Stage": "SQL",
    "Company": "Harbor Tools",
    "Contact": "Ada Lind",
    "Email": "ada@harbor-tools.com",
    "Roles": "economic buyer",
    "people[1].roles": "economic buyer, champion",
    "people[1].influence": "decides",
    "people[1].engagement": "met",
    "Budget": "$40k - 60k",
    "Budget status": "credible range",
    "Source of the statement": "Ada, in the call",
    "Decision maker": "Ada Lind",
    "How confirmed": "She signs up to 100k",
    "Confirmed on": "2026-11-10",
    "Need": "Stock counts are wrong by a tenth",
    "Measurable impact": "300 hours a month",
    "Timeline": "2027-03-31",
    "Compelling event": "New warehouse opens in April",
    "Discovery call on": "2026-11-10",
    "Attendees": "Ada, Rep",
    "Pain points": "Counting by hand",
    "Current state": "Paper lists",
    "Solution fit": "fits",
    "Why it fits": "Scanners are there already",
    "Competitors": "Castor; Meridian",
}
"""All that stage 1 asks for."""
Outcomes = tuple[LeadReport, list[LeadOutcome]]
Importer = Callable[..., Outcomes]


@pytest.fixture
def take(walk: Walk, tmp_path: Path) -> Importer:
    """Imports rows as a CSV file."""

    def imported(*rows: dict[str, Any], mapping: LeadMapping | None = None, **how: Any) -> Outcomes:
        path = tmp_path / "leads.csv"
        write(path, rows)
        return read(walk, path, mapping, **how)

    return imported


def write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    listed = list(rows)
    names = list(dict.fromkeys(name for row in listed for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.DictWriter(stream, names, restval="")
        lines.writeheader()
        lines.writerows(listed)


def read(walk: Walk, path: Path, mapping: LeadMapping | None = None, **how: Any) -> Outcomes:
    outcomes: list[LeadOutcome] = []
    report = import_leads(walk, plan(path, mapping, walk.playbook), tell=outcomes.append, **how)
    return report, outcomes


def only(walk: Walk) -> Record:
    (record_id,) = walk.store.ids()
    return walk.load(record_id)


def everything(walk: Walk) -> list[dict[str, Any]]:
    return [to_document(walk.load(record_id), walk) for record_id in walk.store.ids()]


# How far a lead goes


def test_a_fully_qualified_lead_is_a_draft_past_stage_1(take: Importer, walk: Walk) -> None:
    report, (outcome,) = take(QUALIFIED)
    record = only(walk)
    assert (outcome.fate, outcome.stage, report.past_first) == (Fate.ADDED, 2, 1)
    assert record.opportunity.stage == Stage.SCOPING
    assert record.opportunity.status is Status.DRAFT
    assert [passage.stage for passage in record.passages] == [1]
    assert record.lead_state is LeadState.SQL
    assert [record.opportunity.budget_amount, record.opportunity.budget_high] == [40_000, 60_000]
    assert [rival.name for rival in record.competitors] == ["Castor", "Meridian"]
    assert outcome.open_points
    assert all(
        place.startswith(("lines", "team")) or Address(OPPORTUNITY, place).spec for place, _ in outcome.open_points
    )


@pytest.mark.parametrize(
    "missing", ["Budget", "Decision maker", "Need", "Timeline", "people[1].engagement", "Competitors"]
)
def test_without_one_piece_of_evidence_it_stops_at_stage_1_and_says_what_is_open(take: Importer, missing: str) -> None:
    report, (outcome,) = take({name: text for name, text in QUALIFIED.items() if name != missing})
    assert (outcome.stage, outcome.open_stage, report.past_first) == (1, 1, 0)
    assert outcome.open_points


def test_a_lead_never_becomes_an_opportunity_by_itself(take: Importer, walk: Walk) -> None:
    take(QUALIFIED)
    assert not only(walk).exists


@pytest.mark.parametrize(
    ("word", "taken"),
    [
        ("lead", False),
        ("Open - Not Contacted", False),
        ("Closed - Converted", False),
        ("customer", False),
        ("", False),
        ("MQL", True),
        ("marketingqualifiedlead", True),
        ("Sales Qualified Lead", True),
        ("マーケティング適格リード", True),
    ],
)
def test_only_leads_from_mql_on_are_taken_in(take: Importer, walk: Walk, word: str, taken: bool) -> None:
    rows = {"Company": "Harbor Tools", "Status": word}, {"Company": "Meridian Foods", "Status": "sql"}
    _report, (first, _second) = take(*rows)
    assert first.fate is (Fate.ADDED if taken else Fate.BELOW)
    assert len(list(walk.store.ids())) == 1 + taken


def test_all_takes_in_those_below_too_and_keeps_their_state(take: Importer, walk: Walk) -> None:
    take({"Company": "Harbor Tools", "Status": "lead"}, everyone=True)
    assert only(walk).lead_state is LeadState.LEAD


def test_a_file_that_says_nothing_of_states_is_taken_in(take: Importer, walk: Walk) -> None:
    _report, (outcome,) = take({"Company": "Harbor Tools"})
    assert (outcome.fate, only(walk).lead_state) == (Fate.ADDED, None)


def test_the_playbook_says_which_leads_and_what_words_mean(take: Importer, walk: Walk) -> None:
    intake = LeadIntake(least=LeadState.SQL, words={"Sales ready": LeadState.SQL})
    walk.playbook = walk.playbook.model_copy(update={"leads": intake})
    _report, outcomes = take({"Company": "A One", "Status": "MQL"}, {"Company": "B Two", "Status": "sales-ready"})
    assert [outcome.fate for outcome in outcomes] == [Fate.BELOW, Fate.ADDED]


def test_a_word_nobody_knows_is_a_fault_until_the_mapping_says_it(take: Importer, tmp_path: Path) -> None:
    row = {"Company": "Harbor Tools", "Status": "Golden"}
    report, (outcome,) = take(row, {"Company": "Meridian", "Status": "MQL"})[0], take(row)[1]
    assert outcome.fate is Fate.FAULT
    assert report.fault_file is not None
    assert "Golden" in report.fault_file.read_text("utf-8-sig")
    mapping = LeadMapping(columns={"account.dba": "Company", "lead.state": "Status"}, states={"Golden": LeadState.SQL})
    assert take(row, mapping=mapping)[1][0].fate is Fate.ADDED


# Known already


def test_the_same_file_twice_changes_nothing(take: Importer, walk: Walk) -> None:
    rows = QUALIFIED, {"Company": "Meridian", "Lifecycle Stage": "mql", "Fax": "1"}
    take(*rows)
    before = everything(walk)
    report, outcomes = take(*rows)
    assert [outcome.fate for outcome in outcomes] == [Fate.SAME, Fate.SAME]
    assert not report.changed
    assert everything(walk) == before


def test_a_lead_that_says_more_fills_only_what_is_empty(take: Importer, walk: Walk) -> None:
    take({"Lead ID": "7", "Company": "Harbor Tools", "Contact": "Ada Lind", "Status": "MQL"})
    record = only(walk)
    walk.save(walk.set(record, address("business_problem"), "What the rep typed"))
    again = {"Need": "From the list", "Job title": "CFO", "Budget": "120000", "Competitors": "Castor"}
    _report, (outcome,) = take(
        {"Lead ID": "7", "Company": "Harbor Tools", "Contact": "Ada Lind", "Status": "SQL", **again}
    )
    record = only(walk)
    assert outcome.fate is Fate.FILLED
    assert record.opportunity.business_problem == "What the rep typed"
    assert record.opportunity.budget_amount == 120_000
    assert [(person.name, person.contact.title) for person in record.people] == [("Ada Lind", "CFO")]
    assert [rival.name for rival in record.competitors] == ["Castor"]
    assert record.lead_state is LeadState.SQL
    assert any("From the list" in note.body for note in record.notes)


def test_a_draft_that_a_lead_completes_goes_on_as_far_as_its_gates_open(take: Importer, walk: Walk) -> None:
    take({name: text for name, text in QUALIFIED.items() if name != "Need"})
    assert only(walk).opportunity.stage == 1
    _report, (outcome,) = take(QUALIFIED)
    assert (outcome.fate, outcome.stage) == (Fate.FILLED, 2)
    assert only(walk).opportunity.stage == 2


@pytest.mark.parametrize(
    "again",
    [
        {"Company": "Other spelling Ltd", "Contact": "Ada Lind", "Email": "ADA@Harbor-Tools.com"},
        {"Company": "Harbor Tools GmbH", "Contact": "Ada Lind"},
        {"Company": "harbor tools", "Contact": "ＡＤＡ ＬＩＮＤ", "Email": "ada.lind@gmail.com"},
        {"Company": "Harbor Tools"},
    ],
    ids=["e-mail", "company and person", "other address", "company alone"],
)
def test_the_same_lead_under_another_number_is_linked(take: Importer, walk: Walk, again: dict[str, str]) -> None:
    first = {"Company": "Harbor Tools", "Contact": "Ada Lind", "Email": "ada@harbor-tools.com"}
    _report, outcomes = take({"Lead ID": "1", **first}, {"Lead ID": "2", **again})
    assert outcomes[1].fate in (Fate.LINKED, Fate.FILLED)
    assert outcomes[1].because is not None
    record = only(walk)
    assert [lead.key for lead in record.leads] == ["crm:1", "crm:2"]
    assert [person.name for person in record.people] == ["Ada Lind"]


def test_one_address_for_several_companies_and_people_is_no_proof(take: Importer, walk: Walk) -> None:
    take(
        {"Company": "Harbor Tools", "Contact": "Ada Lind", "Email": "none@nowhere.com"},
        {"Company": "Meridian Foods", "Contact": "Bo Berg", "Email": "none@nowhere.com"},
    )
    assert len(list(walk.store.ids())) == 2


def test_another_person_of_a_company_is_another_draft_that_names_the_first(take: Importer) -> None:
    _report, outcomes = take(
        {"Company": "Harbor Tools", "Contact": "Ada Lind"}, {"Company": "Harbor Tools", "Contact": "Bo Berg"}
    )
    assert [outcome.fate for outcome in outcomes] == [Fate.ADDED, Fate.ADDED]
    assert "Harbor Tools" in str(outcomes[1].look_alike)


def test_an_account_is_recognised_by_either_name_and_keeps_what_it_says(
    left_in: Callable[[Stage | None], Any], context: Any, tmp_path: Path
) -> None:
    left_in(None)
    with_deal = open_walk(context)
    deal = with_deal.load(next(with_deal.store.ids()))
    account = deal.account
    for number, name in enumerate(filter(None, (account.legal_name, account.dba))):
        write(tmp_path / "leads.csv", [{"Company": name, "Contact": f"Person {number}", "Industry": "Retail"}])
        _report, (outcome,) = read(with_deal, tmp_path / "leads.csv")
        draft = with_deal.load(outcome.id)  # type: ignore[arg-type]
        assert outcome.fate is Fate.ADDED
        assert draft.account.id == account.id
        assert draft.account.industry == account.industry
    with_deal.store.close()


def test_an_opportunity_that_exists_is_not_changed_but_knows_the_lead(
    left_in: Callable[[Stage | None], Any], context: Any, tmp_path: Path
) -> None:
    deal_id = left_in(None)
    walk = open_walk(context)
    before = walk.load(deal_id)
    person = before.people[0]
    row = {"Company": before.account.dba, "Contact": person.name, "Email": person.contact.email, "Website": "x.example"}
    write(tmp_path / "leads.csv", [row])
    _report, (outcome,) = read(walk, tmp_path / "leads.csv")
    after = walk.load(deal_id)
    assert (outcome.fate, outcome.id) == (Fate.LINKED, deal_id)
    assert after.account == before.account
    assert after.opportunity.stage == before.opportunity.stage
    assert any("x.example" in note.body for note in after.notes)
    assert len(after.leads) == 1
    walk.store.close()


def test_a_lead_that_was_set_aside_stays_so(take: Importer, walk: Walk) -> None:
    row = {"Lead ID": "7", "Company": "Harbor Tools", "Contact": "Ada Lind"}
    take(row)
    walk.save(walk.set_aside(only(walk), Status.DISQUALIFIED, "They do not buy"))
    _report, (outcome,) = take({**row, "Lead ID": "8", "Need": "New"})
    assert (outcome.fate, outcome.status) == (Fate.LINKED, Status.DISQUALIFIED)
    assert only(walk).opportunity.business_problem is None


def test_a_filled_lead_can_be_taken_back(take: Importer, walk: Walk) -> None:
    take({"Lead ID": "7", "Company": "Harbor Tools"})
    take({"Lead ID": "7", "Company": "Harbor Tools", "Need": "More"})
    undone = walk.undo(only(walk))
    assert undone is not None
    walk.save(undone)
    assert only(walk).opportunity.business_problem is None
    assert take({"Lead ID": "7", "Company": "Harbor Tools", "Need": "More"})[1][0].fate is Fate.FILLED


def test_a_lead_that_stands_twice_in_a_file_is_read_twice_but_never_again(take: Importer, walk: Walk) -> None:
    rows = (
        {"Lead ID": "7", "Company": "Harbor Tools", "Email": "no address", "Status": "SQL"},
        {"Lead ID": "7", "Company": "Harbor Tools", "Job title": "CFO", "Status": "MQL"},
    )
    take(*rows)
    before = everything(walk)
    assert [outcome.fate for outcome in take(*rows)[1]] == [Fate.SAME, Fate.SAME]
    assert everything(walk) == before
    assert only(walk).lead_state is LeadState.MQL


def test_an_import_that_was_interrupted_is_simply_run_again(
    take: Importer, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"Lead ID": str(number), "Company": f"Company {number:03} Ltd"} for number in range(CHUNK + 2)]
    write_chunk = walk.store.commit_all
    with monkeypatch.context() as patched:
        calls = iter([True])

        def once(batches: Any) -> None:
            if not next(calls, False):
                next(iter(batches))
                raise KeyboardInterrupt
            write_chunk(batches)

        patched.setattr(walk.store, "commit_all", once)
        with pytest.raises(KeyboardInterrupt):
            take(*rows)
    assert len(list(walk.store.ids())) == CHUNK
    report, _outcomes = take(*rows)
    assert (report.fates[Fate.SAME], report.fates[Fate.ADDED]) == (CHUNK, 2)


# What is in a file


def test_a_dry_run_tells_the_same_and_writes_nothing(take: Importer, walk: Walk) -> None:
    rows = QUALIFIED, {"Company": "Harbor Tools", "Contact": "Ada Lind", "Lifecycle Stage": "mql"}
    dry, told = take(*rows, dry_run=True)
    assert list(walk.store.ids()) == []
    assert not dry.written
    real, done = take(*rows)
    assert (dry.fates, [one.fate for one in told]) == (real.fates, [one.fate for one in done])


def test_rows_that_cannot_be_taken_are_listed_and_the_others_go_in(walk: Walk, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text('Company,Contact,Fax\nHarbor,Ada,1\ntoo,few\n,,2\nMeridian,"Bo\nBerg",3\n', "utf-8")
    report, outcomes = read(walk, path)
    assert [(outcome.line, outcome.fate) for outcome in outcomes] == [
        (2, Fate.ADDED),
        (3, Fate.FAULT),
        (4, Fate.FAULT),
        (5, Fate.ADDED),
    ]
    assert report.fault_file == tmp_path / "leads.faults.csv"
    with report.fault_file.open(encoding="utf-8-sig", newline="") as stream:
        assert [row[0] for row in csv.reader(stream)] == ["line", "3", "4"]


def test_values_that_cannot_be_read_are_kept_as_they_were_typed(take: Importer, walk: Walk) -> None:
    _report, (outcome,) = take(
        {"Company": "Harbor", "Email": "ada at harbor", "Budget": "plenty", "Timeline": "2027-03-31"}
    )
    record = only(walk)
    assert set(record.pending.values()) == {"ada at harbor", "plenty"}
    assert {place for place, _problem in outcome.problems} == {"people[1].email", "budget_amount"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_japanese_lists_in_every_usual_encoding(walk: Walk, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "leads.csv"
    header = "会社名;氏名;メールアドレス;役職;予算;導入時期;ステータス"
    text = f"{header}\n東洋計器;山田 太郎;taro@toyo-keiki.co.jp;部長;300万円;令和9年3月31日;MQL\n"
    path.write_bytes(text.encode(encoding))
    read(walk, path)
    record = only(walk)
    assert (record.account.dba, record.people[0].name, record.people[0].contact.title) == (
        "東洋計器",
        "山田 太郎",
        "部長",
    )
    assert [record.opportunity.budget_amount, record.opportunity.currency] == [3_000_000, "JPY"]
    assert str(record.opportunity.window_to) == "2027-03-31"


def test_day_and_month_are_asked_for_where_nothing_tells(take: Importer, walk: Walk) -> None:
    row = {"Company": "Harbor", "Target date": "03/04/2027"}
    with pytest.raises(Undecided, match="day"):
        take(row)
    mapping = LeadMapping(columns={"account.dba": "Company", "window_to": "Target date"}, dates="day-first")
    take(row, mapping=mapping)
    assert str(only(walk).opportunity.window_to) == "2027-04-03"


def test_a_file_in_which_nobody_is_named_is_asked_about(take: Importer) -> None:
    with pytest.raises(Undecided, match="company"):
        take({"a": "1", "b": "2"})


def test_a_mapping_sends_any_column_to_any_field(take: Importer, walk: Walk) -> None:
    columns = {
        "account.legal_name": "x1",
        "people[2].email": "x2",
        "people[2].first_name": "x3",
        "people[2].last_name": "x4",
        "lines[1].sku": "x5",
        "team[1].role": "x6",
        "team[1].name": "x7",
        "next_step": "x8",
    }
    texts = ["Harbor Holding AG", "bo@harbor.de", "Bo", "Berg", "SCAN-1", "sales engineer", "Cy", "Send the offer"]
    take(dict(zip(columns.values(), texts, strict=True)), mapping=LeadMapping(columns=columns))
    record = only(walk)
    assert (record.account.legal_name, record.opportunity.next_step) == (texts[0], texts[7])
    assert (record.people[0].name, record.people[0].contact.email) == ("Bo Berg", "bo@harbor.de")
    assert record.lines[0].sku == "SCAN-1"
    assert [member.name for member in record.team if member.name] == ["Cy"]


def test_every_path_that_is_offered_leads_somewhere() -> None:
    assert all(place(path) is not None for path in paths())
    assert all(
        place(path) is None for path in ("nowhere", "people[0].name", "account[1].dba", "lead.owner", "a.b.c", "")
    )


def test_json_in_every_usual_form(walk: Walk, tmp_path: Path) -> None:
    forms = {
        "list.json": [{"company": "A One", "contact": {"email": "a@a-one.com"}, "budget_amount": 12000}],
        "hub.json": {
            "results": [{"id": "5", "properties": {"company": "B Two", "email": "b@b-two.com", "hs_x": None}}]
        },
        "force.json": {
            "records": [{"attributes": {"type": "Lead"}, "Id": "00Q1", "Company": "C Three", "LastName": "Ce"}]
        },
        "own.json": {"lead": {"id": 9, "state": "sql"}, "account": {"dba": "D Four"}, "people": [{"name": "De"}]},
    }
    for name, content in forms.items():
        (tmp_path / name).write_text(json.dumps(content), "utf-8")
    (tmp_path / "lines.jsonl").write_text('{"company": "E Five"}\nnot json\n{"company": "F Six"}\n', "utf-8")
    fates = [outcome.fate for name in (*forms, "lines.jsonl") for outcome in read(walk, tmp_path / name)[1]]
    records = [walk.load(record_id) for record_id in walk.store.ids()]
    assert Counter(fates) == {Fate.ADDED: 6, Fate.FAULT: 1}
    assert [record.account.dba for record in records] == ["A One", "B Two", "C Three", "D Four", "E Five", "F Six"]
    assert records[0].opportunity.budget_amount == 12_000
    assert [lead.key for record in records[1:4] for lead in record.leads] == ["crm:5", "crm:00Q1", "crm:9"]
    assert records[3].lead_state is LeadState.SQL


def test_headers_of_salesforce_are_recognised_by_label_and_by_name(walk: Walk, tmp_path: Path) -> None:
    described = SHARED / "crm_api" / "salesforce" / "Lead.json"
    if not described.is_file():
        pytest.skip("the vendor's description is not there")
    fields = json.loads(described.read_text("utf-8"))["fields"]
    for key in ("label", "name"):
        write(tmp_path / f"{key}.csv", [{field[key]: "" for field in fields}])
        columns = plan(tmp_path / f"{key}.csv", None, walk.playbook).mapping.columns
        assert {path.partition("[1]")[0] + path.partition("[1]")[2] for path in columns} >= {
            "lead.id",
            "lead.state",
            "account.dba",
            "account.industry",
            "account.employees",
            "account.annual_revenue",
            "account.website",
            "people.email",
            "people.phone",
            "people.title",
            "people.name",
            "lead_source",
        }


@pytest.mark.parametrize(
    "name", ["comma_in_quotes", "escaped_quotes", "newlines_crlf", "quotes_and_newlines", "utf8", "json"]
)
def test_awkward_csv_is_read_as_its_twin_in_json_says(walk: Walk, tmp_path: Path, name: str) -> None:
    file = SHARED / "csv_spectrum" / "csvs" / f"{name}.csv"
    if not file.is_file():
        pytest.skip("the collection is not there")
    header = plan_header(file)
    mapping = LeadMapping(columns={"account.dba": header[0]})
    shutil.copy(file, tmp_path / file.name)
    read(walk, tmp_path / file.name, mapping)
    wanted = json.loads((SHARED / "csv_spectrum" / "json" / f"{name}.json").read_text("utf-8"))
    said = "\n".join(dumps(document) for document in everything(walk))
    for row in wanted:
        for text in row.values():
            assert dumps(text)[1:-1] in said


def plan_header(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream))


def test_naughty_strings_in_every_column_are_kept(walk: Walk, tmp_path: Path) -> None:
    listed = SHARED / "blns" / "blns.json"
    if not listed.is_file():
        pytest.skip("the list is not there")
    naughty = [text for text in json.loads(listed.read_text("utf-8")) if text.strip()][::12]
    names = ("Company", "Contact", "Email", "Phone", "Budget", "Timeline", "Need", "Lead source", "Anything")
    rows = [dict.fromkeys(names, text) | {"Lead ID": str(number)} for number, text in enumerate(naughty)]
    path = tmp_path / "leads.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    mapping = plan(path, None, walk.playbook).mapping
    mapping.columns |= {"account.dba": "Company", "people[1].email": "Email", "budget_amount": "Budget"}
    report, _outcomes = read(walk, path, mapping)
    held = dumps(everything(walk))
    assert report.faults == 0
    for text in naughty:
        assert dumps(storable(text))[1:-1] in held
    assert not read(walk, path, mapping)[0].changed


# Whatever a row says

PLACES = {
    "account.dba": st.text(max_size=30),
    "account.employees": st.one_of(st.integers(0, 10**9).map(str), st.text(max_size=8)),
    "people[1].name": st.text(max_size=20),
    "people[1].email": st.one_of(st.emails(), st.text(max_size=20)),
    "people[2].name": st.text(max_size=20),
    "people[1].roles": st.sampled_from(["champion", "champion, blocker", "king", " "]),
    "budget_amount": st.sampled_from(["10k", "10-20k", "$5", "€ 5.000,00", "lots", "1e400", "-3", "٣"]),
    "decision_maker_id": st.text(max_size=20),
    "window_to": st.sampled_from(["2027-01-01", "soon", "31.12.2026", "Q3", "99999999"]),
    "competitors[1].name": st.sampled_from(["Castor", "Castor; Meridian", "; ;", "a\nb"]),
    "business_problem": st.text(max_size=40),
    "currency": st.sampled_from(["EUR", "yen", "??"]),
    "lead_source": st.sampled_from(["Web", "Phone Inquiry", "nowhere"]),
    "lead.id": st.text(max_size=10),
    "Anything": st.text(max_size=40),
}
ROWS = st.lists(
    st.lists(st.sampled_from(sorted(PLACES)), unique=True, max_size=8).flatmap(
        lambda names: st.fixed_dictionaries({name: PLACES[name] for name in names})
    ),
    min_size=1,
    max_size=3,
)


def _kept(record: Record, path: str, text: str) -> bool:
    """Whether a record holds what a column said: as a value, as text to be mended, or in a note."""
    at = place(path)
    if any(storable(text) in note.body for note in record.notes):
        return True
    if at is None or at.spec is None:
        return False
    holders = [Address(at.entity, at.name, row.id) for row in record.rows(at.entity)] if at.number else []
    places = holders or [Address(at.entity, at.name)]
    return any(record.value(one) not in (None, [], "") or str(one) in record.pending for one in places)


@settings(max_examples=15)
@given(rows=ROWS)
def test_nothing_typed_is_lost_and_twice_is_once(
    rows: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory, empty: Path
) -> None:
    folder = tmp_path_factory.mktemp("leads")
    shutil.copy(empty, folder / "store.db")
    path = folder / "leads.json"
    path.write_text(json.dumps(rows), "utf-8")
    walk = open_walk(make_context(folder / "store.db"))
    mapping = LeadMapping(columns={name: name for name in PLACES if place(name) is not None})
    try:
        _report, outcomes = read(walk, path, mapping)
        said = [row for row in rows if any(text.strip() for text in row.values())]
        assert len(outcomes) == len(said)
        for outcome in outcomes:
            row = rows[outcome.line - 1]
            if outcome.fate is Fate.FAULT:
                continue
            record = walk.load(outcome.id)  # type: ignore[arg-type]
            lost = [
                (name, text)
                for name, text in row.items()
                if text.strip() and name != "lead.id" and not _kept(record, name, text)
            ]
            assert not lost
        before = everything(walk)
        assert not read(walk, path, mapping)[0].changed
        assert everything(walk) == before
    finally:
        walk.store.close()
