"""Texts that say nothing: placeholders, and steps nobody could act on (W1.3, E9)."""

import re
from functools import lru_cache

from oppwizard.i18n import Text
from oppwizard.model.text import fold
from oppwizard.playbook.judging import Wording
from oppwizard.playbook.placeholders import holds_a_place, is_blank as is_blank

_WORD = re.compile(r"[^\W\u3040-\u30ff\u3400-\u9fff][^\W\u3040-\u30ff\u3400-\u9fff'&+%-]*")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")

_MEANING = re.compile(r"[\u30a0-\u30ff\u3400-\u9fff]")


def is_placeholder(text: str, wording: Wording, label: Text | None = None) -> bool:
    """Whether a text only holds a place: "TBD", "?", "未定", one repeated letter, the field's own label.

    Args:
        label: the field's label, compared in every language: what a gate says depends on none.
    """
    return holds_a_place(text, wording.placeholder_set, label)


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
