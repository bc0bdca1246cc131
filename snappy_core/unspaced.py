"""Words of any script; in scripts without spaces between words, each letter is a word."""

from __future__ import annotations

import re

UNSPACED = re.compile(
    r"[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]"
)
"""A letter or punctuation mark of Chinese or Japanese, which are written without spaces."""

# Thai, Lao, Burmese and Khmer: a letter with the vowels and tones above, below and after it.
_STACKED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_MARKS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1071-\u1074\u17b4-\u17d3\u17dd"
)
_LETTER = rf"{UNSPACED.pattern}|[{_STACKED}][{_MARKS}]*"

PIECE = re.compile(rf"{_LETTER}|(?:(?!{UNSPACED.pattern})[^\s{_STACKED}])+")
"""A word, or a single letter where there are no spaces between words.

>>> PIECE.findall("Depth at 水深 4 m。")
['Depth', 'at', '水', '深', '4', 'm', '。']
>>> PIECE.findall("ที่นี่ 4 m")
['ที่', 'นี่', '4', 'm']
"""


def printable(text: str) -> str:
    """Return a text with each nonprintable character, such as a line break, replaced by a space.

    >>> printable("Depth\\tat\\nnoon")
    'Depth at noon'
    """
    return "".join(letter if letter.isprintable() else " " for letter in text)


def split_words(text: str) -> list[str]:
    """Return the words of a text; each letter of a script without spaces is one word."""
    return PIECE.findall(text)


def count_words(text: str) -> int:
    """Return the number of words in a text, as `split_words` divides it."""
    return sum(1 for _ in PIECE.finditer(text))


def first_words(text: str, count: int) -> str:
    """Return the first words of a text, on one line.

    >>> first_words("Depth  at 水深 4 m", 3)
    'Depth at 水'
    """
    line = " ".join(text.split())
    ends = [piece.end() for piece in PIECE.finditer(line)]
    return line if len(ends) <= count else line[: ends[count - 1]]
