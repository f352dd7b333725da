"""The reference says what the declarations say, and the page's own examples are sound."""

import re
from pathlib import Path

from oppwizard.playbook.loading import examine
from oppwizard.playbook.schema import Playbook
from oppwizard.playbook.shape import described
from tests.playbook.books import written
from tools.playbook_reference import MARK, PAGE, page

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_reference_is_what_the_declarations_say() -> None:
    assert page() == TEXT, "run: python tools/playbook_reference.py"


def test_the_examples_are_playbooks(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", TEXT.partition(MARK)[0], re.DOTALL)
    assert examples
    for number, example in enumerate(examples):
        folder = written(tmp_path / str(number), example=example)
        assert [str(fault) for fault in examine(None, folder).faults] == []


def test_every_setting_at_the_top_is_told() -> None:
    told = TEXT.partition(MARK)[2]
    for name in Playbook.model_fields:
        assert re.search(rf"^(## `\[+{name}\b|\| `{name}` )", told, re.MULTILINE), name
    assert described(Playbook)["version"].split(";")[0] in told
