"""Every command and option stands in docs/commands.md, and nothing stands there that there is not."""

import re
from pathlib import Path
from typing import Any

from oppwizard.cli.app import command_line
from oppwizard.cli.declaring import Order, Status
from oppwizard.data.lists import Sort
from oppwizard.model import enums

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `oppwizard ?(?P<name>[a-z]*)(?P<rest>[^`]*)` \|(?P<options>(?:[^|\\]|\\.)*)\|", re.MULTILINE)


def _documented() -> dict[str, set[str]]:
    groups = {name.split()[0] for name in _registered() if " " in name}
    found = {}
    for row in ROW.finditer(PAGE):
        name = " ".join([row["name"], *row["rest"].split()[:1]]) if row["name"] in groups else row["name"]
        found[name] = set(re.findall(r"--[a-z-]+", row["rest"] + row["options"]))
    return found


def _commands() -> dict[str, Any]:
    """Every command by its words, those of groups too."""
    group: Any = command_line()
    found = {"": group}
    for name, each in group.commands.items():
        inner = getattr(each, "commands", None)
        found |= {f"{name} {word}": one for word, one in inner.items()} if inner else {name: each}
    return found


def _registered() -> dict[str, set[str]]:
    return {
        name: {option for p in each.params for option in p.opts if option.startswith("--")}
        for name, each in _commands().items()
    }


def test_every_command_and_option_is_documented() -> None:
    assert _documented() == _registered()


def test_every_command_answers_in_json() -> None:
    assert all("--json" in options for name, options in _registered().items() if name)


def test_every_text_of_the_help_is_there() -> None:
    group: Any = command_line()
    for name, each in {**_commands(), **group.commands}.items():
        assert each.help, name
        assert all(getattr(parameter, "help", "") for parameter in each.params), name


def test_the_lists_of_the_command_line_are_those_of_the_model() -> None:
    assert {each.name: each.value for each in Order} == {each.name: each.value for each in Sort}
    known = {each.name: each.value for each in enums.Status}
    assert {each.name: each.value for each in Status if each is not Status.ALL} == known


def test_every_exit_code_is_documented() -> None:
    for code in (0, 1, 2, 3, 4, 70, 129, 130, 141, 143):
        assert re.search(rf"^\| {code} \|", PAGE, re.MULTILINE), code
