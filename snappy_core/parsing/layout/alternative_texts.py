"""Alternative texts of tagged figures: words that are not printed but make figures searchable."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from snappy_core.parsing.tags import PageTags
from snappy_core.types import Region, Words
from snappy_core.unspaced import first_words, printable
from snappy_core.word_boxes import estimate_word_boxes

MARK = "(alternative text)"
"""Precedes an alternative text in the text of a region."""

_MAX_WORDS = 300  # of an alternative text
_FILE_NAME = re.compile(
    r"\\|//|^\S*\d\S*$|\.(?:png|jpe?g|gif|bmp|tiff?|svg|[we]mf|eps|pdf)\b", re.IGNORECASE
)
"""Programs that print PDFs put the name of the picture there, such as "image001.png"."""


def add_alternative_texts(
    words: Words,
    regions: Sequence[Region],
    elements: Sequence[int | None],
    tags: PageTags,
    aspect: float,
) -> tuple[Words, tuple[Region, ...]]:
    """Return words and regions with the alternative texts of figures added.

    The added words follow those of the page, with boxes estimated inside the figure.

    Args:
        regions: each before its parts.
        elements: for each region, the tagged element it was found by, or None.
        aspect: the width of the page divided by its height.
    """
    texts, boxes = list(words.texts), [words.boxes]
    numbers: dict[int, tuple[int, ...]] = {}
    described = list(regions)
    for index in reversed(range(len(regions))):  # parts first: the drawing gives the boxes
        region, element = regions[index], elements[index]
        if element is None or region.label != "figure":
            continue
        figure = tags.figure_around(element)
        alternative = "" if figure is None else _clean(tags.elements[figure].alt)
        if figure is None or not alternative:
            continue
        if figure not in numbers:
            parts, part_boxes = estimate_word_boxes(alternative, region.box, aspect)
            numbers[figure] = tuple(range(len(texts), len(texts) + len(parts)))
            texts += parts
            boxes.append(part_boxes)
        described[index] = replace(
            region,
            text=f"{region.text}\n{MARK} {alternative}"
            if region.words
            else f"{MARK} {alternative}",
            words=region.words + numbers[figure],
        )
    if len(boxes) == 1:
        return words, tuple(regions)
    return Words(tuple(texts), np.vstack(boxes)), tuple(described)


def _clean(text: str) -> str:
    """Return an alternative text on one line, "" if it is the name of a file."""
    plain = printable(text)
    return "" if _FILE_NAME.search(plain.strip()) else first_words(plain, _MAX_WORDS)
