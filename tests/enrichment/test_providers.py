"""Which providers a playbook turns on: its own, and those of other packages; and asking them all at once (A6)."""

import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from oppwizard.enrichment import Answer, Cancel, Provider, ProviderProblem, Question
from oppwizard.enrichment.providers import Plugged, installed, providers
from oppwizard.enrichment.rounds import Found, ask_all
from oppwizard.errors import InvalidInput
from oppwizard.i18n import T
from oppwizard.model.base import new_id
from oppwizard.playbook import load_playbook

CODE = """
from oppwizard.enrichment import Answer

class Tiny:
    name = "whatever"
    answers = frozenset({"account.employees"})

    def __init__(self, settings):
        self.settings = settings

    def look_up(self, question):
        return [Answer("account.employees", len(question.keys["company"]) * int(self.settings["times"]))]

def broken(settings):
    raise RuntimeError(settings["key"])

def no_provider(settings):
    return settings
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package with entry points."""
    (tmp_path / "tiny_facts.py").write_text(CODE)
    info = tmp_path / "tiny_facts-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-facts\nVersion: 1.0\n")
    points = (
        "[oppwizard.enrichment]\ntiny = tiny_facts:Tiny\nbroken = tiny_facts:broken\nodd = tiny_facts:no_provider\n"
    )
    (info / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "tiny_facts", raising=False)


def made(tmp_path: Path, text: str) -> tuple[Provider, ...]:
    path = tmp_path / "playbook.toml"
    path.write_text(text)
    return providers(load_playbook(path), tmp_path)


def test_the_built_in_playbook_turns_nobody_on(tmp_path: Path) -> None:
    assert made(tmp_path, "") == ()


@pytest.mark.usefixtures("package")
def test_a_plugin_is_found_but_asked_only_where_the_playbook_names_it(tmp_path: Path) -> None:
    assert {"tiny", "broken", "odd"} <= installed().keys()
    assert made(tmp_path, "") == ()
    (tiny,) = made(tmp_path, '[[enrichment.plugins]]\nname = "tiny"\nsettings = { times = "3" }\n')
    assert tiny.name == "tiny"
    assert tiny.look_up(Question("account", new_id(), None, {"company": "Acme"})) == [Answer("account.employees", 12)]


@pytest.mark.usefixtures("package")
def test_a_plugin_that_cannot_be_set_up_is_said_without_its_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINY_KEY", "s3cr3t")
    with pytest.raises(InvalidInput, match="cannot be set up: RuntimeError") as caught:
        made(tmp_path, '[[enrichment.plugins]]\nname = "broken"\nsettings = { key = "env:TINY_KEY" }\n')
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(("name", "said"), [("odd", "is no provider"), ("absent", "No installed package")])
def test_what_is_no_provider_is_said(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        made(tmp_path, f'[[enrichment.plugins]]\nname = "{name}"\n')


# Asking them all


def one_that(look_up: Callable[[Question], Any], name: str = "one") -> Plugged:
    return Plugged(name, frozenset({"account.employees", "no.field"}), look_up)


def asked(seconds: float, *those: Provider) -> list[Found]:
    question = Question("account", new_id(), None, {"company": "Acme"})
    found: list[Found] = []
    for thread in ask_all([(one, [question]) for one in those], seconds, Cancel(), found.append):
        thread.join(20)
        assert not thread.is_alive()
    return sorted(found, key=lambda one: one.provider)


def test_one_that_sleeps_or_fails_keeps_nobody_else_from_answering() -> None:
    asleep = threading.Event()

    def sleeps(question: Question) -> Sequence[Answer]:
        asleep.wait(20)
        return ()

    def fails(question: Question) -> Sequence[Answer]:
        raise KeyError("s3cr3t")

    def knows(question: Question) -> Sequence[Answer]:
        return [Answer("account.employees", 5)]

    found = asked(0.2, one_that(sleeps, "a"), one_that(fails, "b"), one_that(knows, "c"))
    asleep.set()
    assert [one.answers for one in found] == [(), (), (Answer("account.employees", 5),)]
    told = [str(one.problem) if one.problem else "" for one in found]
    assert ["given up" in told[0], "KeyError" in told[1], told[2]] == [True, True, ""]
    assert "s3cr3t" not in told[1]


def test_the_one_that_is_given_up_is_told_so() -> None:
    told = threading.Event()

    def waits(question: Question) -> Sequence[Answer]:
        assert question.cancel.wait(20)
        told.set()
        return ()

    asked(0.05, one_that(waits))
    assert told.wait(10)


@pytest.mark.parametrize("answer", [None, 3, "text", [None], [{"path": "account.employees"}], [Answer("no.field", 1)],
                                    [Answer("people.title", "x")]])  # fmt: skip
def test_answers_that_are_none_are_a_problem_of_the_provider(answer: Any) -> None:
    (found,) = asked(10, one_that(lambda question: answer))
    assert found.answers == ()
    assert found.problem is not None


def test_answers_without_an_end_are_cut() -> None:
    def endless(question: Question) -> Any:
        while True:
            yield Answer("account.employees", 5)

    (found,) = asked(20, one_that(endless))
    assert 0 < len(found.answers) <= 1_000


def test_a_provider_that_has_failed_is_not_asked_about_the_next_one() -> None:
    asked_about: list[str] = []

    def fails(question: Question) -> Sequence[Answer]:
        asked_about.append(question.keys["company"])
        raise ProviderProblem(T("It is closed on Sundays"))

    questions = [Question("account", new_id(), None, {"company": name}) for name in ("a", "b")]
    for thread in ask_all([(one_that(fails), questions)], 10, Cancel(), lambda found: None):
        thread.join(20)
    assert asked_about == ["a"]


def test_nothing_comes_after_it_was_called_off() -> None:
    cancel, reached, found = Cancel(), threading.Event(), list[Found]()

    def waits(question: Question) -> Sequence[Answer]:
        reached.set()
        question.cancel.wait(20)
        return [Answer("account.employees", 5)]

    (thread,) = ask_all([(one_that(waits), [Question("account", new_id())])], 20, cancel, found.append)
    assert reached.wait(10)
    cancel()
    thread.join(10)
    assert not thread.is_alive()
    assert found == []
