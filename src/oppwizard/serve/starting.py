"""Starting the server, where the extra is installed."""

import asyncio
import contextlib
import ipaddress
from collections.abc import Callable
from typing import TYPE_CHECKING

from oppwizard.errors import InvalidInput, OppwizardError
from oppwizard.i18n import T
from oppwizard.serve.door import public_url

if TYPE_CHECKING:
    from oppwizard.serve.door import Door


class MissingExtra(OppwizardError):
    """A package that is not installed."""

    exit_code = 2


def serve(host: str, port: int, public: str | None, ready: "Callable[[Door], object]") -> None:
    """Serve the app until Ctrl+C or SIGTERM.

    Args:
        host: an address of this machine, or ``localhost``.
        port: the port; 0 takes a free one.
        public: the address that a reverse proxy gives the server.
        ready: is told the door, once it can be opened.

    Raises:
        MissingExtra: the extra is not installed.
        InvalidInput: the address is none, or cannot be had.
    """
    address = _address(host)
    named = public_url(public) if public else None
    try:
        from oppwizard.serve.server import Server
    except ModuleNotFoundError as error:
        raise MissingExtra(
            T("Serving to a browser needs {package}, which is not installed", package=error.name),
            T("Install it: pip install “oppwizard[serve]”"),
        ) from error

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(Server(address, port, named).run(ready))


def _address(host: str) -> str:
    """The address to listen at. A name is refused: it could mean several, and one of them could be everybody's."""
    try:
        return str(ipaddress.ip_address("127.0.0.1" if host == "localhost" else host.strip("[]")))
    except ValueError:
        raise InvalidInput(
            T("{host} is no address of a machine", host=host),
            T("Write it as 192.168.1.10, or 0.0.0.0 for all addresses of this machine."),
        ) from None
