"""A bench with the finished record on it, without a store behind it."""

import pickle
from collections.abc import Callable

import pytest

from oppwizard.data.store import Store
from oppwizard.playbook import Playbook, load_playbook
from tests.conftest import TODAY, Template
from tests.process.bench import Bench


@pytest.fixture(scope="session")
def playbook() -> Playbook:
    return load_playbook()


@pytest.fixture(scope="session")
def pickled(template: Template) -> bytes:
    """The finished record, to be copied as often as needed."""
    path, record_id = template(None)
    with Store.open(path) as store:
        return pickle.dumps(store.load(record_id))


@pytest.fixture
def fresh(pickled: bytes, playbook: Playbook) -> Callable[[], Bench]:
    """Makes benches with the finished record on them, each a record of its own."""
    return lambda: Bench(pickle.loads(pickled), playbook, TODAY)


@pytest.fixture
def bench(fresh: Callable[[], Bench]) -> Bench:
    return fresh()
