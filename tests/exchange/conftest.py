"""A second, empty store beside the test's own, and records read back from what was written."""

import json
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from oppwizard.context import Context
from oppwizard.data.store import Store
from oppwizard.exchange.document import dumps, to_document
from oppwizard.exchange.reading import ImportOutcome, import_file
from oppwizard.model.enums import Status
from oppwizard.model.record import Record
from oppwizard.walk import Walk, open_walk

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
Importer = Callable[..., list[ImportOutcome]]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty store, made once."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    Store.open(path).close()
    return path


@pytest.fixture
def elsewhere(context: Context, tmp_path: Path, empty: Path) -> Iterator[Walk]:
    """A walk on an empty store of its own."""
    shutil.copy(empty, tmp_path / "elsewhere.db")
    walk = open_walk(Context("other", tmp_path / "elsewhere.db", clock=context.clock))
    yield walk
    walk.store.close()


@pytest.fixture
def take(elsewhere: Walk, tmp_path: Path) -> Importer:
    """Imports documents into the empty store: one as an object, several as JSON Lines."""

    def imported(*documents: Any) -> list[ImportOutcome]:
        path = tmp_path / ("file.json" if len(documents) == 1 else "file.jsonl")
        path.write_text("\n".join(json.dumps(document) for document in documents), "utf-8")
        return import_file(elsewhere, path)

    return imported


def parsed(path: Path) -> Any:
    """What a JSON file holds, numbers exact."""
    return json.loads(path.read_text("utf-8"), parse_float=Decimal)


def another(walk: Walk, record: Record, tmp_path: Path, *, sample: bool) -> UUID:
    """A second finished deal in the store, with another account: the file of the first one, told anew."""
    document = json.loads(dumps(to_document(record, walk)))
    for section in ("opportunity", "account"):
        del document[section]["id"]
    document["account"] |= {"dba": "Other Tools", "legal_name": "Other Tools Incorporated"}
    document["opportunity"]["is_sample"] = sample
    path = tmp_path / "another.json"
    path.write_text(json.dumps(document), "utf-8")
    (outcome,) = import_file(walk, path)
    path.unlink()
    assert outcome.id is not None
    assert outcome.status is Status.CREATED
    return outcome.id


@pytest.fixture(scope="session")
def naughty() -> list[str]:
    """The Big List of Naughty Strings."""
    path = SHARED / "blns" / "blns.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    listed: list[str] = json.loads(path.read_text("utf-8"))
    return listed
