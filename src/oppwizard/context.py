"""Who is asking, when, and in which language: everything that would otherwise be read off the machine."""

import datetime as dt
import getpass
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from oppwizard import i18n
from oppwizard.location import Location, TeamUrl, location
from oppwizard.who import Me

WEB_DRIVER: Final = "textual.drivers.web_driver:WebDriver"
"""What tells the app, in the environment, that its terminal is a page of a browser."""


def _today() -> dt.date:
    return dt.datetime.now().astimezone().date()


@dataclass(slots=True)
class Context:
    """The circumstances of a session. Tests set them; nothing else reads a clock, a user name or a locale.

    Attributes:
        user: the name that changes are logged under and that owner fields propose.
        store: the store's file; where a team's store is in use, the one that would be used without it.
        playbook: the user's own playbook, a file or a folder, which need not exist.
        clock: yields the user's calendar day.
        me: what the person has said of themselves; `introduce` changes it.
        organisation: the organisation's playbook, as the environment names it; else the user's own does.
        team: the address of the team's store, where that one is in use.
    """

    user: str
    store: Path
    playbook: Path | None = None
    clock: Callable[[], dt.date] = field(default=_today)
    me: Me = field(default_factory=Me)
    organisation: Path | None = None
    team: TeamUrl | None = None

    @property
    def place(self) -> Location:
        """Where the store in use is."""
        return self.team or self.store

    @property
    def today(self) -> dt.date:
        """The user's calendar day."""
        return self.clock()

    @property
    def now(self) -> dt.datetime:
        """The instant, in the user's own time: for showing when something was saved."""
        return dt.datetime.now().astimezone()

    @property
    def shared_playbook(self) -> Path | None:
        """Where the organisation's playbook is; None without one, or where the user's file cannot be read.

        Loading the playbook finds it by itself and says what is wrong; this costs no more than reading the file.
        """
        import tomllib

        if self.organisation is not None or self.playbook is None:
            return self.organisation
        files = sorted(self.playbook.glob("*.toml")) if self.playbook.is_dir() else [self.playbook]
        for file in files:
            try:
                named = tomllib.loads(file.read_text(encoding="utf-8-sig")).get("organisation")
            except (OSError, ValueError, RecursionError):
                continue
            if isinstance(named, str):
                return file.parent / Path(named).expanduser()
        return None

    @property
    def folder(self) -> Path:
        """Where what belongs to the person is kept: beside their playbook, else beside the store."""
        return (self.playbook or self.store).parent

    def introduce(self, **values: str) -> None:
        """Keep what the person says of themselves: name, e-mail, role, team, manager.

        Raises:
            InvalidInput: it cannot be written.
        """
        self.me = self.me.written(self.folder, **values)
        self.user = os.environ.get("OPPWIZARD_USER") or self.me.name or self.user

    @property
    def language(self) -> str:
        """The language in use."""
        return i18n.language()


def user_name(me: Me) -> str:
    """The name of the person at this machine: ``OPPWIZARD_USER``, else the one they gave, else the login name."""
    try:
        return os.environ.get("OPPWIZARD_USER") or me.name or getpass.getuser()
    except (KeyError, OSError):
        return "user"


def is_served() -> bool:
    """Whether the app's terminal is a page of a browser."""
    return os.environ.get("TEXTUAL_DRIVER") == WEB_DRIVER


def default_store() -> Path:
    """Where the store lives unless it is said otherwise: the platform's folder for a user's data."""
    import platformdirs

    return platformdirs.user_data_path("oppwizard", appauthor=False) / "oppwizard.db"


def user_playbook() -> Path:
    """The user's own part of the playbook; need not exist."""
    import platformdirs

    return platformdirs.user_config_path("oppwizard", appauthor=False) / "playbook.toml"


def build(store: Location | str | None = None, language: str | None = None) -> Context:
    """The context of a command: its options first, then the environment, then the platform's defaults.

    Raises:
        InvalidInput: the store's address is none.
    """
    i18n.use(i18n.preferred(language))
    named = os.environ.get("OPPWIZARD_DB")
    asked = store if store is not None else named or default_store()
    place = location(asked) if isinstance(asked, str) else asked
    team = place if isinstance(place, TeamUrl) else None
    playbook = os.environ.get("OPPWIZARD_PLAYBOOK")
    shared = os.environ.get("OPPWIZARD_ORG_PLAYBOOK")
    made = Context(
        user="",
        store=default_store() if isinstance(place, TeamUrl) else place,
        team=team,
        playbook=Path(playbook).expanduser() if playbook else user_playbook(),
        organisation=Path(shared).expanduser() if shared else None,
    )
    made.me = Me.read(made.folder)
    made.user = user_name(made.me)
    return made
