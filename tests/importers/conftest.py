"""Tryton with a database for every test, and the twelve records exported for it.

Not imported but run, as somebody who has it would: what it accepts is decided by code that nobody here wrote.
"""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oppwizard.exchange.export import export
from tests.exchange.crm.conftest import Opener, opened, stored
from tests.importers.tryton import Client, Server, furnish

__all__ = ["opened", "stored"]
PROGRAMS = Path(__file__).resolve().parents[2] / ".venv-importers" / "bin"
MODULES = ("sale_opportunity",)
Starter = Callable[[Path], Client]


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """Tryton with a database ``fresh``, where the modules are active and nothing is entered."""
    if not (PROGRAMS / "trytond").exists():
        pytest.fail("There is no Tryton in .venv-importers: `make importers` installs it, and runs these tests.")
    server = Server(PROGRAMS, tmp_path_factory.mktemp("tryton"))
    server.create("fresh", *MODULES)
    return server


@pytest.fixture
def tryton(fresh: Server) -> Iterator[Starter]:
    """Starts Tryton with a database that has what an export needs to be there."""
    database = "test"

    def start(folder: Path) -> Client:
        fresh.copy("fresh", database)
        fresh.start(database)
        client = Client(fresh, database)
        furnish(client, {row["employee"] for row in rows(folder, "sale.opportunity")} - {""})
        return Client(fresh, database)  # whoever signs in again works for the company

    yield start
    fresh.stop()
    for file in fresh.folder.glob(f"{database}.sqlite*"):
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
