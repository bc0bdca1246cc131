"""Questions with the box that answers them, from folders in four formats.

A bench (docs/evaluation.md) has `queries.jsonl`. MMDocIR has `annotations.jsonl` with one document
per line: `doc_name` and `questions`, each with `Q`, `type` (names of kinds of evidence) and
`layout_mapping`, boxes with `page` (from 0), `page_size` and `bbox` in PDF points, origin top left.
Both have their PDFs in `pdfs/`. CiteVQA and ViDoRe V3 have separate modules. From public sets, only
questions with one box are used as evidence.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.citevqa import find_annotations, load_citevqa
from benchmarks.page_layouts import PageRef
from benchmarks.page_questions import PageQuestion
from benchmarks.vidore import is_vidore, load_vidore
from snappy_core.boxes import as_boxes, enclose, from_pixels
from snappy_core.evaluation.jsonl import parse_lines
from snappy_core.types import Box

BENCH, MMDOCIR = "queries.jsonl", "annotations.jsonl"

_SHORT = 40.0  # points high, up to three lines
_KIND = re.compile(r"'([\w-]+)")  # in "['Chart', 'Pure-text (Plain-text)']"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A question and the box that answers it.

    Attributes:
        box: in page fractions, around all boxes of the answer.
        kinds: of the answer: "prose", "short answer" (a paragraph of up to three lines), "table",
            "row", "figure", "chart", or other kinds from the folder. A question of MMDocIR may have
            several.
    """

    page: PageRef
    question: str
    box: Box
    kinds: tuple[str, ...]


def load_evidence(folder: str | os.PathLike[str]) -> list[Evidence]:
    """Read the questions of a folder.

    Raises:
        FileNotFoundError: it is in none of these formats.
        ValueError: a file is not in its format.
    """
    path = Path(folder) / BENCH
    if path.exists():
        pdfs = Path(folder) / "pdfs"
        return parse_lines(path, path.read_bytes(), partial(_bench, pdfs=pdfs))
    return [
        Evidence((question.path, number), question.question, box, question.kinds)
        for question in load_page_questions(folder)
        if len(question.boxes) == 1
        for number, box in question.boxes
    ]


def load_boxes(folder: str | os.PathLike[str]) -> list[Evidence]:
    """Read the boxes of all answers of a public set, each once, even if an answer has several.

    The questions of a bench have one box each: its list is empty. Raises like `load_evidence`.
    """
    if (Path(folder) / BENCH).exists():
        return []
    boxes = {
        (question.path, number, box): question
        for question in load_page_questions(folder)
        for number, box in question.boxes
    }
    return [
        Evidence((path, number), question.question, box, question.kinds)
        for (path, number, box), question in boxes.items()
    ]


def load_page_questions(folder: str | os.PathLike[str]) -> list[PageQuestion]:
    """Read all questions of a public set, including those with several boxes.

    Raises like `load_evidence`.
    """
    folder = Path(folder)
    path = folder / MMDOCIR
    if path.exists():
        parse = partial(_mmdocir, pdfs=folder / "pdfs")
        documents = parse_lines(path, path.read_bytes(), parse)
        return [question for questions in documents for question in questions]
    if find_annotations(folder):
        return load_citevqa(folder)
    if is_vidore(folder):
        return load_vidore(folder)
    raise FileNotFoundError(
        f"{folder}: holds neither {BENCH} nor {MMDOCIR}, nor is it of CiteVQA or ViDoRe V3"
    )


def _bench(row: Mapping[str, Any], pdfs: Path) -> Evidence:
    x0, y0, x1, y1 = enclose(as_boxes(row["gt_boxes"]))
    page = pdfs / str(row["doc"]), int(row["page"])
    kinds = (_with_length(str(row["granularity"]), y1 - y0),)
    return Evidence(page, str(row["question"]), _fractions([x0, y0, x1, y1], row), kinds)


def _mmdocir(row: Mapping[str, Any], pdfs: Path) -> list[PageQuestion]:
    questions = []
    for question in row["questions"]:
        boxes = question["layout_mapping"]
        height = min((gold["bbox"][3] - gold["bbox"][1] for gold in boxes), default=0.0)
        names = _KIND.findall(question["type"].lower().replace("pure-text", "paragraph"))
        questions.append(
            PageQuestion(
                pdfs / str(row["doc_name"]),
                str(question["Q"]),
                frozenset(int(page) + 1 for page in question["page_id"]),
                tuple((int(gold["page"]) + 1, _fractions(gold["bbox"], gold)) for gold in boxes),
                tuple(_with_length(name, height) for name in names) or ("other",),
            )
        )
    return questions


def _with_length(kind: str, height: float) -> str:
    """Return a kind; for a paragraph, by its length."""
    if kind != "paragraph":
        return kind
    return "short answer" if height <= _SHORT else "prose"


def _fractions(box: Any, row: Mapping[str, Any]) -> Box:
    return enclose(from_pixels([box], *row["page_size"]))
