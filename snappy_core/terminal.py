"""Untrusted text for a terminal or web page, which it must not control."""

import unicodedata

# Bidirectional overrides and isolates, which reorder the text around them.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    """Replace control characters, lone surrogates and bidirectional overrides in a text.

    >>> plain("a\\x1b[31mb")
    'a�[31mb'
    """
    return "".join(
        "\ufffd"
        if character in _BIDI or unicodedata.category(character) in ("Cc", "Cs")
        else character
        for character in text
    )


def plain_lines(text: str) -> str:
    """Do the same as `plain`, but keep line breaks."""
    return "\n".join(map(plain, text.split("\n")))
