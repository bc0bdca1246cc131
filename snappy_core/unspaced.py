"""Scripts that are written without spaces between words: a count of words says nothing of them."""

from __future__ import annotations

import re

UNSPACED = re.compile(
    r"[\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]"
)
"""A letter or punctuation mark of Chinese or Japanese, which are written without spaces."""

PIECE = re.compile(rf"{UNSPACED.pattern}|(?:(?!{UNSPACED.pattern})\S)+")
"""A word, or a single letter where there are no spaces between words.

>>> PIECE.findall("Depth at 水深 4 m。")
['Depth', 'at', '水', '深', '4', 'm', '。']
"""
