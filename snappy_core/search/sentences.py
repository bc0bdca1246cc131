"""Sentences of a text, by the library sentencex: rules and abbreviations, no downloads."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ENDS = re.compile(r"(?<=[.!?])\s+")


def sentence_bounds(text: str) -> list[tuple[int, int]]:
    """Return the sentences of a text as (start, end) offsets, without the white space between.

    Abbreviations are English; full stops of other scripts end a sentence too.

    >>> text = "Dr. Weir saw Fig. 2. It rose 4.5 %."
    >>> [text[start:end] for start, end in sentence_bounds(text)]
    ['Dr. Weir saw Fig. 2.', 'It rose 4.5 %.']
    """
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate is not text
    bounds, end = [], 0
    for part in _segment(text):
        start = text.index(part, end)
        end = start + len(part)
        if sentence := part.strip():
            start += part.index(sentence)
            bounds.append((start, start + len(sentence)))
    return bounds


def _segment(text: str) -> Iterable[str]:
    try:
        from sentencex import segment
    except ImportError:  # it is compiled, but not for every platform
        return _ENDS.split(text)
    sentences: Iterable[str] = segment("en", text)
    return sentences
