"""The pages say what the declarations say, and their examples are commands that there are."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oppwizard import i18n
from oppwizard.cli.app import command_line
from oppwizard.model.enums import Stage
from oppwizard.model.fields import CUSTOM, FIELDS
from oppwizard.walk import Walk
from oppwizard.widgets.keys import ACTIONS, PIPELINE, STAGE, actions, shown_key
from tools import field_reference, finding_reference
from tools.pages import DOCS, ROOT

EXAMPLE = re.compile(r"^ {4,6}(?:OPPWIZARD_\w+=\S+ )?(?:id=\$\()?(oppwizard .+?)\)?(?: {2,}.*| #.*)?$", re.MULTILINE)
PAGES = [*sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("for/*.md")), *sorted(DOCS.glob("ja/*.md")), ROOT / "README.md"]


def test_every_field_is_told() -> None:
    told = set(re.findall(r"^\| `([^`]+)` \|", field_reference.PAGE.text, re.MULTILINE))
    assert told == {path for path, spec in FIELDS.items() if spec.entity != CUSTOM}


def test_every_code_that_a_verdict_holds_is_told(walk: Walk) -> None:
    told = finding_reference.codes()
    found = {point.code for point in walk.verdict(walk.start("Acme")).findings}
    assert len(found) > len(Stage)
    assert found <= told


def _examples() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        if page.name != "extending.md":  # its examples are of what is not there yet
            found = EXAMPLE.finditer(page.read_text(encoding="utf-8"))
            lines = (line for one in found for line in one[1].split(" && "))
            yield from ((page, line) for line in lines if not line.startswith("oppwizard ["))


def test_the_examples_of_the_pages_are_commands_with_options_that_there_are() -> None:
    group: Any = command_line()
    every = {name for one in group.params for name in one.opts}
    wrong = []
    for page, line in _examples():
        words = shlex.split(re.sub(r"[][|]", " ", line.rstrip("\\")))
        if words[1] in ("--db", "--lang") and len(words) > 3:
            del words[1:3]
        command = group.commands.get(words[1])
        inner = getattr(command, "commands", {}).get(words[2]) if command is not None and len(words) > 2 else None
        command = inner or command
        if command is None and not words[1].startswith("--"):
            wrong.append(f"{page.name}: {line}")
            continue
        known = every | {name for one in (command.params if command else ()) for name in one.opts}
        options = {word.partition("=")[0] for word in words[1:] if word.startswith("--")}
        wrong += [f"{page.name}: {line}: {option}" for option in sorted(options - known)]
    assert wrong == []


def test_there_are_examples() -> None:
    assert len(list(_examples())) > 60


def test_every_extra_is_told_where_one_installs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = re.findall(r"^\| `(\w+)` \|", (DOCS / "install.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(project["optional-dependencies"])


def test_what_is_installed_comes_from_the_checkout() -> None:
    """The package is on no index that a page could send one to."""
    for page in PAGES:
        assert not re.search(r"pipx? install .?oppwizard", page.read_text(encoding="utf-8")), page.name


def test_no_line_of_japanese_ends_within_a_paragraph() -> None:
    """Browsers show the end of a line as a blank, where there is none in Japanese."""
    wide = "[\u3000-\u9fff\uff01-\uff60]"
    for page in DOCS.glob("ja/*.md"):
        assert not re.search(rf"{wide}\n *{wide}", page.read_text(encoding="utf-8")), page.name


def test_the_japanese_page_calls_stages_and_keys_as_the_app_does() -> None:
    page = (DOCS / "ja" / "quickstart.md").read_text(encoding="utf-8")
    i18n.use("ja")
    for stage in Stage:
        assert f"| {int(stage)} | {stage.label} |" in page
    for action in ACTIONS:
        if action.id in ("stage.next_open", "stage.questions"):
            assert str(action.label) in page, action.id


def test_the_readme_has_every_key_of_the_pipeline() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    told = page[page.index("In the pipeline:") : page.index("Every binding has an identifier")]
    keys = {action.first_key for action in actions(PIPELINE) if len(action.first_key) == 1}
    assert set(re.findall(r"`(\w)` ", told)) == keys


def test_the_readme_has_every_key_of_a_record() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    told = page[page.index("## Keys") : page.index("In the pipeline:")]
    shown = {shown_key(action.first_key) for action in actions(STAGE) if action.keys}
    assert [key for key in sorted(shown) if not re.search(rf"(?<!\w){re.escape(key)}(?!\w)", told)] == []
