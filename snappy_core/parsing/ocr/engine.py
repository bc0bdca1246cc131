"""OCR engines, which recognize the words in the image of a page.

To add your own engine, write a class with the method of `OcrEngine`, register it with
`OCR_ENGINES.register("name", MyEngine)` or as an entry point of the group "snappy.ocr_engines",
and select it with `ReadingOptions(ocr_engine="name")`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import OcrError
from snappy_core.registry import Registry

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True, eq=False)
class OcrWords:
    """The n words an engine found in an image, in its reading order.

    Attributes:
        texts: n strings without white space.
        boxes: (n, 4) pixels (x0, y0, x1, y1), origin at the top left.
        confidences: (n,) 0..1.
        lines: (n,) number of the line each word belongs to; words of a line are consecutive.
        paragraphs: (n,) number of the paragraph each word belongs to.
        script: "Cyrillic", "Han", ... if the engine sees that the text is in a script it was not
            asked to read; else "".
    """

    texts: tuple[str, ...]
    boxes: NDArray[np.float64]
    confidences: NDArray[np.float32]
    lines: NDArray[np.int64]
    paragraphs: NDArray[np.int64]
    script: str = ""

    @property
    def confidence(self) -> float:
        """The mean confidence of the words; 1 without words."""
        return float(self.confidences.mean()) if self.texts else 1.0


class OcrEngine(Protocol):
    """Recognizes words in images."""

    def recognize(self, image: Image, languages: str) -> OcrWords:
        """Return the words in an RGB image of a page, at about 200 dots per inch.

        Args:
            languages: of the text, joined by "+": "eng", "deu+fra".

        Raises:
            MissingDependencyError: the engine or a language is not installed.
            OcrError: recognition failed or took too long.
        """
        ...


LOW_CONFIDENCE = 0.5
"""Below this mean confidence, words are probably wrong.

Pages that are read well have .85 or more; mirrored pages or other scripts have less than .46.
"""

DEFAULT_ENGINE = "tesseract"

OCR_ENGINES = Registry[Callable[[], OcrEngine]](
    "OCR engine",
    "snappy.ocr_engines",
    {
        DEFAULT_ENGINE: "snappy_core.parsing.ocr.tesseract:TesseractEngine",
        "rapidocr": "snappy_core.parsing.ocr.rapidocr:RapidOcrEngine",
    },
)
"""Classes (or factories) of OCR engines by name; one is made for each page."""


def or_upside_down(words: OcrWords, image: Image, run: Callable[[Image], OcrWords]) -> OcrWords:
    """Return the words read in an image, or those of `run` on it upside down if they are better."""
    from PIL.Image import Transpose

    try:
        turned = run(image.transpose(Transpose.ROTATE_180))
    except OcrError:
        if words.texts:
            return words
        raise
    if not turned.texts or (words.texts and turned.confidence <= words.confidence):
        return words
    size = np.array([*image.size, *image.size])
    return replace(turned, boxes=size - turned.boxes[:, [2, 3, 0, 1]])
