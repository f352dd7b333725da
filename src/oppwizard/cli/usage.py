"""What is wrong with a command line that the parser refuses, in the language in use."""

import re
from collections.abc import Callable, Mapping
from typing import Final

import typer

from oppwizard.i18n import _

_Say = Callable[[re.Match[str]], str]

_SAID: Final[Mapping[str, _Say]] = {
    r"No such command '(?P<word>[^']*)'\.(?: Did you mean (?P<near>.*)\?)?": lambda found: (
        _("There is no command “{word}”; near it: {near}", word=found["word"], near=found["near"].replace("'", ""))
        if found["near"]
        else _("There is no command “{word}”", word=found["word"])
    ),
    r"No such option: (?P<word>\S+)(?: .*)?": lambda found: _("There is no option {word}", word=found["word"]),
    r"Missing (?:argument|option|parameter) '(?P<word>[^']*)'.*": lambda found: _(
        "{word} is missing", word=found["word"]
    ),
    r"Missing command\.": lambda _found: _("The command behind it is missing"),
    r"Option '(?P<word>[^']*)' requires .*": lambda found: _("{word} needs a value", word=found["word"]),
    r"Got unexpected extra arguments?(?:\(s\))? \((?P<words>.*)\)": lambda found: _(
        "This is too much: {words}", words=found["words"]
    ),
    r"Invalid value for '(?P<word>[^']*)': (?:[A-Z].*, )?'(?P<given>.*)' is not one of (?P<n>.*)\.": lambda found: _(
        "{word} cannot be “{given}”; it is one of {near}",
        word=found["word"],
        given=found["given"],
        near=found["n"].replace("'", ""),
    ),
    r"Invalid value for '(?P<word>[^']*)': Input should be a valid (?:integer|number).*": lambda found: _(
        "{word} is to be a number", word=found["word"]
    ),
    r"Invalid value(?: for '?(?P<word>[^':]*)'?)?: (?:Value error, )?(?P<why>.*)": lambda found: (
        f"{found['word']}: {found['why']}" if found["word"] else found["why"]
    ),
}
"""What the parser says, by pattern, and how we say it; whatever it may come to say besides is passed on as it is."""


def told(error: typer.TyperException) -> str:
    """What is wrong, in a sentence without its full stop."""
    said: str = error.format_message()
    for pattern, say in _SAID.items():
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return say(found)
    return said
