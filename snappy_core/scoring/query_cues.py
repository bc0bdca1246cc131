"""What kind of region a question asks for, when it says so: "which curve in the figure ..."."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from snappy_core.types import LABELS, Label

CUE = 0.05
"""Cosine that a region gains for being of the kind that the question names."""

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
    """Return what each region gains, `CUE` or 0, shape (r,); English questions only.

    Args:
        labels: (r,) places in `LABELS`.

    >>> codes = np.array([LABELS.index(name) for name in ("figure", "table", "paragraph")])
    >>> label_boost("What does the left plot show?", codes) > 0
    array([ True, False, False])
    """
    named = [label for cue, kinds in _CUES if cue.search(question) for label in kinds]
    gain = np.isin(labels, [LABELS.index(label) for label in named])
    return (CUE * gain).astype(np.float32)
