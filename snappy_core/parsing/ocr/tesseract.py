"""Words of a picture by Tesseract, in the form the layout analysis takes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from subprocess import SubprocessError
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import from_pixels
from snappy_core.errors import MissingDependencyError, OcrError
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.text import NOTHING, TextLayer

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 200
TIMEOUT = 120  # seconds a page; Tesseract takes about two

_RULES = "|¦_"  # what the ruling lines of tables are taken for

_FONT_HEIGHT = 1.2  # heights of the ink of a usual word

# Pages of so little confidence are tried upside down: Tesseract's own guess needs many letters.
_DOUBTFUL = 50


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What Tesseract saw: words in its reading order."""

    texts: list[str]
    boxes: NDArray[np.float64]  # (n, 4) pixels
    confidences: NDArray[np.float32]  # (n,) 0..100
    paragraphs: NDArray[np.int64]  # (n,) place of the paragraph each word belongs to
    lines: NDArray[np.int64]  # (n,) the same of the line

    @property
    def confidence(self) -> float:
        return float(self.confidences.mean()) if len(self.confidences) else 0.0


def read(picture: Image, width: float, options: ReadingOptions) -> tuple[TextLayer, str]:
    """Return the words of a picture and, when OCR is not to be had, a warning.

    With `ocr="always"` a missing Tesseract is an error.
    """
    try:
        return recognise(picture, width, options.languages), ""
    except MissingDependencyError as error:
        if options.ocr == "always":
            raise
        return NOTHING, f"has no text layer, and {error}"
    except OcrError as error:
        return NOTHING, f"OCR failed: {error}"


def recognise(picture: Image, width: float, languages: str = "eng") -> TextLayer:
    """Return the words of a picture, with confidences, in Tesseract's reading order.

    Args:
        picture: a page, best at 200 to 300 dots per inch.
        width: of the page, in its units.
        languages: Tesseract's names, joined by "+".

    Raises:
        MissingDependencyError: Tesseract or a language is not installed.
        OcrError: Tesseract failed or took longer than `TIMEOUT` seconds.
    """
    _check_languages(languages)
    grey = picture.convert("L")
    found = _run(grey, languages)
    if found.texts and found.confidence < _DOUBTFUL:
        turned = _run(grey.transpose(_half_turn()), languages)
        if turned.confidence > found.confidence:
            found = _turn_back(turned, *grey.size)
    return _layer(found, *grey.size, zoom=width / grey.width)


def _tesseract() -> Any:
    try:
        import pytesseract
    except ImportError as error:
        raise MissingDependencyError("OCR needs pytesseract: pip install pytesseract") from error
    # More threads make Tesseract slower, five times on two cores. It reads only the environment.
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    return pytesseract


@contextmanager
def _errors() -> Iterator[None]:
    """Raise Snappy's errors for those of pytesseract."""
    pytesseract = _tesseract()
    try:
        yield
    except pytesseract.TesseractNotFoundError as error:
        raise MissingDependencyError(
            "OCR needs Tesseract: apt-get install tesseract-ocr (or your system's way)"
        ) from error
    # A broken program, no room for temporary files; pytesseract exits at an unknown version.
    except (pytesseract.TesseractError, SubprocessError, OSError, SystemExit) as error:
        raise OcrError(" ".join(str(error).split())) from error
    except RuntimeError as error:  # pytesseract's way of saying that the time is up
        raise OcrError(f"Tesseract took longer than {TIMEOUT} seconds") from error


@cache  # of success only: an error is looked at again
def _check_languages(languages: str) -> None:
    """Raise MissingDependencyError for languages that are not there: Tesseract may just go on."""
    with _errors():
        installed = _tesseract().get_languages()
    missing = [name for name in languages.split("+") if name not in installed]
    if missing:
        packages = " ".join(f"tesseract-ocr-{name.replace('_', '-')}" for name in missing)
        raise MissingDependencyError(
            f"Tesseract lacks the language {'+'.join(missing)}: apt-get install {packages}"
        )


def _run(grey: Image, languages: str) -> _Read:
    with _errors():
        pytesseract = _tesseract()
        table: dict[str, list[Any]] = pytesseract.image_to_data(
            grey,
            lang=languages,
            config=f"--psm 1 --dpi {DPI}",  # 1: find out the orientation first
            output_type=pytesseract.Output.DICT,
            timeout=TIMEOUT,
        )
    return _parse(table)


def _parse(table: dict[str, list[Any]]) -> _Read:
    texts = [str(text).strip().strip(_RULES) for text in table["text"]]
    rows = [i for i, text in enumerate(texts) if text and table["conf"][i] >= 0]
    keys = [(table["block_num"][i], table["par_num"][i]) for i in rows]
    lines = [(*key, table["line_num"][i]) for key, i in zip(keys, rows, strict=True)]
    edges = np.array(
        [[table[side][i] for side in ("left", "top", "width", "height")] for i in rows],
        dtype=np.float64,
    ).reshape(-1, 4)
    return _Read(
        texts=[texts[i] for i in rows],
        boxes=np.hstack([edges[:, :2], edges[:, :2] + edges[:, 2:]]),
        confidences=np.array([table["conf"][i] for i in rows], dtype=np.float32),
        paragraphs=_number(keys),
        lines=_number(lines),
    )


def _number(keys: Sequence[tuple[int, ...]]) -> NDArray[np.int64]:
    places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    return np.array([places[key] for key in keys], dtype=np.int64)


def _half_turn() -> Any:
    from PIL.Image import Transpose

    return Transpose.ROTATE_180


def _turn_back(found: _Read, width: int, height: int) -> _Read:
    x0, y0, x1, y1 = found.boxes.T
    boxes = np.stack([width - x1, height - y1, width - x0, height - y0], axis=1)
    return _Read(found.texts, boxes, found.confidences, found.paragraphs, found.lines)


def _layer(found: _Read, width: int, height: int, zoom: float) -> TextLayer:
    turns = _turns(found)
    standing = turns % 2 == 0
    heights = np.where(standing, _extent(found.boxes, 1), _extent(found.boxes, 0))
    lines, sizes = found.boxes.copy(), np.zeros(len(turns))
    for line in np.unique(found.lines):
        members = np.flatnonzero(found.lines == line)
        across = 1 if standing[members[0]] else 0  # the axis that letters stand along
        lines[members, across] = found.boxes[members, across].min()
        lines[members, across + 2] = found.boxes[members, across + 2].max()
    # One size a paragraph: the ink of a line is high or low by the letters it happens to hold.
    for paragraph in np.unique(found.paragraphs):
        members = np.flatnonzero(found.paragraphs == paragraph)
        sizes[members] = _FONT_HEIGHT * np.median(heights[members])
    none = np.zeros(len(turns), dtype=bool)
    return TextLayer(
        texts=tuple(found.texts),
        boxes=np.clip(from_pixels(found.boxes, width, height), 0, 1),
        lines=np.clip(from_pixels(lines, width, height), 0, 1),
        sizes=(sizes * zoom).astype(np.float32),
        bold=none,
        turns=turns,
        hyphens=_hyphens(found, standing),
        invisible=none,
        confidences=(found.confidences / 100).astype(np.float32),
    )


def _hyphens(found: _Read, standing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which words go on in the next line: the last of an upright line, ending in a hyphen."""
    last = np.append(found.lines[1:] != found.lines[:-1], True)[: len(found.texts)]
    broken = [len(text) > 2 and text[-1] in "-‐" and text[-2].isalpha() for text in found.texts]
    return np.asarray(last & np.array(broken, dtype=bool) & standing, dtype=bool)


def _extent(boxes: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    return boxes[:, axis + 2] - boxes[:, axis]


def _turns(found: _Read) -> NDArray[np.int8]:
    """Return the quarter turns by which each word is turned, as its line runs.

    A line of a single word says nothing: it is taken to run as most lines do.
    """
    turns = np.full(len(found.texts), -1, dtype=np.int8)
    for line in np.unique(found.lines):
        members = np.flatnonzero(found.lines == line)
        turns[members] = _direction(found.boxes[members])
    known = turns[turns >= 0]
    turns[turns < 0] = np.bincount(known).argmax() if len(known) else 0
    return turns


def _direction(boxes: NDArray[np.float64]) -> int:
    """Return the quarter turns by which a line is turned, -1 for a single word."""
    if len(boxes) < 2:
        return -1
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    dx, dy = centres[-1] - centres[0]
    if abs(dx) >= abs(dy):
        return 0 if dx >= 0 else 2
    return 1 if dy > 0 else 3
