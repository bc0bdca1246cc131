"""Raised digits: exponents and footnote marks, which must not join the number before them."""

from __future__ import annotations

from collections.abc import Sequence

from snappy_core.types import Box

DIGITS, RAISED_DIGITS = "0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"
_TO_RAISED = str.maketrans(DIGITS, RAISED_DIGITS)
_TO_PLAIN = str.maketrans(RAISED_DIGITS, DIGITS)

MIN_RISE, MAX_RISE = 0.15, 0.8
"""Font sizes of raised digits above the baseline; other digits are on it or on the next line's."""


def to_superscript(text: str) -> str:
    """Return a text with its digits as Unicode superscripts.

    >>> to_superscript("12)")
    '¹²)'
    """
    return text.translate(_TO_RAISED)


def from_superscript(text: str) -> str:
    """Return a text with plain digits in place of superscripts."""
    return text.translate(_TO_PLAIN)


def rise(box: Box, origin: Sequence[float], up: Sequence[float]) -> float:
    """Return how far a letter is above a baseline, in font sizes.

    Args:
        box: of its ink, y up.
        origin: a point on the baseline.
        up: the vector of a font size upwards.

    >>> rise((10, 4, 14, 9), (0, 1), (0, 12))
    0.25
    """
    axis = int(abs(up[1]) >= abs(up[0]))
    if not up[axis]:
        return 0.0
    bottom = box[axis] if up[axis] > 0 else box[axis + 2]
    return (bottom - origin[axis]) / up[axis]


def height(box: Box, up: Sequence[float]) -> float:
    """Return how high a box is across the line."""
    axis = int(abs(up[1]) >= abs(up[0]))
    return box[axis + 2] - box[axis]
