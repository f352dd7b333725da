"""Stores and deals for the tests of the data room."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from oppwizard.data.store import Author, Batch, Edit, Op, Store
from oppwizard.model.account import Account
from oppwizard.model.base import Row
from oppwizard.model.contact import Contact, Stakeholder
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import LineItem, Note, TeamMember
from oppwizard.model.record import Person, Record

ME = Author("me@example.com")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as opened:
        yield opened


def _inserts(record: Record) -> list[Edit]:
    rows: list[Row] = [record.account, record.opportunity]
    for person in record.people:
        rows += [person.contact, person.stakeholder]
    rows += [*record.lines, *record.team, *record.notes]
    return [Edit(Op.INSERT, type(row), row.id, new=row) for row in rows]


@pytest.fixture
def new_deal() -> Callable[..., Record]:
    """A record in memory: with people, lines, team and a note when it is `full`."""

    def make(*, full: bool = False, account: Account | None = None, **values: Any) -> Record:
        account = account or Account(dba="Acme", name_key="acme")
        record = Record(Opportunity(account_id=account.id, **values), account)
        if full:
            contact = Contact(account_id=account.id, name="Grace Hopper")
            record.people.append(Person(contact, Stakeholder(opportunity_id=record.id, contact_id=contact.id)))
            record.lines += [LineItem(opportunity_id=record.id, sku=sku) for sku in ("A", "B")]
            record.team.append(TeamMember(opportunity_id=record.id))
            record.notes.append(Note(opportunity_id=record.id, body="first"))
        return record

    return make


@pytest.fixture
def save() -> Callable[..., Record]:
    """Write a new record, all its rows in one action; its summary follows from the opportunity."""

    def write(store: Store, record: Record, **summary: Any) -> Record:
        store.commit(Batch(record, _inserts(record), summary, ME))
        return record

    return write


@pytest.fixture
def change() -> Callable[..., Batch]:
    """Set a field in memory and make the batch that saves it."""

    def make(record: Record, row: SQLModel, field: str, value: Any, **options: Any) -> Batch:
        old = getattr(row, field)
        setattr(row, field, value)
        edit = Edit(Op.SET, type(row), getattr(row, "id"), field, old, value)  # noqa: B009 - every row has one
        return Batch(record, [edit], options.pop("summary", {}), options.pop("author", ME), **options)

    return make
