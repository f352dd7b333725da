"""The line of everything in a TOML text, held against the standard library's reader."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, strategies as st

from oppwizard.playbook.places import places
from oppwizard.playbook.section import Place

TEXT = '''# a comment with = and [brackets]
version = "a#b"  # 2
"quoted key" = 'it''s'
a.b.'c d' = 1

[audit]
sample = 3
list = [
  1, # one
  [2,
   3], { x = 1, y.z = [4] },
  "]", """
multi ] line
"""
]
inline = { k = "}", m = { n = 1 } }

[[fields]]
name = "one"
label = { en = "A", ja = "エ" }
[[fields.choices]]
value = "x"
[[fields.choices]]
value = "y"
[fields.extra]
deep = true

[[fields]]
name = "two"
text = \'\'\'
'a' [b]
\'\'\'
when = 2026-12-31 09:30:00
last = "end"
'''
TEXT = TEXT.replace("'it''s'", "'its'")


def test_every_kind_of_place_has_its_line() -> None:
    found = places(TEXT)
    lines = TEXT.splitlines()
    expected: dict[Place, str] = {
        ("version",): "version =",
        ("quoted key",): '"quoted key"',
        ("a", "b", "c d"): "a.b.",
        ("audit",): "[audit]",
        ("audit", "list", 0): "  1,",
        ("audit", "list", 1, 1): "   3]",
        ("audit", "list", 2, "y", "z", 0): "   3]",
        ("audit", "list", 4): '  "]"',
        ("audit", "inline", "m", "n"): "inline =",
        ("fields", 0, "label", "ja"): "label =",
        ("fields", 0, "choices", 1): "[[fields.choices]]",
        ("fields", 0, "choices", 1, "value"): 'value = "y"',
        ("fields", 0, "extra", "deep"): "deep =",
        ("fields", 1): "[[fields]]",
        ("fields", 1, "when"): "when =",
        ("fields", 1, "last"): "last =",
    }
    for place, start in expected.items():
        assert lines[found[place] - 1].startswith(start), (place, found.get(place))
    assert found[("fields", 1)] > found[("fields", 0, "choices", 1)]


def _paths(value: Any, at: Place = ()) -> set[Place]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {at, *(path for key, one in inner for path in _paths(one, (*at, key)))}


def test_it_finds_exactly_what_the_reader_reads() -> None:
    assert set(places(TEXT)) == _paths(tomllib.loads(TEXT)) - {()}


@pytest.mark.parametrize(
    "text", ["", "\n", "# only", "a =", "a = [1,", 'a = "x', "[a", "[[a]", "= 1", "a = {b = 1", "]"]
)
def test_a_text_with_faults_gives_what_comes_before_them(text: str) -> None:
    good = "first = 1\n"
    assert places(good + text).get(("first",)) == 1


_VALUES = st.recursive(
    st.one_of(
        st.integers(-9, 9).map(str),
        st.sampled_from(['"a"', "'b'", '"""x\ny"""', "'''z]\n}'''", "true", "2026-01-02", "1.5", '"#="', r'"\"]"']),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ",\n ".join(items) + "]"),
        st.lists(inner, max_size=2).map(
            lambda items: "{ " + ", ".join(f"k{n} = {item}" for n, item in enumerate(items)) + " }"
        ),
    ),
    max_leaves=6,
)


@given(st.lists(st.tuples(st.booleans(), _VALUES), max_size=6))
def test_any_text_is_found_as_it_is_read(entries: list[tuple[bool, str]]) -> None:
    text = ""
    for number, (heading, value) in enumerate(entries):
        text += f"[[t{number % 2}]]\n" if heading else ""
        text += f"key{number} = {value}\n"
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # a line break within an inline table
        return
    assert set(places(text)) == _paths(read) - {()}
