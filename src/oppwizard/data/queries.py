"""What can be asked of a store beside whole records: the questions, each in a snapshot of its own."""

import datetime as dt
import functools
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlmodel import SQLModel

from oppwizard.data import (
    audits,
    blobs,
    erased,
    erasing,
    figures,
    handoffs,
    hidden,
    history,
    journal,
    leads,
    lists,
    lookups,
    match_keys,
    matching,
    peers,
    rejudging,
    removal,
    results,
    reviews,
)
from oppwizard.data.hidden import Hidden
from oppwizard.data.lists import Cursor, Line, ListQuery, Page, Sort, Totals
from oppwizard.data.lookups import AccountHit, Deal
from oppwizard.data.tables import Audit, Change, Pushed
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact
from oppwizard.model.enums import ReviewState, Standing, Status
from oppwizard.model.parts import LineItem

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

    def has_other_deals(self, contact_id: UUID, record_id: UUID) -> bool:
        """Whether a person has a part in another opportunity than the one named."""
        with self._reading() as connection:
            return lookups.has_other_deals(connection, contact_id, record_id)

    def contact_names(self, account_id: UUID) -> dict[UUID, str]:
        """The names of an account's people, proposed ones included."""
        return {contact.id: contact.name or "" for contact in self.contacts_of(account_id, None)}

    def used_values(self, model: type[SQLModel], field: str, prefix: str = "", limit: int = 8) -> list[str]:
        """The texts that a field already holds somewhere and that begin with a prefix."""
        with self._reading() as connection:
            return lookups.used_values(connection, model, field, prefix, limit)

    def every(self, query: ListQuery) -> Iterator[Line]:
        """All records of a list, a page at a time."""
        while True:
            page = self.page(query)
            yield from page.rows
            if page.next is None:
                return
            query = replace(query, after=page.next)

    def ids(self, statuses: frozenset[Status] = frozenset(Status)) -> Iterator[UUID]:
        """The identities of all records of some statuses, in order."""
        return lookups.ids(self._reading, statuses)

    def file(self, digest: str) -> bytes | None:
        """The contents of an attached file by their SHA-256, None where they are not there."""
        with self._reading() as connection:
            return blobs.read(connection, digest)

    def files_held(self, digests: Collection[str]) -> set[str]:
        """Which of some contents are there, by their SHA-256."""
        with self._reading() as connection:
            return blobs.held(connection, digests)

    def packets(self, record_id: UUID | None = None) -> list[handoffs.PacketLine]:
        """What became of each packet, the newest first; those of one record where it is named (H4)."""
        with self._reading() as connection:
            return handoffs.packets(connection, record_id)

    def in_packet(self, packet: UUID) -> list[UUID]:
        """The records that were in a packet, in order."""
        with self._reading() as connection:
            return handoffs.in_packet(connection, packet)

    def reviews(self, states: Collection[ReviewState], limit: int = 500) -> list[reviews.ReviewLine]:
        """Opportunities that wait for their manager or their rep, the longest waiting first (Q1)."""
        with self._reading() as connection:
            return reviews.waiting(connection, states, limit)

    def review_counts(self) -> dict[ReviewState, int]:
        """How many opportunities stand where with their manager (Q1)."""
        with self._reading() as connection:
            return reviews.count(connection)

    def peer_lines(self, limits: Mapping[str, Decimal] | None, names: Collection[str]) -> list[peers.PeerLine]:
        """Open opportunities above a limit by currency, or of accounts with some folded names (Q2)."""
        with self._reading() as connection:
            return peers.lines(connection, limits, names)

    def line_items(self, ids: Sequence[UUID]) -> dict[UUID, list[LineItem]]:
        """The line items of opportunities, by the opportunity, oldest first."""
        with self._reading() as connection:
            return peers.line_items(connection, ids)

    def delete_record(self, record_id: UUID) -> None:
        """Remove a sample or a draft only begun, and the account and people that no other deal uses.

        Raises:
            NotFound: there is no record of that identity.
            Refused: the record is neither.
        """
        with self._writing() as connection:
            removal.delete_record(connection, record_id)

    def near(
        self, keys: Collection[int], most: int, own: UUID | None = None, worth: matching.Worth | None = None
    ) -> list[matching.Near]:
        """The accounts that share a key, with their open deals; see `matching.near`.

        Args:
            most: a key that more accounts have is passed over.
            own: an account that is looked at whatever its keys.
            worth: deals of other amounts are left out.
        """
        with self._reading() as connection:
            return matching.near(connection, keys, most, own, worth)

    def sharing(self, keys: Collection[int], most: int) -> list[matching.Sharing]:
        """The accounts that share a key that no more than ``most`` have, whatever became of their deals."""
        with self._reading() as connection:
            return matching.sharing(connection, keys, most)

    def siblings(self, accounts: Collection[UUID]) -> dict[UUID, list[matching.Brief]]:
        """The open deals of accounts."""
        with self._reading() as connection:
            return matching.siblings(connection, accounts)

    def deals(self, ids: Collection[UUID]) -> list[Deal]:
        """Drafts and opportunities by their identities, as they are held against another one."""
        with self._reading() as connection:
            return matching.deals(connection, ids)

    @functools.cached_property
    def hides(self) -> bool:
        """Whether there may be deals that this person does not see, of which the store tells that there are some."""
        with self._reading() as connection:
            return hidden.tells(connection)

    def unseen(
        self, accounts: Sequence[UUID], amount: Decimal | None, currency: str | None, day: dt.date | None
    ) -> list[Hidden]:
        """The deals of accounts that may be like one, and that this person does not see; see `data.hidden`."""
        if not self.hides:
            return []
        with self._reading() as connection:
            return hidden.ask(connection, accounts, amount, currency, day)

    def make_keys(self, version: int, keymaker: match_keys.Keymaker) -> int:
        """Make the keys of accounts that have none of a version yet; how many accounts that were.

        Raises:
            StoreProblem: they cannot be written.
        """
        with self._reading() as connection:
            if match_keys.is_current(connection, version):
                return 0
        with self._writing() as connection:
            return match_keys.make(connection, version, keymaker)

    def flat(self) -> list[matching.Flat]:
        """Every open deal whose account has its keys, as little of it as is needed to compare all."""
        with self._reading() as connection:
            return matching.flat(connection)

    def named(self, seqs: Collection[int]) -> dict[int, tuple[UUID, tuple[str, ...]]]:
        """Accounts by their numbers among the keys, with their names."""
        with self._reading() as connection:
            return matching.named(connection, seqs)

    def shared_keys(self, most: int) -> Iterator[tuple[list[int], list[int]]]:
        """The keys that the same accounts share, with their numbers; keys of more than ``most`` are left out."""
        with self._reading() as connection:
            yield from matching.shared_keys(connection, most)

    def stated(self) -> set[tuple[UUID, UUID]]:
        """The pairs of records of which somebody said what they are to one another, each in both orders."""
        with self._reading() as connection:
            return matching.stated(connection)

    def traces(self) -> list[erasing.Trace]:
        """Every contact that the store or its log knows, with all that it is or was called."""
        with self._reading() as connection:
            return erasing.traces(connection)

    def roles_of(self, contacts: Collection[UUID]) -> dict[UUID, UUID]:
        """The places that contacts have, or had, in records: the stakeholder's identity with the record's."""
        with self._reading() as connection:
            return erasing.roles_of(connection, contacts)

    def proposals_about(self, contacts: Collection[UUID]) -> set[UUID]:
        """The proposals about contacts, also such as are only in the log any more."""
        with self._reading() as connection:
            return erasing.proposals_about(connection, contacts)

    def logging(self, rows: Collection[UUID]) -> tuple[set[UUID], int]:
        """The records whose log speaks of rows, and how many of its entries say something of them."""
        with self._reading() as connection:
            return erasing.records_logging(connection, rows), erasing.count_logged(connection, rows)

    def pushed_of(self, rows: Collection[UUID]) -> list[Pushed]:
        """What CRMs were sent of rows."""
        with self._reading() as connection:
            return erasing.pushed_of(connection, rows)

    def erased(self) -> frozenset[UUID]:
        """The identities of people, of their places in records and of other rows that were erased."""
        with self._reading() as connection:
            return erased.erased(connection)

    def texts(self, worth: erasing.Worth) -> Iterator[erasing.Stored]:
        """The texts of every table, the log's last, of those rows that are worth a closer look."""
        with self._reading() as connection:
            yield from erasing.texts(connection, worth)

    def past_deals(self) -> Iterator[history.Past]:
        """The deals of the past that close dates and amounts are held against."""
        return history.past_deals(self._reading)

    def past_mark(self) -> object:
        """Something that is another when there are other past deals."""
        with self._reading() as connection:
            return history.mark(connection)

    def changes_of(self, record_id: UUID, entity: str, field: str) -> list[Change]:
        """The changes of one field of a record that are in force, oldest first."""
        with self._reading() as connection:
            return journal.changes_of(connection, record_id, entity, field)

    def rescore(self, score: lists.Scorer) -> int:
        """Work out every record's score anew from what is kept of it; how many are another one now.

        Raises:
            StoreProblem: they cannot be written.
        """
        with self._reading() as connection:
            changed = lists.rescored(connection, score)
        if changed:
            with self._writing() as connection:
                lists.write_scores(connection, changed)
        return len(changed)

    def results(self, asked: results.Asked) -> results.Counted:
        """What came of records, counted (R1-R5)."""
        with self._reading() as connection:
            return results.count(connection, asked)

    def tallies(self, chosen: figures.Chosen, past_date: int) -> tuple[list[figures.Tally], list[figures.Scored]]:
        """What an audit counts over all records chosen (Q3); see `figures.tallies`."""
        with self._reading() as connection:
            return figures.tallies(connection, chosen, past_date), figures.scores(connection, chosen)

    def members(self, chosen: figures.Chosen) -> list[figures.Member]:
        """The records that an audit may draw from."""
        with self._reading() as connection:
            return figures.members(connection, chosen)

    def longest_stale(self, chosen: figures.Chosen, limit: int) -> list[figures.Stale]:
        """Records of which nothing was heard for the longest time."""
        with self._reading() as connection:
            return figures.longest_stale(connection, chosen, limit)

    def kept_facts(self, chosen: figures.Chosen, past_date: int) -> Iterator[figures.Kept]:
        """What is kept of the records chosen, one by one."""
        with self._reading() as connection:
            yield from figures.kept(connection, chosen, past_date)

    def outdated(self, chosen: figures.Chosen, version: int) -> list[UUID]:
        """Records of which another list of fields and faults was kept."""
        with self._reading() as connection:
            return figures.outdated(connection, chosen, version)

    def write_facts(self, facts: Collection[tuple[UUID, Mapping[str, int]]]) -> None:
        """Keep facts that were worked out anew.

        Raises:
            StoreProblem: they cannot be written.
        """
        with self._writing() as connection:
            figures.write_facts(connection, facts)

    def marked(self, limit: int) -> list[UUID]:
        """Records whose figures are to be worked out again; see `data.rejudging`."""
        with self._reading() as connection:
            return rejudging.marked(connection, limit)

    def keep_judged(self, judged: Sequence[rejudging.Judged]) -> int:
        """Keep figures that were worked out again, without a save; of how many records they are kept.

        Raises:
            StoreProblem: they cannot be written.
        """
        with self._writing() as connection:
            return rejudging.keep(connection, judged)

    def audits(self) -> list[Audit]:
        """The audits that were made, the newest first."""
        with self._reading() as connection:
            return audits.kept(connection)

    def keep_audit(self, audit: Audit) -> UUID:
        """Keep an audit, unless the same one is kept already; its identity.

        Raises:
            StoreProblem: it cannot be written.
        """
        with self._writing() as connection:
            return audits.keep(connection, audit)

    def reps_and_teams(self) -> tuple[list[str], list[str]]:
        """The reps and the teams that records have, in order."""
        with self._reading() as connection:
            return results.names(connection)

    def lead_lines(self, key: str) -> list[leads.LeadLine]:
        """What the lead of a key said whenever it came, the last time first."""
        with self._reading() as connection:
            return leads.lines(connection, key)

    def known_by_email(self, email: str) -> list[leads.Known]:
        """The people of an e-mail address, on records that are not closed, the newest record first."""
        with self._reading() as connection:
            return leads.known_by_email(connection, email)

    def known_at(self, accounts: Collection[UUID]) -> list[leads.Known]:
        """The people on records of some accounts that are not closed, the newest record first."""
        with self._reading() as connection:
            return leads.known_at(connection, accounts)

    def put_history(self, names: Sequence[str], chunks: Iterable[list[tuple[Any, ...]]]) -> history.Kept:
        """Write past deals in one transaction; see `history.put` for what the tuples hold.

        Raises:
            StoreProblem: the store cannot be written; nothing of it is kept then.
        """
        with self._writing() as connection:
            return history.put(connection, names, chunks)
