"""`oppwizard enrich`: asks, fills what is empty, lists what is proposed, and takes what is said of it (A2, A6)."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.enrichment.standin import Service, says, serving

PLAYBOOK = """
[[enrichment.files]]
name = "register"
path = "companies.csv"
key = "legal_name"

[[enrichment.files]]
name = "people"
path = "people.json"
key = "email"
confidence = "sure"
"""
HTTP = """
[[enrichment.http]]
name = "facts"
url = "{url}/{{company}}"
headers = {{ Authorization = "Bearer env:FACTS_TOKEN" }}
fields = {{ "account.employees" = "size" }}
retries = 1
back_off = 0
"""
SECRET = "s3cr3t-of-the-test"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A playbook with two files beside it."""
    (tmp_path / "playbook.toml").write_text(PLAYBOOK)
    monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(tmp_path / "playbook.toml"))
    (tmp_path / "companies.csv").write_text(
        'legal_name,account.employees,account.headquarters,account.annual_revenue\nAcme,1200,"Ulm, Germany",EUR 5m\n'
    )
    people = [{"email": "ada@acme.example", "people.title": "CTO", "people.reports_to_id": "Nobody", "sure": 0.8}]
    (tmp_path / "people.json").write_text(json.dumps(people))
    return tmp_path


@pytest.fixture
def acme(cli: Command, begun: str) -> str:
    """A draft of which the headquarters are typed."""
    answer = cli("set", begun, "account.headquarters=Berlin", "people[+].name=Ada", "people[+].email=ada@acme.example")
    assert answer.code == 0
    return begun


def test_it_fills_what_is_empty_and_says_what_waits(cli: Command, acme: str) -> None:
    answer = cli("enrich", acme)
    assert answer.code == 0
    assert "register: 2 filled in, 1 proposed" in answer.err
    assert "people: 1 filled in, 0 proposed, 1 not taken" in answer.err
    assert [line.split()[3] for line in answer.out.splitlines() if line.startswith("Waits for you")] == [
        "account.headquarters"
    ]
    shown = cli("show", acme).out
    assert "1,200 (from register, 2026-11-23)" in shown
    assert "CTO (from people, 2026-11-23, 80 %)" in shown
    assert "Berlin\n" in shown


def test_it_answers_in_json(cli: Command, acme: str) -> None:
    answer = cli("enrich", acme, "--json").json
    asked = {one["provider"]: one for one in answer["asked"]}
    assert asked["register"]["filled"] == ["account.employees", "account.annual_revenue"]
    assert asked["register"]["proposed"] == ["account.headquarters"]
    assert (asked["people"]["filled"], len(asked["people"]["faults"])) == (["people[1].title"], 1)
    proposals = {one["path"]: one for one in answer["proposals"]}
    assert proposals["account.annual_revenue"] == {
        "path": "account.annual_revenue", "label": "Annual revenue", "text": "€5,000,000.00", "value": "5000000",
        "currency": "EUR", "provider": "register", "on": "2026-11-23", "as_of": None, "confidence": None,
        "state": "filled", "decided_by": None,
    }  # fmt: skip
    stage = cli("show", acme, "--json").json["stages"][2]
    employees = next(one for one in stage["answers"] if one["path"] == "account.employees")
    assert employees["from"]["provider"] == "register"


def test_a_proposal_is_accepted_or_refused_and_undone(cli: Command, acme: str) -> None:
    cli("enrich", acme)
    assert cli("enrich", acme, "--accept", "account.headquarters").code == 0
    assert "Ulm, Germany (from register" in cli("show", acme).out
    cli("undo", acme)
    assert cli("enrich", acme, "--refuse", "account.headquarters").code == 0
    assert "Berlin\n" in cli("show", acme).out
    assert "register: nothing new" in cli("enrich", acme, "--provider", "register").err
    changes = cli("changes", acme).out
    assert "rep (Enrichment)" in changes
    assert "register" in changes


def test_showing_asks_nobody(cli: Command, acme: str, folder: Path) -> None:
    (folder / "companies.csv").unlink()
    answer = cli("enrich", acme, "--show")
    assert (answer.code, answer.out) == (0, "")
    assert "No provider has proposed anything yet." in answer.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--provider", "nobody"), 3, "It has: register, people"),
        (("--accept", "account.employees"), 3, "Nothing is proposed"),
        (("--accept", "account.nothing"), 3, "There is no field"),
        (("--refuse", "people[+].title"), 3, "Nothing is proposed"),
    ],
)
def test_what_cannot_be_done_is_said(cli: Command, acme: str, arguments: tuple[str, ...], code: int, said: str) -> None:
    answer = cli("enrich", acme, *arguments)
    assert answer.code == code
    assert said in answer.err


def test_without_providers_or_names_nobody_is_asked(cli: Command, acme: str, folder: Path) -> None:
    empty = cli("new").out.strip()
    assert cli("enrich", empty).code == 1
    (folder / "playbook.toml").write_text("")
    answer = cli("enrich", acme)
    assert answer.code == 1
    assert "[enrichment]" in answer.err


# Over HTTP


def with_service(folder: Path, service: Service) -> None:
    (folder / "playbook.toml").write_text(PLAYBOOK + HTTP.format(url=service.url))


def test_a_service_that_fails_keeps_no_other_from_answering(
    cli: Command, acme: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACTS_TOKEN", SECRET)
    with serving() as service:
        service.answers(says({"echo": SECRET}, 500))
        with_service(folder, service)
        answer = cli("enrich", acme)
        assert (answer.code, "register: 2 filled in" in answer.err) == (0, True)
        assert "facts: It answers with status 500, in 2 tries" in answer.err
        alone = cli("enrich", acme, "--provider", "facts", "--json")
        assert alone.code == 1
        assert "500" in alone.json["asked"][0]["problem"]


def test_a_secret_is_sent_and_stands_nowhere_else(
    cli: Command, acme: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACTS_TOKEN", SECRET)
    with serving() as service:
        service.answers(says({}, 401), says({"size": "lots"}), says({"size": 1300}))
        with_service(folder, service)
        said = [cli("enrich", acme, "--provider", "facts") for _ in range(3)]
        said += [
            cli("changes", acme, "--json"),
            cli("show", acme),
            cli("export", "--format", "json", "--id", acme, "--drafts"),
        ]
        assert [one.headers["Authorization"] for one in service.asked] == [f"Bearer {SECRET}"] * 3
    assert "1,300" in said[4].out
    assert all(SECRET not in one.out + one.err for one in said)
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
