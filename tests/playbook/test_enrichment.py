"""What a playbook may say of providers: nothing secret in clear, nothing over an open line (A6)."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from oppwizard.errors import InvalidInput
from oppwizard.playbook import load_playbook
from oppwizard.playbook.enrichment import FileSource, HttpSource

SOUND: dict[str, Any] = {
    "name": "facts",
    "url": "https://api.example/v1/{domain}",
    "fields": {"account.employees": "size"},
}


@pytest.mark.parametrize(
    "url",
    ["https://api.example/v1/{domain}", "http://127.0.0.1:8080/{company}", "http://localhost/{legal_name}",
     "http://[::1]:80/{company_number}"],
)  # fmt: skip
def test_addresses_that_are_taken(url: str) -> None:
    assert HttpSource.model_validate({**SOUND, "url": url}).url == url


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "http://api.example/{domain}"}, "https"),
        ({"url": "ftp://api.example/{domain}"}, "https"),
        ({"url": "file:///{domain}"}, "host"),
        ({"url": "https://{domain}/facts"}, "host"),
        ({"url": "https://user:word@api.example/{domain}"}, "password"),
        ({"url": "https://api.example/all"}, "tells the service nothing"),
        ({"url": "https://api.example/{secret}"}, "no place"),
        ({"url": "https://api.example/{email}"}, "no place"),
        ({"url": "http://localhost.example/{domain}"}, "https"),
        ({"headers": {"Authorization": "Bearer abc"}}, "keyring"),
        ({"headers": {"Authorization": "keyring:a\nb"}}, "keyring"),
        ({"headers": {"X Y": "env:A"}}, "header"),
        ({"fields": {"account.nothing": "x"}}, "no field"),
        ({"fields": {"close_on": "x"}}, "no field"),
        ({"fields": {"people.title": "x"}}, "no field of account"),
        ({"fields": {}}, "fields"),
        ({"timeout": 0}, "timeout"),
        ({"retries": 99}, "retries"),
        ({"kilobytes": 10**9}, "kilobytes"),
        ({"name": "two\nlines"}, "name"),
    ],
)
def test_settings_that_are_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        HttpSource.model_validate(SOUND | change)


def test_a_file_of_people_has_no_fields_of_accounts() -> None:
    with pytest.raises(ValidationError, match="no field of people"):
        FileSource.model_validate({"name": "x", "path": "x", "key": "email", "fields": {"account.employees": "x"}})


def test_two_providers_have_two_names(tmp_path: Path) -> None:
    path = tmp_path / "playbook.toml"
    path.write_text('[[enrichment.files]]\nname = "a"\npath = "a.csv"\n[[enrichment.plugins]]\nname = "a"\n')
    with pytest.raises(InvalidInput, match="Two providers are called “a”"):
        load_playbook(path)


def test_a_secret_that_stands_in_the_file_is_refused_without_being_shown(tmp_path: Path) -> None:
    path = tmp_path / "playbook.toml"
    lines = ("[[enrichment.http]]", 'name = "a"', 'url = "https://a.example/{domain}"', "[enrichment.http.fields]",
             '"account.employees" = "x"', "[enrichment.http.headers]", 'Authorization = "s3cr3t"')  # fmt: skip
    path.write_text("\n".join(lines))
    with pytest.raises(InvalidInput) as caught:
        load_playbook(path)
    assert "s3cr3t" not in str(caught.value)
