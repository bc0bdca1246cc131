"""MMDocIR: the pages that answer questions, and the box, if one box is the whole answer.

The folder is described in `benchmarks.evidence`; those of CiteVQA and ViDoRe V3 also work.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bbox_docvqa.grounding import shared_area
from benchmarks.evidence import Evidence, load_evidence, load_page_questions
from benchmarks.layout_tags import THRESHOLD
from benchmarks.oracle import summarize
from benchmarks.page_questions import PageQuestion
from snappy_core.boxes import as_boxes, iou
from snappy_core.encoders.base import Encoder
from snappy_core.evaluation.report import format_table
from snappy_core.index import RegionIndex
from snappy_core.ingest.executor import Executor
from snappy_core.parsing.options import ReadingOptions
from snappy_core.search.hits import Hits
from snappy_core.search.locations.references import find_references
from snappy_core.search.page_references import PageReference
from snappy_core.stores import MemoryStore
from snappy_core.stores.base import Store
from snappy_core.types import Box

GROUPS = ("all", "with_reference", "without_reference", "pictures_without_reference")
"""Groups of questions whose page recall is reported separately."""

COUNTS = (1, 3, 5)
LAYOUT_COUNTS = (1, 5, 10)

PUBLISHED = {
    "OCR text, BGE": (0.352, 0.550, 0.629),
    "OCR text, ColBERT": (0.400, 0.595, 0.665),
    "VLM text, ColBERT": (0.449, 0.648, 0.723),
    "ColPali": (0.527, 0.750, 0.810),
    "Col-Phi3, trained on it": (0.571, 0.768, 0.830),
}
"""Page recall of the paper (table 5, micro), over `PUBLISHED_ON`."""

PUBLISHED_ON = "all 313 documents"
"""The documents in the paper; a folder may have fewer."""

PICTURES = frozenset({"chart", "figure", "image", "infographic"})
"""Kinds of answers that are pictures, whose words are read by OCR or not at all."""

MANY = 1_000
"""Number of hits that the order of pages is taken from: all hits in most documents."""


def run_mmdocir(
    folder: str | os.PathLike[str],
    encoder: Encoder | None = None,
    *,
    reading: ReadingOptions = ReadingOptions(),
    executor: Executor | None = None,
) -> dict[str, Any]:
    """Ask each question of a folder about its document, which has its own index.

    Returns the result of `summarize`. `oracle_iou50` is the share of questions for which any region
    of the gold page has an IoU of at least .5 with the gold box; `top1_iou50` and `top3_iou50` are
    the shares for which the first region, or one of the first three, has it if only this page is
    searched; `document_iou50` is the share for which the first region of the document has it.
    `pages` has the page recall of all questions, including those with several boxes: the mean share
    of the gold pages among the first 1, 3 and 5, in the order of their hits. It is given for `all`,
    for those `with_reference`, which name a place in the document, for those `without_reference`,
    and for `pictures_without_reference`, whose answer is a picture. `layout` has the layout recall
    of questions with boxes: the share of their area that the first 1, 5 and 10 hits cover.

    Raises like `load_evidence` and `RegionIndex.add`.
    """
    by_document: dict[Path, list[Evidence]] = defaultdict(list)
    for evidence in load_evidence(folder):
        by_document[evidence.page[0]].append(evidence)
    page_questions: dict[Path, list[PageQuestion]] = defaultdict(list)
    for question in load_page_questions(folder):
        page_questions[question.path].append(question)
    rows: list[dict[str, float]] = []
    recalls: dict[str, list[list[float]]] = defaultdict(list)
    layout: list[list[float]] = []
    for path, questions in page_questions.items():
        store = MemoryStore()
        with RegionIndex(store, encoder) as index:
            index.add(path, reading=reading, executor=executor).raise_failed()
            rows += [_ask(evidence, index, store) for evidence in by_document[path]]
            for question in questions:
                hits = index.search(question.question, k=MANY)
                recall = _page_recall(hits, question.pages)
                for group in _groups(question):
                    recalls[group].append(recall)
                if question.boxes:
                    layout.append(_layout_recall(hits, question.boxes))
    asked = [evidence for path in page_questions for evidence in by_document[path]]
    return summarize(asked, rows) | {
        "pages": {name: _means(recalls[name], COUNTS) for name in GROUPS if recalls[name]},
        "layout": _means(layout, LAYOUT_COUNTS) if layout else {"questions": 0},
    }


def _groups(question: PageQuestion) -> tuple[str, ...]:
    """Return the names of `GROUPS` that a question belongs to."""
    everyone, with_reference, without_reference, pictures = GROUPS
    if find_references(question.question):
        return everyone, with_reference
    if PICTURES.isdisjoint(question.kinds):
        return everyone, without_reference
    return everyone, without_reference, pictures


def _page_recall(hits: Hits, gold: frozenset[int]) -> list[float]:
    pages = list(dict.fromkeys(hit.page_number for hit in hits))
    return [len(gold.intersection(pages[:count])) / len(gold) for count in COUNTS]


def _layout_recall(hits: Hits, gold: Iterable[tuple[int, Box]]) -> list[float]:
    """Return the share of the area of gold boxes that the first hits cover."""
    by_page: dict[int, list[Box]] = defaultdict(list)
    for page, box in gold:
        by_page[page].append(box)
    golds = {page: as_boxes(boxes) for page, boxes in by_page.items()}
    areas = {
        page: float(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1).sum())
        for page, boxes in golds.items()
    }
    recalls = []
    for count in LAYOUT_COUNTS:
        covered = 0.0
        for page, boxes in golds.items():
            found = [hit.region.box for hit in hits[:count] if hit.page_number == page]
            covered += areas[page] * shared_area(as_boxes(found), boxes)[0]
        recalls.append(covered / max(sum(areas.values()), 1e-9))
    return recalls


def _means(rows: list[list[float]], counts: Iterable[int]) -> dict[str, float]:
    means = np.mean(rows, axis=0).round(3).tolist()
    return {"questions": len(rows)} | {
        f"recall{count}": mean for count, mean in zip(counts, means, strict=True)
    }


def pages_report(summary: Mapping[str, Any]) -> str:
    """Return the page and layout recall from the result of `run_mmdocir` as two tables.

    The page recall is shown next to that of the paper, which covers more documents.
    """
    rows = [
        [name.replace("_", " "), str(of["questions"]), *(f"{of[f'recall{n}']:.3f}" for n in COUNTS)]
        for name, of in summary["pages"].items()
    ]
    rows += [
        [f"paper, {PUBLISHED_ON}: {name}", "", *(f"{recall:.3f}" for recall in recalls)]
        for name, recalls in PUBLISHED.items()
    ]
    pages = format_table(["page recall", "questions", *(f"@{count}" for count in COUNTS)], rows)
    layout = summary["layout"]
    if not layout["questions"]:
        return pages
    row = ["all", str(layout["questions"]), *(f"{layout[f'recall{n}']:.3f}" for n in LAYOUT_COUNTS)]
    header = ["layout recall", "questions", *(f"@{count}" for count in LAYOUT_COUNTS)]
    return f"{pages}\n\n{format_table(header, [row])}"


def _ask(question: Evidence, index: RegionIndex, store: Store) -> dict[str, float]:
    """Return the measures of a question about the only document of an index."""
    (document,) = index.documents()
    number = question.page[1]
    page = PageReference(document.document_id, number)
    with store.read() as snapshot:
        regions = snapshot.page(snapshot.page_ids(document.document_id)[number]).regions
    on_page = index.search(question.question, pages=[page], k=3)
    in_document = index.search(question.question, k=1)
    return {
        "oracle_iou50": _answer(question, (region.box for region in regions)),
        "top1_iou50": _answer(question, (hit.region.box for hit in on_page[:1])),
        "top3_iou50": _answer(question, (hit.region.box for hit in on_page)),
        "document_iou50": _answer(
            question, (hit.region.box for hit in in_document if hit.page_number == number)
        ),
    }


def _answer(question: Evidence, boxes: Iterable[Box]) -> bool:
    """Return whether the IoU of the gold box with any of the boxes is high enough."""
    return bool((iou(as_boxes([question.box]), as_boxes(list(boxes))) >= THRESHOLD).any())
