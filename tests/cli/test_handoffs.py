"""`handoff`, `receive` and `handoffs`: two people with two stores, by commands alone (H1-H4)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Answer, Command

Person = Callable[..., Answer]


@pytest.fixture
def person(cli: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Person]:
    """Somebody with a store of their own, who runs commands."""

    def make(name: str) -> Person:
        home = tmp_path / name
        home.mkdir(exist_ok=True)

        def execute(*arguments: str) -> Answer:
            monkeypatch.setenv("OPPWIZARD_USER", name)
            monkeypatch.setenv("OPPWIZARD_DB", str(home / "store.db"))
            monkeypatch.setenv("OPPWIZARD_PLAYBOOK", str(home / "playbook.toml"))
            monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
            return cli(*arguments)

        return execute

    return make


@pytest.fixture
def sam(person: Callable[[str], Person]) -> Person:
    """Whoever sends."""
    return person("sam")


@pytest.fixture
def alex(person: Callable[[str], Person]) -> Person:
    """Whoever receives."""
    return person("alex")


@pytest.fixture
def deal(sam: Person) -> str:
    """A draft of Sam's."""
    identity = sam("new", "Acme Pumps").out.strip()
    sam("set", identity, "pain_points=Night shifts", "business_problem=Pumps fail")
    return identity


@pytest.fixture
def packet(sam: Person, deal: str, tmp_path: Path) -> str:
    """That draft, on its way to Alex."""
    path = str(tmp_path / "deal.oppwiz")
    assert sam("handoff", deal, "--to", "alex", "--because", "They are in a hurry", "--out", path).code == 0
    return path


def test_without_a_receiver_the_state_is_shown_and_points_are_ticked(sam: Person, deal: str) -> None:
    shown = sam("handoff", deal).out
    assert "[x] Need and pains: Pumps fail, Night shifts" in shown
    assert "[ ] The AE was briefed before the meeting  --tick briefed" in shown
    assert "! It is not clear what the receiver does first" in shown
    (before,) = sam("handoff", deal, "--json").json
    assert sam("handoff", deal, "--tick", "briefed").code == 0
    (after,) = sam("handoff", deal, "--json").json
    assert after["complete"] > before["complete"]
    point = next(one for one in after["points"] if one["key"] == "briefed")
    assert (point["done"], point["who"]) == (True, "sam")
    sam("handoff", deal, "--untick", "briefed")
    assert sam("handoff", deal, "--json").json[0]["complete"] == before["complete"]
    assert sam("handoff", deal, "--tick", "nonsense").code == 3


def test_an_incomplete_packet_needs_a_reason(sam: Person, deal: str, tmp_path: Path) -> None:
    path = tmp_path / "x.oppwiz"
    answer = sam("handoff", deal, "--to", "alex", "--out", str(path))
    assert answer.code == 1
    assert "incomplete" in answer.err
    assert not path.exists()
    assert sam("handoffs", "--json").json == {"packets": [], "counts": []}


def test_a_packet_is_shown_taken_accepted_and_counted(
    sam: Person, alex: Person, deal: str, packet: str, tmp_path: Path
) -> None:
    looked = alex("receive", packet, "--look")
    assert looked.out.splitlines()[1].strip() == "Sent incomplete because: They are in a hurry"
    assert alex("list", "--json").json["records"] == []
    receipt = str(tmp_path / "r.json")
    taken = alex("receive", packet, "--accept", "--rating", "4", "--receipt", receipt)
    assert taken.code == 0
    (record,) = alex("list", "--json").json["records"]
    assert (record["id"], record["owner"]) == (deal, "alex")
    assert sam("receive", receipt).code == 0
    told = sam("handoffs", "--json").json
    assert [(one["state"], one["rating"]) for one in told["packets"]] == [("accepted", 4)]
    assert told["counts"][0] | {"sent": 1, "accepted": 1, "open": 0} == told["counts"][0]
    assert "sam → alex" in sam("handoffs").out
    assert sam("handoffs", "--who", "nobody", "--json").json["packets"] == []


def test_conflicts_are_decided_by_name_by_side_or_not_at_all(
    sam: Person, alex: Person, deal: str, packet: str, tmp_path: Path
) -> None:
    alex("receive", packet)
    sam("set", deal, "pain_points=Night work")
    alex("set", deal, "pain_points=Broken seals")
    back = str(tmp_path / "back.oppwiz")
    alex("handoff", deal, "--kind", "ae-se", "--to", "sam", "--because", "To look at", "--out", back)
    stopped = sam("receive", back)
    assert stopped.code == 1
    assert "Both sides changed “Pain points”" in stopped.err
    assert sam("receive", back, "--decide", "pain_points").code == 2
    answer = sam("receive", back, "--decide", "pain_points=theirs", "--json")
    assert answer.code == 0
    (news,) = answer.json["records"]
    assert [(one["field"], one["changed_by"]) for one in news["differences"]] == [("pain_points", "both")]
    shown = sam("show", deal).out
    assert "Broken seals" in shown
    assert "Night work" not in shown


def test_a_return_has_a_reason_of_the_list(sam: Person, alex: Person, packet: str, tmp_path: Path) -> None:
    receipt = str(tmp_path / "r.json")
    bad = alex("receive", packet, "--return", "because", "--rating", "1", "--receipt", receipt)
    assert bad.code == 1
    assert "not_qualified" in bad.err
    assert alex("receive", packet, "--return", "no_context", "--rating", "1", "--receipt", receipt).code == 0
    sam("receive", receipt)
    counted: dict[str, Any] = sam("handoffs", "--json").json["counts"][0]
    assert counted["reasons"] == {"No context or notes": 1}
    assert "No context or notes 1" in sam("handoffs").out


def test_a_signed_packet_is_taken_once_its_key_is_trusted(sam: Person, alex: Person, deal: str, tmp_path: Path) -> None:
    path = str(tmp_path / "s.oppwiz")
    sam("handoff", deal, "--to", "alex", "--because", "In a hurry", "--out", path, "--sign")
    unknown = alex("receive", path)
    assert unknown.code == 1
    assert "not known here" in unknown.err
    assert alex("list", "--json").json["records"] == []
    assert alex("receive", path, "--trust").code == 0
    assert alex("receive", path).code == 0, "it is decided once"


def test_altered_packets_are_refused_and_leave_nothing(alex: Person, packet: str, tmp_path: Path) -> None:
    alex("list")
    store = tmp_path / "alex" / "store.db"
    before = store.read_bytes()
    data = bytearray(Path(packet).read_bytes())
    data[len(data) // 2] ^= 1
    altered = tmp_path / "altered.oppwiz"
    altered.write_bytes(bytes(data))
    answer = alex("receive", str(altered))
    assert answer.code == 3
    assert "altered" in answer.err
    assert store.read_bytes() == before
    for other in (tmp_path / "gone.oppwiz", tmp_path):
        assert alex("receive", str(other)).code == 3


def test_a_territory_is_all_of_a_reps_open_records(sam: Person, alex: Person, tmp_path: Path) -> None:
    for name in ("Acme", "Meridian", "Valdera"):
        identity = sam("new", name).out.strip()
        if name != "Valdera":
            sam("set", identity, "owner=sam")
    path = str(tmp_path / "t.oppwiz")
    answer = sam("handoff", "--kind", "territory", "--to", "alex", "--because", "Leaving", "--out", path, "--json")
    assert answer.json["records"] == 2
    assert alex("receive", path).code == 0
    assert {one["title"] for one in alex("list", "--json").json["records"]} == {"Acme", "Meridian"}
    assert sam("handoff", "--to", "alex").code == 2, "one deal has to be named"
    assert sam("handoff", "--kind", "territory", "--owner", "nobody", "--to", "alex").code == 1


@pytest.mark.parametrize(
    "options",
    [("--mine", "--theirs"), ("--accept", "--return", "timing", "--rating", "3"), ("--accept",)],
)
def test_options_that_contradict_are_wrong_usage(alex: Person, packet: str, options: tuple[str, ...]) -> None:
    assert alex("receive", packet, *options).code == 2
