"""Words of the lines that RapidOCR finds, and the real engine where it is installed."""

import re
import sys
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest

from snappy_core import MissingDependencyError, OcrError
from snappy_core.errors import install_hint
from snappy_core.forks import ProcessModel
from snappy_core.parsing import ReadingOptions, read
from snappy_core.parsing.ocr import rapidocr
from snappy_core.parsing.ocr.engine import OCR_ENGINES
from snappy_core.parsing.ocr.rapidocr import RapidOcrEngine, to_words
from tests.parsing.drawing import HEIGHT, LINES, WIDTH, WORDS, drawn_boxes, sheet, source, turned

needs_rapidocr = pytest.mark.skipif(
    find_spec("rapidocr") is None, reason="needs RapidOCR: pip install 'snappy-retriever[rapidocr]'"
)


def corners(x0, y0, x1, y1):
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float)


def found_lines(score=0.9):
    """The lines of the sheet with loose boxes, as the model finds them."""
    return [
        (line, corners(x - 8, y - 4, min(x + 460, WIDTH), y + 38), score) for x, y, line in LINES
    ]


def grays(picture):
    return np.asarray(picture, dtype=np.int16)


def test_lines_are_parted_into_words_with_boxes_tight_to_their_ink():
    words = to_words(grays(sheet()), found_lines())
    assert words.texts == tuple(WORDS)
    for box, (word, drawn) in zip(words.boxes, drawn_boxes(), strict=True):
        assert box == pytest.approx(drawn, abs=1), word
    counts = [len(line.split()) for _, _, line in LINES]
    assert words.lines.tolist() == np.repeat(range(3), counts).tolist()
    assert words.confidences == pytest.approx([0.9] * len(WORDS))


def test_light_letters_on_dark_paper():
    words = to_words(255 - grays(sheet()), found_lines()[:1])
    assert words.boxes[1] == pytest.approx([*drawn_boxes()][1][1], abs=1)


def test_words_of_a_line_that_stands_on_end_are_parted_downward():
    picture = sheet().rotate(-90, expand=True)
    x, y, line = LINES[0]
    box = turned((x - 8, y - 4, 600, y + 38), 90)
    words = to_words(grays(picture), [(line, corners(*box), 0.9)])
    drawn = [turned(box, 90) for _, box in drawn_boxes()][: len(words.texts)]
    assert words.boxes == pytest.approx(np.array(drawn), abs=1)


@pytest.mark.parametrize("text", ["| Port | 12", "a b"])
def test_words_without_gaps_share_the_line_by_their_lengths(text):
    words = to_words(np.full((50, 200), 255, np.int16), [(text, corners(10, 20, 120, 40), 0.9)])
    assert words.texts == tuple(text.split())
    assert words.boxes[0, 0] == 10
    assert words.boxes[-1, 2] == pytest.approx(120)
    assert (np.diff(words.boxes[:, 0]) > 0).all()


def test_nothing_found():
    words = to_words(np.zeros((1, 1), np.int16), [(" ", corners(0, 0, 1, 1), 0.1)])
    assert (words.texts, words.boxes.shape) == ((), (0, 4))


@pytest.fixture
def engine(monkeypatch):
    """Put a function of the picture, blue first, in the place of RapidOCR."""

    def install(answer):
        engine = ProcessModel(object(), lambda: lambda pixels, **_: answer(pixels))
        monkeypatch.setattr(rapidocr, "_ENGINE", engine)

    return install


def test_a_page_upside_down_is_read_a_second_time(engine):
    def answer(pixels):
        top = (pixels[: HEIGHT // 2, :, 0] < 128).sum()
        is_upright = top > (pixels[HEIGHT // 2 :, :, 0] < 128).sum()
        texts, boxes, scores = zip(*found_lines(0.95 if is_upright else 0.75), strict=True)
        return SimpleNamespace(txts=texts, boxes=boxes, scores=scores)

    engine(answer)
    words = RapidOcrEngine().recognize(sheet().rotate(180))
    assert words.texts == tuple(WORDS)
    for box, (word, drawn) in zip(words.boxes, drawn_boxes(), strict=True):
        assert box == pytest.approx(turned(drawn, 180), abs=1), word


def test_failures_and_blank_pages(engine):
    engine(lambda _: SimpleNamespace(txts=None, boxes=None, scores=None))
    assert RapidOcrEngine().recognize(sheet()).texts == ()

    def fail(_):
        raise RuntimeError("out of ink")

    engine(fail)
    with pytest.raises(OcrError, match="RapidOCR failed: out of ink"):
        RapidOcrEngine().recognize(sheet())


def test_the_extra_is_named_where_it_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    monkeypatch.setattr(rapidocr, "_ENGINE", ProcessModel(object(), rapidocr._load_engine))
    with pytest.raises(MissingDependencyError, match=re.escape(install_hint("rapidocr"))):
        RapidOcrEngine().recognize(sheet())


def test_it_is_selected_by_name():
    options = ReadingOptions(ocr_engine="rapidocr")
    assert OCR_ENGINES.get(options.ocr_engine) is RapidOcrEngine


@needs_rapidocr
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_the_real_engine(angle):
    picture = sheet().rotate(-angle, expand=True)
    (page,) = read(source(picture), ReadingOptions(ocr_engine="rapidocr", layout_model="never"))
    assert sorted(page.words.texts) == sorted(WORDS)
    boxes = page.words.boxes * [*picture.size, *picture.size]
    places = dict(zip(page.words.texts, boxes, strict=True))
    for word, drawn in drawn_boxes():
        assert places[word] == pytest.approx(turned(drawn, angle), abs=3), word
