"""Puts text of right-to-left scripts into reading order.

Items are ordered by their positions on the page, whatever their order in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import bidirectional

_RIGHT_TO_LEFT = ("R", "AL")
_LEFT_TO_RIGHT = ("L", "EN", "AN")  # numbers of any script, too
_LAM, _ALEFS = "\u0644", "\u0622\u0623\u0625\u0627"


def is_right_to_left(letter: str) -> bool:
    """Return whether a letter belongs to a script written from right to left."""
    return letter > "\u0590" and bidirectional(letter) in _RIGHT_TO_LEFT


def direction_of(word: str) -> str:
    """Return "R" or "L" by the first letter of a word, "" for numbers and symbols.

    >>> [direction_of(word) for word in ("שומר", "(Brae)", "24")]
    ['R', 'L', '']
    """
    kinds = (bidirectional(letter) for letter in word)
    kind = next((kind for kind in kinds if kind == "L" or kind in _RIGHT_TO_LEFT), "")
    return "R" if kind in _RIGHT_TO_LEFT else kind


def reading_order(directions: Sequence[str], right_to_left: bool) -> list[int]:
    """Return the reading order of items that are side by side, given from left to right.

    Items that run against the line ("Brae Harbour" in Hebrew), and anything between them, keep
    their own order.

    Args:
        directions: "R", "L" or "" for each item.
        right_to_left: the direction of the line.

    >>> reading_order(["R", "L", "", "L", "R"], right_to_left=True)
    [4, 1, 2, 3, 0]
    >>> reading_order(["L", "R", "", "R", "L"], right_to_left=False)
    [0, 3, 2, 1, 4]
    """
    order = list(range(len(directions)))
    with_line, against = ("R", "L") if right_to_left else ("L", "R")
    if right_to_left:
        order.reverse()
    start: int | None = None
    stop = 0
    for position, item in enumerate([*order, None]):
        if item is not None and directions[item] == against:
            start, stop = position if start is None else start, position + 1
        elif start is not None and (item is None or directions[item] == with_line):
            order[start:stop] = order[start:stop][::-1]
            start = None
    return order


def order_letters(letters: Sequence[str], positions: Sequence[float]) -> list[int]:
    """Return the order in which the letters of a word are read.

    Accents follow their letters. In a ligature of lam and alef, lam comes first: there is no
    ligature of alef and lam.

    Args:
        positions: of letters along the line; letters of one glyph share a position.
    """
    marks = [i for i, letter in enumerate(letters) if bidirectional(letter) == "NSM"]
    bases = [i for i in range(len(letters)) if i not in set(marks)]
    visual = sorted(bases, key=lambda i: (round(positions[i], 2), _place_in_glyph(letters[i])))
    kinds = [bidirectional(letters[i]) for i in visual]
    directions = [
        "R" if kind in _RIGHT_TO_LEFT else "L" if kind in _LEFT_TO_RIGHT else "" for kind in kinds
    ]
    order = [visual[i] for i in reading_order(directions, "R" in directions)]
    for mark in reversed(marks):
        near = min(bases, key=lambda i: abs(positions[i] - positions[mark]), default=None)
        order.insert(0 if near is None else order.index(near) + 1, mark)
    return order


def _place_in_glyph(letter: str) -> int:
    return -1 if letter in _ALEFS else int(letter == _LAM)
