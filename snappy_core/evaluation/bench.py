"""A bench: a folder of PDFs with questions and the boxes that answer them.

The folder holds `queries.jsonl` and `pdfs/`. A line is a JSON object: `id`, `doc` (a file in
`pdfs/`), `page` (1-based), `type`, `granularity`, `question`, `gt_boxes` (in PDF points, origin
top left of the rendered page), `page_size`, and optionally `answer` and `gt_text`, the words in
the boxes.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, as_boxes, contains_center, enclose, from_pixels, iou
from snappy_core.evaluation.jsonl import parse_lines
from snappy_core.evaluation.metrics import word_f1
from snappy_core.types import Page

HIT = 0.5  # word F1, or IoU, from which a region counts as the answer

MEASURES = (
    "page_r1", "page_r5", "page_mrr", "region_hit1", "region_iou50", "oracle_hit",
    "oracle_iou50", "e2e_hit1", "e2e_hit5", "words_top1",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the page and boxes (page fractions) of its answer.

    Only some benches give the words of the answer and of the passage inside the boxes.
    """

    id: str
    document: str
    page: int
    type: str
    granularity: str
    text: str
    boxes: Boxes
    answer: str = ""
    passage: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """All pages of a bench, with their regions numbered consecutively."""

    keys: Sequence[tuple[str, int]]  # (document file, page number) of each page
    pages: Sequence[Page]
    offsets: NDArray[np.int64]  # page p has the regions offsets[p]:offsets[p + 1]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The scores of all pages (p,) and regions (r,) for a question."""

    pages: NDArray[np.float32]
    within: NDArray[np.float32]  # to rank the regions of one page
    overall: NDArray[np.float32]  # to rank the regions of all pages


Ranker = Callable[[str], Ranking]


def load_questions(folder: str | os.PathLike[str]) -> list[Question]:
    """Read `queries.jsonl` of a folder; raises as `parse_lines`."""
    path = Path(folder) / "queries.jsonl"
    return parse_lines(path, path.read_bytes(), _question)


def _question(row: Mapping[str, Any]) -> Question:
    return Question(
        id=str(row["id"]),
        document=str(row["doc"]),
        page=int(row["page"]),
        type=str(row["type"]),
        granularity=str(row["granularity"]),
        text=str(row["question"]),
        boxes=from_pixels(row["gt_boxes"], *row["page_size"]),
        answer=str(row.get("answer") or ""),
        passage=str(row.get("gt_text") or ""),
    )


def measure(question: Question, corpus: Corpus, ranking: Ranking) -> dict[str, float]:
    """Return the `MEASURES` of one question, each 0..1.

    A region hits if the F1 of its words against the gold words, those with their center in a gold
    box, is at least .5. IoU is measured against the box around all gold boxes.
    """
    gold_page = corpus.keys.index((question.document, question.page))
    page = corpus.pages[gold_page]
    inside_gold = contains_center(question.boxes, page.words.boxes).any(axis=0)
    gold_words = np.flatnonzero(inside_gold).tolist()
    gold_box = as_boxes([enclose(question.boxes)])
    overlaps = iou(as_boxes([region.box for region in page.regions]), gold_box)[:, 0] >= HIT
    hits = np.array([word_f1(region.words, gold_words) >= HIT for region in page.regions], bool)

    start, stop = corpus.offsets[gold_page : gold_page + 2].tolist()
    rank = int((ranking.pages >= ranking.pages[gold_page]).sum())  # the worst rank of equal scores
    first_five = np.argsort(-ranking.overall, kind="stable")[:5].tolist()
    hits_overall = [start <= region < stop and bool(hits[region - start]) for region in first_five]
    measures = dict.fromkeys(MEASURES, 0.0)
    measures |= {
        "page_r1": rank <= 1,
        "page_r5": rank <= 5,
        "page_mrr": 1 / rank,
        "oracle_hit": bool(hits.any()),
        "oracle_iou50": bool(overlaps.any()),
        "e2e_hit1": hits_overall[0],
        "e2e_hit5": any(hits_overall),
    }
    if stop > start:
        top = int(ranking.within[start:stop].argmax())
        measures["region_hit1"] = hits[top]
        measures["region_iou50"] = overlaps[top]
        measures["words_top1"] = len(page.regions[top].words) / max(len(page.words), 1)
    return {name: float(value) for name, value in measures.items()}
