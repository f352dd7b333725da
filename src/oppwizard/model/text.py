"""Text made comparable: what two spellings of the same words have in common."""

import unicodedata


def fold(text: str) -> str:
    """Text without differences of case, width and spacing, for searching and comparing.

    What no database can hold (lone surrogates, NUL) becomes a question mark or a space. Folding twice changes nothing.
    """
    storable = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    caseless = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", storable).casefold())
    return " ".join(unicodedata.normalize("NFKC", caseless.casefold()).split())


def marked(sign: str, text: str) -> str:
    """A text behind a sign; set close where the text has no blanks to break at, so that the sign is not left alone."""
    return f"{sign}{text}" if text[:1] >= "\u3000" else f"{sign} {text}"


def shortened(text: str, width: int = 40) -> str:
    """The beginning of a text, for a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"


_SHOWN = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_SHOWN |= dict.fromkeys((*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029), 0xFFFD)


def visible(text: str, *, lines: bool = False) -> str:
    """Text that a terminal can be given: control characters, escapes and direction overrides become symbols.

    Args:
        lines: whether line breaks are kept; otherwise they become symbols too. Tabs become a space then.
    """
    table = _SHOWN if not lines else {code: shown for code, shown in _SHOWN.items() if code not in (0x0A, 0x09)}
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return clean.translate(table)
