"""The pages made of declarations say what the declarations say now (`make references`)."""

from types import ModuleType
from typing import Any

import pytest

from oppwizard.cli.app import command_line
from oppwizard.model.fields import FIELDS
from tools import command_reference, field_reference, finding_reference


@pytest.mark.parametrize("maker", [command_reference, field_reference, finding_reference], ids=lambda one: one.__name__)
def test_a_page_made_of_declarations_is_current(maker: ModuleType) -> None:
    assert maker.PAGE.path.read_text(encoding="utf-8") == maker.page()


def test_every_command_of_a_group_has_its_options_on_the_page() -> None:
    page = command_reference.page()
    group: Any = command_line()
    for name, command in group.commands.items():
        for word in getattr(command, "commands", {}):
            assert f"oppwizard {name} {word}" in page


def test_every_field_is_on_the_page() -> None:
    assert len(FIELDS) <= field_reference.page().count("\n| ")
