"""The provider that reads a file: by key, in CSV and JSON, and what is said of files that cannot be read (A6)."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from oppwizard.enrichment import ProviderProblem, Question
from oppwizard.enrichment.files import FileProvider
from oppwizard.model.base import new_id
from oppwizard.playbook.enrichment import FileSource


def provider(folder: Path, name: str, content: str | bytes, **settings: Any) -> FileProvider:
    body = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(body)
    return FileProvider(FileSource.model_validate({"name": "list", "path": name, **settings}), folder)


def ask(asked: FileProvider, about: str = "account", **keys: str) -> dict[str, Any]:
    return {one.path: one.value for one in asked.look_up(Question(about, new_id(), None, keys))}


@pytest.mark.parametrize("written", ["acme.example", "www.ACME.example", "https://www.acme.example/about?x=1"])
def test_a_row_is_found_by_its_domain_however_it_is_written(tmp_path: Path, written: str) -> None:
    asked = provider(tmp_path, "a.csv", f"domain,account.employees\nother.example,1\n{written},1200\n")
    assert ask(asked, domain="acme.example") == {"account.employees": "1200"}
    assert ask(asked, domain="nobody.example") == {}
    assert ask(asked, company="Acme") == {}


def test_a_row_is_found_by_either_name(tmp_path: Path) -> None:
    asked = provider(tmp_path, "a.csv", "legal_name;account.industry\nＡｃｍｅ GmbH;machinery\n", key="legal_name")
    assert ask(asked, company="acme gmbh") == {"account.industry": "machinery"}
    assert ask(asked, company="Acme", legal_name="ACME GmbH") == {"account.industry": "machinery"}


def test_people_are_found_by_their_address(tmp_path: Path) -> None:
    listed = [{"mail": "Ada@Acme.example", "job": {"titles": ["CTO"]}}]
    asked = provider(
        tmp_path, "a.json", json.dumps(listed), key="email", column="mail", fields={"people.title": "job.titles.0"}
    )
    assert asked.answers == {"people.title"}
    assert ask(asked, "people", email="ada@acme.example") == {"people.title": "CTO"}


def test_an_object_has_its_rows_by_key(tmp_path: Path) -> None:
    rows = {"acme.example": {"account.employees": 1200}, "x.example": 3}
    asked = provider(tmp_path, "a.json", json.dumps(rows))
    assert ask(asked, domain="acme.example") == {"account.employees": 1200}


def test_later_rows_add_to_earlier_ones(tmp_path: Path) -> None:
    text = "domain,account.employees,account.industry\na.example,5,\na.example,,retail\na.example,7,\n"
    assert ask(provider(tmp_path, "a.csv", text), domain="a.example") == {
        "account.employees": "7",
        "account.industry": "retail",
    }


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    asked = provider(tmp_path, "a.csv", "domain,account.employees\na.example,5\n")
    assert ask(asked, domain="a.example") == {"account.employees": "5"}
    asked.path.write_text("domain,account.employees\na.example,60\n")
    os.utime(asked.path, ns=(1, 1))
    assert ask(asked, domain="a.example") == {"account.employees": "60"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"domain\n\xff\xfe", "no CSV in UTF-8"),
        ("a.csv", b"name,account.employees\nAcme,5\n", "no column"),
        ("a.csv", b"", "no column"),
        ("a.json", b"{", "no JSON"),
        ("a.json", b"[" * 100_000, "no JSON"),
        ("a.json", b"3", "where an object is expected"),
    ],
)
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(ProviderProblem, match=said):
        ask(provider(tmp_path, name, content), domain="a.example")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    asked = provider(tmp_path, "a.csv", "domain\n")
    asked.path.unlink()
    with pytest.raises(ProviderProblem, match="cannot be read"):
        ask(asked, domain="a.example")
