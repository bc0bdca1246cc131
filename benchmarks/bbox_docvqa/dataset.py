"""BBox-DocVQA as published: questions in a JSONL file, with page images or PDFs beside it.

A line holds `question` (or `query`), `answer`, `category`, `doc_name`, `evidence_page` (1-based,
one or several), `images` (or `image_paths`) and `bbox`, the boxes of evidence in pixels: a list of
boxes for each page of evidence. Instead of images there may be `<doc_name>.pdf`; the pixels are
then those of its pages at 300 dpi. Other fields are passed over.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snappy_core.types import Box

DPI = 300  # of the page pictures that the boxes were drawn on


@dataclass(frozen=True, slots=True)
class Sample:
    """A question with its evidence.

    Attributes:
        id: its place in the dataset, from 0.
        folder: where the JSONL file lies.
        pages: numbers of the pages of evidence, 1-based; the first one is the page searched.
        images: paths of their pictures as written, maybe none.
        boxes: evidence boxes in pixels, those of the first page first.
        own: how many of them lie on the first page; 0 when all lie on others.
        types: "text", "table" or "image" for each box; empty when the dataset does not say.
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
class Place:
    """Where the page of a question is: a file, and the number of the page in it."""

    path: Path
    page: int


def load_samples(
    dataset: str | os.PathLike[str],
    *,
    categories: Collection[str] = (),
    documents: Collection[str] = (),
    limit: int | None = None,
) -> list[Sample]:
    """Read the questions of a folder (all its JSONL files that hold some) or of one JSONL file.

    Args:
        categories, documents: keep only questions of these; all when empty.
        limit: keep only so many, the first ones.

    Raises:
        FileNotFoundError: no such folder or file, or no JSONL file in it.
        ValueError: a line that is no question, named by its number, or none that is asked for.
    """
    rows = [row for path in _files(Path(dataset)) for row in _rows(path)]
    samples = [_sample(number, *row) for number, row in enumerate(rows)]
    if not samples:
        raise ValueError(f"{dataset}: holds no questions")
    kept = [
        sample
        for sample in samples
        if (not categories or sample.category in categories)
        and (not documents or sample.document in documents)
    ][:limit]
    if not kept:
        has = ", ".join(sorted({sample.category for sample in samples}))
        raise ValueError(f"{dataset}: no question is left; its categories are {has}")
    return kept


def load_regions(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a JSON object with the regions of documents by `doc_name`, as `RegionIndex.add` takes.

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


def locate(samples: Sequence[Sample]) -> tuple[dict[int, Place], list[str]]:
    """Return where the page of each question (by id) is, and the names of missing files.

    The first picture counts, relative to the JSONL file, to the folder above it or to `images`
    in either; else the PDF, also in a folder `pdfs` beside the JSONL file.

    Raises:
        ValueError: a question about a PDF that names no page of it.
    """
    places: dict[int, Place] = {}
    missing: dict[str, None] = {}
    for sample in samples:
        image, pdf = _image(sample), _pdf(sample)
        if image is not None:
            places[sample.id] = Place(image, 1)
        elif pdf is None:
            missing[" or ".join([*sample.images[:1], f"{sample.document}.pdf"])] = None
        elif not sample.pages:
            raise ValueError(f"{pdf}: {sample.question!r} names no evidence_page of it")
        else:
            places[sample.id] = Place(pdf, sample.pages[0])
    return places, list(missing)


def _image(sample: Sample) -> Path | None:
    if not sample.images:
        return None
    written = Path(sample.images[0].replace("\\", "/"))
    for folder in (sample.folder, sample.folder.parent):
        for path in (folder / written, folder / "images" / written, folder / written.name,
                     folder / "images" / written.name):  # fmt: skip
            if path.is_file():
                return path
    return None


def _pdf(sample: Sample) -> Path | None:
    for folder in (sample.folder, sample.folder / "pdfs"):
        for path in (folder / f"{sample.document}.pdf", folder / sample.document):
            if path.suffix.lower() == ".pdf" and path.is_file():
                return path
    return None


def _files(dataset: Path) -> list[Path]:
    if dataset.is_file():
        return [dataset]
    if not dataset.is_dir():
        raise FileNotFoundError(f"{dataset}: no such folder or file")
    found = sorted(dataset.glob("*.jsonl")) or sorted(dataset.rglob("*.jsonl"))
    if not found:
        raise FileNotFoundError(f"{dataset}: holds no JSONL file with questions")
    # Results of a run may lie beside the questions: they have no `bbox`.
    return [path for path in found if b'"bbox"' in _head(path)] or found


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return next((line for line in file if line.strip()), b"")


def _rows(path: Path) -> Iterator[tuple[Path, int, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: is not UTF-8 text ({error})") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield path, number, line


def _sample(identity: int, path: Path, number: int, line: str) -> Sample:
    try:
        row = json.loads(line)
        pages = _boxes(row["bbox"])
        boxes = [box for page in pages for box in page]
        question = str(row.get("question") or row["query"])
        if not boxes or not question.strip():
            raise ValueError("no box of evidence" if not boxes else "an empty question")
        # Published under the second name.
        types = list(map(str, _flat(row.get("subimg_type") or row.get("subimg_tpye") or ())))
        numbers = tuple(_numbers(row.get("evidence_page")))
        images = tuple(map(str, _flat(row.get("images") or row.get("image_paths") or ())))
        # Without a list for each page of evidence all boxes are taken to lie on the first.
        on = next((names for names in (numbers, images) if len(names) == len(pages)), None)
        own = [on is None or on[place] == on[0] for place, page in enumerate(pages) for _ in page]
        first = sorted(range(len(boxes)), key=lambda place: not own[place])
        return Sample(
            id=identity,
            folder=path.parent,
            document=str(row["doc_name"]),
            category=str(row.get("category", "")),
            question=question,
            pages=numbers,
            images=images,
            boxes=tuple(boxes[place] for place in first),
            own=sum(own),
            types=tuple(types[place] for place in first) if len(types) == len(boxes) else (),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}, line {number}: no question ({error!r})") from error


def _boxes(value: Any) -> list[list[Box]]:
    """Return the boxes of each page, from one box, a list of boxes or a list of those a page.

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
        found = re.findall(r"\d+", part) if isinstance(part, str) else [part]
        for number in map(int, found):
            if number < 1:
                raise ValueError(f"evidence_page counts from 1, not {number}")
            yield number
