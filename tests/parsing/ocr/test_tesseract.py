"""Words of pictures by the real Tesseract: where they were drawn, and what goes wrong."""

import os
import signal
import stat
from pathlib import Path
from signal import SIGTERM

import matplotlib
import numpy as np
import pytesseract
import pytest
from PIL import Image, ImageFont

from snappy_core import MissingDependencyError, OcrError, Workers
from snappy_core.cli.signals import clean_exit
from snappy_core.parsing import ReadingOptions
from snappy_core.parsing.ocr import tesseract
from snappy_core.parsing.ocr.tesseract import TesseractEngine
from snappy_core.parsing.ocr.text_layer import recognize_page, to_text_layer
from tests.parsing.drawing import HEIGHT, WIDTH, WORDS, drawn_boxes, sheet, turned

needs_tesseract = pytest.mark.tesseract
INSTALL = "apt-get install tesseract-ocr"


@pytest.fixture
def no_tesseract(monkeypatch):
    tesseract._check_languages.cache_clear()
    monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", "/nowhere/tesseract")


@pytest.fixture
def program(monkeypatch, tmp_path):
    """Put a shell script in Tesseract's place; it knows English."""

    def install(body):
        script = tmp_path / "tesseract"
        script.write_text(
            "#!/bin/sh\n"
            'case "$*" in\n'
            "--list-langs) echo eng; exit 0 ;;\n"
            "--version) echo tesseract 5.3.0; exit 0 ;;\n"
            f"esac\n{body}\n"
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        tesseract._check_languages.cache_clear()
        monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", str(script))

    yield install
    tesseract._check_languages.cache_clear()


def recognize(image, languages="eng"):
    return TesseractEngine().recognize(image, languages)


def recognized(options):
    recognition = recognize_page(sheet(), (WIDTH, HEIGHT), options)
    return recognition.text_layer, recognition.warning


def text_layer(image, width=WIDTH):
    return to_text_layer(recognize(image), image.size, width)


# What is read


@needs_tesseract
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_words_stand_where_they_were_drawn(angle):
    picture = sheet().rotate(-angle, expand=True)
    layer = text_layer(picture, picture.width)
    assert list(layer.texts) == WORDS
    size = [picture.width, picture.height] * 2
    for box, (word, drawn) in zip(layer.boxes, drawn_boxes(), strict=True):
        assert box * size == pytest.approx(turned(drawn, angle), abs=3), word
    assert set(layer.turns.tolist()) == {angle // 90}


@needs_tesseract
def test_a_page_upside_down_is_read_a_second_time(monkeypatch):
    import pytesseract

    calls = []
    run = pytesseract.image_to_data
    monkeypatch.setattr(
        pytesseract, "image_to_data", lambda *args, **more: calls.append(1) or run(*args, **more)
    )
    assert recognize(sheet()).texts == tuple(WORDS)
    assert len(calls) == 1
    words = recognize(sheet().rotate(180))
    assert (words.texts, len(calls)) == (tuple(WORDS), 3)


@needs_tesseract
def test_a_script_that_is_not_asked_for_is_named_and_read_once(monkeypatch):
    import pytesseract

    calls = []
    run = pytesseract.image_to_data
    monkeypatch.setattr(
        pytesseract, "image_to_data", lambda *args, **more: calls.append(1) or run(*args, **more)
    )
    path = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"
    russian = "Лоцман поднялся на борт в шесть часов утра"
    lines = [(40, 40 + 50 * row, russian) for row in range(12)]
    page = sheet(lines, (1000, 700), font=ImageFont.truetype(path, 32))
    assert recognize(page).script == "Cyrillic"
    assert len(calls) == 1


@needs_tesseract
def test_confidences_lie_between_0_and_1():
    confidences = recognize(sheet()).confidences
    assert confidences.dtype == np.float32
    assert (confidences > 0.5).all()
    assert (confidences <= 1).all()


@needs_tesseract
def test_sizes_are_in_units_of_the_page():
    """Drawn at 28 pixels; twice as large on a page of twice the units."""
    small, large = (text_layer(sheet(), width).sizes for width in (WIDTH, 2 * WIDTH))
    assert small == pytest.approx(28, rel=0.25)
    assert large == pytest.approx(2 * small)


@needs_tesseract
def test_the_lines_of_words_are_even():
    layer = text_layer(sheet())
    first = layer.lines[: len("Harbour dues rose again in March.".split())]
    assert len(np.unique(first[:, [1, 3]], axis=0)) == 1


@needs_tesseract
@pytest.mark.parametrize("size", [(1, 1), (2, 300), (300, 2), (WIDTH, HEIGHT)])
def test_nothing_on_the_paper(size):
    layer = text_layer(Image.new("L", size, 255), size[0])
    assert (len(layer), layer.boxes.shape) == (0, (0, 4))


# What goes wrong


@needs_tesseract
@pytest.mark.parametrize(
    ("languages", "package"),
    [
        ("xyz", "tesseract-ocr-xyz"),
        ("eng+xyz", "tesseract-ocr-xyz"),  # Tesseract itself would go on in English
        ("xyz_tra", "tesseract-ocr-xyz-tra"),  # as Debian calls it
    ],
)
def test_missing_languages_are_named(languages, package):
    with pytest.raises(MissingDependencyError, match=f"apt-get install {package}$"):
        recognize(sheet(), languages)
    with pytest.raises(ImportError):
        recognize(sheet(), languages)


@pytest.mark.parametrize(
    "wrong", ["", "+", "eng+", "eng,deu", "eng deu", "-l", "../eng", "eng; rm", "script/Latin"]
)
def test_languages_must_be_names(wrong):
    with pytest.raises(ValueError, match="languages must be Tesseract's names"):
        ReadingOptions(languages=wrong)


@pytest.mark.parametrize("wrong", ["", "yes", "Auto", None])
def test_ocr_is_one_of_four(wrong):
    with pytest.raises(ValueError, match="ocr must be one of auto, pages, always, never"):
        ReadingOptions(ocr=wrong)


def test_tesseract_is_missing(no_tesseract):
    with pytest.raises(MissingDependencyError, match=INSTALL):
        recognize(sheet())
    layer, warning = recognized(ReadingOptions())
    assert len(layer) == 0
    assert INSTALL in warning
    with pytest.raises(MissingDependencyError, match=INSTALL):
        recognized(ReadingOptions(ocr="always"))


def test_tesseract_goes_missing(no_tesseract, program, monkeypatch):
    """Between two pages: what was known of its languages is of no use."""
    program("exit 1")
    tesseract._check_languages("eng")
    monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", "/nowhere/tesseract")
    with pytest.raises(MissingDependencyError, match=INSTALL):
        recognize(sheet())


@pytest.mark.parametrize("always", [False, True])
def test_tesseract_takes_too_long(program, monkeypatch, always):
    program("while :; do :; done")
    monkeypatch.setattr(tesseract, "TIMEOUT", 0.2)
    with pytest.raises(OcrError, match=r"took longer than 0\.2 seconds"):
        recognize(sheet())
    layer, warning = recognized(ReadingOptions("always" if always else "auto"))
    assert len(layer) == 0
    assert warning == "OCR failed: Tesseract took longer than 0.2 seconds"


@pytest.mark.parametrize(
    "body", ["echo boom >&2; exit 3", "echo boom >&2; kill -SEGV $$", "exit 0"]
)
def test_tesseract_fails(program, body):
    program(body)
    with pytest.raises(OcrError, match=r"boom|No such file"):
        recognize(sheet())
    layer, warning = recognized(ReadingOptions())
    assert len(layer) == 0
    assert warning.startswith("OCR failed: ")
    assert "\n" not in warning


def test_a_signal_amid_ocr_ends_the_process(monkeypatch):
    monkeypatch.setattr("pytesseract.image_to_data", lambda *_, **__: signal.raise_signal(SIGTERM))
    with pytest.raises(SystemExit) as ending, clean_exit():
        recognize(sheet())
    assert ending.value.code == 128 + SIGTERM


def test_a_version_of_tesseract_that_is_too_old(program, monkeypatch):
    program("exit 1")
    script = Path(pytesseract.pytesseract.tesseract_cmd)
    script.write_text(script.read_text().replace("tesseract 5.3.0", "tesseract 2.0"))
    version = pytesseract.pytesseract.get_tesseract_version
    monkeypatch.setattr(version, "_result", version)  # not that of the real one
    with pytest.raises(OcrError, match="Invalid tesseract version"):
        recognize(sheet())


@pytest.mark.parametrize(("limit", "expected"), [(None, "1"), ("3", "3")])
def test_tesseract_has_one_thread_unless_told_otherwise(
    program, monkeypatch, tmp_path, limit, expected
):
    if limit is None:
        monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    else:
        monkeypatch.setenv("OMP_THREAD_LIMIT", limit)
    program(f'echo "$OMP_THREAD_LIMIT" > {tmp_path}/threads; exit 1')
    with pytest.raises(OcrError):
        recognize(sheet())
    assert (tmp_path / "threads").read_text().strip() == expected
    assert os.environ["OMP_THREAD_LIMIT"] == expected


def test_a_program_that_does_not_list_its_languages(program, monkeypatch, tmp_path):
    program("exit 1")
    (tmp_path / "tesseract").write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(tesseract, "_LIST_TIMEOUT", 0.2)
    with pytest.raises(OcrError, match="timed out"):
        tesseract._check_languages("eng")


def test_ocr_that_hangs_is_given_up_before_its_worker():
    assert Workers(1).timeout > tesseract.TIMEOUT
