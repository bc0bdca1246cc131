"""Questions with the box that answers them, from folders of two formats.

A bench (docs/evaluation.md) has `queries.jsonl`, MMDocIR has `annotations.jsonl`: a document a line
with `doc_name` and `questions`, each with `Q`, `type` (names of kinds of evidence) and
`layout_mapping`, boxes with `page` (from 0), `page_size` and `bbox` in PDF points, origin top left.
Questions of MMDocIR with several boxes are left out. Both have their PDFs in `pdfs/`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.page_layouts import PageRef
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
            "row", "figure", "chart", or what else the folder says. A question of MMDocIR may be of
            several.
    """

    page: PageRef
    question: str
    box: Box
    kinds: tuple[str, ...]


def load_evidence(folder: str | os.PathLike[str]) -> list[Evidence]:
    """Read the questions of a folder.

    Raises:
        FileNotFoundError: it holds neither of the two files.
        ValueError: a line of the file is not in its format.
    """
    for name, parse in ((BENCH, _bench), (MMDOCIR, _mmdocir)):
        path = Path(folder) / name
        if path.exists():
            pdfs = Path(folder) / "pdfs"
            lines = parse_lines(path, path.read_bytes(), partial(parse, pdfs=pdfs))
            return [evidence for line in lines for evidence in line]
    raise FileNotFoundError(f"{folder}: holds neither {BENCH} nor {MMDOCIR}")


def load_page_questions(
    folder: str | os.PathLike[str],
) -> dict[Path, list[tuple[str, frozenset[int]]]]:
    """Read all questions of MMDocIR with the numbers of their pages, by document.

    Raises as `load_evidence`.
    """
    path = Path(folder) / MMDOCIR
    documents = parse_lines(path, path.read_bytes(), dict)
    return {
        Path(folder) / "pdfs" / str(row["doc_name"]): [
            (str(question["Q"]), frozenset(page + 1 for page in question["page_id"]))
            for question in row["questions"]
        ]
        for row in documents
    }


def _bench(row: Mapping[str, Any], pdfs: Path) -> list[Evidence]:
    x0, y0, x1, y1 = enclose(as_boxes(row["gt_boxes"]))
    page = pdfs / str(row["doc"]), int(row["page"])
    kinds = (_with_length(str(row["granularity"]), y1 - y0),)
    return [Evidence(page, str(row["question"]), _fractions([x0, y0, x1, y1], row), kinds)]


def _mmdocir(row: Mapping[str, Any], pdfs: Path) -> list[Evidence]:
    path, evidence = pdfs / str(row["doc_name"]), []
    for question in row["questions"]:
        if len(question["layout_mapping"]) == 1:
            (gold,) = question["layout_mapping"]
            height = gold["bbox"][3] - gold["bbox"][1]
            names = _KIND.findall(question["type"].lower().replace("pure-text", "paragraph"))
            kinds = tuple(_with_length(name, height) for name in names) or ("other",)
            page = path, int(gold["page"]) + 1
            box = _fractions(gold["bbox"], gold)
            evidence.append(Evidence(page, str(question["Q"]), box, kinds))
    return evidence


def _with_length(kind: str, height: float) -> str:
    """Return a kind, or of a paragraph whether it is long."""
    if kind != "paragraph":
        return kind
    return "short answer" if height <= _SHORT else "prose"


def _fractions(box: Any, row: Mapping[str, Any]) -> Box:
    return enclose(from_pixels([box], *row["page_size"]))
