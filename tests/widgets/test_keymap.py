"""Keys that a playbook gives to actions: those that cannot be are told, and the built-in ones are sound."""

import pytest

from oppwizard.widgets.keymap import wrong_keys
from oppwizard.widgets.keys import ACTIONS


def test_the_built_in_keys_are_sound() -> None:
    assert not list(wrong_keys({action.id: action.keys for action in ACTIONS if action.keys}))


@pytest.mark.parametrize(
    "keys",
    [
        {"stage.undo": "ctrl+u"},
        {"pipeline.new": "N"},
        {"pipeline.search": "/"},
        {"stage.next": "ctrl+j, f20"},
        {"pipeline.new": "o", "pipeline.reopen": "n"},
        {"stage.history": "alt+h"},
        {"pipeline.new": "question_mark"},
    ],
)
def test_keys_that_can_be(keys: dict[str, str]) -> None:
    assert not list(wrong_keys(keys))


@pytest.mark.parametrize(
    ("keys", "at", "says"),
    [
        ({"stage.nxt": "f8"}, "stage.nxt", "Did you mean stage.next?"),
        ({"nothing.like.it": "f20"}, "nothing.like.it", "F1"),
        ({"stage.next": "ctrl+foo"}, "stage.next", "“ctrl+foo” is no key"),
        ({"stage.next": ""}, "stage.next", "no key"),
        ({"stage.next": "n"}, "stage.next", "typing"),
        ({"stage.next": "tab"}, "stage.next", "typing"),
        ({"app.help": "space"}, "app.help", "typing"),
        ({"stage.undo": "f2"}, "stage.undo", "stage.next_open"),
        ({"pipeline.new": "o"}, "pipeline.new", "pipeline.reopen"),
        ({"app.help": "ctrl+q"}, "app.help", "app.quit"),
        ({"stage.undo": "f1"}, "stage.undo", "app.help"),
    ],
)
def test_keys_that_cannot_be_are_told_once(keys: dict[str, str], at: str, says: str) -> None:
    (wrong,) = wrong_keys(keys)
    assert wrong.at == ("keys", at)
    assert says in f"{wrong.problem} {wrong.remedy}"


def test_two_actions_given_the_same_key_are_told_once() -> None:
    (wrong,) = wrong_keys({"stage.undo": "f20", "stage.redo": "f20"})
    assert wrong.at[0] == "keys"
