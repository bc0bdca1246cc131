"""Joining consecutive texts on one or several pages."""

from __future__ import annotations

from collections.abc import Sequence

_ENDS = frozenset(".!?:;…。！？")
_CLOSING = "\"'”’»)]*"


def goes_on(text: str, following: str) -> bool:
    """Return whether a text breaks off within a sentence and another one continues it.

    >>> goes_on("Revenue rose by the", "end of March."), goes_on("It rose.", "and fell")
    (True, False)
    """
    end = text.rstrip().rstrip(_CLOSING)[-1:]
    return bool(end) and end not in _ENDS and following.lstrip()[:1].islower()


def join_texts(texts: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    r"""Join texts, and return the start and end of each in the result.

    A sentence that continues stays whole, and a hyphenated word is rejoined.

    >>> join_texts(["It rose by 5 per", "cent in the sec-", "ond quarter.", "Then it fell."])[0]
    'It rose by 5 per cent in the second quarter.\n\nThen it fell.'
    """
    whole = ""
    bounds: list[tuple[int, int]] = []
    for text in texts:
        if not goes_on(whole, text):
            whole += "\n\n" if whole and text else ""
        elif whole[-1] == "-" and whole[-2:-1].isalpha():
            whole = whole[:-1]
            bounds[-1] = bounds[-1][0], len(whole)
        else:
            whole += " "
        bounds.append((len(whole), len(whole) + len(text)))
        whole += text
    return whole, bounds


def page_range(labels: Sequence[str]) -> str:
    """Return page labels for people.

    >>> page_range(["4", "4"]), page_range(["iv", "v"])
    ('page 4', 'pages iv-v')
    """
    if len(set(labels)) == 1:
        return f"page {labels[0]}"
    return f"pages {labels[0]}-{labels[-1]}"
