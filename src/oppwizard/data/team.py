"""Who may do what in a team's store, enforced by the database (row-level security).

Each person has a database account of their own; what they are to a deal is one row of ``oppwizard_member``. The rules
below hold for every client of the database. The account that made the tables looks after the store: it is above them.

- Accounts and contacts are a directory that all members read. Everything else hangs on an opportunity and is seen by
  whoever sees that: its owner, who began it, its manager, its deal team and whoever it was handed to; the managers of
  its team; operations, who only read.
- The log, reviews and handoffs are only ever added to. Of a log entry the mark for undo moves, nothing else.
- Nobody approves their own opportunity, and only managers decide about one.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from sqlalchemy import Connection, Table, text

from oppwizard.data import erased, hidden, history, match_keys, served
from oppwizard.data.members import GROUPS, Member, do, member, members, put_member, take_member
from oppwizard.data.removal import PARTS_OF_DEAL
from oppwizard.data.tables import Audit, Blob, Change, Message, Pending, Pushed, table_of
from oppwizard.model.account import Account
from oppwizard.model.contact import Contact
from oppwizard.model.enums import Standing
from oppwizard.model.opportunity import Opportunity
from oppwizard.model.parts import Handoff, PeerReview, Review, StagePassage

_Connecting = Callable[[], AbstractContextManager[Connection]]
_ALL: Final = ", ".join(dict.fromkeys(GROUPS.values()))
_WRITERS: Final = "oppwizard_rep, oppwizard_manager, oppwizard_se"
_LEADERS: Final = "oppwizard_manager, oppwizard_operations"
_APPENDED: Final = (Review, Handoff, PeerReview, StagePassage)
"""Rows that are only ever added."""
_FIXED: Final = ("id", "created_at", "created_by", "team", "is_sample")
"""Columns of an opportunity that stay as they were made."""
_FIGURES: Final = ("answered", "answered_rows", "faults", "facts_version", "score")
"""Columns that operations may work out anew: no save, so that neither revision nor time change."""

_MEMBERS: Final = """
CREATE TABLE IF NOT EXISTS oppwizard_member (
  login name PRIMARY KEY,
  name varchar(200) COLLATE "C" NOT NULL UNIQUE CHECK (name <> ''),
  email varchar(200) COLLATE "C" NOT NULL DEFAULT '',
  role varchar(40) COLLATE "C" NOT NULL,
  team varchar(200) COLLATE "C" NOT NULL DEFAULT '',
  manager varchar(200) COLLATE "C" NOT NULL DEFAULT ''
);
CREATE OR REPLACE FUNCTION oppwizard_me() RETURNS text LANGUAGE sql STABLE {fixed} AS
  $$ SELECT name::text FROM oppwizard_member WHERE login = session_user $$;
CREATE OR REPLACE FUNCTION oppwizard_is(wanted text) RETURNS boolean LANGUAGE sql STABLE {fixed} AS
  $$ SELECT EXISTS (SELECT FROM oppwizard_member WHERE login = session_user AND role = wanted) $$;
CREATE OR REPLACE FUNCTION oppwizard_team() RETURNS text LANGUAGE sql STABLE {fixed} AS
  $$ SELECT coalesce((SELECT team::text FROM oppwizard_member WHERE login = session_user), '') $$;
CREATE OR REPLACE FUNCTION oppwizard_shared() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
  {fixed} AS $$
  SELECT opportunity_id FROM team_member
    WHERE name = (SELECT m.name FROM oppwizard_member m WHERE m.login = session_user)
  UNION SELECT opportunity_id FROM handoff
    WHERE receiver = (SELECT m.name FROM oppwizard_member m WHERE m.login = session_user) $$;
"""
_DECIDING: Final = """
CREATE OR REPLACE FUNCTION oppwizard_decides() RETURNS trigger LANGUAGE plpgsql {fixed} AS $$
BEGIN
  IF NEW.review IN ('active', 'revise') AND (TG_OP = 'INSERT' OR NEW.review IS DISTINCT FROM OLD.review) THEN
    IF NOT oppwizard_is('manager') THEN
      RAISE EXCEPTION 'only a manager decides about an opportunity';
    ELSIF oppwizard_me() IN (coalesce(NEW.owner, ''), NEW.created_by) THEN
      RAISE EXCEPTION 'nobody decides about their own opportunity';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER decides BEFORE INSERT OR UPDATE OF review ON opportunity
  FOR EACH ROW WHEN (session_user <> '{keeper}') EXECUTE FUNCTION oppwizard_decides();
"""
_UNDOING: Final = """
CREATE OR REPLACE FUNCTION oppwizard_undoes() RETURNS trigger LANGUAGE plpgsql {fixed} AS $$
BEGIN
  IF to_jsonb(NEW) - 'state' <> to_jsonb(OLD) - 'state'
    OR (OLD.state, NEW.state) NOT IN (('done', 'undone'), ('undone', 'done'), ('undone', 'dead')) THEN
    RAISE EXCEPTION 'the log is only added to';
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER undoes BEFORE UPDATE ON change
  FOR EACH ROW WHEN (session_user <> '{keeper}') EXECUTE FUNCTION oppwizard_undoes();
ALTER TABLE change ADD COLUMN IF NOT EXISTS login name DEFAULT session_user;
"""
"""``login`` is what the database knows of who wrote an entry, or brought an opportunity; no member can write it."""
_MINE: Final = "(SELECT oppwizard_me())"
_SEES: Final = (
    f"owner = {_MINE} OR created_by = {_MINE} OR manager = {_MINE} OR id IN (SELECT oppwizard_shared())"
    " OR login = session_user"
    " OR (SELECT oppwizard_is('operations'))"
    " OR ((SELECT oppwizard_is('manager')) AND team = (SELECT oppwizard_team()))"
)
_STRANGE: Final = "NOT EXISTS (SELECT FROM oppwizard_member m WHERE m.name IN (created_by, coalesce(owner, '')))"
_BEGINS: Final = f"created_by = {_MINE} OR owner = {_MINE} OR {_STRANGE}"
"""One begins records of one's own, and brings in those of people outside of the team, who have no account for it."""


def init_team(connection: Connection) -> None:
    """Make the roles and the rules of a team's store; done again it makes them anew.

    Raises:
        StoreProblem: the account may not; it has to have made the tables, and may make roles.
    """
    keeper, schema = connection.execute(text("SELECT session_user, current_schema()")).one()
    quoted = connection.dialect.identifier_preparer.quote
    names = {"keeper": str(keeper).replace("'", "''"), "schema": quoted(str(schema))}
    names["fixed"] = served.fixed(names["schema"])
    for group in dict.fromkeys(GROUPS.values()):
        if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :group"), {"group": group}):
            do(connection, f"CREATE ROLE {group} NOLOGIN")
    do(connection, f"GRANT USAGE ON SCHEMA {names['schema']} TO {_ALL}")
    do(connection, f"REVOKE ALL ON ALL TABLES IN SCHEMA {names['schema']} FROM {_ALL}, PUBLIC")
    for statement in (_MEMBERS, _DECIDING, _UNDOING):
        do(connection, _filled(statement, names))
    do(connection, f"GRANT SELECT ON oppwizard_member TO {_ALL}")
    do(connection, "GRANT SELECT ON alembic_version TO PUBLIC")
    for rule in (_directory, _deals, _parts, _log, _beside):
        rule(connection)
    do(connection, hidden.telling(names["fixed"], _SEES, _ALL))
    do(connection, erased.telling(connection, names["fixed"], _ALL))
    do(connection, f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {names['schema']} TO {_ALL}")


def _filled(statement: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        statement = statement.replace(f"{{{name}}}", value)
    return statement


def _rule(connection: Connection, table: Table, name: str, action: str, groups: str, rule: str) -> None:
    """Let some roles do something with the rows for which a condition holds, before and after."""
    clauses = {
        "SELECT": f"USING ({rule})",
        "DELETE": f"USING ({rule})",
        "INSERT": f"WITH CHECK ({rule})",
        "UPDATE": f"USING ({rule}) WITH CHECK (true)",
        "ALL": f"USING ({rule}) WITH CHECK ({rule})",
    }
    do(connection, f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY")
    do(connection, f"DROP POLICY IF EXISTS {name} ON {table.name}")
    do(connection, f"CREATE POLICY {name} ON {table.name} FOR {action} TO {groups} {clauses[action]}")


def _grant(connection: Connection, table: Table, rights: str, groups: str) -> None:
    do(connection, f"GRANT {rights} ON {table.name} TO {groups}")


def _columns(table: Table, *without: str) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns if column.name not in without)


def _directory(connection: Connection) -> None:
    """Accounts and people: all members find them, so that none is made twice; who works with them changes them."""
    leads = "(SELECT oppwizard_is('manager'))"
    met = " OR EXISTS (SELECT FROM stakeholder s WHERE s.contact_id = contact.id)"  # also when their deal moves away
    for table, key, more in ((table_of(Account), "account.id", ""), (table_of(Contact), "contact.account_id", met)):
        works = f"EXISTS (SELECT FROM opportunity o WHERE o.account_id = {key}){more}"
        _grant(connection, table, "SELECT", _ALL)
        _grant(connection, table, f"INSERT, UPDATE ({_columns(table, 'id', 'created_at')})", _WRITERS)
        _rule(connection, table, "reading", "SELECT", _ALL, "true")
        _rule(connection, table, "adding", "INSERT", _WRITERS, "true")
        _rule(connection, table, "changing", "UPDATE", _WRITERS, f"{leads} OR {works}")
    accounts, contacts = table_of(Account), table_of(Contact)
    _grant(connection, accounts, "DELETE", _WRITERS)  # one that was proposed, once its deal belongs to a known one
    unused = "NOT EXISTS (SELECT FROM opportunity o WHERE o.account_id = account.id)"
    mine = f"account.standing = '{Standing.PROPOSED.value}' AND {unused}"
    _rule(connection, accounts, "removing", "DELETE", _WRITERS, mine)
    _grant(connection, contacts, "DELETE", _WRITERS)
    works = "EXISTS (SELECT FROM opportunity o WHERE o.account_id = contact.account_id)"
    proposed = f"contact.standing = '{Standing.PROPOSED.value}'"  # one with a part in a deal is held by that
    _rule(connection, contacts, "removing", "DELETE", _WRITERS, f"{works} OR {proposed}")


def _deals(connection: Connection) -> None:
    table = table_of(Opportunity)
    do(connection, "ALTER TABLE opportunity ADD COLUMN IF NOT EXISTS login name DEFAULT session_user")
    _grant(connection, table, "SELECT", _ALL)
    _grant(connection, table, f"INSERT ({_columns(table)}), UPDATE ({_columns(table, *_FIXED)})", _WRITERS)
    _grant(connection, table, f"UPDATE ({', '.join(_FIGURES)})", "oppwizard_operations")
    _rule(connection, table, "seeing", "SELECT", _ALL, _SEES)
    _rule(connection, table, "beginning", "INSERT", _WRITERS, _BEGINS)
    _rule(connection, table, "changing", "UPDATE", _ALL, _SEES)


def _parts(connection: Connection) -> None:
    """What hangs on an opportunity is seen and changed by whoever sees that."""
    appended = {table_of(model) for model in _APPENDED}
    for table in map(table_of, PARTS_OF_DEAL):
        deal = f"EXISTS (SELECT FROM opportunity o WHERE o.id = {table.name}.opportunity_id)"
        _grant(connection, table, "SELECT", _ALL)
        _rule(connection, table, "seeing", "SELECT", _ALL, deal)
        _rule(connection, table, "adding", "INSERT", _WRITERS, _deciding(table, deal))
        _grant(connection, table, "INSERT", _WRITERS)
        if table not in appended:
            _grant(connection, table, f"UPDATE ({_columns(table, 'id', 'opportunity_id')}), DELETE", _WRITERS)
            _rule(connection, table, "changing", "UPDATE", _WRITERS, deal)
            _rule(connection, table, "removing", "DELETE", _WRITERS, deal)


def _deciding(table: Table, deal: str) -> str:
    """Who may add a row: a review is its manager's word about another one's opportunity."""
    if table is not table_of(Review):
        return deal
    other = f"o.created_by <> {_MINE} AND coalesce(o.owner, '') <> {_MINE}"
    theirs = f"EXISTS (SELECT FROM opportunity o WHERE o.id = review.opportunity_id AND {other})"
    return f"(SELECT oppwizard_is('manager')) AND reviewer = {_MINE} AND {theirs}"


def _log(connection: Connection) -> None:
    for table in (table_of(Change), table_of(Pending), table_of(Pushed)):
        deal = f"EXISTS (SELECT FROM opportunity o WHERE o.id = {table.name}.record_id)"
        _grant(connection, table, "SELECT", _ALL)
        _rule(connection, table, "seeing", "SELECT", _ALL, deal)
        _rule(connection, table, "adding", "INSERT", _WRITERS, deal)
        _rule(connection, table, "changing", "UPDATE", _WRITERS, deal)
        _rule(connection, table, "removing", "DELETE", _WRITERS, deal)
    log = table_of(Change)
    _grant(connection, log, f"INSERT ({_columns(log)}), UPDATE (state)", _WRITERS)
    for table in (table_of(Pending), table_of(Pushed)):
        _grant(connection, table, "INSERT, UPDATE, DELETE", _WRITERS)


def _beside(connection: Connection) -> None:
    """Files, messages, and what is everybody's: keys of accounts, deals of the past, audits."""
    blobs, messages, audits = table_of(Blob), table_of(Message), table_of(Audit)
    _grant(connection, blobs, "SELECT", _ALL)
    _grant(connection, blobs, "INSERT", _WRITERS)
    attached = "EXISTS (SELECT FROM attachment a WHERE a.digest = blob.digest)"
    _rule(connection, blobs, "seeing", "SELECT", _ALL, attached)
    _rule(connection, blobs, "adding", "INSERT", _WRITERS, "true")
    told = "record_id IS NULL OR EXISTS (SELECT FROM opportunity o WHERE o.id = outbox.record_id)"
    _grant(connection, messages, "SELECT, INSERT, UPDATE, DELETE", _ALL)
    _rule(connection, messages, "seeing", "ALL", _ALL, told)
    for table in map(table_of, match_keys.TABLES):
        _grant(connection, table, "SELECT, INSERT, UPDATE, DELETE", _ALL)
    do(connection, f"GRANT UPDATE ON SEQUENCE match_name_seq_seq TO {_ALL}")  # accounts are numbered by hand at first
    past = table_of(history.PastDeal)
    _grant(connection, past, "SELECT", _ALL)
    _grant(connection, past, "INSERT, UPDATE", _LEADERS)
    _grant(connection, audits, "SELECT, INSERT", _LEADERS)


class Team:
    """The people of one store's team."""

    def __init__(self, reading: _Connecting, writing: _Connecting) -> None:
        self._reading = reading
        self._writing = writing

    def init(self) -> None:
        """Make the roles and the rules; see `init_team`.

        Raises:
            StoreProblem: the account may not.
        """
        with self._writing() as connection:
            init_team(connection)

    def me(self) -> Member | None:
        """Who is at the keyboard; see `member`.

        Raises:
            StoreProblem: the account belongs to nobody of the team.
        """
        with self._reading() as connection:
            return member(connection)

    def members(self) -> list[Member]:
        """The people of the team, by name."""
        with self._reading() as connection:
            return members(connection)

    def put(self, one: Member, password: str = "") -> None:
        """Let a database account be a person of the team; see `put_member`.

        Raises:
            StoreProblem: the store is not set up for a team, or the account may not.
            InvalidInput: the name is somebody else's.
        """
        with self._writing() as connection:
            put_member(connection, one, password)

    def take(self, login: str) -> None:
        """Let a database account be nobody's; see `take_member`.

        Raises:
            NotFound: it is nobody's already.
        """
        with self._writing() as connection:
            take_member(connection, login)
