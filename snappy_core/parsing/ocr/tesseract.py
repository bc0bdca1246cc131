"""OCR by Tesseract, through pytesseract."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from subprocess import SubprocessError
from typing import Any

import numpy as np
import pytesseract
from numpy.typing import NDArray
from PIL.Image import Image

from snappy_core.errors import MissingDependencyError, OcrError
from snappy_core.parsing.ocr.engine import LOW_CONFIDENCE, OcrWords, or_upside_down
from snappy_core.parsing.ocr.scripts import scripts_of

# Seconds for a run, which takes about two; less than a worker has for a page, so that a page on
# which Tesseract hangs only causes a warning, and its document does not fail.
TIMEOUT = 45
_LIST_TIMEOUT = 20  # seconds to list the languages, which takes less than one
_DPI = 200  # passed to Tesseract, whose own guess is often wrong
_RULING_LINES = "|¦_"  # characters that Tesseract reads in place of ruling lines
_SURE = 0.75  # mean confidence; Cyrillic read as English has up to .57
_MIN_SCRIPT_CONFIDENCE = 2.0  # Tesseract's; it is 1 to 2 for Latin letters taken for Cyrillic


class TesseractEngine:
    """Runs the program Tesseract; a `snappy_core.parsing.ocr.engine.OcrEngine`."""

    def recognize(self, image: Image, languages: str = "eng") -> OcrWords:
        _check_languages(languages)
        gray = image.convert("L")
        words = _run(gray, languages)
        if words.confidence >= _SURE:
            return words
        if script := _foreign_script(gray, languages):
            return replace(words, script=script)
        if words.confidence >= LOW_CONFIDENCE:
            return words
        # Tesseract's own guess of the orientation needs many letters.
        return or_upside_down(words, gray, lambda turned: _run(turned, languages))


@contextmanager
def _errors() -> Iterator[None]:
    """Translate pytesseract's errors into Snappy's."""
    try:
        yield
    except pytesseract.TesseractNotFoundError as error:
        raise MissingDependencyError(
            "OCR needs Tesseract: apt-get install tesseract-ocr (or your system's way)"
        ) from error
    # A broken program or no room for temporary files.
    except (pytesseract.TesseractError, SubprocessError, OSError) as error:
        raise OcrError(" ".join(str(error).split())) from error
    except SystemExit as error:
        if not isinstance(error.code, str):  # from a signal that ends this process
            raise
        # pytesseract exits if it does not know the version of Tesseract.
        raise OcrError(" ".join(error.code.split())) from error
    except RuntimeError as error:  # pytesseract's timeout
        raise OcrError(f"Tesseract took longer than {TIMEOUT} seconds") from error


@cache  # only success is cached: after an error Tesseract is asked again
def _check_languages(languages: str) -> None:
    """Raise MissingDependencyError for missing languages, which Tesseract may silently ignore."""
    with _errors():
        # Not pytesseract's own function, which waits forever for a program that hangs.
        program = pytesseract.pytesseract.tesseract_cmd
        try:
            answer = subprocess.run(
                [program, "--list-langs"],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                timeout=_LIST_TIMEOUT,
                check=False,
            )
        except (FileNotFoundError, PermissionError) as error:
            raise pytesseract.TesseractNotFoundError from error
    installed = set(answer.stdout.decode("utf-8", "replace").split())
    missing = [name for name in languages.split("+") if name not in installed]
    if missing:
        packages = " ".join(f"tesseract-ocr-{name.replace('_', '-')}" for name in missing)
        raise MissingDependencyError(
            f"Tesseract lacks the language {'+'.join(missing)}: apt-get install {packages}"
        )


def _foreign_script(gray: Image, languages: str) -> str:
    """Return the script of a page if none of the languages is written in it, else ""."""
    try:
        with _errors():
            page = pytesseract.image_to_osd(
                gray, config=f"--dpi {_DPI}", output_type=pytesseract.Output.DICT, timeout=TIMEOUT
            )
    except OcrError:  # too few letters, or its data is not installed
        return ""
    script = str(page["script"])
    is_known = script in scripts_of(languages) or page["script_conf"] < _MIN_SCRIPT_CONFIDENCE
    return "" if is_known else script


def _run(gray: Image, languages: str) -> OcrWords:
    # More threads make Tesseract slower: five times on two cores. Only the environment sets them.
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    with _errors():
        table: dict[str, list[Any]] = pytesseract.image_to_data(
            gray,
            lang=languages,
            config=f"--psm 1 --dpi {_DPI}",  # 1: detect the orientation first
            output_type=pytesseract.Output.DICT,
            timeout=TIMEOUT,
        )
    texts = [str(text).strip().strip(_RULING_LINES) for text in table.pop("text")]
    rows = [row for row, text in enumerate(texts) if text and table["conf"][row] >= 0]
    columns = {name: np.array(values)[rows] for name, values in table.items()}
    x0, y0 = columns["left"], columns["top"]
    boxes = np.stack([x0, y0, x0 + columns["width"], y0 + columns["height"]], axis=1)
    return OcrWords(
        texts=tuple(texts[row] for row in rows),
        boxes=boxes.astype(np.float64),
        confidences=columns["conf"].astype(np.float32) / np.float32(100),
        lines=_number(columns["block_num"], columns["par_num"], columns["line_num"]),
        paragraphs=_number(columns["block_num"], columns["par_num"]),
    )


def _number(*columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number consecutive rows of columns (n,) from 0; equal rows share a number."""
    keys = np.stack(columns)
    return np.cumsum(np.diff(keys, prepend=keys[:, :1]).any(axis=0))
