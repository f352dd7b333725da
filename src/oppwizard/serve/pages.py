"""The pages: the terminal, the step from the token to it, and refusals. Nothing in them comes from the network."""

from pathlib import Path
from typing import Final

import textual_serve
from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from oppwizard.i18n import T, Text, language

STATIC: Final = Path(textual_serve.__file__).with_name("static")
"""The terminal's own script, style and fonts, as textual-serve brings them."""
OURS: Final = Path(__file__).with_name("page")
FONT_SIZE: Final = 16
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer. The terminal's script writes its own styles, hence ``unsafe-inline`` for those."""


def terminal() -> web.Response:
    """The page with the terminal."""
    words = {
        "opening": T("Opening oppwizard ..."),
        "ended": T("This session has ended. What was saved is in the store."),
        "again": T("Open again"),
    }
    return _page("terminal.html", font_size=FONT_SIZE, **{name: str(text) for name, text in words.items()})


def entered() -> web.Response:
    """The step from the token to the terminal.

    A page of ours has to take it: a redirect would still count as coming from wherever the address was followed, and
    the browser would keep the new cookie back.
    """
    return _page("entered.html", go_on=str(T("Go on")))


def refused(why: Text) -> web.Response:
    """A refusal, in plain text."""
    return web.Response(status=403, text=f"{why}\n")


def _page(name: str, **values: object) -> web.Response:
    pages = Environment(loader=PackageLoader("oppwizard.serve", "page"), autoescape=True, undefined=StrictUndefined)
    text = pages.get_template(name).render(language=language(), **values)
    return web.Response(text=text, content_type="text/html")
