"""The language of everything a person reads.

English is the source: a message identifier *is* its English text. Texts are declared with `T` and stay
untranslated until they are shown, so that a finding computed in one language can be shown in another the moment
the language is switched.
"""

import gettext
import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Final, Self


class Language(StrEnum):
    """The languages there are, in the order in which the app goes through them.

    Attributes:
        endonym: what the language calls itself.
    """

    endonym: str

    EN = "en", "English"
    JA = "ja", "日本語"

    def __new__(cls, code: str, endonym: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.endonym = endonym
        return member


SOURCE: Final = "en"
LANGUAGES: Final = tuple(each.value for each in Language)


@dataclass(frozen=True, slots=True)
class Text:
    """A text to be translated when it is shown.

    Attributes:
        msgid: the English text, with ``{name}`` places for parameters.
        params: the parameters; a parameter that is itself a `Text` is translated too.
    """

    msgid: str
    params: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        translated = translate(self.msgid)
        if not self.params:
            return translated
        return translated.format(**{name: str(value) for name, value in self.params})


@dataclass(frozen=True, slots=True)
class Given(Text):
    """A text that is none of the program's own, in the languages in which it was given.

    Attributes:
        words: the texts with their languages; in any other language it is the source language's, else the first.
    """

    words: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        known = dict(self.words)
        return known.get(_Current.language) or known.get(SOURCE) or next(iter(known.values()), self.msgid)


def given(words: Mapping[str, str]) -> Given:
    """A text of the organisation's own, by language."""
    return Given(next(iter(words.values()), ""), (), tuple(words.items()))


def T(msgid: str, /, **params: object) -> Text:
    """Declare a text; Babel collects its message identifier for the catalogues."""
    return Text(msgid, tuple(params.items()))


class _Current:
    """The one language in use by this process."""

    language: str = SOURCE


def use(language: str) -> None:
    """Switch the language of every text shown from now on.

    Raises:
        ValueError: the language has no catalogue.
    """
    if language not in LANGUAGES:
        raise ValueError(language)
    _Current.language = language


def language() -> str:
    """The language in use: one of `LANGUAGES`."""
    return _Current.language


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations of a language; empty for the source language."""
    if language == SOURCE:
        return gettext.NullTranslations()
    path = resources.files("oppwizard") / "locales" / language / "LC_MESSAGES" / "oppwizard.mo"
    with path.open("rb") as stream:
        return gettext.GNUTranslations(stream)


def following(code: str) -> Language:
    """The language behind another one; the first behind the last."""
    every = tuple(Language)
    return every[(LANGUAGES.index(code) + 1) % len(every)]


def translate(msgid: str) -> str:
    """The text in the language in use; the English one where the catalogue lacks it."""
    return catalogue(_Current.language).gettext(msgid) if msgid else ""


def _(msgid: str, /, **params: object) -> str:
    """Translate at once: for code that shows a text where it stands."""
    return str(Text(msgid, tuple(params.items())))


def said_in(text: Text, code: str) -> str:
    """A text in a language that need not be the one in use: for somebody else to read."""
    if isinstance(text, Given):
        known = dict(text.words)
        return known.get(code) or known.get(SOURCE) or next(iter(known.values()), text.msgid)
    told = catalogue(code).gettext(text.msgid) if text.msgid else ""
    params = {name: said_in(value, code) if isinstance(value, Text) else str(value) for name, value in text.params}
    return told.format(**params) if params else told


def sentences(*texts: object) -> str:
    """Several texts as sentences in a row, with the full stop of the script they end in where they have none."""
    told = ""
    for text in (str(part).strip() for part in texts if part):
        if told:
            ends = told[-1] in ".!?:;。！？："
            told += " " if ends and told[-1] < "\u3000" else "" if ends else "。" if told[-1] > "\u3000" else ". "
        told += text
    return told


def preferred(asked: str | None = None) -> str:
    """The language to start in: what was asked for, else the environment's, else English.

    Args:
        asked: a language tag such as ``ja``, ``ja_JP.UTF-8`` or ``en-GB``; None or an unknown one falls through.
    """
    candidates = (asked, os.environ.get("OPPWIZARD_LANG"), *_environment())
    for tag in candidates:
        base = (tag or "").replace("-", "_").split("_")[0].split(".")[0].lower()
        if base in LANGUAGES:
            return base
    return SOURCE


def _environment() -> tuple[str | None, ...]:
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    first = next((os.environ[name] for name in names if os.environ.get(name)), None)
    return (first, locale.getlocale()[0])
