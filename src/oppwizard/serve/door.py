"""Who may come in: one browser, by a token that works once; and only by names that are ours."""

import hmac
import ipaddress
import secrets
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from oppwizard.errors import InvalidInput
from oppwizard.i18n import T

LOCAL_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server stands: the address it listens at, and the one a reverse proxy gives it.

    Attributes:
        host: the address, never a name.
        port: the port that was taken.
        public: what browsers type, where that is another address; without a slash at its end.
    """

    host: str
    port: int
    public: str | None = None

    @property
    def netloc(self) -> str:
        """The address as it stands in a URL."""
        return f"{_bracketed(self.host)}:{self.port}"

    @property
    def url(self) -> str:
        """What a browser types; without a slash at its end."""
        shown = f"127.0.0.1:{self.port}" if self.is_everywhere else self.netloc
        return self.public or f"http://{shown}"

    @property
    def is_everywhere(self) -> bool:
        """Whether it listens at every address of the machine."""
        return ipaddress.ip_address(self.host).is_unspecified

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches it."""
        return ipaddress.ip_address(self.host).is_loopback

    @property
    def origins(self) -> frozenset[str]:
        """The origins of pages that are ours."""
        hosts = {self.netloc}
        if self.is_local or self.is_everywhere:
            hosts |= {f"{name}:{self.port}" for name in LOCAL_NAMES}
        if self.port == 80:
            hosts |= {host.removesuffix(":80") for host in hosts}
        public = {_origin(self.public)} if self.public else set()
        return frozenset({f"http://{host}" for host in hosts} | public)

    def knows_host(self, host: str) -> bool:
        """Whether a Host header names us.

        A name that somebody else's name server points at this machine (DNS rebinding) does not. An address cannot be
        pointed anywhere, so that a server for all addresses takes each of them.
        """
        return host.lower() in {origin.partition("://")[2] for origin in self.origins} or self._is_own_address(host)

    def knows_origin(self, origin: str) -> bool:
        """Whether an Origin header names a page of ours."""
        scheme, _, host = origin.lower().partition("://")
        return origin.lower() in self.origins or (scheme == "http" and self._is_own_address(host))

    def _is_own_address(self, host: str) -> bool:
        name, _, port = host.rpartition(":")
        if not self.is_everywhere or port != str(self.port):
            return False
        try:
            ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
        except ValueError:
            return False
        return True


@dataclass(slots=True)
class Door:
    """Lets one browser in: whoever brings the token first gets the key, which its browser keeps as a cookie."""

    place: Place
    _token: str | None = field(default_factory=lambda: secrets.token_urlsafe(32))
    _key: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def address(self) -> str:
        """What the person opens, once."""
        return f"{self.place.url}/?token={self._token}"

    @property
    def cookie(self) -> str:
        """The cookie's name. Cookies know no ports, so that the port is in it: another server's is not overwritten."""
        return f"oppwizard-{self.place.port}"

    @property
    def key(self) -> str:
        """What the cookie holds."""
        return self._key

    def admits(self, key: str | None) -> bool:
        """Whether a cookie is the one that was given."""
        return key is not None and _same(key, self._key)

    def burn(self, token: str | None) -> bool:
        """Whether a token opens; it never does again."""
        if token is None or self._token is None or not _same(token, self._token):
            return False
        self._token = None
        return True


def public_url(text: str) -> str:
    """The address that a reverse proxy gives the server, as it is typed.

    Raises:
        InvalidInput: it is no such address.
    """
    try:
        parts = urlsplit(text)
        plain = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        plain = False
    if not plain or parts.query or parts.fragment or parts.username is not None or text != "".join(text.split()):
        raise InvalidInput(
            T("{text} is no address of a server", text=text), T("Write it as https://deals.example.com.")
        )
    return f"{_origin(text)}{parts.path.rstrip('/')}"


def _origin(url: str) -> str:
    """An address as browsers write it in an Origin header: the usual port is left out."""
    parts = urlsplit(url.lower())
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{_bracketed(parts.hostname or '')}{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _same(one: str, other: str) -> bool:
    """Equality that takes as long for a near miss as for a far one."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
