"""Texts that say nothing: placeholders, and steps nobody could act on (W1.3, E9)."""

import re
import unicodedata
from functools import lru_cache

from oppwizard.i18n import LANGUAGES, SOURCE, Text, catalogue
from oppwizard.model.text import fold
from oppwizard.playbook.schema import Wording

_INVISIBLE = frozenset({"Cf", "Cc", "Zs", "Zl", "Zp"})
_EDGE = " .,;:!?…-–—_~*#/\\|()[]{}<>\"'`´“”„‘’«»。、．，・！？：；「」『』（）【】〈〉《》〔〕"
_HIDDEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_POLITE = re.compile(r"(です|であります|でございます|(し|いたし|致し)?ます)$")
_WORD = re.compile(r"[^\W\u3040-\u30ff\u3400-\u9fff][^\W\u3040-\u30ff\u3400-\u9fff'&+%-]*")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_KANJI = re.compile(r"[\u3400-\u9fff]")
_MEANING = re.compile(r"[\u30a0-\u30ff\u3400-\u9fff]")


def is_blank(text: str | None) -> bool:
    """Whether nothing can be read in it: empty, spaces, or invisible characters only."""
    if not text:
        return True
    return not text[0].isalnum() and all(unicodedata.category(char) in _INVISIBLE for char in text)


def is_placeholder(text: str, wording: Wording, label: Text | None = None) -> bool:
    """Whether a text only holds a place: "TBD", "?", "未定", one repeated letter, the field's own label.

    Args:
        label: the field's label, compared in every language: what a gate says depends on none.
    """
    return _is_placeholder(text, wording.placeholder_set, _spellings(label.msgid) if label else ())


@lru_cache(maxsize=512)
def _spellings(msgid: str) -> tuple[str, ...]:
    return (fold(msgid), *(fold(catalogue(code).gettext(msgid)) for code in LANGUAGES if code != SOURCE))


@lru_cache(maxsize=8_192)
def _is_placeholder(text: str, known: frozenset[str], labels: tuple[str, ...]) -> bool:
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


def says_nothing_to_do(text: str, wording: Wording) -> bool:
    """Whether a next step names no action: "follow up next week", "来週フォローアップ" (E9)."""
    return _says_nothing_to_do(fold(text), wording.vague_folded)


@lru_cache(maxsize=512)
def _says_nothing_to_do(folded: str, vague: tuple[str, ...]) -> bool:
    rest = folded
    for phrase in vague:
        if _JAPANESE.search(phrase):
            rest = rest.replace(phrase, " ")
        else:
            rest = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", " ", rest)
    words = [word for word in _WORD.findall(rest) if len(word) > 1]
    return 2 * len(words) + len(_MEANING.findall(rest.replace("様", ""))) < 3
