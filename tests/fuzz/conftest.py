import pytest

from tests.conftest import Template
from tests.fuzz.readers import Bench, make


@pytest.fixture(scope="session")
def bench(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Sound files and stores, made once."""
    return make(template, tmp_path_factory.mktemp("bench"))
