"""The installed readers and OCR engines, compared on the same pages."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import REPORT, cpu_seconds
from benchmarks.oracle import measure_folder
from benchmarks.page_layouts import PageLayout, PageRef, page_layout, read_pages
from snappy_core.errors import MissingDependencyError
from snappy_core.evaluation.report import format_table
from snappy_core.parsing.options import ReadingOptions
from snappy_core.types import Page

READINGS: Mapping[str, ReadingOptions] = {
    "default": ReadingOptions(),
    "docling": ReadingOptions(reader="docling"),
    "pymupdf": ReadingOptions(reader="pymupdf"),
    "tesseract": ReadingOptions(ocr="always"),
    "rapidocr": ReadingOptions(ocr="always", ocr_engine="rapidocr"),
}
"""The readers, and the OCR engines on all pages as if they had no text layer, by name."""

_TEXT_LAYER = ReadingOptions(ocr="never")
_MEASURES = ("oracle_iou50", "f1", "words", "seconds")


def run_readers(
    folders: Sequence[str | os.PathLike[str]], names: Collection[str] = tuple(READINGS)
) -> dict[str, Any]:
    """Read the pages of folders with each reader and OCR engine, and measure what they find.

    Args:
        folders: of tagged pages (`layout_tags`) or of questions (`evidence`).
        names: of `READINGS`.

    Returns a dict for JSON with `missing`, why a reader does not run, by reader; and `sets`: each
    with its `folder` and, by reader, `measures`: those of `measure_folder`, `words` (the share of
    the words of the text layers that are read) and CPU `seconds` per page.
    """
    missing = {name: cause for name in names if (cause := _failure(READINGS[name]))}
    present = [name for name in READINGS if name in names and name not in missing]
    return {
        "missing": missing,
        "sets": [
            {"folder": os.fspath(folder), "measures": dict(_measure(folder, present))}
            for folder in folders
        ],
    }


def _failure(reading: ReadingOptions) -> str:
    """Return why the first page of the sample report cannot be read this way, or ""."""
    try:
        (page,) = read_pages([(REPORT, 1)], reading)
    except MissingDependencyError as error:
        return str(error)
    return page.warning


def _measure(
    folder: str | os.PathLike[str], names: Iterable[str]
) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield readers and their measures on a folder."""
    text_layers: list[Counter[str]] = []
    for name in names:
        pages: list[Page] = []
        seconds = 0.0

        def read(refs: Sequence[PageRef], name: str = name) -> Iterable[PageLayout]:
            nonlocal pages, seconds
            started = cpu_seconds()
            pages = list(read_pages(refs, READINGS[name]))
            seconds = (cpu_seconds() - started) / len(refs)
            if not text_layers:
                text_layers.extend(_words(page) for page in read_pages(refs, _TEXT_LAYER))
            return map(page_layout, pages)

        measures = measure_folder(folder, read)
        shared = sum(
            (_words(page) & layer).total() for page, layer in zip(pages, text_layers, strict=True)
        )
        share = shared / max(sum(layer.total() for layer in text_layers), 1)
        yield name, measures | {"words": round(share, 3), "seconds": round(seconds, 3)}


def _words(page: Page) -> Counter[str]:
    return Counter(page.words.texts)


def readers_report(result: Mapping[str, Any]) -> str:
    """Return the result of `run_readers` as a table, a column per reader, and what is missing."""
    sets = result["sets"]
    names = list(sets[0]["measures"])
    rows = [
        [
            f"{Path(row['folder']).name}: {measure.replace('_', ' ')}",
            *(str(row["measures"][name][measure]) for name in names),
        ]
        for row in sets
        for measure in _MEASURES
        if measure in row["measures"][names[0]]
    ]
    lines = [f"{name} does not run: {cause}" for name, cause in result["missing"].items()]
    return "\n".join([format_table(["", *names], rows), *([""] if lines else []), *lines])
