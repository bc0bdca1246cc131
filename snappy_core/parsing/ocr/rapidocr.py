"""OCR by RapidOCR (PP-OCRv6, Apache-2.0): the package includes its models; no program is needed.

Its model reads Chinese, English and other Latin text, whatever languages are requested. It finds
lines, which are split into words here at the widest gaps between letters.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import MissingDependencyError, OcrError, install_hint
from snappy_core.forks import ProcessModel
from snappy_core.parsing.ocr.engine import OcrWords, or_upside_down

if TYPE_CHECKING:
    from PIL.Image import Image

_MIN_CONTRAST = 64  # gray levels (of 255) between ink and the paper of a line
_SURE = 0.9  # mean confidence: upright text has .98, upside down .75
_UPRIGHT = 1.5  # a line of several letters is vertical if this many times higher than wide

_Box = tuple[float, float, float, float]


class RapidOcrEngine:
    """Runs RapidOCR; a `snappy_core.parsing.ocr.engine.OcrEngine`."""

    def recognize(self, image: Image, languages: str = "eng") -> OcrWords:
        image = image.convert("RGB")
        words = _run(image)
        is_sure = words.texts and words.confidence >= _SURE
        return words if is_sure else or_upside_down(words, image, _run)


def _run(image: Image) -> OcrWords:
    engine = _ENGINE.get()
    try:  # its own check of the direction of lines does not report its result
        result = engine(np.asarray(image)[:, :, ::-1], use_cls=False, text_score=0.0)
    except Exception as error:  # from any of its libraries
        raise OcrError(f"RapidOCR failed: {error or type(error).__name__}") from error
    if result.txts is None:
        return to_words(np.zeros((1, 1), np.int16), ())
    lines = zip(result.txts, result.boxes, result.scores, strict=True)
    return to_words(np.asarray(image.convert("L"), dtype=np.int16), lines)


def to_words(gray: NDArray[np.int16], lines: Iterable[tuple[str, Any, float]]) -> OcrWords:
    """Return the words of lines (text, four corners, score) found in a gray image."""
    texts: list[str] = []
    boxes: list[_Box] = []
    scores: list[float] = []
    numbers: list[int] = []
    for number, (text, corners, score) in enumerate(lines):
        if not (words := text.split()):
            continue
        (x0, y0), (x1, y1) = np.min(corners, axis=0), np.max(corners, axis=0)
        box = max(float(x0), 0), max(float(y0), 0), float(x1), float(y1)
        texts += words
        boxes += _word_boxes(gray, words, box)
        scores += [float(score)] * len(words)
        numbers += [number] * len(words)
    line_numbers = np.array(numbers, dtype=np.int64)
    return OcrWords(
        tuple(texts), np.array(boxes, dtype=np.float64).reshape(-1, 4),
        np.array(scores, dtype=np.float32), line_numbers, line_numbers,
    )  # fmt: skip


def _word_boxes(gray: NDArray[np.int16], words: list[str], line: _Box) -> list[_Box]:
    """Return the boxes of the words of a line, tight to their ink."""
    x0, y0, x1, y1 = line
    if len("".join(words)) > 1 and y1 - y0 > _UPRIGHT * (x1 - x0):
        flipped = _word_boxes(gray.T, words, (y0, x0, y1, x1))
        return [(left, top, right, bottom) for top, left, bottom, right in flipped]
    left, top = int(x0), int(y0)
    part = gray[top : int(np.ceil(y1)), left : int(np.ceil(x1))]
    ink = np.abs(part - np.median(part)) > _MIN_CONTRAST if part.size else np.zeros((1, 1), bool)
    columns = np.flatnonzero(ink.any(axis=0))
    gaps = np.diff(columns)
    count = len(words) - 1
    if not len(columns) or (gaps > 1).sum() < count:
        return _shared_out(words, line)
    cuts = np.sort(np.argsort(-gaps, kind="stable")[:count]) + 1
    boxes = []
    for word in np.split(columns, cuts):
        rows = np.flatnonzero(ink[:, word[0] : word[-1] + 1].any(axis=1))
        boxes.append((left + word[0], top + rows[0], left + word[-1] + 1.0, top + rows[-1] + 1.0))
    return [(float(a), float(b), float(c), float(d)) for a, b, c, d in boxes]


def _shared_out(words: list[str], line: _Box) -> list[_Box]:
    """Return boxes for the words of a line by their lengths, where no gaps separate the letters."""
    lengths = np.array([len(word) for word in words])
    ends = np.cumsum(lengths + 1)  # with a space after each word
    letter = (line[2] - line[0]) / max(int(ends[-1]) - 1, 1)
    starts, stops = line[0] + (ends - lengths - 1) * letter, line[0] + (ends - 1) * letter
    return [(a, line[1], b, line[3]) for a, b in zip(starts.tolist(), stops.tolist(), strict=True)]


def _load_engine() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise MissingDependencyError(
            f"OCR by RapidOCR needs its package: {install_hint('rapidocr')}"
        ) from error
    threads = os.environ.get("OMP_NUM_THREADS", "")
    count = int(threads) if threads.isdecimal() else 1
    options = {
        "Global.log_level": "critical",
        "EngineConfig.onnxruntime.intra_op_num_threads": count,
    }
    return RapidOCR(params=options)


_ENGINE: ProcessModel[Any] = ProcessModel("rapidocr", _load_engine)
