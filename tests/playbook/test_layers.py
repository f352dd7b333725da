"""Layers: what is laid over what, where it came from, and what keeps a file from being read."""

from pathlib import Path

import pytest

from oppwizard.playbook import load_playbook
from oppwizard.playbook.faults import FaultyPlaybook
from oppwizard.playbook.layers import MOST_BYTES
from oppwizard.playbook.loading import examine
from tests.playbook.books import told, written

FIELD = '[[fields]]\nname = "{name}"\nlabel = "{label}"\n'


def test_a_later_layer_is_laid_over_an_earlier_one_key_by_key(tmp_path: Path) -> None:
    org = written(tmp_path / "org", a="[audit]\nsample = 10\nstale_days = 5\n", b="[audit]\nstale_days = 6\n")
    user = written(tmp_path, user="[audit]\nsample = 11\n") / "user.toml"
    book = load_playbook(user, org)
    assert (book.audit.sample, book.audit.stale_days) == (11, 6)
    assert book.audit.completion == load_playbook().audit.completion


def test_a_list_takes_the_place_of_the_built_in_one(tmp_path: Path) -> None:
    user = written(tmp_path, user='[[sales_stages]]\nvalue = "one"\nlow = 5\nhigh = 90\n') / "user.toml"
    assert [stage.value for stage in load_playbook(user).sales_stages] == ["one"]


def test_fields_of_own_layers_are_joined_by_name(tmp_path: Path) -> None:
    org = written(
        tmp_path / "org",
        a=FIELD.format(name="clause", label="Clause"),
        b=FIELD.format(name="region", label="Region") + '[[fields]]\nname = "clause"\nneed = "required"\n',
    )
    user = written(tmp_path, user=FIELD.format(name="mine", label="Mine")) / "user.toml"
    book = load_playbook(user, org)
    assert [field.name for field in book.fields] == ["clause", "region", "mine"]
    assert book.fields[0].need == "required"
    assert book.fields[0].label == {"en": "Clause"}


def test_other_lists_take_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    org = written(tmp_path / "org", a='[peer]\nstrategic_accounts = ["A"]\n')
    user = written(tmp_path, user='[peer]\nstrategic_accounts = ["B"]\n') / "user.toml"
    assert load_playbook(user, org).peer.strategic_accounts == ("B",)


def test_extend_adds_to_any_list_and_replace_takes_its_place(tmp_path: Path) -> None:
    built_in = load_playbook()
    text = 'extend = ["wording.placeholders", "picks.industries"]\n[wording]\nplaceholders = ["tbd", "folgt"]\n'
    text += '[picks.industries]\nitems = [{ value = "space" }, { value = "energy", label = { en = "Power" } }]\n'
    org = written(tmp_path / "org", a=text + FIELD.format(name="clause", label="Clause"))
    book = load_playbook(None, org)
    assert book.wording.placeholders == (*built_in.wording.placeholders, "folgt")
    industries = {pick.value: pick for pick in book.picks["industries"].items}
    assert [*industries] == [*(pick.value for pick in built_in.picks["industries"].items), "space"]
    assert industries["energy"].label == {"en": "Power", "ja": "エネルギー・公益"}
    user = written(tmp_path, user='replace = ["fields"]\n' + FIELD.format(name="mine", label="M")) / "user.toml"
    assert [field.name for field in load_playbook(user, org).fields] == ["mine"]


def test_the_user_names_the_organisation_from_where_the_file_is_and_the_environment_comes_first(tmp_path: Path) -> None:
    written(tmp_path / "home" / "shared", a="[audit]\nsample = 10\n")
    other = written(tmp_path / "other", a="[audit]\nsample = 20\n")
    user = written(tmp_path / "home", user='organisation = "shared"\n') / "user.toml"
    assert load_playbook(user).audit.sample == 10
    assert load_playbook(user, other).audit.sample == 20


def test_a_user_without_a_file_has_the_built_in_playbook(tmp_path: Path) -> None:
    assert load_playbook(tmp_path / "none.toml") == load_playbook()


def test_an_organisation_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FaultyPlaybook) as caught:
        load_playbook(None, tmp_path / "none")
    assert [fault.file for fault in caught.value.faults] == [tmp_path / "none"]
    assert str(tmp_path / "none") in str(caught.value)


def test_what_cannot_be_read_is_told_and_the_other_files_are_examined(tmp_path: Path) -> None:
    org = written(tmp_path / "org", a="x = 1\n", c="[audit]\nsample = 0\n")
    (org / "b.toml").write_bytes(b"ok = 1\nbad = \xff\n")
    (org / "d.toml").mkdir()
    (org / "e.toml").write_bytes(b"#" * (MOST_BYTES + 1))
    (org / "notes.txt").write_text("no playbook")
    assert sorted(told(examine(None, org)), key=str) == [
        ("a.toml", 1, "x"),
        ("b.toml", 2, ""),
        ("c.toml", 2, "audit.sample"),
        ("d.toml", None, ""),
        ("e.toml", None, ""),
    ]


def test_a_folder_without_files_is_a_fault(tmp_path: Path) -> None:
    assert told(examine(None, tmp_path)) == [(tmp_path.name, None, "")]


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "user.toml").write_bytes("\ufeff[audit]\r\nsample = 0\r\n".encode())
    assert told(examine(tmp_path / "user.toml")) == [("user.toml", 2, "audit.sample")]


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('extend = "fields"\n', 1, "extend"),
        ('extend = ["audit"]\n[audit]\nsample = 3\n', 1, "extend"),
        ('\nreplace = ["fields", "nothing"]\nfields = []\n', 2, "replace"),
        ("organisation = 3\n", 1, "organisation"),
    ],
)
def test_what_a_file_says_of_itself_is_checked(tmp_path: Path, text: str, line: int, key: str) -> None:
    assert told(examine(written(tmp_path, user=text) / "user.toml")) == [("user.toml", line, key)]


def test_the_organisation_cannot_name_another_one(tmp_path: Path) -> None:
    org = written(tmp_path / "org", a='organisation = "elsewhere"\n')
    assert told(examine(None, org)) == [("a.toml", 1, "organisation")]


def test_settings_that_differ_leave_a_mark_in_the_version_and_keys_do_not(tmp_path: Path) -> None:
    built_in = load_playbook().version
    keys = written(tmp_path, user='[keys]\n"stage.undo" = "ctrl+u"\n') / "user.toml"
    assert load_playbook(keys).version == built_in
    one = load_playbook(written(tmp_path, user="[audit]\nsample = 3\n") / "user.toml").version
    two = load_playbook(written(tmp_path, user="[audit]\nsample = 4\n") / "user.toml").version
    named = load_playbook(written(tmp_path, user='version = "acme-1"\n[audit]\nsample = 4\n') / "user.toml").version
    assert len({built_in, one, two, named}) == 4
    assert one.startswith(f"{built_in}+")
    assert named.startswith("acme-1+")
    assert load_playbook(written(tmp_path, user='version = "acme-1"\n') / "user.toml").version == "acme-1"


def test_sections_that_judge_nothing_leave_no_mark(tmp_path: Path) -> None:
    user = written(tmp_path, user="[attachments]\nmegabytes = 3\n[bloat]\nrecords = 3\n") / "user.toml"
    assert load_playbook(user).attachments.megabytes == 3
    assert load_playbook(user).version == load_playbook().version
