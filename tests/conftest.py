"""A fixed day, a store of one's own, and a finished record: what tests of every room start from."""

import contextlib
import datetime as dt
import gc
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings

from oppwizard import i18n
from oppwizard.context import Context
from oppwizard.model.custom import NoFields
from oppwizard.model.enums import Stage
from oppwizard.model.fields import declare
from oppwizard.model.findings import address
from oppwizard.model.record import Record
from oppwizard.playbook.coach import also_says
from oppwizard.walk import Walk, open_walk
from oppwizard.walk.sample import walk_sample
from tests import served
from tests.own import give, with_playbook

TODAY = dt.date(2026, 11, 23)

settings.register_profile(
    "local", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

TOLD = "told"
"""The name of a property whose value a test wants to be read after the run: a count, a figure."""
Template = Callable[[Stage | None], tuple[Path, UUID]]


_databases: served.Databases | None = None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("sqlite", "postgresql"), default="sqlite", help="where stores are kept")


def pytest_configure(config: pytest.Config) -> None:
    """With ``--engine=postgresql`` start one server for all processes of the run, and keep the stores on it."""
    global _databases
    if config.getoption("--engine") != "postgresql":
        return
    if not hasattr(config, "workerinput") and served.ADDRESS not in os.environ:
        stack = contextlib.ExitStack()
        os.environ[served.ADDRESS] = stack.enter_context(served.running()).url
        config.add_cleanup(stack.close)
    _databases = served.Databases(os.environ[served.ADDRESS])
    served.take_over(_databases)


def pytest_collection_finish() -> None:
    """What is imported stays: looking through it again and again took a fifth of the time that screens take."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about files where stores are no files."""
    if _databases is not None:
        filed = [item for item in items if item.get_closest_marker("file") or item.get_closest_marker("e2e")]
        config.hook.pytest_deselected(items=filed)
        items[:] = [item for item in items if item not in set(filed)]


@pytest.fixture(autouse=True)
def _tidy(request: pytest.FixtureRequest) -> Iterator[None]:
    """Databases that stand for a test's files go with the test."""
    folder = request.getfixturevalue("tmp_path") if _databases and "tmp_path" in request.fixturenames else None
    yield
    if _databases is not None and folder is not None:
        _databases.tidy(folder)


@pytest.fixture(autouse=True)
def _as_at_a_terminal(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let programs begin with signals as a terminal has them; behind nohup, or in the background, some are ignored."""
    if sys.platform == "win32" or request.node.get_closest_marker("e2e") is None:
        yield
        return
    before = {
        number: signal.signal(number, handler)
        for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL))
    }
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A test may switch the language, or use a playbook; the next one finds English again, and no own fields."""
    yield
    i18n.use(i18n.SOURCE)
    declare(NoFields)
    also_says(None)


def make_context(store: Path, user: str = "rep") -> Context:
    """The circumstances of all tests: one day, one user."""
    return Context(user, store, clock=lambda: TODAY)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Makes, once a session, the file of a store whose one record is left in a stage (None: finished)."""
    made: dict[Stage | None, tuple[Path, UUID]] = {}

    def make(until: Stage | None) -> tuple[Path, UUID]:
        if until not in made:
            path = tmp_path_factory.mktemp("template") / "store.db"
            walk = open_walk(make_context(path))
            made[until] = path, walk_sample(walk, until, sample=False).id
            walk.store.close()  # takes the write-ahead log into the file
        return made[until]

    return make


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return make_context(tmp_path / "store.db")


@pytest.fixture
def left_in(template: Template, context: Context) -> Callable[[Stage | None], UUID]:
    """Puts a record that is left in a stage into the test's store, before the store is opened."""

    def put(until: Stage | None) -> UUID:
        path, record_id = template(until)
        shutil.copy(path, context.store)
        return record_id

    return put


@pytest.fixture
def walk(context: Context, request: pytest.FixtureRequest) -> Iterator[Walk]:
    """A walk on a store of the test's own: an empty one, or that of `finished` or `draft` where the test has them."""
    if "finished" in request.fixturenames:
        request.getfixturevalue("left_in")(None)
    elif "draft" in request.fixturenames:
        request.getfixturevalue("left_in")(Stage.CREATION)
    opened = open_walk(context)
    yield opened
    opened.store.close()


@pytest.fixture
def finished(walk: Walk, template: Template) -> Record:
    """A record that has passed all six gates."""
    return walk.load(template(None)[1])


@pytest.fixture
def draft(walk: Walk, template: Template) -> Record:
    """A record in stage 4, its initial note proposed but nothing created."""
    return walk.load(template(Stage.CREATION)[1])


@pytest.fixture(scope="session")
def own_template(template: Template, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, UUID]:
    """The file of a store whose finished record answers every field of the playbook of `tests.own`."""
    finished, record_id = template(None)
    path = tmp_path_factory.mktemp("own") / "store.db"
    shutil.copy(finished, path)
    walk = open_walk(with_playbook(make_context(path)))
    record = give(walk, walk.load(record_id))
    walk.save(walk.set(record, address("sales_stage"), "Discovered"))
    walk.store.close()
    return path, record_id


@pytest.fixture
def own_walk(context: Context, own_template: tuple[Path, UUID]) -> Iterator[Walk]:
    """A walk by the playbook of `tests.own`, on a store with a finished record that answers all its fields."""
    shutil.copy(own_template[0], context.store)
    opened = open_walk(with_playbook(context))
    yield opened
    opened.store.close()


@pytest.fixture
def own(own_walk: Walk, own_template: tuple[Path, UUID]) -> Record:
    """The record of `own_walk`."""
    return own_walk.load(own_template[1])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have to tell, also from the processes of a parallel run."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == TOLD:
                terminalreporter.write_line(str(value))
