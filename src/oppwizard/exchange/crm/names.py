"""A person's one name as the family and given name that most CRMs want.

The record keeps a name as it is written, because that is all that is known for sure. Where a CRM wants two parts, they
are told apart by these rules; ``names`` in the mapping turns them off (``whole``) or fixes the order.

- "Lovelace, Ada": the family name stands before the comma.
- 山田 太郎, 김 민수: names in Chinese characters, kana or hangul have the family name first; without a blank between
  the two nobody can tell where it ends, and the whole is the family name.
- "Ludwig van Beethoven": otherwise the last word is the family name, with the particles before it.
- One word is a family name.
"""

import re
from typing import Final, Literal, NamedTuple

Order = Literal["auto", "whole", "family-first", "given-first"]
_CJK: Final = re.compile("[\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f]")
_PARTICLES: Final = frozenset(
    ["van", "von", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "la", "le", "ten", "ter", "zu", "bin"]
)


class Parts(NamedTuple):
    """A name in two parts; the family name is never empty where there is a name."""

    family: str
    given: str


def parts(name: str | None, order: Order = "auto") -> Parts:
    """Tell a name apart."""
    words = (name or "").split()
    if len(words) < 2 or order == "whole":
        return Parts(" ".join(words), "")
    if order == "auto" and words[0].endswith((",", "、", "，")):
        return Parts(words[0][:-1], " ".join(words[1:]))
    if order == "family-first" or (order == "auto" and _CJK.search(words[0])):
        return Parts(words[0], " ".join(words[1:]))
    at = len(words) - 1
    while at > 1 and words[at - 1].casefold() in _PARTICLES:
        at -= 1
    return Parts(" ".join(words[at:]), " ".join(words[:at]))
