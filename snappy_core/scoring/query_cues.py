"""The kind of region a question names: "which curve in the figure ...", "the last row of ..."."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from snappy_core.types import LABELS, Label

BOOST = 0.05
"""Cosine added to regions of the kind that the question names: enough to decide near ties."""

_CUES: tuple[tuple[re.Pattern[str], tuple[Label, ...]], ...] = (
    (
        re.compile(
            r"\b(?:fig(?:ure)?s?|charts?|plots?|plotted|graphs?|diagrams?|curves?|ax[ie]s|legend|"
            r"images?|pictures?|photos?|illustrat\w+|depict\w*)\b",
            re.IGNORECASE,
        ),
        ("figure",),
    ),
    (re.compile(r"\b(?:tables?|rows?|columns?)\b", re.IGNORECASE), ("table", "table_row")),
)


def label_boost(question: str, labels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what is added to the score of each region, `BOOST` or 0, shape (r,).

    Knows English words only.

    Args:
        labels: (r,) indices into `LABELS`.

    >>> codes = np.array([LABELS.index(name) for name in ("figure", "table", "paragraph")])
    >>> label_boost("What does the left plot show?", codes) > 0
    array([ True, False, False])
    """
    named = [LABELS.index(label) for label in named_labels(question)]
    return (BOOST * np.isin(labels, named)).astype(np.float32)


def named_labels(question: str) -> tuple[Label, ...]:
    """Return the labels of the kinds of regions that a question names.

    >>> named_labels("Which row of the table is last?")
    ('table', 'table_row')
    """
    return tuple(label for cue, kinds in _CUES if cue.search(question) for label in kinds)
