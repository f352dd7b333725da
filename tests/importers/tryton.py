"""A Tryton of our own: its programs are run as they come, and talked to as its desktop client talks to them.

Nothing here imports Tryton, which lives in an environment of its own: the server is asked over HTTP, the rest are
commands.
"""

import base64
import contextlib
import csv
import datetime as dt
import json
import os
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

LOGIN: Final = "admin"
PASSWORD: Final = "not a secret, the server listens to this machine alone"
PATIENCE: Final = 120.0
"""How long, in seconds, the server may take until it answers."""
CURRENCIES: Final = {"USD": 2, "EUR": 2, "JPY": 0}
"""The currencies it knows, with their decimals."""
Values = dict[str, Any]
_DIRECT: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks this machine, whatever proxy the surroundings name."""


class Refused(Exception):
    """Tryton said no; the message is its own."""


class Server:
    """A server over a folder of SQLite databases."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder
        self._config = folder / "trytond.conf"
        self._process: subprocess.Popen[bytes] | None = None
        # What somebody has set for a Tryton of their own would outrank the file.
        self._surroundings = {name: value for name, value in os.environ.items() if not name.startswith("TRYTON")}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        told = f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = {self.address}\n"
        self._config.write_text(told, "utf-8")

    def run(self, program: str, *arguments: str, given: str = "", where: Path | None = None) -> None:
        """Run one of Tryton's programs to its end.

        Raises:
            Refused: it failed, or complained.
        """
        secret = self.folder / "password"
        secret.write_text(PASSWORD, "utf-8")
        done = subprocess.run(
            [self.programs / program, "-c", self._config, *arguments],
            input=given,
            cwd=where or self.folder,
            env=self._surroundings | {"TRYTONPASSFILE": str(secret)},
            capture_output=True,
            text=True,
            check=False,
        )
        # The console prints what went wrong, and ends well all the same.
        if done.returncode or "Traceback" in done.stderr:
            raise Refused(done.stderr)

    def database(self, name: str) -> Path:
        """Where a database is, or would be."""
        return self.folder / f"{name}.sqlite"

    def create(self, name: str, *modules: str) -> None:
        """Make a database with modules and all that they need."""
        self.database(name).touch()
        known = ("-d", name, "--email", "admin@example.com")
        self.run("trytond-admin", *known, "--activate-dependencies", "-u", *modules)

    def start(self, *names: str) -> None:
        """Start to answer for these databases."""
        with (self.folder / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                [self.programs / "trytond", "-c", self._config, "-d", *names],
                cwd=self.folder,
                env=self._surroundings,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise Refused((self.folder / "server.log").read_text("utf-8"))
            time.sleep(0.1)

    def _answers(self) -> bool:
        host, port = self.address.split(":")
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """Stop to answer."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


class Client:
    """Somebody signed in to a database."""

    def __init__(self, server: Server, database: str) -> None:
        self.server = server
        self.database = database
        self._session: str | None = None
        user, key, *_ = self._ask("common.db.login", LOGIN, {"password": PASSWORD}, "en")
        self._session = base64.b64encode(f"{LOGIN}:{user}:{key}".encode()).decode()
        self.user = int(user)
        self.context: Values = {}
        self.context = self.call("res.user", "get_preferences", True)

    def call(self, model: str, method: str, *arguments: Any) -> Any:
        """Call a method of a model, in the context of whoever is signed in.

        Raises:
            Refused: with what Tryton says.
        """
        return self._ask(f"model.{model}.{method}", *arguments, self.context)

    def _ask(self, method: str, *parameters: Any) -> Any:
        asked = {"id": 1, "method": method, "params": parameters}
        request = urllib.request.Request(
            f"http://{self.server.address}/{self.database}/rpc/",
            json.dumps(asked, default=_encoded).encode(),
            {"Content-Type": "application/json"}
            | ({"Authorization": f"Session {self._session}"} if self._session else {}),
        )
        try:
            with _DIRECT.open(request, timeout=PATIENCE) as answer:
                told = json.load(answer, object_hook=_decoded)
        except urllib.error.HTTPError as error:
            raise Refused(f"{method}: {error}") from error
        if "error" in told:
            raise Refused(f"{method}: {' '.join(_words(told['error']))}")
        return told["result"]

    def create(self, model: str, **values: Any) -> int:
        """Make one record; its number."""
        (made,) = self.call(model, "create", [values])
        return int(made)

    def read(self, model: str, *names: str) -> list[Values]:
        """All records of a model, in the order in which they were made; ``party.code`` is a value of what is named."""
        found: list[Values] = self.call(model, "search_read", [], 0, None, [["id", "ASC"]], list(names))
        return [{name: _at(record, name) for name in names} for record in found]

    def take(self, model: str, file: Path) -> int:
        """Import a file as the client does: without "Use locale format", the columns detected, the first line skipped.

        Returns:
            How many records Tryton says it has made or changed.

        Raises:
            Refused: by the client, for a column it does not offer, or by the server.
        """
        with file.open(encoding="utf-8") as stream:
            header, *rows = csv.reader(stream)
        for column in header:
            if not self._offers(model, column.split("/")):
                raise Refused(f"Error processing the file at field {column}.")
        return int(self.call(model, "import_data", header, [row for row in rows if row]))

    def _offers(self, model: str, path: list[str]) -> bool:
        """Whether the client lets a field be imported: not if it is read-only, whatever the state of the record."""
        known = self.call(model, "fields_get", None).get(path[0])
        if known is None or (known.get("readonly") and path[0] != "id"):
            return False
        return len(path) == 1 or (known["type"] == "one2many" and self._offers(known["relation"], path[1:]))

    def console(self, script: str, where: Path) -> None:
        """Give a script to the server's console, started in a folder."""
        self.server.run("trytond-console", "-d", self.database, given=script, where=where)


def furnish(client: Client, employees: set[str]) -> None:
    """What every Tryton has before opportunities come: currencies, a company, people who work there."""
    numbers = {
        code: client.create(
            "currency.currency", name=code, code=code, symbol=code, digits=digits, rounding=Decimal(1).scaleb(-digits)
        )
        for code, digits in CURRENCIES.items()
    }
    ours = client.create("party.party", name="Our company")
    company = client.create("company.company", party=ours, currency=numbers["USD"])
    client.call("res.user", "write", [client.user], {"companies": [["add", [company]]], "company": company})
    for name in sorted(employees):
        client.create("company.employee", party=client.create("party.party", name=name), company=company)


def copy(database: Path, to: Path) -> None:
    """Copy a database, with what is still in its write-ahead log; a file that is half copied never bears the name."""
    part = to.with_suffix(".part")
    with contextlib.closing(sqlite3.connect(database)) as source, contextlib.closing(sqlite3.connect(part)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
    part.replace(to)


def steps(guide: str, section: str) -> Iterator[tuple[str, str]]:
    """What a section of an export's README tells to do, in its order.

    Yields:
        A model and the file to import into it; or nothing and a script for the server's console.
    """
    script: list[str] = []
    for line in [*guide.partition(f"\n## {section}\n")[2].partition("\n## ")[0].splitlines(), "end"]:
        if line.startswith(" " * 8):
            script.append(line.strip())
        elif line and script:
            yield "", "\n".join(script)
            script.clear()
        if "In a list of " in line:
            model, _, rest = line.partition("In a list of ")[2].partition(",")
            yield model, rest.split("`")[1]


def _at(record: Values, name: str) -> Any:
    for part in name.split("."):
        if not record:
            return None
        record = record[part] if part in record and part == name.rsplit(".", 1)[-1] else record[f"{part}."]
    return record


def _words(error: Any) -> Iterator[str]:
    """The texts of an error, which nests them."""
    if isinstance(error, list):
        for part in error:
            yield from _words(part)
    elif error:
        yield str(error)


def _encoded(value: Any) -> Values:
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    raise TypeError(value)


def _decoded(value: Values) -> Any:
    match value.get("__class__"):
        case "Decimal":
            return Decimal(value["decimal"])
        case "date":
            return dt.date(value["year"], value["month"], value["day"])
        case "datetime":
            return dt.datetime(*(value[part] for part in ("year", "month", "day", "hour", "minute", "second")))
    return value
