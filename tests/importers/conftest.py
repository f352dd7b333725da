"""Tryton with a database for every test, and the twelve records exported for it.

Not imported but run, as somebody who has it would: what it accepts is decided by code that nobody here wrote.
"""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oppwizard.exchange.export import export
from tests.exchange.crm.conftest import Opener, opened, stored
from tests.importers.tryton import Client, Server, copy, furnish

__all__ = ["opened", "stored"]
PLACE = Path(__file__).resolve().parents[2] / ".venv-importers"
MODULES = ("sale_opportunity",)
KEPT = PLACE / f"{'-'.join(MODULES)}.sqlite"
"""A database in which the modules are active and nothing is entered: it takes longer to make than all the tests."""
Starter = Callable[[Path], Client]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """Tryton, with a fresh database at hand."""
    if not (PLACE / "bin" / "trytond").exists():
        pytest.fail("There is no Tryton in .venv-importers: `make importers` installs it, and runs these tests.")
    found = Server(PLACE / "bin", tmp_path_factory.mktemp("tryton"))
    if not KEPT.exists():
        found.create("fresh", *MODULES)
        copy(found.database("fresh"), KEPT)
    return found


@pytest.fixture
def tryton(server: Server) -> Iterator[Starter]:
    """Starts Tryton with a database that has what an export needs to be there."""
    database = "test"

    def start(folder: Path) -> Client:
        copy(KEPT, server.database(database))
        server.start(database)
        client = Client(server, database)
        furnish(client, {row["employee"] for row in rows(folder, "sale.opportunity")} - {""})
        return Client(server, database)  # whoever signs in again works for the company

    yield start
    server.stop()
    for file in server.folder.glob(f"{database}.sqlite*"):
        file.unlink()


@pytest.fixture
def folder(opened: Opener, tmp_path: Path) -> Path:
    """The twelve, exported."""
    assert export(opened(), None, "tryton", tmp_path / "out").count == 12
    return tmp_path / "out"


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of an exported file."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))
