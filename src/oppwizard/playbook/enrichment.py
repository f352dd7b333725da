"""Which providers of facts are asked about companies and people, how, and what their answers may do (A2, A6)."""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, ClassVar, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from oppwizard.errors import ValueProblem
from oppwizard.i18n import T
from oppwizard.model.fields import ACCOUNT, FIELDS
from oppwizard.model.numbers import cut
from oppwizard.playbook.section import Section, Wrong, near

PEOPLE: Final = "people"
PLACES: Final = {
    ACCOUNT: frozenset({"company", "legal_name", "domain", "company_number"}),
    PEOPLE: frozenset({"name", "email", "company", "domain"}),
}
"""What a provider is told of an account, and of a person: the places that an address may have."""
PLACE: Final = re.compile(r"\{([^{}]*)\}")
"""A place in an address."""
_SECRET: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]* )?(?:keyring|env):[A-Za-z0-9_.@-]+")
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_LOOPBACK: Final = ("localhost", "::1")

Subject = Literal["account", "people"]


def _is_target(path: str) -> str:
    if path not in FIELDS or FIELDS[path].entity not in (ACCOUNT, PEOPLE):
        known = [name for name, spec in FIELDS.items() if spec.entity in (ACCOUNT, PEOPLE)]
        raise ValueProblem(
            T("“{path}” is no field of the account or of people", path=cut(path)),
            near(path, known) or T("Name one such as account.employees or people.title."),
        )
    return path


def _is_secret(value: str) -> str:
    if not _SECRET.fullmatch(value):
        raise ValueProblem(
            T("The value of a header comes from the keyring or the environment"),
            T("Write keyring:NAME or env:NAME, with a word before it if need be (Bearer keyring:NAME)."),
        )
    return value


Target = Annotated[str, AfterValidator(_is_target)]
"""A declared field that a provider may know."""
Place = Annotated[str, Field(min_length=1, max_length=200)]
"""Where a value stands in an answer: the names on the way to it, with dots between; a number for one of a list."""
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^\S(.*\S)?$")]
SecretValue = Annotated[str, AfterValidator(_is_secret)]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    return host in _LOOPBACK or host.startswith("127.")


class FileSource(Section):
    """A CSV or JSON file that knows something, found by a key."""

    name: Name
    path: str = Field(min_length=1)
    """The file; where it is not absolute, from the folder of the playbook on."""
    key: Literal["domain", "legal_name", "company_number", "email"] = "domain"
    """What a row is found by: the first three speak of accounts, an e-mail address of people."""
    column: Place | None = None
    """The column (of a CSV) or place (in a JSON file) of the key; its own name without it."""
    fields: dict[Target, Place] = Field(default_factory=dict)
    """Where the value of each field stands; without any, what is called like a field (account.employees) is it."""
    currency: Place | None = None
    """Where the currency of amounts stands."""
    as_of: Place | None = None
    """Where the day stands of which a row knows."""
    confidence: Place | None = None
    """Where it stands how sure a row is: a share from 0 to 1, or percent."""

    @property
    def about(self) -> Subject:
        """What it speaks of."""
        return "people" if self.key == "email" else "account"

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        yield from _wrong_fields(self.about, self.fields)


class HttpSource(Section):
    """A service that is asked over HTTP and answers in JSON."""

    name: Name
    about: Subject = "account"
    """What it is asked about: account, or people, one by one."""
    url: str = Field(min_length=8, max_length=2_000)
    """The address; {domain}, {company}, {legal_name}, {company_number}, {name}, {email} stand for what is known."""
    headers: dict[str, SecretValue] = Field(default_factory=dict)
    """Headers with their secrets, such as Authorization = "Bearer keyring:acme"."""
    fields: dict[Target, Place] = Field(min_length=1)
    """Where the value of each field stands in the answer."""
    currency: Place | None = None
    """Where the currency of amounts stands."""
    as_of: Place | None = None
    """Where the day stands of which the answer knows."""
    confidence: Place | None = None
    """Where it stands how sure the answer is: a share from 0 to 1, or percent."""
    timeout: float = Field(default=5, gt=0, le=60)
    """Seconds until a try is given up, however slowly it answers."""
    retries: int = Field(default=2, ge=0, le=5)
    """How often it is tried again after a time-out or an error of the service ..."""
    back_off: float = Field(default=0.5, ge=0, le=30)
    """... after so many seconds, twice as many each time."""
    per_minute: int = Field(default=60, ge=1, le=6_000)
    """It is asked at most so often a minute."""
    kilobytes: int = Field(default=512, ge=1, le=16_384)
    """The largest answer that is read, in thousands of bytes."""
    hosts: tuple[str, ...] = ()
    """Other hosts to which it may redirect; they are told the same, headers included."""

    @property
    def places(self) -> frozenset[str]:
        """What of the subject the address tells the service."""
        return frozenset(PLACE.findall(self.url))

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be."""
        yield from _wrong_fields(self.about, self.fields)
        known = ", ".join(f"{{{name}}}" for name in sorted(PLACES[self.about]))
        for name in sorted(self.places - PLACES[self.about]):
            problem = T("{place} is no place of an address about {subject}", place=f"{{{name}}}", subject=self.about)
            yield Wrong(("url",), problem, T("There are: {places}", places=known))
        if not self.places:
            problem = T("The address tells the service nothing")
            yield Wrong(("url",), problem, T("It needs a place such as {place}.", place="{domain}"))
        yield from self._wrong_address()
        for name in self.headers:
            if not _HEADER.fullmatch(name):
                problem = T("“{name}” is no name of a header", name=cut(name))
                yield Wrong(("headers", name), problem, T("Letters, digits and dashes, 60 at most."))

    def _wrong_address(self) -> Iterator[Wrong]:
        """How the address would reach another host than it says, or over an open line; it may hold a secret."""
        try:
            parts = urlsplit(self.url)
        except ValueError:
            yield Wrong(("url",), T("It is no web address"), T("It begins with https://, or http://."))
            return
        host = parts.hostname or ""
        if "{" in parts.netloc or not host:
            problem = T("The host of the address is to be written out")
            yield Wrong(("url",), problem, T("Write https://, then the host, and places behind it."))
            return
        if parts.username is not None or parts.password is not None:
            yield Wrong(("url",), T("An address holds no password"), T("Put it among the headers."))
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
            problem = T("The address is to begin with https://")
            yield Wrong(("url",), problem, T("http:// is for this machine alone."))


class PluginSource(Section):
    """A provider that another package brings (entry points of the group oppwizard.enrichment)."""

    name: Name
    """What the package calls it."""
    settings: dict[str, str] = Field(default_factory=dict)
    """What it is set up with; keyring:NAME and env:NAME stand for secrets."""


class Enrichment(Section):
    """Providers of facts (A2, A6)."""

    JUDGES: ClassVar[bool] = False

    automatic: bool = False
    """Whether they are asked as soon as a company or person is named; else only when somebody says so."""
    fill: bool = True
    """Whether an empty field is filled by itself; else every value waits for a person."""
    seconds: float = Field(default=20, gt=0, le=300)
    """A provider that needs longer for one question, all tries together, is given up."""
    files: tuple[FileSource, ...] = ()
    http: tuple[HttpSource, ...] = ()
    plugins: tuple[PluginSource, ...] = ()

    @property
    def names(self) -> list[str]:
        """What its providers are called."""
        sources: tuple[FileSource | HttpSource | PluginSource, ...] = (*self.files, *self.http, *self.plugins)
        return [source.name for source in sources]

    def contradictions(self) -> Iterator[Wrong]:
        """What cannot be: two of one name, of whichever kind; within a kind all sections see to it."""
        kind_of: dict[str, str] = {}
        for kind in ("files", "http", "plugins"):
            for number, source in enumerate(getattr(self, kind)):
                if kind_of.setdefault(source.name, kind) != kind:
                    problem = T("Two providers are called “{name}”", name=source.name)
                    yield Wrong((kind, number, "name"), problem, T("Give one of them another name."))


def _wrong_fields(about: str, paths: Iterable[str]) -> Iterator[Wrong]:
    for path in paths:
        if FIELDS[path].entity != about:
            problem = T("“{path}” is no field of {subject}, of which this provider speaks", path=path, subject=about)
            yield Wrong(("fields", path), problem, T("Ask another provider for it, or take it away."))
