"""The examples of docs/rules.md are taken by the program as they stand."""

import re
from pathlib import Path

import pytest

from tests.playbook.rulebook import playbook_with

DOCS = Path(__file__).parents[2] / "docs" / "rules.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
CONDITIONS = re.findall(r"^\| [a-z ]+ \| `(\{ (?:field|rows).*?\})`", DOCS.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_taken(example: str) -> None:
    playbook = playbook_with(example)
    assert playbook.rules or playbook.automation.advance


@pytest.mark.parametrize("condition", CONDITIONS)
def test_an_example_of_a_condition_is_taken(condition: str) -> None:
    assert playbook_with(f'[[rules]]\nname = "shown"\nmust = {condition}\n').rules


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 5
    assert len(CONDITIONS) >= 4
