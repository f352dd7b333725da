"""Texts that say nothing: placeholders, and steps nobody could act on (W1.3, E9)."""

import re
import unicodedata
from functools import lru_cache

from oppwizard.i18n import Text
from oppwizard.model.text import fold
from oppwizard.playbook.schema import Wording

_INVISIBLE = frozenset({"Cf", "Cc", "Zs", "Zl", "Zp"})
_EDGE = " .,;:!?…-–—_~*#/\\|()[]{}<>\"'`´“”„‘’«»。、．，・！？：；「」『』（）【】〈〉《》〔〕"
_POLITE = re.compile(r"(です|であります|でございます|ます)$")
_WORD = re.compile(r"[\w'&+%-]+")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def is_blank(text: str | None) -> bool:
    """Whether nothing can be read in it: empty, spaces, or invisible characters only."""
    return not text or all(unicodedata.category(char) in _INVISIBLE for char in text)


def is_placeholder(text: str, wording: Wording, label: Text | None = None) -> bool:
    """Whether a text only holds a place: "TBD", "?", "未定", one repeated letter, the field's own label.

    Args:
        label: the field's label, compared in the language in use and in English.
    """
    return _is_placeholder(fold(text), wording, (fold(label.msgid), fold(str(label))) if label else ())


def _is_placeholder(folded: str, wording: Wording, labels: tuple[str, ...]) -> bool:
    bare = folded.strip(_EDGE)
    if not bare or len(set(bare)) == 1 or bare in labels:
        return True
    known = wording.placeholder_set
    if folded in known or bare in known or _POLITE.sub("", bare) in known:
        return True
    words = [word for word in (part.strip(_EDGE) for part in re.split(r"[\s,;/|]+", bare)) if word]
    return len(words) > 1 and all(word in known or len(set(word)) == 1 for word in words)


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
    words = _WORD.findall(rest)
    japanese = len(_JAPANESE.findall("".join(words)))
    return len([word for word in words if len(word) > 1]) < 2 and japanese < 4
