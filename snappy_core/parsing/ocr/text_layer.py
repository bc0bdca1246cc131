"""The text layer of a page image, made from the words that an OCR engine finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image, Transpose

from snappy_core.boxes import from_pixels
from snappy_core.errors import MissingDependencyError, OcrError
from snappy_core.parsing.layout.lines import is_right_to_left
from snappy_core.parsing.ocr.deskew import estimate_skew
from snappy_core.parsing.ocr.engine import LOW_CONFIDENCE, OCR_ENGINES, OcrWords
from snappy_core.parsing.ocr.scripts import language_of
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.straightening import Straightening
from snappy_core.parsing.text import NOTHING, TextLayer, quarter_turns

OCR_DPI = 200  # resolution of pages drawn for OCR: more takes longer and reads no better
_FONT_HEIGHT = 1.2  # font size / height of the ink of a typical word
_MIN_WORDS = 10  # fewer say too little for a low mean confidence to matter
_STRIP = 0.25  # height of the strip that is tried mirrored, as a share of the page


@dataclass(frozen=True, slots=True)
class Recognition:
    """What OCR found on a page.

    Attributes:
        text_layer: with boxes and sizes on the straight page.
        straightening: how the page is made straight.
        warning: why there are no words, or why they may be wrong; else "".
    """

    text_layer: TextLayer
    straightening: Straightening
    warning: str = ""


def recognize_page(image: Image, size: tuple[float, float], options: ReadingOptions) -> Recognition:
    """Return the words in the image of a page of `size` points, after straightening it.

    Raises:
        MissingDependencyError: the engine or a language is not installed, and
            `options.ocr` is "always"; otherwise this is only a warning.
    """
    straightening = Straightening(*size, estimate_skew(image))
    try:
        engine = OCR_ENGINES.get(options.ocr_engine)()

        def recognize(picture: Image) -> OcrWords:
            return engine.recognize(picture, options.languages)

        straight = straightening.apply(image)
        words = recognize(straight)
        if _is_doubtful(words) and not words.script and _reads_mirrored(straight, words, recognize):
            straightening = straightening.mirror()
            straight = straightening.apply(image)
            words = recognize(straight)
    except MissingDependencyError as error:
        if options.ocr == "always":
            raise
        return Recognition(NOTHING, Straightening(*size), f"has no text layer, and {error}")
    except OcrError as error:
        return Recognition(NOTHING, Straightening(*size), f"OCR failed: {error}")
    layer = to_text_layer(words, straight.size, straightening.size[0])
    return Recognition(layer, straightening, _doubt(words, options.languages))


def _is_doubtful(words: OcrWords) -> bool:
    return len(words.texts) >= _MIN_WORDS and words.confidence < LOW_CONFIDENCE


def _reads_mirrored(image: Image, words: OcrWords, recognize: Callable[[Image], OcrWords]) -> bool:
    """Return whether a strip of the page where its words are reads well when mirrored."""
    middle = float(np.median(words.boxes[:, [1, 3]])) / image.height
    top = min(max(middle - _STRIP / 2, 0.0), 1.0 - _STRIP) * image.height
    strip = image.crop((0, round(top), image.width, round(top + _STRIP * image.height)))
    try:
        mirrored = recognize(strip.transpose(Transpose.FLIP_LEFT_RIGHT))
    except OcrError:  # the page has words already
        return False
    return bool(mirrored.texts) and mirrored.confidence >= LOW_CONFIDENCE


def _doubt(words: OcrWords, languages: str) -> str:
    """Return a warning if the words are probably wrong."""
    option = "languages= (on the command line --languages)"
    if words.script:
        example = f", such as {name!r}" if (name := language_of(words.script)) else ""
        return (
            f"its text seems to be in {words.script} script, which OCR for {languages!r} cannot "
            f"read: name its language by {option}{example}"
        )
    if _is_doubtful(words):
        return (
            f"OCR for {languages!r} is not sure of its words (mean confidence "
            f"{words.confidence:.2f}): if they are in another language, name it by {option}"
        )
    return ""


def to_text_layer(words: OcrWords, image_size: tuple[int, int], width: float) -> TextLayer:
    """Return words found in an image of `image_size` pixels as a page `width` points wide."""
    turns = _turns(words)
    horizontal = turns % 2 == 0
    widths, heights = (words.boxes[:, 2:] - words.boxes[:, :2]).T
    ink_heights = np.where(horizontal, heights, widths)
    line_boxes, sizes = words.boxes.copy(), np.zeros(len(turns))
    for members in _groups(words.lines):
        axis = 1 if horizontal[members[0]] else 0  # across the line
        line_boxes[members, axis] = words.boxes[members, axis].min()
        line_boxes[members, axis + 2] = words.boxes[members, axis + 2].max()
    # One size per paragraph, since the height of a line's ink depends on which letters it has.
    for members in _groups(words.paragraphs):
        sizes[members] = _FONT_HEIGHT * np.median(ink_heights[members])
    return TextLayer(
        texts=words.texts,
        boxes=np.clip(from_pixels(words.boxes, *image_size), 0, 1),
        lines=np.clip(from_pixels(line_boxes, *image_size), 0, 1),
        sizes=(sizes * (width / image_size[0])).astype(np.float32),
        bold=np.zeros(len(turns), dtype=bool),
        styles=np.zeros(len(turns), dtype=np.int32),
        turns=turns,
        hyphens=_hyphens(words) & horizontal,
        invisible=np.zeros(len(turns), dtype=bool),
        confidences=words.confidences,
    )


def _hyphens(words: OcrWords) -> NDArray[np.bool_]:
    """Return (n,) bool: whether each word ends its line with a hyphen."""
    is_last = np.append(words.lines[1:] != words.lines[:-1], True)[: len(words.texts)]
    is_broken = [len(text) > 2 and text[-1] in "-‐" and text[-2].isalpha() for text in words.texts]
    return np.asarray(is_last & np.array(is_broken, dtype=bool))


def _turns(words: OcrWords) -> NDArray[np.int8]:
    """Return the clockwise quarter turns of each word, by the first and last word of its line.

    Arabic and Hebrew words come in the order in which they are read, from right to left. A line
    of a single word has no direction, nor do Latin words and numbers on such pages: they get that
    of most words.
    """
    turns = np.full(len(words.texts), -1, dtype=np.int8)
    centers = (words.boxes[:, :2] + words.boxes[:, 2:]) / 2
    is_page_reversed = is_right_to_left(words.texts)
    for members in _groups(words.lines):
        is_reversed = is_right_to_left([words.texts[word] for word in members])
        if len(members) > 1 and is_reversed >= is_page_reversed:
            step = centers[members[-1]] - centers[members[0]]
            turns[members] = quarter_turns(-step if is_reversed else step)
    directed = turns[turns >= 0]
    turns[turns < 0] = np.bincount(directed).argmax() if len(directed) else 0
    return turns


def _groups(numbers: NDArray[np.int64]) -> Iterator[NDArray[np.intp]]:
    return (np.flatnonzero(numbers == number) for number in np.unique(numbers))
