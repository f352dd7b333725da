"""Two people, two stores, one deal that goes there and back, in the real program in a real terminal (H1-H4)."""

import json
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from oppwizard.exchange.document import dumps, to_document
from oppwizard.walk import Walk, open_walk
from tests.conftest import make_context
from tests.e2e.terminal import Terminal, command, environment, running

pytestmark = pytest.mark.e2e


class Someone:
    """A person with a home and a store of their own."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.home = folder / name
        self.home.mkdir()
        self.more = {"OPPWIZARD_USER": name, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}

    def runs(self, *arguments: str, code: int = 0) -> str:
        """Run a command; its standard output."""
        done = subprocess.run(
            command("--lang", "en", *arguments),
            env=environment(self.home, **self.more),
            capture_output=True,
            text=True,
            check=False,
            cwd=self.home,
        )
        assert done.returncode == code, done.stderr
        return done.stdout

    @contextmanager
    def at(self, *arguments: str) -> Iterator[Terminal]:
        """Sit at a terminal with the program."""
        with running(
            "--lang", "en", *arguments, home=self.home, columns=110, rows=40, env=environment(self.home, **self.more)
        ) as terminal:
            yield terminal

    def record(self, identity: str) -> Any:
        """A record as its export has it, without how often each store has written it."""
        with self._walk() as walk:
            text = dumps(to_document(walk.load(UUID(identity)), walk))

        def bare(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: bare(item) for key, item in value.items() if key not in ("updated_at", "revision")}
            return sorted((bare(item) for item in value), key=str) if isinstance(value, list) else value

        return bare(json.loads(text, parse_float=Decimal))

    def log(self, identity: str) -> list[Any]:
        """Every change of a record, oldest first, without its number in the store."""
        with self._walk() as walk:
            changes = [
                one.model_dump(mode="json", exclude={"seq"}) for one in walk.store.history(UUID(identity), limit=10_000)
            ]
        return sorted(changes, key=lambda one: (one["at"], json.dumps(one, sort_keys=True)))

    @contextmanager
    def _walk(self) -> Iterator[Walk]:
        walk = open_walk(make_context(self.home / ".local" / "share" / "oppwizard" / "oppwizard.db", self.name))
        yield walk
        walk.store.close()


@pytest.fixture
def sam(tmp_path: Path) -> Someone:
    """The SDR."""
    return Someone("sam", tmp_path)


@pytest.fixture
def alex(tmp_path: Path) -> Someone:
    """The account executive."""
    return Someone("alex", tmp_path)


@pytest.fixture
def kim(tmp_path: Path) -> Someone:
    """The sales engineer."""
    return Someone("kim", tmp_path)


def fill(terminal: Terminal, question: str, *texts: str) -> None:
    """Answer several questions at once."""
    terminal.wait_for(question)
    terminal.settle()
    for number, text in enumerate(texts):
        if number:
            terminal.press("tab")
        terminal.press("end", "ctrl+u")
        terminal.type(text)
    terminal.press("ctrl+s")


def test_a_deal_goes_from_sdr_to_ae_to_se_and_back(sam: Someone, alex: Someone, kim: Someone, tmp_path: Path) -> None:
    identity = sam.runs("new", "Valdera Pumps 株式会社").strip()
    sam.runs("set", identity, "pain_points=Night shifts", "business_problem=Pumps fail", "people[+].name=Dana Low")
    plan = sam.home / "plan.txt"
    plan.write_text("the plan")
    packet, receipt = tmp_path / "deal.oppwiz", tmp_path / "deal.receipt.json"

    with sam.at() as terminal:  # the SDR logs a talk, attaches a file and packs
        terminal.wait_for("Valdera Pumps")
        terminal.press("enter")
        terminal.wait_for("Budget status")
        terminal.press("ctrl+o")
        terminal.wait_for("Timeline: all")
        terminal.press("l")
        terminal.wait_for("What was it?")
        terminal.press("down", "enter")
        fill(terminal, "Commitments", "2026-11-20", "Dana", "Sam", "First call", "They want a demo", "Plan by Friday")
        terminal.wait_for("Call: First call")
        terminal.press("a")
        terminal.wait_for("Which file?")
        terminal.type(str(plan))
        terminal.press("enter")
        terminal.wait_for("plan.txt")
        terminal.press("escape")
        terminal.wait_for("Budget status")
        terminal.press("ctrl+r")
        terminal.wait_for("SDR to account executive")
        terminal.press("s")
        fill(terminal, "Into which file", "alex", "They are in a hurry", "Have fun", str(packet))
        terminal.wait_for("Sign it with your key?")
        terminal.press("enter")
        terminal.wait_for("Written:")
        terminal.press("escape")
        terminal.settle()
        terminal.press("escape")
        terminal.settle()
        terminal.press("escape")
        terminal.wait_for("Last change")
        terminal.settle()
        terminal.press("ctrl+q")
        assert terminal.leave() == 0
    with zipfile.ZipFile(packet) as opened:
        assert opened.testzip() is None
        assert "They are in a hurry" in opened.read("README.html").decode()

    with alex.at("receive", str(packet), "--accept", "--rating", "4", "--receipt", str(receipt)) as terminal:
        terminal.wait_for("Trust it?")
        terminal.type("y")
        terminal.wait_for("Sent incomplete because: They are in a hurry")
        assert terminal.leave() == 0
    sent, there = sam.record(identity), alex.record(identity)
    assert {one["state"] for one in there["handoffs"]} == {"sent", "received", "accepted"}
    assert there["opportunity"].pop("owner") == "alex"
    assert sent["handoffs"][0] in there["handoffs"]
    for each in (sent, there):
        del each["handoffs"]
    assert sent == there, "every field, file and note arrived"
    assert sam.log(identity) == [one for one in alex.log(identity) if one in sam.log(identity)]
    assert alex.runs("attach", identity).split()[0] == "plan.txt"

    with sam.at() as terminal:  # the SDR enters the receipt in the app
        terminal.wait_for("Valdera Pumps")
        terminal.press("i")
        terminal.wait_for("Which packet or receipt?")
        terminal.type(str(receipt))
        terminal.press("enter")
        terminal.wait_for("alex answered: Accepted")
        terminal.press("h")
        terminal.wait_for("1 accepted")
        terminal.press("escape")
        terminal.wait_for("Last change")
        terminal.settle()
        terminal.press("ctrl+q")
        assert terminal.leave() == 0

    to_kim, back = tmp_path / "to-kim.oppwiz", tmp_path / "back.oppwiz"
    alex.runs("set", identity, "integrations=SAP", "use_cases=Stock count on the night shift")
    alex.runs("handoff", identity, "--kind", "ae-se", "--to", "kim", "--because", "For the demo", "--out", str(to_kim))
    kim.runs("receive", str(to_kim), "--accept", "--rating", "5", "--receipt", str(tmp_path / "k.json"))
    alex.runs("receive", str(tmp_path / "k.json"))
    assert kim.record(identity)["opportunity"]["owner"] == "alex", "an engineer does not own the deal"

    kim.runs("set", identity, "infrastructure=No cloud", "pain_points=Night shifts and week-ends")
    alex.runs("set", identity, "pain_points=Nights", "evaluation_criteria=Price")
    kim.runs("handoff", identity, "--kind", "ae-se", "--to", "alex", "--because", "What I found", "--out", str(back))
    with alex.at("receive", str(back)) as terminal:
        terminal.wait_for("Both sides changed “Pain points”")
        terminal.settle()
        terminal.press("down", "enter")
        terminal.wait_for("What do you say to it?")
        terminal.settle()
        terminal.press("down", "down", "enter")
        terminal.wait_for("Why does it go back?")
        terminal.settle()
        terminal.press("down", "enter")
        terminal.wait_for("What was the packet worth?")
        terminal.settle()
        terminal.press("down", "enter")
        terminal.wait_for("A word to the sender")
        terminal.type("More about the network, please")
        terminal.press("enter")
        assert terminal.leave() == 0
    kim.runs("receive", str(tmp_path / "back.receipt.json"))
    (returned,) = [one for one in json.loads(kim.runs("handoffs", "--json"))["counts"] if one["sender"] == "kim"]
    assert (returned["returned"], returned["reasons"], returned["rating"]) == (1, {"No context or notes": 1}, 2)
    merged = alex.record(identity)["opportunity"]
    assert merged["infrastructure"] == "No cloud"
    assert merged["evaluation_criteria"] == "Price"
    assert merged["pain_points"] == "Night shifts and week-ends"
    logs = [kim.log(identity), alex.log(identity)]
    assert all(one in logs[1] for one in logs[0]), "no entry of the engineer's log is lost"
    counts = json.loads(alex.runs("handoffs", "--json"))["counts"]
    assert {one["sender"]: one["sent"] for one in counts} == {"sam": 1, "alex": 1, "kim": 1}


def test_a_refused_packet_is_told_in_words_and_leaves_nothing(sam: Someone, tmp_path: Path) -> None:
    path = tmp_path / "x.oppwiz"
    path.write_bytes(b"PK\x03\x04 garbage")
    sam.runs("list")
    with sam.at("receive", str(path)) as terminal:
        assert terminal.leave() == 3
        assert "Traceback" not in terminal.raw
        assert "Ask the sender" in terminal.raw or "Choose the file" in terminal.raw
    assert json.loads(sam.runs("list", "--json"))["records"] == []
