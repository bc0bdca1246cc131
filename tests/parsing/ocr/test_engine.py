"""An OCR engine of one's own reads the pages, and what its failure means for them."""

import numpy as np
import pytest

from snappy_core import MissingDependencyError, OcrError, Source
from snappy_core.boxes import as_boxes, to_pixels
from snappy_core.parsing import ReadingOptions, read
from snappy_core.parsing.ocr.engine import OCR_ENGINES, OcrWords
from snappy_core.parsing.ocr.tesseract import TesseractEngine
from snappy_core.parsing.ocr.text_layer import recognize_page
from tests.parsing.drawing import sheet, source


class StampEngine:
    """Finds the same two words in every image."""

    def recognize(self, image, languages):
        boxes = to_pixels(as_boxes([[0.1, 0.05, 0.3, 0.1], [0.32, 0.05, 0.42, 0.1]]), *image.size)
        confidences, numbers = np.array([0.9, 0.7], np.float32), np.zeros(2, np.int64)
        return OcrWords(("Paid", languages), boxes, confidences, numbers, numbers)


@pytest.fixture(autouse=True)
def stamp(monkeypatch):
    """Options that select the engine."""
    monkeypatch.setattr(OCR_ENGINES, "_registered", {})
    OCR_ENGINES.register("stamp", StampEngine)
    return ReadingOptions(ocr_engine="stamp", languages="dan")


def test_it_reads_images(stamp):
    (page,) = read(source(sheet()), stamp)
    assert [region.text for region in page.regions] == ["Paid dan"]
    assert page.words.boxes[0] == pytest.approx((0.1, 0.05, 0.3, 0.1))
    assert page.words.confidences == pytest.approx([0.9, 0.7])


def test_it_reads_pdfs(data, stamp):
    (page,) = read(Source.from_path(data / "image_only.pdf"), stamp)
    assert page.words.texts == ("Paid", "dan")


def test_tesseract_is_the_default():
    assert OCR_ENGINES.get(ReadingOptions().ocr_engine) is TesseractEngine


def test_an_unknown_engine_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"registered engine \(tesseract, stamp\), not 'seal'"):
        ReadingOptions(ocr_engine="seal")


@pytest.mark.parametrize(
    ("error", "warning"),
    [
        (MissingDependencyError("install it"), "has no text layer, and install it"),
        (OcrError("out of ink"), "OCR failed: out of ink"),
    ],
)
def test_a_failure_is_a_warning(monkeypatch, stamp, error, warning):
    def fail(*_):
        raise error

    monkeypatch.setattr(StampEngine, "recognize", fail)
    layer, text = recognize_page(sheet(), 400, stamp)
    assert (len(layer), text) == (0, warning)


def test_an_engine_that_is_missing_is_an_error_where_ocr_is_required(monkeypatch):
    def fail(*_):
        raise MissingDependencyError("install it")

    monkeypatch.setattr(StampEngine, "recognize", fail)
    with pytest.raises(MissingDependencyError, match="install it"):
        recognize_page(sheet(), 400, ReadingOptions("always", ocr_engine="stamp"))
