"""How a playbook says where a CRM is, and that no secret stands in it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from oppwizard.errors import OppwizardError
from oppwizard.playbook import load_playbook
from oppwizard.playbook.crm import Crm
from oppwizard.playbook.pushing import CrmPush


@pytest.mark.parametrize(
    "url",
    [
        "http://example.my.salesforce.com",
        "https://user:word@example.com",
        "https://example.com/services",
        "https://example.com?x=1",
        "ftp://example.com",
        "example.com",
        "https://",
    ],
)
def test_an_address_is_a_host_that_is_reached_safely(url: str) -> None:
    with pytest.raises(ValidationError):
        CrmPush(url=url)


@pytest.mark.parametrize("url", ["https://example.my.salesforce.com/", "http://127.0.0.1:8000", "env:SF", "keyring:sf"])
def test_an_address_may_be_written_out_or_named(url: str) -> None:
    assert CrmPush(url=url).url == url.rstrip("/")


@pytest.mark.parametrize("name", ["token", "client_id", "client_secret"])
def test_a_secret_written_out_is_refused_and_not_repeated(tmp_path: Path, name: str) -> None:
    path = tmp_path / "playbook.toml"
    path.write_text(f'[crm.salesforce.push]\n{name} = "s3cret-value"\n', "utf-8")
    with pytest.raises(OppwizardError) as caught:
        load_playbook(path)
    assert "keyring:NAME" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_only_a_crm_that_is_pushed_to_says_how() -> None:
    with pytest.raises(ValidationError, match="odoo has no push"):
        Crm.model_validate({"odoo": {"push": {"batch": 5}}})
    assert Crm.model_validate({"hubspot": {"push": {"batch": 5}}}).hubspot.push.batch == 5
