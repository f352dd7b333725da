"""A team on a server: Ann and Bob sell, Mona manages them, Otto audits, Sara is a sales engineer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from oppwizard.context import Context
from oppwizard.data.members import Member
from oppwizard.location import TeamUrl
from oppwizard.walk import Walk, open_walk
from tests import served
from tests.conftest import TODAY

PEOPLE = (
    Member("ann", "Ann Abel", "ann@example.com", "rep", "North", "Mona Mai"),
    Member("bob", "Bob Baker", "bob@example.com", "rep", "North", "Mona Mai"),
    Member("eve", "Eve East", "eve@example.com", "rep", "East", "Emil East"),
    Member("mona", "Mona Mai", "mona@example.com", "manager", "North", ""),
    Member("emil", "Emil East", "emil@example.com", "manager", "East", ""),
    Member("otto", "Otto Ops", "otto@example.com", "operations", "", ""),
    Member("sara", "Sara Stone", "sara@example.com", "se", "North", ""),
)


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server, for the account that may do everything."""
    import os

    if served.ADDRESS in os.environ:
        yield os.environ[served.ADDRESS]
        return
    if served.binaries() is None:
        pytest.skip(served.HOW)
    with served.running() as started:
        yield started.url


@dataclass
class Office:
    """A team's store, and its people's walks on it.

    Attributes:
        url: its address, for whoever looks after it.
    """

    url: TeamUrl
    folder: Path
    _open: list[Walk] = field(default_factory=list)

    def context(self, login: str) -> Context:
        """The circumstances of a person."""
        return Context(
            login, self.folder / "none.db", self.folder / login / "playbook.toml", lambda: TODAY, team=self.of(login)
        )

    def of(self, login: str) -> TeamUrl:
        """The address with a person's account."""
        return self.url.of(login)

    def walk(self, login: str) -> Walk:
        """A person's walk, closed at the end."""
        opened = open_walk(self.context(login))
        self._open.append(opened)
        return opened

    def sql(self, login: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a hand-written client does with a person's account."""
        return served.run(self.of(login) if login else self.url, statement, *values)

    def close(self) -> None:
        """Close what is open."""
        for walk in self._open:
            walk.store.close()


@pytest.fixture(scope="session")
def office_template(server: str) -> Iterator[TeamUrl]:
    """A database that is set up for the team, to be copied."""
    name = f"office_{uuid4().hex[:12]}"
    served.run(server, f'CREATE DATABASE "{name}"')
    url = TeamUrl(f"{server.rpartition('/')[0]}/{name}")
    with served.real_open(url) as store:
        store.team.init()
        for one in PEOPLE:
            store.team.put(one)
    yield url
    served.run(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def office(server: str, office_template: TeamUrl, tmp_path: Path) -> Iterator[Office]:
    """A team's store of the test's own."""
    name = f"office_{uuid4().hex[:12]}"
    served.run(server, f'CREATE DATABASE "{name}" TEMPLATE "{office_template.database}"')
    made = Office(TeamUrl(f"{server.rpartition('/')[0]}/{name}"), tmp_path)
    yield made
    made.close()
    served.run(server, f'DROP DATABASE "{name}" WITH (FORCE)')
