"""The twelve records, pushed to a service on this machine; nothing may leave it."""

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from oppwizard.context import Context
from oppwizard.model.custom import NoFields
from oppwizard.model.fields import declare
from oppwizard.model.findings import address
from oppwizard.model.services import PushedCrm
from oppwizard.playbook import Playbook
from oppwizard.push.pushing import PushResult, push
from oppwizard.walk import Walk, open_walk
from tests.exchange.crm.conftest import TODAY, Opener, Stored, exported, opened, stored  # noqa: F401 - fixtures
from tests.exchange.crm.records import PLAYBOOK
from tests.push.hubspot_standin import HubSpotStandIn
from tests.push.salesforce_standin import SalesforceStandIn
from tests.push.standin import TOKEN, StandIn, serving


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        assert not isinstance(address, tuple) or address[0] == "127.0.0.1", f"{address} is not this machine"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPPWIZARD_SALESFORCE_TOKEN", TOKEN)
    monkeypatch.setenv("OPPWIZARD_HUBSPOT_TOKEN", TOKEN)


@dataclass
class Pushed:
    """A store and the service that it is pushed to.

    Attributes:
        pauses: the pauses between tries, in seconds.
    """

    crm: str
    walk: Walk
    service: Any
    stored: Stored
    pauses: list[float] = field(default_factory=list)

    @property
    def few(self) -> list[str]:
        """Some of the twelve, of which two have an account in common."""
        return ["plain", "japanese", "once"]

    def put(self, name: str, path: str, text: str) -> None:
        """Change a value of one of the twelve."""
        record = self.walk.load(self.stored.ids[name])
        self.walk.save(self.walk.set(record, address(path), text))

    def tuned(self, **settings: Any) -> Playbook:
        """The playbook with other settings of the push."""
        crm = self.walk.playbook.crm
        mapping = getattr(crm, self.crm)
        own = mapping.model_copy(update={"push": mapping.push.model_copy(update=settings)})
        return self.walk.playbook.model_copy(update={"crm": crm.model_copy(update={self.crm: own})})

    def push(self, *names: str, **more: Any) -> PushResult:
        """Push some of the twelve, all where none is named; the service must have understood every request."""
        ids = [self.stored.ids[name] for name in names] or None
        result = push(self.walk, self.crm, ids, sleep=self.pauses.append, **more)
        assert self.service.unknown == []
        return result


Starter = Callable[..., Pushed]


def _started(crm: str, opened: Opener, stored: Stored, service: StandIn, more: str = "") -> Pushed:  # noqa: F811
    table = f'\n[crm.{crm}.push]\nurl = "{service.url}"\nback_off = 0.5\n{more}'
    return Pushed(crm, opened(table), service, stored)


@pytest.fixture
def salesforce(opened: Opener, stored: Stored) -> Iterator[Pushed]:  # noqa: F811
    with serving(SalesforceStandIn) as service:
        yield _started("salesforce", opened, stored, service)


@pytest.fixture
def hubspot(opened: Opener, stored: Stored) -> Iterator[Pushed]:  # noqa: F811
    with serving(HubSpotStandIn) as service:
        yield _started("hubspot", opened, stored, service)


@pytest.fixture(params=[each.value for each in PushedCrm])
def pushed(request: pytest.FixtureRequest) -> Pushed:
    """Each of the services in turn."""
    found: Pushed = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def expected(stored: Stored, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:  # noqa: F811
    """What the services hold after a push of the few at which nothing fails."""
    found = {}
    for crm, make in (("salesforce", SalesforceStandIn), ("hubspot", HubSpotStandIn)):
        folder = tmp_path_factory.mktemp(crm)
        shutil.copy(stored.path, folder / "store.db")
        with pytest.MonkeyPatch.context() as patch, serving(make) as service:
            patch.setenv(f"OPPWIZARD_{crm.upper()}_TOKEN", TOKEN)
            (folder / "playbook.toml").write_text(f'{PLAYBOOK}\n[crm.{crm}.push]\nurl = "{service.url}"\n', "utf-8")
            walk = open_walk(Context("rep", folder / "store.db", folder / "playbook.toml", clock=lambda: TODAY))
            there = Pushed(crm, walk, service, stored)
            assert there.push(*there.few).is_whole
            walk.store.close()
            declare(NoFields)
            found[crm] = service.snapshot()
    return found
