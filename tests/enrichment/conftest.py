"""What tests of providers start from: a service on this machine, and questions."""

from collections.abc import Iterator

import pytest

from oppwizard.enrichment import Question
from oppwizard.model.base import new_id
from tests.enrichment.standin import Service, serving


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as running:
        yield running


@pytest.fixture
def acme() -> Question:
    return Question("account", new_id(), None, {"company": "Acme & Söhne", "domain": "acme.example"})
