"""Text made comparable: what two spellings of the same words have in common."""

import unicodedata


def fold(text: str) -> str:
    """Text without differences of case, width and spacing, for searching and comparing.

    What no database can hold (lone surrogates, NUL) becomes a question mark or a space. Folding twice changes nothing.
    """
    storable = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    caseless = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", storable).casefold())
    return " ".join(unicodedata.normalize("NFKC", caseless.casefold()).split())
