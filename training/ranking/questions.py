"""Folders of questions, divided into the collections of documents that they are asked about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from snappy_core.boxes import Boxes, from_pixels
from snappy_core.evaluation.jsonl import parse_lines

SOURCES = 14
"""Sources of single pages whose documents are pooled in one collection."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A question with its answer.

    Attributes:
        source: the document that the answer is from; cross-validation does not split it.
        boxes: in page fractions, by file name and page number.
        pages: (file name, page number) of all pages that hold evidence.
        by_words: whether regions are compared with the boxes by words rather than by area.
    """

    text: str
    source: str
    boxes: Mapping[tuple[str, int], Boxes]
    pages: frozenset[tuple[str, int]]
    by_words: bool


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """Documents of one index, and the questions that are asked about all of them."""

    name: str
    files: Sequence[Path]
    questions: Sequence[Question]


def load_collections(folder: Path) -> list[Collection]:
    """Read a folder; FileNotFoundError if it is neither a bench nor MMDocIR."""
    path = folder / "annotations.jsonl"
    if path.exists():
        return parse_lines(path, path.read_bytes(), lambda row: _document(row, folder))
    path = folder / "queries.jsonl"
    rows = parse_lines(path, path.read_bytes(), dict)
    files = sorted((folder / "pdfs").glob("*.pdf"))
    if not all("source" in row for row in rows):
        return [Collection(folder.name, files, [_question(row) for row in rows])]
    sources = sorted({row["source"] for row in rows})
    by_group: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_group[sources.index(row["source"]) // SOURCES].append(row)
    return [
        Collection(
            f"{folder.name}-{group}",
            [folder / "pdfs" / name for name in sorted({row["doc"] for row in group_rows})],
            [_question(row) for row in group_rows],
        )
        for group, group_rows in sorted(by_group.items())
    ]


def _question(row: Mapping[str, Any]) -> Question:
    page = (row["doc"], row["page"])
    boxes = {page: from_pixels(row["gt_boxes"], *row["page_size"])}
    source = row.get("source", row["doc"])
    return Question(row["question"], source, boxes, frozenset(boxes), by_words=True)


def _document(row: Mapping[str, Any], folder: Path) -> Collection:
    name = row["doc_name"]
    questions = []
    for asked in row["questions"]:
        rows: dict[tuple[str, int], list[Any]] = defaultdict(list)
        sizes = {}
        for gold in asked["layout_mapping"]:
            page = (name, gold["page"] + 1)
            rows[page].append(gold["bbox"])
            sizes[page] = gold["page_size"]
        boxes = {page: from_pixels(rows[page], *sizes[page]) for page in rows}
        pages = frozenset((name, number + 1) for number in asked["page_id"])
        questions.append(Question(asked["Q"], name, boxes, pages, by_words=False))
    return Collection(f"{folder.name}-{name}", [folder / "pdfs" / name], questions)
