"""An OCR engine of one's own reads the pages, and what its failure means for them."""

import numpy as np
import pytest

from snappy_core import MissingDependencyError, OcrError, Source
from snappy_core.boxes import as_boxes, to_pixels
from snappy_core.parsing import ReadingOptions, read
from snappy_core.parsing.ocr.engine import OCR_ENGINES, OcrWords, or_upside_down
from snappy_core.parsing.ocr.tesseract import TesseractEngine
from snappy_core.parsing.ocr.text_layer import recognize_page
from tests.parsing.drawing import HEIGHT, WIDTH, sheet, source


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
    assert page.regions[0].text == "Paid dan"
    assert page.words.boxes[0] == pytest.approx((0.1, 0.05, 0.3, 0.1))
    assert page.words.confidences == pytest.approx([0.9, 0.7])


def test_it_reads_pdfs(data, stamp):
    (page,) = read(Source.from_path(data / "image_only.pdf"), stamp)
    assert page.words.texts == ("Paid", "dan")


def test_tesseract_is_the_default():
    assert OCR_ENGINES.get(ReadingOptions().ocr_engine) is TesseractEngine


def test_an_unknown_engine_is_an_error_that_lists_the_known_ones():
    with pytest.raises(
        ValueError, match=r"registered engine \(tesseract, rapidocr, stamp\), not 'seal'"
    ):
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
    recognition = recognize_page(sheet(), (400, 570), stamp)
    assert (len(recognition.text_layer), recognition.warning) == (0, warning)


def test_an_engine_that_is_missing_is_an_error_where_ocr_is_required(monkeypatch):
    def fail(*_):
        raise MissingDependencyError("install it")

    monkeypatch.setattr(StampEngine, "recognize", fail)
    with pytest.raises(MissingDependencyError, match="install it"):
        recognize_page(sheet(), (400, 570), ReadingOptions("always", ocr_engine="stamp"))


class UnsureEngine:
    """Finds twelve words, with a confidence that each test sets."""

    confidence, script, mirrored_confidence = 0.3, "", 0.3
    heights: list[int]

    def recognize(self, image, languages):
        self.heights.append(image.height)
        ink = np.asarray(image.convert("L")) < 128
        is_mirrored = ink[:, : image.width // 2].sum() < ink[:, image.width // 2 :].sum()
        confidence = self.mirrored_confidence if is_mirrored else self.confidence
        boxes = [[100 + 30 * i, 130, 120 + 30 * i, 150] for i in range(12)]
        numbers, texts = np.zeros(12, np.int64), tuple(f"w{i}" for i in range(12))
        confidences = np.full(12, confidence, np.float32)
        return OcrWords(texts, np.array(boxes, float), confidences, numbers, numbers, self.script)


@pytest.fixture
def unsure(monkeypatch):
    monkeypatch.setattr(UnsureEngine, "heights", [], raising=False)
    OCR_ENGINES.register("unsure", UnsureEngine)
    return ReadingOptions(ocr_engine="unsure", languages="dan")


def recognize(options):
    return recognize_page(sheet(), (WIDTH, HEIGHT), options)


def test_words_that_are_hardly_right_warn_and_name_the_option(unsure):
    warning = recognize(unsure).warning
    assert "OCR for 'dan' is not sure of its words (mean confidence 0.30)" in warning
    assert "languages=" in warning
    assert "--languages" in warning


def test_a_foreign_script_is_named_with_a_language(monkeypatch, unsure):
    monkeypatch.setattr(UnsureEngine, "script", "Greek")
    warning = recognize(unsure).warning
    assert "seems to be in Greek script, which OCR for 'dan' cannot read" in warning
    assert "--languages), such as 'ell'" in warning
    assert len(UnsureEngine.heights) == 1  # no use to try it in a mirror


def test_words_that_are_sure_do_not_warn_and_are_read_once(monkeypatch, unsure):
    monkeypatch.setattr(UnsureEngine, "confidence", 0.8)
    assert recognize(unsure).warning == ""
    assert UnsureEngine.heights == [HEIGHT]


def test_a_page_that_is_better_read_in_a_mirror_is_mirrored(monkeypatch, unsure):
    monkeypatch.setattr(UnsureEngine, "mirrored_confidence", 0.9)
    recognition = recognize(unsure)
    assert recognition.straightening.mirrored
    assert recognition.text_layer.confidences == pytest.approx([0.9] * 12)
    assert recognition.warning == ""
    assert UnsureEngine.heights == [HEIGHT, HEIGHT / 4, HEIGHT]  # a strip is tried first


def fail_after(engine, monkeypatch, calls):
    """Let an engine fail after some calls."""
    recognize, made = engine.recognize, []

    def fail(*args):
        made.append(1)
        if len(made) > calls:
            raise OcrError("took too long")
        return recognize(*args)

    monkeypatch.setattr(engine, "recognize", fail)


def test_a_mirror_in_which_nothing_can_be_read_takes_no_words_away(monkeypatch, unsure):
    fail_after(UnsureEngine, monkeypatch, 1)
    recognition = recognize(unsure)
    assert recognition.text_layer.texts[0] == "w0"
    assert "is not sure of its words" in recognition.warning


def test_words_are_kept_where_the_page_upside_down_cannot_be_read():
    def fail(image):
        raise OcrError("took too long")

    words = StampEngine().recognize(sheet(), "dan")
    assert or_upside_down(words, sheet(), fail) is words
    nothing = np.zeros(0, np.int64)
    none = OcrWords((), np.zeros((0, 4)), np.zeros(0, np.float32), nothing, nothing)
    with pytest.raises(OcrError, match="took too long"):
        or_upside_down(none, sheet(), fail)


def test_a_page_that_no_mirror_helps_is_as_it_was(unsure):
    assert not recognize(unsure).straightening
    assert UnsureEngine.heights == [HEIGHT, HEIGHT / 4]
