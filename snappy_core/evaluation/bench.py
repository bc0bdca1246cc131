"""The bench: PDFs with questions and the boxes that answer them, in a folder.

The folder holds `queries.jsonl` and `pdfs/`. A question is a JSON object a line: `id`, `doc` (a
file in `pdfs/`), `page` (1-based), `type`, `granularity`, `question`, `gt_boxes` (in PDF points,
origin top left of the rendered page) and `page_size`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, as_boxes, contains_center, enclose, from_pixels, iou
from snappy_core.evaluation.metrics import rank_of, word_f1
from snappy_core.types import Page

HIT = 0.5  # word F1, and IoU, from which a region counts


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the page and boxes (page fractions) of its answer."""

    id: str
    document: str
    page: int
    type: str
    granularity: str
    text: str
    boxes: Boxes


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """All pages pooled, with their regions laid one after the other.

    Attributes:
        keys: (document file, page number) of each page.
        offsets: page p owns the regions `offsets[p]:offsets[p + 1]`.
    """

    keys: Sequence[tuple[str, int]]
    pages: Sequence[Page]
    offsets: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """What a ranker says to a question.

    Attributes:
        pages: (p,) score of each page.
        within: (r,) score of each region, to rank the regions of one page.
        overall: (r,) score of each region, to rank the regions of all pages.
    """

    pages: NDArray[np.float32]
    within: NDArray[np.float32]
    overall: NDArray[np.float32]


Ranker = Callable[[str], Ranking]


def load_questions(folder: str | os.PathLike[str]) -> list[Question]:
    """Read `queries.jsonl` of a folder.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a line that is no question, named by its number.
    """
    path = Path(folder) / "queries.jsonl"
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            questions.append(
                Question(
                    id=str(row["id"]),
                    document=str(row["doc"]),
                    page=int(row["page"]),
                    type=str(row["type"]),
                    granularity=str(row["granularity"]),
                    text=str(row["question"]),
                    boxes=from_pixels(row["gt_boxes"], *row["page_size"]),
                )
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}, line {number}: no question ({error!r})") from error
    if not questions:
        raise ValueError(f"{path}: holds no questions")
    return questions


def judge(question: Question, corpus: Corpus, ranking: Ranking) -> dict[str, float]:
    """Return the measures of one question, each 0..1, under the names of the bench.

    A region hits when the F1 of its words against the gold words, those whose centre lies in a
    gold box, is at least .5; IoU is taken against the box around all gold boxes.
    """
    gold = corpus.keys.index((question.document, question.page))
    page = corpus.pages[gold]
    words = np.flatnonzero(contains_center(question.boxes, page.words.boxes).any(axis=0))
    around = as_boxes([enclose(question.boxes)])

    def hits(region: int) -> float:
        return float(word_f1(page.regions[region].words, words.tolist()) >= HIT)

    overlaps = iou(as_boxes([region.box for region in page.regions]), around)[:, 0] >= HIT
    start, stop = corpus.offsets[gold : gold + 2].tolist()
    top = int(ranking.within[start:stop].argmax()) if stop > start else None
    rank = rank_of(ranking.pages, gold)
    first = np.argsort(-ranking.overall, kind="stable")[:5].tolist()
    found = [start <= region < stop and bool(hits(region - start)) for region in first]
    return {
        "page_r1": float(rank <= 1),
        "page_r5": float(rank <= 5),
        "page_mrr": 1 / rank,
        "region_hit1": 0.0 if top is None else hits(top),
        "region_iou50": 0.0 if top is None else float(overlaps[top]),
        "oracle_hit": float(any(hits(region) for region in range(len(page.regions)))),
        "oracle_iou50": float(overlaps.any()),
        "e2e_hit1": float(found[0]),
        "e2e_hit5": float(any(found)),
        "words_top1": (
            0.0 if top is None else len(page.regions[top].words) / max(len(page.words), 1)
        ),
    }
