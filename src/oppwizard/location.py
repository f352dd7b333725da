"""Where a store is: a file, or a team's database on a PostgreSQL server."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self, TypeAlias
from urllib.parse import SplitResult, quote, unquote, urlsplit

from oppwizard.errors import InvalidInput
from oppwizard.i18n import T

SCHEMES: Final = ("postgresql+psycopg", "postgresql", "postgres")
"""How the address of a team's store may begin; the first is the one it is shown with."""


@dataclass(frozen=True, slots=True)
class TeamUrl:
    """A team's store: a database on a PostgreSQL server, and whose account is used.

    Attributes:
        url: the address without a password: it is shown, logged and kept.
        password: the one that stood in the address; usually none, for it is looked up elsewhere.
    """

    url: str
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an address such as ``postgresql+psycopg://ada@db.example.com/sales``.

        Raises:
            InvalidInput: it is none.
        """
        try:
            parts = urlsplit(text)
            found = cls(_without_password(parts), unquote(parts.password or ""))
            named = parts.scheme in SCHEMES and parts.path.strip("/") and (parts.port or True)
        except ValueError:
            named = False
        if not named or not text.isprintable():
            raise InvalidInput(
                T("The address of the team's store is none"),
                T("It is such as {example}", example="postgresql+psycopg://ada@db.example.com/sales"),
            )
        return found

    @property
    def user(self) -> str:
        """The database account; empty where the server's client library chooses it."""
        return unquote(urlsplit(self.url).username or "")

    @property
    def database(self) -> str:
        """The database's name."""
        return unquote(urlsplit(self.url).path.strip("/"))

    @property
    def name(self) -> str:
        """What it is called in short: the database, and the server."""
        host = urlsplit(self.url).hostname
        return f"{self.database} @ {host}" if host else self.database

    def of(self, user: str, password: str = "") -> Self:
        """The same database with another account."""
        parts = urlsplit(self.url)
        server = parts.netloc.rpartition("@")[2]
        return replace(self, url=parts._replace(netloc=f"{quote(user, safe='')}@{server}").geturl(), password=password)

    def __str__(self) -> str:
        return self.url


def _without_password(parts: SplitResult) -> str:
    account, at, server = parts.netloc.rpartition("@")
    return parts._replace(scheme=SCHEMES[0], netloc=f"{account.partition(':')[0]}{at}{server}").geturl()


Location: TypeAlias = Path | TeamUrl


def location(text: str) -> Location:
    """The place that a text names: an address where it has the form of one, else a file.

    Raises:
        InvalidInput: it looks like an address and is none.
    """
    scheme, colon, _rest = text.partition("://")
    return TeamUrl.parse(text) if colon and scheme in SCHEMES else Path(text).expanduser()
