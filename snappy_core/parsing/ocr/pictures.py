"""Words inside the pictures of a page that has a text layer: charts, screenshots, slides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from snappy_core.boxes import Boxes, area, as_boxes, contains_center, coverage, from_pixels
from snappy_core.errors import MissingDependencyError, OcrError
from snappy_core.parsing.drawings import Area
from snappy_core.parsing.layout.regions import WORDLESS
from snappy_core.parsing.ocr.engine import OCR_ENGINES, OcrWords
from snappy_core.parsing.ocr.text_layer import OCR_DPI
from snappy_core.parsing.options import ReadingOptions
from snappy_core.types import Box, Region, Renderer, Words

MAX_PIXELS = 4_000_000
"""Limit on the pixels of a page's pictures that are read, the largest first: as many as a page
has at 200 dpi, so that its pictures take no longer than a scan of it. Larger pages are read at
fewer dots per inch."""

_MIN_SIDE = 0.06  # of the page; smaller pictures are icons and logos
_MIN_SHARE = 0.01  # of the page
_MAX_COVERED = 8  # words of the text layer in a picture; if more, its labels are drawn as text
_IMAGE_SCORE = 0.5  # of areas that hold images or curves, not only boxes and lines
_MIN_CONFIDENCE = 0.6  # of a word; textures and icons are read as words, too, but with less
_MIN_WORDS = 3  # of two letters or digits, in a picture with words
_PADDING = 8  # pixels of paper around a picture, because letters at the edge are read badly


def picture_boxes(areas: Sequence[Area], words: Boxes) -> Boxes:
    """Return the boxes (n, 4) of areas that may be pictures with words, the largest first.

    Args:
        words: (m, 4) boxes of the words of the text layer.
    """
    boxes = as_boxes(
        [
            a.box
            for a in areas
            if not a.from_model and a.label == "figure" and a.score >= _IMAGE_SCORE
        ]
    )
    is_large = (boxes[:, 2:] - boxes[:, :2] >= _MIN_SIDE).all(axis=1) & (area(boxes) >= _MIN_SHARE)
    boxes = boxes[is_large]
    boxes = boxes[contains_center(boxes, words).sum(axis=1) <= _MAX_COVERED]
    largest_first: Boxes = boxes[np.argsort(-area(boxes), kind="stable")]
    return largest_first


def read_pictures(
    words: Words,
    regions: tuple[Region, ...],
    areas: Sequence[Area],
    layer_boxes: Boxes,
    render: Renderer,
    options: ReadingOptions,
) -> tuple[Words, tuple[Region, ...], str]:
    """Return the words and regions of a page with the words in its pictures, and a warning or "".

    The added words follow those of the page, which get the confidence NaN. They are added to the
    figures around the picture; a picture outside of figures becomes one. If the engine is not
    installed, pictures are left as they are.

    Args:
        layer_boxes: (m, 4) of the words of the text layer; `words` may include alternative texts.
    """
    boxes, count = picture_boxes(areas, layer_boxes), len(words)
    if not len(boxes):
        return words, regions, ""
    warning = ""
    try:
        for box, read in _recognize(boxes, render(OCR_DPI), options):
            seen_boxes = np.vstack([layer_boxes, words.boxes[count:]])
            words, regions = _add(words, regions, box, read, seen_boxes)
    except MissingDependencyError:
        pass  # the page keeps its text
    except OcrError as error:
        warning = f"OCR of a picture failed: {error}"
    return words, regions, warning


def _recognize(
    boxes: Boxes, image: Image, options: ReadingOptions
) -> Iterator[tuple[Box, OcrWords]]:
    """Yield the boxes of pictures and the words read in them, with boxes in page fractions."""
    engine = OCR_ENGINES.get(options.ocr_engine)()
    scale = (MAX_PIXELS / (image.width * image.height * min(area(boxes).sum(), 1))) ** 0.5
    if scale < 1:
        image = image.resize((int(image.width * scale), int(image.height * scale)))
    size, padding = np.array(image.size * 2), np.array([-_PADDING] * 2 + [_PADDING] * 2)
    pixels_left = float(MAX_PIXELS)
    for box, share in zip(boxes, area(boxes).tolist(), strict=True):
        pixels = share * image.width * image.height
        if pixels > pixels_left:
            continue
        pixels_left -= pixels
        crop = np.clip(np.round(box * size) + padding, 0, size)
        x0, y0, x1, y1 = crop.astype(int).tolist()
        read = engine.recognize(image.crop((x0, y0, x1, y1)), options.languages)
        on_page = from_pixels(read.boxes + np.array([x0, y0] * 2), *image.size)
        yield tuple(box.tolist()), replace(read, boxes=on_page.astype(np.float64))


def _add(
    words: Words, regions: tuple[Region, ...], box: Box, read: OcrWords, seen_boxes: Boxes
) -> tuple[Words, tuple[Region, ...]]:
    boxes = as_boxes(read.boxes)
    selected = np.array([any(map(str.isalnum, text)) for text in read.texts], dtype=bool)
    selected &= read.confidences >= _MIN_CONFIDENCE
    selected &= coverage(seen_boxes, boxes).max(axis=0, initial=0) < 0.5  # no words already known
    rows = np.flatnonzero(selected)
    texts = [read.texts[row] for row in rows]
    if sum(sum(map(str.isalnum, text)) > 1 for text in texts) < _MIN_WORDS:
        return words, regions
    numbers = tuple(range(len(words), len(words) + len(rows)))
    confidences = words.confidences
    if confidences is None:
        confidences = np.full(len(words), np.nan, np.float32)
    merged = Words(
        (*words.texts, *texts),
        np.vstack([words.boxes, np.clip(boxes[rows], 0, 1)]),
        np.concatenate([confidences, read.confidences[rows]]),
    )
    text = _lines(texts, read.lines[rows])
    figures = np.array([region.label == "figure" for region in regions], dtype=bool)
    around = contains_center(as_boxes([r.box for r in regions]), as_boxes([box]))[:, 0]
    if not (around & figures).any():
        figure = Region(box, text, numbers, "figure", len(regions), origin="learned")
        return merged, (*regions, figure)
    return merged, tuple(
        _with_words(region, numbers, text) if is_around and is_figure else region
        for region, is_around, is_figure in zip(regions, around, figures, strict=True)
    )


def _lines(texts: Sequence[str], lines: NDArray[np.int64]) -> str:
    starts = np.flatnonzero(np.diff(lines, prepend=-1))
    parts = np.split(np.array(texts, dtype=object), starts[1:])
    return "\n".join(" ".join(part) for part in parts)


def _with_words(region: Region, numbers: tuple[int, ...], text: str) -> Region:
    before = "" if region.text == WORDLESS or not region.words else f"{region.text}\n"
    return replace(region, words=region.words + numbers, text=before + text)
