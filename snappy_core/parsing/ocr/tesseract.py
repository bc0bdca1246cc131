"""OCR by Tesseract, through pytesseract."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from subprocess import SubprocessError
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import MissingDependencyError, OcrError
from snappy_core.parsing.ocr.engine import OcrWords

if TYPE_CHECKING:
    from PIL.Image import Image

TIMEOUT = 120
"""Seconds for a page; Tesseract takes about two."""

_DPI = 200  # what Tesseract is told; its own guess is often wrong
_RULING_LINES = "|¦_"  # characters that Tesseract takes ruling lines of tables for

# Below this mean confidence (0..1) a page is tried upside down, too: Tesseract's own guess of the
# orientation needs many letters.
_LOW_CONFIDENCE = 0.5


class TesseractEngine:
    """Runs the program Tesseract; a `snappy_core.parsing.ocr.engine.OcrEngine`."""

    def recognize(self, image: Image, languages: str = "eng") -> OcrWords:
        from PIL.Image import Transpose

        _check_languages(languages)
        gray = image.convert("L")
        words = _run(gray, languages)
        if words.texts and (confidence := words.confidences.mean()) < _LOW_CONFIDENCE:
            turned = _run(gray.transpose(Transpose.ROTATE_180), languages)
            if turned.texts and turned.confidences.mean() > confidence:
                return _turn_upside_down(turned, gray.size)
        return words


def _pytesseract() -> Any:
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
    pytesseract = _pytesseract()
    try:
        yield
    except pytesseract.TesseractNotFoundError as error:
        raise MissingDependencyError(
            "OCR needs Tesseract: apt-get install tesseract-ocr (or your system's way)"
        ) from error
    # A broken program or no room for temporary files; pytesseract exits at an unknown version.
    except (pytesseract.TesseractError, SubprocessError, OSError, SystemExit) as error:
        raise OcrError(" ".join(str(error).split())) from error
    except RuntimeError as error:  # pytesseract's timeout
        raise OcrError(f"Tesseract took longer than {TIMEOUT} seconds") from error


@cache  # only success is cached: after an error Tesseract is asked again
def _check_languages(languages: str) -> None:
    """Raise MissingDependencyError for missing languages, which Tesseract may just ignore."""
    with _errors():
        installed = _pytesseract().get_languages()
    missing = [name for name in languages.split("+") if name not in installed]
    if missing:
        packages = " ".join(f"tesseract-ocr-{name.replace('_', '-')}" for name in missing)
        raise MissingDependencyError(
            f"Tesseract lacks the language {'+'.join(missing)}: apt-get install {packages}"
        )


def _run(gray: Image, languages: str) -> OcrWords:
    with _errors():
        pytesseract = _pytesseract()
        table: dict[str, list[Any]] = pytesseract.image_to_data(
            gray,
            lang=languages,
            config=f"--psm 1 --dpi {_DPI}",  # 1: detect the orientation first
            output_type=pytesseract.Output.DICT,
            timeout=TIMEOUT,
        )
    return _parse(table)


def _parse(table: dict[str, list[Any]]) -> OcrWords:
    texts = [str(text).strip().strip(_RULING_LINES) for text in table["text"]]
    rows = [row for row, text in enumerate(texts) if text and table["conf"][row] >= 0]
    paragraphs = [(table["block_num"][row], table["par_num"][row]) for row in rows]
    lines = [
        (*paragraph, table["line_num"][row])
        for paragraph, row in zip(paragraphs, rows, strict=True)
    ]
    extents = np.array(
        [[table[side][row] for side in ("left", "top", "width", "height")] for row in rows],
        dtype=np.float64,
    ).reshape(-1, 4)
    return OcrWords(
        texts=tuple(texts[row] for row in rows),
        boxes=np.hstack([extents[:, :2], extents[:, :2] + extents[:, 2:]]),
        confidences=np.array([table["conf"][row] for row in rows], np.float32) / np.float32(100),
        lines=_number(lines),
        paragraphs=_number(paragraphs),
    )


def _number(keys: Sequence[tuple[int, ...]]) -> NDArray[np.int64]:
    """Number equal keys alike, from 0 in the order of their first appearance."""
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys], dtype=np.int64)


def _turn_upside_down(words: OcrWords, size: tuple[int, int]) -> OcrWords:
    width, height = size
    x0, y0, x1, y1 = words.boxes.T
    boxes = np.stack([width - x1, height - y1, width - x0, height - y0], axis=1)
    return replace(words, boxes=boxes)
