"""Leaders: the dots that lead the eye from an entry to its page number. They are not text."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_DOTS = {".": 1, "·": 1, "‥": 2, "…": 3}
_LETTERS = "".join(_DOTS)
_MIN_DOTS = 4  # three are an ellipsis

LEADER = re.compile(r"[.·‥…]{4,}|…{2,}")
"""Leaders within a word: "Preface.......3"."""

_SPACED = re.compile(r"\s*(?:(?:[.·‥]\s*){4,}|(?:…\s*){2,})")


def leader_mask(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Return which words are leaders or parts of one: adjacent words of dots, four or more in all.

    >>> leader_mask(["Preface", ".", ".", "..", "3", "and", "so", "…"]).tolist()
    [False, True, True, True, False, False, False, False]
    """
    mask = np.zeros(len(texts), dtype=bool)
    start = dots = 0
    for index, text in enumerate([*texts, ""]):
        if text and not text.strip(_LETTERS):
            dots += sum(_DOTS[letter] for letter in text)
            continue
        mask[start:index] = dots >= _MIN_DOTS
        start, dots = index + 1, 0
    return mask


def without_leaders(text: str) -> str:
    """Return a text with a space in place of each leader.

    >>> without_leaders("| Preface . . . . . | 3 |"), without_leaders("and so on... | .5 |")
    ('| Preface | 3 |', 'and so on... | .5 |')
    """
    return _SPACED.sub(" ", text) if _SPACED.search(text) else text
