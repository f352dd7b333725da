"""`me`, `reviews`, `review`, `settle`, `submit`: a manager and a rep by commands alone (Q1)."""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard.model.enums import Stage
from tests.cli.conftest import Answer, Command

Person = Callable[..., Answer]


@pytest.fixture
def person(cli: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Person]:
    """Somebody at the same store, with a configuration of their own."""

    def make(name: str) -> Person:
        home = tmp_path / name
        home.mkdir(exist_ok=True)

        def execute(*arguments: str) -> Answer:
            monkeypatch.setenv("OPPWIZARD_USER", name)
            monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(home / "playbook.toml"))
            return cli(*arguments)

        return execute

    return make


@pytest.fixture
def mona(person: Callable[[str], Person]) -> Person:
    """A manager."""
    mona = person("mona")
    assert mona("me", "--role", "manager", "--team", "North").code == 0
    return mona


@pytest.fixture
def rep(person: Callable[[str], Person]) -> Person:
    """Whose deals they are."""
    return person("rep")


@pytest.fixture
def deal(left_in: Callable[[Stage | None], UUID]) -> str:
    """An opportunity that waits for its review."""
    return str(left_in(None))


def test_who_one_is_is_kept(mona: Person, rep: Person) -> None:
    assert mona("me", "--email", "mona@example.com").code == 0
    said = json.loads(mona("me", "--json").out)
    assert said == {
        "name": "",
        "email": "mona@example.com",
        "role": "manager",
        "team": "North",
        "manager": "",
        "user": "mona",
    }
    assert "Sales manager" in mona("me").out
    assert json.loads(rep("me", "--json").out)["role"] == ""
    assert rep("me", "--role", "king").code == 2


def test_a_file_that_says_nothing_of_the_person_is_told(rep: Person, tmp_path: Path) -> None:
    rep("me", "--team", "North")
    (tmp_path / "rep" / "me.json").write_text("[")
    answer = rep("list")
    assert answer.code == 3
    assert "me.json cannot be read" in answer.err
    assert "Traceback" not in answer.err


def test_the_name_one_gives_is_the_one_in_the_log(
    cli: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("OPPWIZARD_USER", raising=False)
    monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(tmp_path / "playbook.toml"))
    assert cli("me", "--name", "ヤマダ 太郎", "--team", "東京", "--manager", "mona").code == 0
    identity = cli("new", "Acme").out.strip()
    assert {one["who"] for one in json.loads(cli("changes", identity, "--json").out)["changes"]} == {"ヤマダ 太郎"}
    shown = json.loads(cli("show", identity, "--json").out)
    assert "mona" in json.dumps(shown)


def test_a_deal_is_sent_back_mended_and_approved(mona: Person, rep: Person, deal: str) -> None:
    (waits,) = json.loads(mona("reviews", "--json").out)
    assert (waits["id"], waits["review"], waits["pace"]) == (deal, "waiting", "in_time")
    questions = json.loads(mona("review", deal, "--json").out)["questions"]
    assert len(questions) == 6
    assert all(one["holds"] and one["evidence"] for one in questions)
    assert "(close_on)" in mona("review", deal).out
    back = mona("review", deal, "--revise", "--object", "sized=Services?", "--comment", "close_on=Too soon")
    assert back.code == 0, back.err
    assert "close_on: Too soon" in rep("settle", deal).out
    refused = rep("submit", deal)
    assert refused.code == 1
    assert "not settled" in refused.err
    assert rep("settle", deal, "2").code == 1 or rep("settle", deal, "2").code == 3
    assert rep("settle", deal, "1", "--reply", "They agreed in writing").code == 0
    assert rep("set", deal, "why_us=They trust the team that installed the first site").code == 0
    assert rep("submit", deal).code == 0
    shown = mona("review", deal)
    assert "They agreed in writing" in shown.out
    assert "→ They trust the team that installed the first site" in shown.out
    assert mona("review", deal, "--approve", "--say", "Good").code == 0
    assert json.loads(mona("reviews", "--json").out) == []
    assert json.loads(mona("list", "--json").out)["records"][0]["review"] == "active"
    assert "Approved" in mona("timeline", deal, "--only", "review").out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--approve", "--revise"), 2, "only one of"),
        (("--revise",), 1, "A reason is needed"),
        (("--revise", "--object", "sized"), 2, "NAME=TEXT"),
        (("--revise", "--object", "luck=x"), 3, "none of the six"),
        (("--revise", "--comment", "nowhere=x"), 3, "nowhere"),
    ],
)
def test_what_cannot_be_decided_is_told(
    mona: Person, deal: str, arguments: tuple[str, ...], code: int, said: str
) -> None:
    answer = mona("review", deal, *arguments)
    assert (answer.code, said in answer.err) == (code, True), answer.err
    assert json.loads(mona("reviews", "--json").out)[0]["review"] == "waiting"


def test_a_rep_decides_nothing(rep: Person, deal: str) -> None:
    answer = rep("review", deal, "--approve")
    assert answer.code == 1
    assert "their own record" in answer.err


def test_an_empty_store_has_nothing_to_review(rep: Person) -> None:
    assert "Nothing waits" in rep("reviews").err
    assert json.loads(rep("reviews", "--json").out) == []


def test_where_a_review_stands_is_told_in_words(mona: Person, rep: Person, deal: str) -> None:
    head, line = mona("reviews").out.splitlines()
    assert head.split("  ")[0] == "ID"
    assert "Overdue from" in head
    assert "waits, " in line
    assert "Review: Waits for review, " in rep("show", deal).out
    mona("review", deal, "--revise", "--comment", "close_on=Too soon")
    assert json.loads(rep("show", deal, "--json").out)["review"]["state"] == "revise"
    rep("settle", deal, "1", "--reply", "They wrote so")
    told = rep("changes", deal).out
    assert "manager’s comment" in told
    assert "answer to a comment" in told
    assert not {"settled_at", "settled_by", "review_since", "remark "} & set(told.split())
    assert "Close date: Too soon" in rep("timeline", deal).out
