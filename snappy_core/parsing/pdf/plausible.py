"""Detects text that is not what the page shows: fonts without a Unicode map give glyph codes."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from math import log
from string import ascii_lowercase

_MIN_LETTERS = 100  # of a page; with fewer, letters may be distributed in any way
_MAX_DIVERGENCE = 0.7  # nats; languages have up to 0.35, shifted codes 1.1 or more

# Letters per thousand, the mean of English, German, French, Spanish, Italian and Polish.
_SHARES = (
    93, 14, 35, 40, 138, 14, 18, 23, 82, 5, 10, 45, 29, 72, 62, 27, 6, 66, 61, 67, 37, 13, 11, 4,
    10, 18,
)  # fmt: skip
_USUAL = {
    letter: share / sum(_SHARES) for letter, share in zip(ascii_lowercase, _SHARES, strict=True)
}


def is_plausible(texts: Iterable[str]) -> bool:
    """Return whether the Latin letters of a page are distributed as in a natural language.

    Other scripts, and pages with few letters, count as plausible.
    """
    text = unicodedata.normalize("NFD", "".join(texts).lower())
    counts = Counter(letter for letter in text if letter in _USUAL)
    total = counts.total()
    if total < _MIN_LETTERS:
        return True
    shares = ((_USUAL[letter], count / total) for letter, count in counts.items())
    return sum(share * log(share / usual) for usual, share in shares) < _MAX_DIVERGENCE
