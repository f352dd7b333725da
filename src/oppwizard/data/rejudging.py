"""Records whose kept figures are to be worked out again, because what they share with others of their account changed.

A record marked has ``judged_by`` 0. Marks are made in the transaction of the change, on a server by triggers of the
database too: somebody may change an account there without seeing all of its records. Whoever judges a record again
keeps what they found only while record and account are as they were read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Exists, bindparam, exists, literal_column, select, update

from oppwizard.data.batch import Batch
from oppwizard.data.prepared import Prepared, prepare
from oppwizard.data.tables import Op, table_of
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact
from oppwizard.model.opportunity import WORKED_OUT, Opportunity

_DEALS, _ACCOUNTS = table_of(Opportunity), table_of(Account)
MARKED: Final = 0
TRIGGERS: Final = """
CREATE OR REPLACE FUNCTION oppwizard_mark() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  {fixed} AS $$
BEGIN
  UPDATE opportunity SET judged_by = 0
    WHERE account_id = CASE TG_TABLE_NAME WHEN 'account' THEN (to_jsonb(NEW)->>'id')::uuid
      ELSE (to_jsonb(NEW)->>'account_id')::uuid END
    AND judged_by <> 0 AND xmin <> pg_current_xact_id()::xid;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER mark AFTER UPDATE ON account FOR EACH ROW EXECUTE FUNCTION oppwizard_mark();
CREATE OR REPLACE TRIGGER mark AFTER UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION oppwizard_mark();
"""
"""The record that is saved with the change was judged by it: its row is of this transaction, and stays as it is."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found when a record was judged again.

    Attributes:
        revision: that of the record as it was read.
        account_revision: likewise.
        figures: what is kept of it, `WORKED_OUT`.
    """

    id: UUID
    revision: int
    account_id: UUID
    account_revision: int
    figures: Mapping[str, Any]


def mark_others(connection: Connection, batch: Batch) -> None:
    """Mark the other records of the account whose row, or whose people's, a batch changes."""
    begun = {edit.row for edit in batch.of(Op.INSERT)}
    if any(edit.model in (Account, Contact) and edit.row not in begun for edit in batch.of(Op.SET)):
        _marking().run(connection, {"account": batch.record.account.id, "own": batch.record.id})


@lru_cache(maxsize=1)
def _marking() -> Prepared:
    others = (_DEALS.c.account_id == bindparam("account"), _DEALS.c.id != bindparam("own"))
    return prepare(update(_DEALS).where(*others).values(judged_by=literal_column(str(MARKED))))


def marked(connection: Connection, limit: int) -> list[UUID]:
    """Records that are marked, the oldest first."""
    asked = select(_DEALS.c.id).where(_DEALS.c.judged_by == MARKED).order_by(_DEALS.c.id).limit(limit)
    return list(connection.execute(asked).scalars())


def is_account_at(account: str, revision: str) -> Exists:
    """Whether an account is as it was read; its identity and revision are parameters of those names."""
    known = (_ACCOUNTS.c.id == bindparam(account), _ACCOUNTS.c.revision == bindparam(revision))
    return exists().where(*known)


def keep(connection: Connection, judged: Iterable[Judged]) -> int:
    """Keep what was found, where nobody changed the record or its account meanwhile; of how many it was kept.

    It is no save: neither revision nor time change, and the log has nothing to tell.
    """
    kept = 0
    for one in judged:
        place = {"at": one.id, "as_read": one.revision}
        account = {"known_account": one.account_id, "account_as_read": one.account_revision}
        kept += _keeping(tuple(sorted(one.figures))).run(connection, {**one.figures, **place, **account})
    return kept


@lru_cache(maxsize=8)
def _keeping(names: tuple[str, ...]) -> Prepared:
    assert WORKED_OUT.issuperset(names), "only what is worked out is kept without a save"
    values = {name: bindparam(name, type_=_DEALS.c[name].type) for name in names}
    same = (_DEALS.c.id == bindparam("at"), _DEALS.c.revision == bindparam("as_read"))
    return prepare(update(_DEALS).where(*same, is_account_at("known_account", "account_as_read")).values(values))
