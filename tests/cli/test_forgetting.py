"""`forget`: a person is erased from the command line, first looked at, then decided about (privacy)."""

import sqlite3
from contextlib import closing

import pytest

from oppwizard.context import Context
from tests.cli.conftest import Command

NAME = "Dana Whitfield"


def test_a_dry_run_lists_what_would_be_touched(cli: Command, sample: str) -> None:
    shown = cli("forget", NAME, "--dry-run")
    assert shown.code == 0
    for text in (NAME, "incomplete from now on", "To be decided: Attendees", "Out of reach"):
        assert text in shown.out
    assert "Nothing was changed." in shown.err
    told = cli("forget", NAME, "--dry-run", "--json").json
    assert (told["erased"], told["records"][0]["becomes_incomplete"]) == (False, True)
    assert "Attendees" in {text["label"] for text in told["texts"]}
    assert NAME in cli("show", sample).out


def test_what_has_to_be_decided_is_not_decided_silently(cli: Command, sample: str) -> None:
    for arguments, said in (((), "say --yes"), (("--yes",), "--texts redact"), (("--yes", "--json"), "--texts redact")):
        answer = cli("forget", NAME, *arguments)
        assert answer.code == 2
        assert said in answer.err + answer.out
    assert NAME in cli("show", sample).out


@pytest.mark.file
def test_the_person_is_erased_and_the_record_shown_as_incomplete(cli: Command, sample: str, context: Context) -> None:
    backup = cli("backup").out.strip()
    done = cli("forget", "dana.whitfield@harbortools.example.com", "--texts", "redact", "--yes", "--json").json
    assert done["erased"]
    assert done["scrubbed"]
    assert done["outside"]["backups"] == [backup]
    assert [record["becomes_incomplete"] for record in done["records"]] == [True]
    assert NAME not in str(done)
    assert b"Whitfield" not in context.store.read_bytes()
    assert NAME not in cli("show", sample).out
    assert cli("check", sample).code == 1
    assert "A person was erased" in cli("changes", sample, "--limit", "3").out
    assert cli("undo", sample).code == 1
    assert cli("forget", NAME, "--dry-run").code == 3


def test_texts_can_be_kept(cli: Command, sample: str) -> None:
    assert cli("forget", NAME, "--texts", "keep", "--yes").code == 0
    told = cli("show", sample).out
    assert "Dana Whitfield, Luis Ferrer" in told


def test_the_one_who_is_meant_can_be_named_by_identity(cli: Command, sample: str) -> None:
    people = cli("show", sample, "--json").json
    assert people
    contacts = cli("forget", NAME, "--dry-run", "--json").json["contacts"]
    assert cli("forget", contacts[0], "--dry-run").code == 0
    assert cli("forget", contacts[0][-8:], "--dry-run", "--json").json["contacts"] == contacts


@pytest.mark.parametrize("arguments", [(), (NAME, "--clean")])
def test_it_takes_a_person_or_only_cleans(cli: Command, sample: str, arguments: tuple[str, ...]) -> None:
    assert cli("forget", *arguments).code == 2


@pytest.mark.file
def test_the_files_are_cleaned_of_what_was_deleted_before(cli: Command, sample: str, context: Context) -> None:
    cli("note", sample, "zebra crossing")
    with closing(sqlite3.connect(context.store)) as connection, connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("DELETE FROM note WHERE body LIKE 'zebra%'")
        connection.execute("DELETE FROM change WHERE new LIKE '%zebra%'")
    assert b"zebra crossing" in context.store.read_bytes()
    assert cli("forget", "--clean", "--json").json == {"scrubbed": True}
    assert b"zebra crossing" not in context.store.read_bytes()


@pytest.mark.file
def test_bytes_that_another_program_keeps_are_told(
    cli: Command, sample: str, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oppwizard.data.engine.BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(context.store, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM note").fetchone()
        answer = cli("forget", NAME, "--texts", "redact", "--yes")
        assert answer.code == 4
        assert "oppwizard forget --clean" in answer.err
        other.execute("ROLLBACK")
    assert NAME not in cli("show", sample).out
    assert cli("forget", "--clean").code == 0
    assert b"Whitfield" not in context.store.read_bytes()
