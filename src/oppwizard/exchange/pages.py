"""Pages that a person reads without the program: one file each, which loads nothing and runs nothing (H4, Q2, Q3).

A page is in the language in use; its templates hold no words. Every text goes through one place, `_shown`, before it
is escaped. Templates of a package extend ``base.html.j2``, which stands here with the blocks and the style.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from oppwizard.i18n import _, language
from oppwizard.model.text import visible

if TYPE_CHECKING:
    from jinja2 import Environment


def rendered(package: str, template: str, **parts: Any) -> str:
    """A template of a package, filled in.

    Raises:
        jinja2.UndefinedError: the template asks for a part that was not given.
    """
    words = {"lang": language(), "unknown": _("not known yet")}
    return _templates(package).get_template(template).render(**words, **parts)


@lru_cache
def _templates(package: str) -> "Environment":
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("oppwizard.exchange")]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: object) -> object:
    """A text as a page can be given it: no control characters, no overrides of its direction; lines are kept."""
    from markupsafe import Markup

    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return visible(value.replace("\r\n", "\n"), lines=True)
