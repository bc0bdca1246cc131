"""BBox-DocVQA as published: questions in a JSONL file, with page images or PDFs next to it.

A line holds `question` (or `query`), `answer`, `category`, `doc_name`, `evidence_page` (1-based,
one or several), `images` (or `image_paths`) and `bbox`, the boxes of evidence in pixels: a list of
boxes for each page of evidence. Instead of images there may be `<doc_name>.pdf`; the pixels are
then those of its pages at 300 dpi. Other fields are ignored.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from snappy_core.evaluation.jsonl import parse_lines
from snappy_core.types import Box

DPI = 300  # of the page images on which the boxes were drawn


@dataclass(frozen=True, slots=True)
class Sample:
    """A question with its evidence.

    Attributes:
        id: its position in the dataset, from 0.
        folder: the folder of the JSONL file.
        pages: numbers of the pages of evidence, 1-based; the first one is searched.
        images: paths of their images as in the dataset, possibly none.
        boxes: evidence boxes in pixels, those of the first page first.
        own: how many of them are on the first page.
        types: "text", "table" or "image" for each box; empty if the dataset does not say.
    """

    id: int
    folder: Path
    document: str
    category: str
    question: str
    pages: tuple[int, ...]
    images: tuple[str, ...]
    boxes: tuple[Box, ...]
    own: int
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageLocation:
    """A file, and the number of a page in it, 1-based."""

    path: Path
    page: int


def load_samples(
    dataset: str | os.PathLike[str],
    *,
    categories: Collection[str] = (),
    documents: Collection[str] = (),
    limit: int | None = None,
) -> list[Sample]:
    """Read the questions of one JSONL file, or of all JSONL files with questions in a folder.

    Args:
        categories, documents: only return questions of these; of all if empty.
        limit: return at most the first `limit` questions.

    Raises:
        FileNotFoundError: there is no such folder or file, or no JSONL file in it.
        ValueError: a line is not a question (the message has its number), or no question is left.
    """
    samples: list[Sample] = []
    for path in _files(Path(dataset)):
        samples += parse_lines(path, path.read_bytes(), partial(_sample, path.parent))
    samples = [replace(sample, id=number) for number, sample in enumerate(samples)]
    selection = [
        sample
        for sample in samples
        if (not categories or sample.category in categories)
        and (not documents or sample.document in documents)
    ][:limit]
    if not selection:
        names = ", ".join(sorted({sample.category for sample in samples}))
        raise ValueError(f"{dataset}: no question is left; its categories are {names}")
    return selection


def load_regions(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a JSON object with the regions of each document (`RegionIndex.add`) by `doc_name`.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a JSON object.
    """
    try:
        regions = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"{path}: is not JSON ({error})") from error
    if not isinstance(regions, dict):
        raise ValueError(f"{path}: is not a JSON object with regions by doc_name")
    return regions


def locate(samples: Sequence[Sample]) -> tuple[dict[int, PageLocation], list[str]]:
    """Return the page to search for each question, by its id, and the names of missing files.

    That is the first image, relative to the JSONL file, to the folder above it or to `images` in
    either; else the PDF, which may be in a folder `pdfs` next to the JSONL file.

    Raises:
        ValueError: a question about a PDF does not say on which page its evidence is.
    """
    locations: dict[int, PageLocation] = {}
    missing: dict[str, None] = {}
    for sample in samples:
        image, pdf = _image(sample), _pdf(sample)
        if image is not None:
            locations[sample.id] = PageLocation(image, 1)
        elif pdf is None:
            missing[" or ".join([*sample.images[:1], f"{sample.document}.pdf"])] = None
        elif not sample.pages:
            raise ValueError(f"{pdf}: {sample.question!r} has no evidence_page")
        else:
            locations[sample.id] = PageLocation(pdf, sample.pages[0])
    return locations, list(missing)


def _image(sample: Sample) -> Path | None:
    for name in sample.images[:1]:
        image = Path(name.replace("\\", "/"))
        for folder in (sample.folder, sample.folder.parent):
            for path in (image, Path("images", image), image.name, Path("images", image.name)):
                if (folder / path).is_file():
                    return folder / path
    return None


def _pdf(sample: Sample) -> Path | None:
    name = sample.document.removesuffix(".pdf") + ".pdf"
    paths = (sample.folder / name, sample.folder / "pdfs" / name)
    return next((path for path in paths if path.is_file()), None)


def _files(dataset: Path) -> list[Path]:
    if dataset.is_file():
        return [dataset]
    if not dataset.is_dir():
        raise FileNotFoundError(f"{dataset}: no such folder or file")
    paths = sorted(dataset.glob("*.jsonl")) or sorted(dataset.rglob("*.jsonl"))
    if not paths:
        raise FileNotFoundError(f"{dataset}: no JSONL file with questions")
    # Results of a run may be next to the questions: they have no `bbox`.
    return [path for path in paths if b'"bbox"' in _first_line(path)] or paths


def _first_line(path: Path) -> bytes:
    with path.open("rb") as file:
        return next((line for line in file if line.strip()), b"")


def _sample(folder: Path, row: Mapping[str, Any]) -> Sample:
    pages = _boxes(row["bbox"])
    boxes = [box for page in pages for box in page]
    question = str(row.get("question") or row["query"])
    if not boxes or not question.strip():
        raise ValueError("no box of evidence" if not boxes else "an empty question")
    # The published dataset has the second name.
    types = list(map(str, _flat(row.get("subimg_type") or row.get("subimg_tpye") or ())))
    numbers = tuple(_numbers(row.get("evidence_page")))
    images = tuple(map(str, _flat(row.get("images") or row.get("image_paths") or ())))
    # Without a list per page of evidence, all boxes are assumed to be on the first page.
    keys = next((names for names in (numbers, images) if len(names) == len(pages)), None)
    own = [keys is None or keys[i] == keys[0] for i, page in enumerate(pages) for _ in page]
    order = sorted(range(len(boxes)), key=lambda index: not own[index])
    return Sample(
        id=0,  # until all are read
        folder=folder,
        document=str(row["doc_name"]),
        category=str(row.get("category", "")),
        question=question,
        pages=numbers,
        images=images,
        boxes=tuple(boxes[index] for index in order),
        own=sum(own),
        types=tuple(types[index] for index in order) if len(types) == len(boxes) else (),
    )


def _boxes(value: Any) -> list[list[Box]]:
    """Return the boxes of each page, given one box, a list of boxes or a list of boxes per page.

    >>> _boxes([[1, 2, 3, 4], [5, 6, 7, 8]])
    [[(1.0, 2.0, 3.0, 4.0), (5.0, 6.0, 7.0, 8.0)]]
    >>> _boxes([[[1, 2, 3, 4]], [[5, 6, 7, 8]]])
    [[(1.0, 2.0, 3.0, 4.0)], [(5.0, 6.0, 7.0, 8.0)]]
    """
    if isinstance(value, str):
        value = json.loads(value)
    if _is_box(value):
        return [[_box(value)]]
    if all(map(_is_box, value)):
        return [[_box(box) for box in value]]
    return [[box for page in _boxes(part) for box in page] for part in value]


def _is_box(value: Any) -> bool:
    return len(value) == 4 and all(isinstance(edge, (int, float)) for edge in value)


def _box(edges: Sequence[float]) -> Box:
    x0, y0, x1, y1 = map(float, edges)
    if not (x0 <= x1 < math.inf and y0 <= y1 < math.inf and min(x0, y0) > -math.inf):
        raise ValueError(f"a box is x1, y1, x2, y2 with x1 <= x2 and y1 <= y2, not {edges}")
    return x0, y0, x1, y1


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _flat(part)
    else:
        yield value


def _numbers(value: Any) -> Iterator[int]:
    """Yield page numbers written as 3, [3, 4], "3" or "3, 4"."""
    for part in _flat(() if value is None else value):
        for number in map(int, re.findall(r"\d+", part) if isinstance(part, str) else [part]):
            if number < 1:
                raise ValueError(f"evidence_page counts from 1, not {number}")
            yield number
