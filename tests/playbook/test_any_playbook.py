"""Whatever stands in a file: no crash, and each fault has its file, its line and words in both languages."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from oppwizard import i18n
from oppwizard.playbook.effective import literal, settings_in_force
from oppwizard.playbook.faults import Fault
from oppwizard.playbook.layers import built_in
from oppwizard.playbook.loading import examine
from oppwizard.playbook.schema import Playbook
from oppwizard.playbook.shape import known_keys
from tests.playbook.books import written

NAMES = sorted({name for top in Playbook.model_fields for name in (top, *known_keys(Playbook, (top,)))})
ANY = st.recursive(
    st.one_of(st.integers(-200, 200), st.booleans(), st.sampled_from(["", "core", "required", "pick", "a{b}", "é\n"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["value", "name", "label", "kind", "sku", "low", "x y"]), inner, max_size=3),
    ),
    max_leaves=8,
)


def _toml(tree: dict[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in tree.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {_value(one)}' for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return literal(value)


def _words(fault: Fault) -> str:
    try:
        i18n.use("ja")
        return str(fault)
    finally:
        i18n.use("en")


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(NAMES), ANY, max_size=4))
def test_any_settings_are_examined(tmp_path_factory: pytest.TempPathFactory, tree: dict[str, Any]) -> None:
    folder = written(tmp_path_factory.mktemp("any"), user=_toml(tree))
    examined = examine(folder / "user.toml")
    assert (examined.playbook is None) == bool(examined.faults)
    for fault in examined.faults:
        assert fault.file == folder / "user.toml"
        assert fault.line is not None, str(fault)
        assert str(fault)
        assert _words(fault)


@settings(max_examples=40)
@given(st.data())
def test_any_damage_to_a_sound_file_is_examined(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    text = built_in().text
    at = data.draw(st.integers(0, len(text) - 1))
    cut = data.draw(st.integers(0, 40))
    put = data.draw(st.sampled_from(["", '"', "[", "]", "=", "{", "\n", "'''", "#", "\\", "1", "\x00"]))
    folder = written(tmp_path_factory.mktemp("cut"), user=text[:at] + put + text[at + cut :])
    examined = examine(folder / "user.toml")
    assert all(fault.line for fault in examined.faults), [str(fault) for fault in examined.faults]
    if examined.playbook is not None:
        assert settings_in_force(examined)


def test_the_built_in_text_is_a_playbook_of_its_own(tmp_path: Path) -> None:
    examined = examine(written(tmp_path, user=built_in().text) / "user.toml")
    assert examined.faults == ()
