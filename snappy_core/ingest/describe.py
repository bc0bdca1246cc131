"""Descriptions of figures by a user-supplied function, such as a call to a chat model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from snappy_core.boxes import area, as_boxes
from snappy_core.parsing.layout.regions import WORDLESS
from snappy_core.types import Box, Page, Region, Words
from snappy_core.unspaced import first_words, printable
from snappy_core.word_boxes import estimate_word_boxes

if TYPE_CHECKING:
    from PIL.Image import Image

Describe: TypeAlias = "Callable[[Image, str], str]"
"""Describes in words what the image of a figure shows, "" for no description. The context is the
heading path and the text of the figure: its caption and the words in it."""

MARK = "(description)"
"""Precedes a description in the text of a region."""

FIGURE_DPI = 150
_MIN_SIDE, _MIN_SHARE = 0.06, 0.01  # of the page; smaller figures are icons and logos
_MAX_WORDS = 300  # of a description


def figures_of(page: Page) -> list[int]:
    """Return the regions of a page to describe: its large figures, each as a whole."""
    boxes = as_boxes([region.box for region in page.regions])
    sides = (boxes[:, 2:] - boxes[:, :2]).min(axis=1, initial=1)
    is_large = (sides >= _MIN_SIDE) & (area(boxes) >= _MIN_SHARE)
    return [
        index
        for index, region in enumerate(page.regions)
        if region.label == "figure" and is_large[index] and not _in_figure(region, page)
    ]


def describe_figures(
    page: Page, figures: Sequence[int], images: Sequence[Image], describe: Describe
) -> Page:
    """Return a page with descriptions of its figures; failures become its warning.

    The words of a description follow those of the page, with boxes estimated inside the figure.

    Args:
        figures: indices of regions.
        images: pictures of these regions.
    """
    for index, image in zip(figures, images, strict=True):
        try:
            text = _clean(describe(image, _context(page.regions[index])))
        except Exception as error:  # a service may raise anything
            cause = str(error) or type(error).__name__
            page = with_warning(page, f"figure {index} was not described: {cause}")
        else:
            page = _add(page, index, text) if text else page
    return page


def with_warning(page: Page, warning: str) -> Page:
    """Return a page with a warning added after its own."""
    return replace(page, warning=f"{page.warning}; {warning}" if page.warning else warning)


def _in_figure(region: Region, page: Page) -> bool:
    return region.parent is not None and page.regions[region.parent].label == "figure"


def _lies_in(index: int | None, figure: int, page: Page) -> bool:
    """Return whether a region is the figure or a part of it."""
    while index is not None and index != figure:
        index = page.regions[index].parent
    return index == figure


def _context(region: Region) -> str:
    text = "" if region.text == WORDLESS else region.text
    return "\n".join(filter(None, [region.section, text]))


def _clean(text: object) -> str:
    if not isinstance(text, str):
        raise TypeError(f"a description is a str, not {type(text).__name__}")
    return first_words(printable(text), _MAX_WORDS)


def _add(page: Page, figure: int, text: str) -> Page:
    box: Box = page.regions[figure].box
    texts, boxes = estimate_word_boxes(text, box, page.width / page.height)
    first = len(page.words)
    confidences = page.words.confidences
    if confidences is not None:  # these do not come from OCR
        confidences = np.append(confidences, np.full(len(texts), np.nan, np.float32))
    words = Words((*page.words.texts, *texts), np.vstack([page.words.boxes, boxes]), confidences)
    numbers = tuple(range(first, first + len(texts)))
    regions = tuple(
        replace(
            region,
            words=region.words + numbers,
            text=f"{region.text}\n{MARK} {text}" if region.words else f"{MARK} {text}",
            description=text,
        )
        if region.label == "figure" and _lies_in(index, figure, page)
        else region
        for index, region in enumerate(page.regions)
    )
    return replace(page, words=words, regions=regions)
