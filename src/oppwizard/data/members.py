"""The people of a team: who may sign in, as whom, in which role."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

from oppwizard.errors import InvalidInput, NotFound, StoreProblem
from oppwizard.i18n import T
from oppwizard.model.enums import UserRole

GROUPS: Final = {
    UserRole.REP: "oppwizard_rep",
    UserRole.SDR: "oppwizard_rep",
    UserRole.MANAGER: "oppwizard_manager",
    UserRole.SALES_ENGINEER: "oppwizard_se",
    UserRole.OPERATIONS: "oppwizard_operations",
}
"""The database role of each role."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the team.

    Attributes:
        login: the database account.
        name: the name that their records and changes have.
        role: the value of a `UserRole`.
        manager: who reviews their opportunities.
    """

    login: str
    name: str
    email: str
    role: str
    team: str
    manager: str


def do(connection: Connection, statement: str) -> None:
    """Execute a statement as it stands."""
    connection.exec_driver_sql(statement.replace("%", "%%"))


_MEMBER: Final = "SELECT login, name, email, role, team, manager FROM oppwizard_member"


def has_members(connection: Connection) -> bool:
    """Whether the store is set up for a team."""
    return bool(connection.scalar(text("SELECT to_regclass('oppwizard_member') IS NOT NULL")))


def member(connection: Connection) -> Member | None:
    """Who is at the keyboard; None where the store is not set up for a team, or for the account that looks after it.

    Raises:
        StoreProblem: the account belongs to nobody of the team.
    """
    if not has_members(connection):
        return None
    known = connection.scalar(text("SELECT has_table_privilege('oppwizard_member', 'SELECT')"))
    row = connection.execute(text(f"{_MEMBER} WHERE login = session_user")).one_or_none() if known else None
    if row is not None:
        return Member(*row)
    keeper = text("SELECT tableowner = session_user FROM pg_tables WHERE tablename = 'oppwizard_member'")
    if connection.scalar(keeper):
        return None
    login = connection.scalar(text("SELECT session_user"))
    raise StoreProblem(
        T("The database account {login} belongs to nobody of the team.", login=login),
        T("Whoever looks after the store runs: oppwizard store member {login} NAME", login=login),
    )


def members(connection: Connection) -> list[Member]:
    """The people of the team, by name."""
    if not has_members(connection):
        return []
    return [Member(*row) for row in connection.execute(text(f"{_MEMBER} ORDER BY name"))]


def put_member(connection: Connection, one: Member, password: str = "") -> None:
    """Let a database account be a person of the team, making the account where there is none.

    Raises:
        StoreProblem: the store is not set up for a team, or the account may not.
        InvalidInput: the role is none, or the name somebody else's.
    """
    if not has_members(connection):
        raise StoreProblem(T("The store is not set up for a team."), T("Run: oppwizard store init-team"))
    group = GROUPS[UserRole(one.role)]
    taken = text("SELECT login FROM oppwizard_member WHERE name = :name AND login <> :login")
    if connection.scalar(taken, {"name": one.name, "login": one.login}):
        raise InvalidInput(T("Somebody else of the team is called {name}", name=one.name))
    quoted = connection.dialect.identifier_preparer.quote_identifier(one.login)
    if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :login"), {"login": one.login}):
        do(connection, f"CREATE ROLE {quoted} LOGIN")
    if password:
        do(connection, f"ALTER ROLE {quoted} PASSWORD {_literal(connection, password)}")
    for each in dict.fromkeys(GROUPS.values()):
        do(connection, f"{'GRANT' if each == group else 'REVOKE'} {each} {'TO' if each == group else 'FROM'} {quoted}")
    connection.execute(_PUT, {name: getattr(one, name) for name in Member.__slots__})


_PUT: Final = text(
    "INSERT INTO oppwizard_member (login, name, email, role, team, manager)"
    " VALUES (:login, :name, :email, :role, :team, :manager)"
    " ON CONFLICT (login) DO UPDATE SET (name, email, role, team, manager)"
    " = (excluded.name, excluded.email, excluded.role, excluded.team, excluded.manager)"
)


def take_member(connection: Connection, login: str) -> None:
    """Let a database account be nobody's; their records stay, the account cannot reach them any more.

    Raises:
        NotFound: it is nobody's already.
    """
    found: Any = has_members(connection) and connection.execute(
        text("DELETE FROM oppwizard_member WHERE login = :login"), {"login": login}
    )
    if not found or not found.rowcount:
        raise NotFound(T("Nobody of the team has the account {login}", login=login))
    quoted = connection.dialect.identifier_preparer.quote_identifier(login)
    do(connection, f"REVOKE {', '.join(dict.fromkeys(GROUPS.values()))} FROM {quoted}")


def _literal(connection: Connection, value: str) -> str:
    from psycopg import sql

    driver: Any = connection.connection.driver_connection
    return sql.Literal(value).as_string(driver)
