"""The pages of reviews, audits and results: one file each, to be read on a screen and on paper."""

from typing import Any

from oppwizard.exchange.pages import rendered


def render(template: str, **parts: Any) -> str:
    """A page of this room's templates, filled in; one that extends ``base.html.j2`` gives what that asks for.

    ``base.html.j2`` asks for: ``kind``, ``title``, ``below``, ``head`` (facts), ``incomplete`` (a section or None)
    and ``foot`` (lines).
    """
    return rendered("oppwizard.quality", template, **parts)
