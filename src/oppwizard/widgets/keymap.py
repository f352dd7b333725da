"""Whether the keys that a playbook gives to actions can be theirs."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final

from textual.keys import KEY_NAME_REPLACEMENTS, Keys, key_to_character

from oppwizard.i18n import T
from oppwizard.playbook.section import Wrong, near
from oppwizard.widgets.keys import ACTIONS, APP, PIPELINE, STAGE, Action, actions, shown_key

_HELD: Final = frozenset({"ctrl", "alt", "shift", "super", "hyper", "meta"})
_NAMED: Final = frozenset(key.value for key in Keys) | frozenset(KEY_NAME_REPLACEMENTS.values())
_FORM: Final = frozenset(
    {"tab", "shift+tab", "enter", "up", "down", "left", "right", "home", "end", "backspace", "delete"}
    | {"ctrl+c", "ctrl+v", "ctrl+x"}
)
"""What one moves and edits with in a form."""


def wrong_keys(keys: Mapping[str, str]) -> Iterator[Wrong]:
    """What is wrong with a playbook's ``[keys]``: actions and keys that there are not, and keys of two actions."""
    known = {action.id: action for action in ACTIONS}
    for name, said in keys.items():
        action = known.get(name)
        if action is None:
            remedy = near(name, known) or T("F1 lists the actions; “oppwizard playbook show keys” those given keys.")
            yield Wrong(("keys", name), T("There is no action “{name}”", name=name), remedy)
        else:
            yield from _unfit(action, said)
    yield from _taken(keys)


def _split(said: str) -> list[str]:
    return [_full(key.strip()) for key in said.split(",")]


def _full(key: str) -> str:
    return "slash" if key == "/" else key


def _unfit(action: Action, said: str) -> Iterator[Wrong]:
    at = ("keys", action.id)
    for key in _split(said):
        if not _is_key(key):
            remedy = T("Write it as f8, ctrl+n, alt+down or n; several with commas between them.")
            yield Wrong(at, T("“{key}” is no key", key=key), remedy)
        elif action.scope != PIPELINE and (key in _FORM or _types(key)):
            yield Wrong(
                at,
                T("{key} is needed for typing in forms", key=shown_key(key)),
                T("Take a function key, or one with ctrl or alt."),
            )


def _is_key(key: str) -> bool:
    *held, last = key.split("+")
    return set(held) <= _HELD and (key in _NAMED or last in _NAMED or key_to_character(last) is not None)


def _types(key: str) -> bool:
    """Whether a key writes a sign."""
    return key == "slash" or (key_to_character(key) or "\0").isprintable()


def _taken(keys: Mapping[str, str]) -> Iterator[Wrong]:
    """Keys that two actions of one screen have; said of one that has it from the playbook."""
    told: set[tuple[str, str]] = set()
    for scope in (PIPELINE, STAGE):
        for one, other in combinations((*actions(APP), *actions(scope)), 2):
            both = _keys_of(one, keys) & _keys_of(other, keys)
            given = [action.id for action in (other, one) if action.id in keys]
            if both and given and (one.id, other.id) not in told:
                told.add((one.id, other.id))
                rival = one.id if given[0] == other.id else other.id
                problem = T("{key} is the key of {action} too", key=shown_key(min(both)), action=rival)
                yield Wrong(("keys", given[0]), problem, T("Give one of the two another key."))


def _keys_of(action: Action, keys: Mapping[str, str]) -> set[str]:
    return set(_split(keys.get(action.id, action.keys))) - {""}
