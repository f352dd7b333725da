"""A store with the twelve records, and their export to each CRM."""

import csv
import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from oppwizard.context import Context
from oppwizard.exchange.export import ExportResult, export
from oppwizard.model.custom import NoFields
from oppwizard.model.fields import declare
from oppwizard.walk import Walk, open_walk
from tests.exchange.crm.records import PLAYBOOK, twelve

TODAY = dt.date(2026, 11, 23)
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Stored:
    """The twelve in a store's file."""

    path: Path
    ids: dict[str, UUID]


@dataclass(frozen=True)
class Exported:
    """What an export left in its folder."""

    folder: Path
    result: ExportResult
    ids: dict[str, UUID]

    def rows(self, name: str) -> Rows:
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream, strict=True))

    def header(self, name: str) -> list[str]:
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return next(csv.reader(stream, strict=True))


Opener = Callable[..., Walk]
Exporter = Callable[..., Exported]


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    folder = tmp_path_factory.mktemp("twelve")
    ids = twelve(folder / "store.db", TODAY, folder / "playbook.toml")
    declare(NoFields)
    return Stored(folder / "store.db", ids)


@pytest.fixture
def opened(stored: Stored, tmp_path: Path) -> Iterator[Opener]:
    """Opens a copy of the twelve under their playbook with some lines more."""
    walks: list[Walk] = []

    def open_with(more: str = "") -> Walk:
        if not (tmp_path / "store.db").exists():
            shutil.copy(stored.path, tmp_path / "store.db")
        playbook = tmp_path / "playbook.toml"
        playbook.write_text(PLAYBOOK + more, "utf-8")
        walks.append(open_walk(Context("rep", tmp_path / "store.db", playbook, clock=lambda: TODAY)))
        return walks[-1]

    yield open_with
    for walk in walks:
        walk.store.close()
    declare(NoFields)


@pytest.fixture(scope="session")
def exported(stored: Stored, tmp_path_factory: pytest.TempPathFactory) -> Exporter:
    """The export of all twelve to a CRM, made once a session; several currencies need the CRM to have them."""
    made: dict[str, Exported] = {}

    def get(crm: str) -> Exported:
        if crm not in made:
            folder = tmp_path_factory.mktemp(crm)
            shutil.copy(stored.path, folder / "store.db")
            (folder / "playbook.toml").write_text(PLAYBOOK, "utf-8")
            context = Context("rep", folder / "store.db", folder / "playbook.toml", clock=lambda: TODAY)
            walk = open_walk(context)
            try:
                made[crm] = Exported(folder / "out", export(walk, None, crm, folder / "out"), stored.ids)
            finally:
                walk.store.close()
                declare(NoFields)
        return made[crm]

    return get
