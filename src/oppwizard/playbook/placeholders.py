"""Texts that say nothing: blanks, and words that only hold a place (W1.3)."""

import re
import unicodedata
from functools import lru_cache

from oppwizard.i18n import LANGUAGES, SOURCE, Text, catalogue
from oppwizard.model.text import fold

_POLITE = re.compile(r"(です|であります|でございます|(し|いたし|致し)?ます)$")
_KANJI = re.compile(r"[\u3400-\u9fff]")
_INVISIBLE = frozenset({"Cf", "Cc", "Zs", "Zl", "Zp"})
_EDGE = " .,;:!?…-–—_~*#/\\|()[]{}<>\"'`´“”„‘’«»。、．，・！？：；「」『』（）【】〈〉《》〔〕"
_HIDDEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def is_blank(text: str | None) -> bool:
    """Whether nothing can be read in it: empty, spaces, or invisible characters only."""
    if not text:
        return True
    return not text[0].isalnum() and all(unicodedata.category(char) in _INVISIBLE for char in text)


def holds_a_place(text: str, known: frozenset[str], label: Text | None = None) -> bool:
    """Whether a text only holds a place: one of the known words, "?", one repeated letter, the field's own label.

    Args:
        known: placeholder words, folded.
        label: the field's label, compared in every language: what a gate says depends on none.
    """
    return _holds_a_place(text, known, _spellings(label.msgid) if label else ())


@lru_cache(maxsize=512)
def _spellings(msgid: str) -> tuple[str, ...]:
    return (fold(msgid), *(fold(catalogue(code).gettext(msgid)) for code in LANGUAGES if code != SOURCE))


@lru_cache(maxsize=8_192)
def _holds_a_place(text: str, known: frozenset[str], labels: tuple[str, ...]) -> bool:
    folded = fold(_HIDDEN.sub("", text))
    bare = folded.strip(_EDGE)
    dense = re.sub(r"[\s.]", "", bare)
    if not dense or bare in labels or known & {folded, bare, dense, _POLITE.sub("", bare)}:
        return True
    if len(set(dense)) == 1:
        return len(dense) > 1 or not _KANJI.match(dense)  # 林 is a name
    words = [word for word in (part.strip(_EDGE) for part in re.split(r"[\s,;/|・、]+", bare)) if word]
    return len(words) > 1 and all(
        known & {word, word.replace(".", "")} or (len(word) > 1 and len(set(word)) == 1) for word in words
    )
