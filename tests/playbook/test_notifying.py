"""The settings of notifications: what is refused, with what would be right; and secrets that are never repeated."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from oppwizard.errors import InvalidInput
from oppwizard.playbook import load_playbook
from oppwizard.playbook.notifying import Notify
from tests.playbook.books import refusals

ROOT = Path(__file__).parents[2]
SECRET = "json://user:s3cret-pass@example.org/t0ken"


@pytest.mark.parametrize(
    ("given", "place", "says"),
    [
        ({"rules": [{"on": "created", "to": "nowhere"}]}, ("rules", 0, "to", 0), "There is no channel “nowhere”"),
        ({"rules": [{"on": "created", "to": "nowhere"}]}, ("rules", 0, "to", 0), "the roles are: @owner"),
        ({"rules": [{"on": "won", "to": ["@owner", "@boss"]}]}, ("rules", 0, "to", 1), "The roles are: @owner"),
        ({"rules": [{"on": "birthday", "to": "@owner"}]}, ("rules", 0, "on", 0), "Input should be"),
        ({"rules": [{"on": "test", "to": "@owner"}]}, ("rules", 0, "on"), "test is no event"),
        ({"rules": [{"on": [], "to": "@owner"}]}, ("rules", 0, "on"), "at least 1 item"),
        ({"rules": [{"on": "won", "to": "@owner", "title": "{titel}"}]}, ("rules", 0, "title"),
         "There is no place {titel}. Did you mean title?"),
        ({"rules": [{"on": "won", "to": "@owner", "title": "{x}"}]}, ("rules", 0, "title"), "The places are: event"),
        ({"rules": [{"on": "won", "to": "@owner", "text": "{title.x}"}]}, ("rules", 0, "text"), "A brace is part of a"),
        ({"rules": [{"on": "won", "to": "@owner", "text": "100 %}"}]}, ("rules", 0, "text"), "A brace is part of a"),
        ({"rules": [{"on": "won", "to": "@owner", "language": "xx"}]}, ("rules", 0, "language"),
         "no language of the program. Choose one of: en, ja"),
        ({"quiet_from": "22:00:00"}, ("quiet_from",), "quiet_from and quiet_until"),
        ({"quiet_until": "22:00:00"}, ("quiet_until",), "quiet_from and quiet_until"),
        ({"quiet_from": "22:00:00", "quiet_until": "22:00:00"}, ("quiet_from",), "two different times"),
        ({"keep_days": 10, "past_days": 10}, ("keep_days",), "to be more than past_days, 10"),
        ({"channels": {"a:b": "file:x"}}, ("channels", "a:b"), "no name of a channel"),
        ({"channels": {"a": "no address"}}, ("channels", "a"), "The address of “a” is none. Give keyring:NAME"),
        ({"people": {"@boss": "file:x"}}, ("people", "@boss"), "The roles are: @owner"),
        ({"people": {"Mona": "file:"}}, ("people", "Mona"), "The address of “Mona” is none"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_what_would_be_right(given: dict[str, Any], place: tuple[Any, ...], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Notify.model_validate(given)
    found = refusals(caught.value)
    assert list(found) == [place]
    assert says in found[place]


@pytest.mark.parametrize("fault", ["quiet_from = 22:00:00", "attempts = 0", "[[notify.rules]]\non = 'won'\nto = 'x'"])
def test_a_fault_beside_an_address_does_not_tell_it(tmp_path: Path, fault: str) -> None:
    file = tmp_path / "playbook.toml"
    head, _, rest = fault.partition("[[")
    file.write_text(f"[notify]\n{head}\n[notify.channels]\nteam = '{SECRET}'\n{_ and '[[' + rest}\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        load_playbook(file)
    assert "notify" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_settings_do_not_print_addresses() -> None:
    notify = Notify.model_validate({"channels": {"team": SECRET}, "people": {"Mona": SECRET}})
    assert "s3cret" not in repr(notify) + str(notify) + notify.model_dump_json()


def test_one_name_stands_for_a_list_of_one() -> None:
    notify = Notify.model_validate({"rules": [{"on": "won", "to": "@owner", "owners": "Ada", "title": "Hello"}]})
    assert [(rule.on, rule.to, rule.owners, rule.title) for rule in notify.rules] == [
        (("won",), ("@owner",), ("Ada",), {"en": "Hello"})
    ]


def test_the_examples_of_page_and_playbook_are_taken() -> None:
    page = (ROOT / "docs" / "notifications.md").read_text(encoding="utf-8")
    default = (ROOT / "src/oppwizard/playbook/default/playbook.toml").read_text(encoding="utf-8")
    example = default.partition("# Who is told what")[2].partition("\n\n")[0]
    commented = re.findall(r"^# ?(.*)$", example, re.MULTILINE)
    for example in (*re.findall(r"```toml\n(.*?)```", page, re.DOTALL), "\n".join(commented)):
        assert Notify.model_validate(tomllib.loads(example)["notify"]) != Notify()
