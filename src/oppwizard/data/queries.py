"""What can be asked of a store beside whole records: the questions, each in a snapshot of its own."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from uuid import UUID

from sqlalchemy import Connection
from sqlmodel import SQLModel

from oppwizard.data import lists, lookups, removal
from oppwizard.data.lists import Cursor, Line, ListQuery, Page, Sort, Totals
from oppwizard.data.lookups import AccountHit
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact
from oppwizard.model.enums import Standing, Status

__all__ = ["AccountHit", "Cursor", "Line", "ListQuery", "Page", "Queries", "Sort", "Totals"]


class Queries(ABC):
    """The questions a store answers."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]:
        """A connection in a snapshot."""

    @abstractmethod
    def _writing(self) -> AbstractContextManager[Connection]:
        """A connection in a transaction with the write lock."""

    def page(self, query: ListQuery) -> Page:
        """One page of a list."""
        with self._reading() as connection:
            return lists.page(connection, query)

    def totals(self, query: ListQuery) -> Totals:
        """What the created opportunities among a query's rows add up to."""
        with self._reading() as connection:
            return lists.totals(connection, query)

    def counts(self) -> dict[Status, int]:
        """How many records there are of each status."""
        with self._reading() as connection:
            return lists.counts(connection)

    def find(self, reference: str) -> UUID:
        """The record that a whole identity, its beginning or its end (4 characters or more) names.

        Raises:
            NotFound: none does, or several do.
        """
        with self._reading() as connection:
            return lookups.find(connection, reference)

    def accounts_like(self, text: str, limit: int = 8) -> list[AccountHit]:
        """Active accounts whose name holds every word of a text."""
        with self._reading() as connection:
            return lookups.accounts_like(connection, text, limit)

    def account(self, account_id: UUID) -> Account | None:
        """The account of that identity, whatever its standing."""
        with self._reading() as connection:
            return lookups.row(connection, Account, account_id)

    def contact(self, contact_id: UUID) -> Contact | None:
        """The contact of that identity, whatever its standing."""
        with self._reading() as connection:
            return lookups.row(connection, Contact, contact_id)

    def active_account_by_key(self, name_key: str) -> Account | None:
        """The active account with a name key, None where there is none."""
        with self._reading() as connection:
            return lookups.active_account(connection, name_key)

    def contacts_of(self, account_id: UUID, standing: Standing | None = Standing.ACTIVE) -> list[Contact]:
        """An account's people by name: those that exist, unless another standing (None: any) is asked for."""
        with self._reading() as connection:
            return lookups.contacts_of(connection, account_id, standing)

    def contact_names(self, account_id: UUID) -> dict[UUID, str]:
        """The names of an account's people, proposed ones included."""
        return {contact.id: contact.name or "" for contact in self.contacts_of(account_id, None)}

    def opportunities_of(self, account_id: UUID, name_key: str, excluding: UUID | None = None) -> list[Line]:
        """The opportunities of an account, or of one whose name comes to the same, without one record."""
        with self._reading() as connection:
            return lookups.opportunities_of(connection, account_id, name_key, excluding)

    def used_values(self, model: type[SQLModel], field: str, prefix: str = "", limit: int = 8) -> list[str]:
        """The texts that a field already holds somewhere and that begin with a prefix."""
        with self._reading() as connection:
            return lookups.used_values(connection, model, field, prefix, limit)

    def ids(self, statuses: frozenset[Status] = frozenset(Status)) -> Iterator[UUID]:
        """The identities of all records of some statuses, in order."""
        return lookups.ids(self._reading, statuses)

    def delete_record(self, record_id: UUID) -> None:
        """Remove a sample or a draft only begun, and the account and people that no other deal uses.

        Raises:
            NotFound: there is no record of that identity.
            Refused: the record is neither.
        """
        with self._writing() as connection:
            removal.delete_record(connection, record_id)
