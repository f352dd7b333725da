"""The registry of actions: one name each, no key twice, and somebody who does what is asked."""

from collections import Counter

import pytest
from textual.app import App
from textual.screen import Screen

from oppwizard.screens.app import OppwizardApp
from oppwizard.screens.pipeline import PipelineScreen
from oppwizard.screens.stage import StageScreen
from oppwizard.widgets.keys import ACTIONS, APP, PIPELINE, STAGE, Action, actions, bindings, shown_key

DOERS: dict[str, type[App[int]] | type[Screen[None]]] = {
    APP: OppwizardApp,
    PIPELINE: PipelineScreen,
    STAGE: StageScreen,
}


def test_every_action_has_a_name_of_its_own() -> None:
    assert [name for name, count in Counter(action.id for action in ACTIONS).items() if count > 1] == []
    for action in ACTIONS:
        assert action.id.startswith(f"{action.scope}."), action.id


@pytest.mark.parametrize("scope", [PIPELINE, STAGE])
def test_no_key_does_two_things_on_one_screen(scope: str) -> None:
    keys = Counter(key for action in (*actions(scope), *actions(APP)) for key in action.keys.split(",") if key)
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: str(action.id))
def test_every_action_is_done_by_its_screen(action: Action) -> None:
    name = action.call.partition("(")[0]
    assert callable(getattr(DOERS[action.scope], f"action_{name}", None)), name


@pytest.mark.parametrize("scope", DOERS)
def test_every_action_with_a_key_is_bound_under_its_name(scope: str) -> None:
    assert [binding.id for binding in bindings(scope)] == [action.id for action in actions(scope) if action.keys]
    assert all(binding in DOERS[scope].BINDINGS for binding in bindings(scope))


def test_modified_enter_is_never_the_only_way() -> None:
    """Terminals of Windows do not tell Ctrl+Enter or Shift+Enter from Enter."""
    for action in ACTIONS:
        keys = [key for key in action.keys.split(",") if key]
        assert not keys or any(not key.endswith("+enter") for key in keys), action.id


@pytest.mark.parametrize(
    ("key", "shown"),
    [("f2", "F2"), ("ctrl+n", "^N"), ("alt+down", "Alt+Down"), ("slash", "/"), ("n", "n"), ("escape", "Esc"),
     ("ctrl+pagedown", "^PgDn"), ("ctrl+down", "^Down")],
)  # fmt: skip
def test_keys_are_printed_as_keyboards_have_them(key: str, shown: str) -> None:
    assert shown_key(key) == shown
