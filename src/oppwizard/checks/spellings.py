"""Where a text speaks of a person: by name, e-mail address, telephone number or page (privacy).

Pure functions of spellings and texts: who the person is, and what is to become of a text, is decided elsewhere.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from oppwizard.model.text import fold

_JAPANESE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_BEFORE: Final = r"(?:(?<!\w)|(?<=\\[nrt]))"
"""Where a word may begin: also behind a line break as JSON writes it."""
_BETWEEN: Final = r"(?:[\s,._-]|\\[nrt])+"
_LETTERS: Final = 3
"""The fewest letters of a part of a name that is looked for by itself; shorter ones are found in too many words."""
_SIGNS: Final = 2
"""The same for names in Japanese script."""
_DIGITS: Final = 7
"""The fewest digits of a telephone number that is looked for."""
_ENDING: Final = 6
"""So many last digits tell that a telephone number may stand in a text; they are the same however it is dialled."""
_DOTS: Final = str.maketrans("İı", "ii")
"""Letters that `re` takes for an i, and `str.casefold` does not."""
_NEVER: Final = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Known:
    """What a person is or was called, and reached by.

    Attributes:
        names: names, also former ones.
        contacts: e-mail addresses and pages.
        phones: telephone numbers, E.164.
    """

    names: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    @property
    def tokens(self) -> frozenset[str]:
        """The words of the names."""
        return frozenset(word for name in self.names for word in _words(name))


class Spellings:
    """Finds and replaces what names a person.

    A whole name, an address or a number is looked for everywhere; a part of a name only ``near``: in records in which
    the person has, or had, a place, and where nobody else goes by it.
    """

    def __init__(self, known: Known, shared: Iterable[str] = ()) -> None:
        """Prepare the patterns.

        Args:
            shared: words that other people near are called by.
        """
        everywhere = [each for name in known.names for each in _whole(name)]
        everywhere += [_literal(text) for text in known.contacts if len(text) > _LETTERS]
        everywhere += [each for number in known.phones for each in _dialled(number)]
        others = {fold(word) for word in shared}
        parts = [_word(word) for word in sorted(known.tokens) if _tells(word) and fold(word) not in others]
        self._everywhere = re.compile("|".join(sorted(everywhere, key=len, reverse=True)), re.IGNORECASE)
        self._everywhere = self._everywhere if everywhere else _NEVER
        self._near = re.compile("|".join(sorted(parts, key=len, reverse=True))) if parts else _NEVER
        self._marks = {_mark(max(_words(name), key=len)) for name in known.names if _whole(name)}
        self._marks |= {_mark(text) for text in known.contacts}
        self._words = {_mark(word) for word in known.tokens}
        endings = [_ending(number) for number in known.phones]
        self._endings = re.compile("|".join(endings)) if endings else _NEVER

    def may_be_found(self, text: str, *, near: bool) -> bool:
        """Whether a text is worth a closer look: True wherever `found` is, and many times faster.

        Args:
            text: also such as JSON, as it is written.
        """
        if "\\u" in text or self._endings.search(text):
            return True
        forms = (text.lower(),) if text.isascii() else (_plain(text), text.casefold())
        marks = self._marks | self._words if near else self._marks
        if any(mark in form for form in forms for mark in marks):
            return True
        return not text.isascii() and self._endings.search(forms[0]) is not None

    def found(self, text: str, *, near: bool) -> bool:
        """Whether a text names the person."""
        forms = (text,) if text.isascii() else (text, unicodedata.normalize("NFKC", text))
        return any(self._everywhere.search(form) or (near and self._near.search(form)) for form in forms)

    def around(self, text: str, *, near: bool, width: int = 60) -> str:
        """The part of a text that names the person, with some words on both sides, on one line."""
        hits = (self._everywhere.search(text), self._near.search(text) if near else None)
        at = min((hit.start() for hit in hits if hit), default=0)
        end = at + width
        cut = text[max(0, at - width) : end + width]
        return f"{'…' if at > width else ''}{' '.join(cut.split())}{'…' if end + width < len(text) else ''}"

    def redacted(self, text: str, mark: str, *, near: bool) -> str:
        """A text with a mark in place of all that names the person."""
        done = self._replaced(text, mark, near=near)
        plain = done if done.isascii() else unicodedata.normalize("NFKC", done)
        return done if plain == done or not self.found(plain, near=near) else self._replaced(plain, mark, near=near)

    def _replaced(self, text: str, mark: str, *, near: bool) -> str:
        done = self._everywhere.sub(lambda _found: mark, text)
        return self._near.sub(lambda _found: mark, done) if near else done


def _words(name: str) -> list[str]:
    return [word.strip(".,") for word in unicodedata.normalize("NFKC", name).split()]


def _tells(word: str) -> bool:
    return len(word) >= (_SIGNS if _JAPANESE.search(word) else _LETTERS)


def _word(word: str) -> str:
    return re.escape(word) if _JAPANESE.search(word) else rf"{_BEFORE}{re.escape(word)}(?!\w)"


def _whole(name: str) -> list[str]:
    """Patterns of a whole name, in both orders; a single short word is none, it is looked for near only."""
    words = [word for word in _words(name) if word]
    if not words or (len(words) == 1 and len(words[0]) <= _LETTERS + 1):
        return []
    escaped = [re.escape(word) for word in words]
    if _JAPANESE.search(name):
        return [r"(?:\s|・|\\[nrt])*".join(escaped)]
    if len(words) == 1:
        return []
    turned = [escaped[-1], *escaped[:-1]]
    return [rf"{_BEFORE}{_BETWEEN.join(order)}(?!\w)" for order in (escaped, turned)]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(_DOTS)).casefold()


def _mark(text: str) -> str:
    """The longest part of a text that stands in JSON as it is."""
    return max(re.split(r'["\\\\]', _plain(text)), key=len)


def _ending(number: str) -> str:
    digits = re.sub(r"\D", "", number.partition(";")[0])
    return r"(?:[\s().\-‐‑–—ー/]|\\[nrt])*".join(digits[-_ENDING:]) or _NEVER.pattern


def _literal(text: str) -> str:
    return rf"(?<![\w.+-]){re.escape(text)}(?![\w-])"


def _dialled(number: str) -> list[str]:
    """A number with its country code, and as it is dialled in its country, whatever stands between the digits."""
    plain = number.partition(";")[0]
    digits = re.sub(r"\D", "", plain)
    if len(digits) < _DIGITS:
        return []
    between = r"[\s().\-‐‑–—ー/]*"
    forms = [between.join(digits)]
    national = _national(plain)
    if national and len(national) >= _DIGITS:
        forms.append(rf"0?{between}{between.join(national)}")
    return [rf"(?<!\d)\+?{form}(?!\d)" for form in forms]


def _national(e164: str) -> str:
    import phonenumbers

    try:
        return str(phonenumbers.parse(e164, None).national_number)
    except phonenumbers.NumberParseException:
        return ""
