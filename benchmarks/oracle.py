"""The oracle: how many questions any region of the right page answers, whatever the ranking."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.evidence import Evidence, load_boxes, load_evidence
from benchmarks.layout_tags import THRESHOLD, holds_blocks, load_pages, measure_layouts
from benchmarks.page_layouts import LayoutReader, PageLayout, PageRef, read_layouts
from snappy_core.boxes import as_boxes, iou
from snappy_core.evaluation.report import format_table
from snappy_core.parsing.options import ReadingOptions


def run_oracle(
    folders: Sequence[str | os.PathLike[str]], options: ReadingOptions
) -> dict[str, Any]:
    """Read the pages that answer the questions of folders, and measure their best regions.

    Returns a dict for JSON with `sets`: for each folder the result of `summarize`, and its
    `folder`. Raises like `load_evidence`.
    """
    summaries = []
    for folder in folders:
        questions = load_evidence(folder)
        pages = gold_pages(questions)
        best = best_overlaps(questions, pages, read_layouts(pages, options))
        rows = [{"oracle_iou50": value >= THRESHOLD, "mean_iou": value} for value in best]
        summaries.append({"folder": os.fspath(folder), **summarize(questions, rows)})
    return {"sets": summaries}


def measure_folder(folder: str | os.PathLike[str], read: LayoutReader) -> dict[str, float]:
    """Return the measures of a tool on a folder: those of `layout_tags`, or `oracle_iou50`.

    For public sets, `boxes_iou50` is the same share of the boxes of all answers, also of those
    with several.

    Raises like `load_evidence`, and `ValueError` if no question has an answer in one box.
    """
    if holds_blocks(folder):
        tagged = load_pages(folder)
        return measure_layouts(tagged, read([page.page for page in tagged]))
    questions = load_evidence(folder)
    if not questions:
        raise ValueError(f"{os.fspath(folder)}: no question has its answer in exactly one box")
    boxes = load_boxes(folder)
    pages = gold_pages([*questions, *boxes])
    layouts = list(read(pages))

    def share(evidence: Sequence[Evidence]) -> float:
        best = best_overlaps(evidence, pages, layouts)
        return round(sum(value >= THRESHOLD for value in best) / len(best), 3)

    return {"oracle_iou50": share(questions)} | ({"boxes_iou50": share(boxes)} if boxes else {})


def gold_pages(questions: Iterable[Evidence]) -> list[PageRef]:
    """Return the pages that answer questions, each once."""
    return list(dict.fromkeys(question.page for question in questions))


def best_overlaps(
    questions: Sequence[Evidence], pages: Sequence[PageRef], layouts: Iterable[PageLayout]
) -> list[float]:
    """Return the IoU of each question's box with the best region of its page."""
    by_page = dict(zip(pages, layouts, strict=True))
    return [
        float(iou(as_boxes([question.box]), by_page[question.page].boxes).max(initial=0))
        for question in questions
    ]


def summarize(questions: Sequence[Evidence], rows: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """Return the means of the measures over questions: over all, and `by_kind`."""

    def means(indices: Sequence[int]) -> dict[str, Any]:
        names = rows[0] if rows else ()
        return {"questions": len(indices)} | {
            name: round(float(np.mean([rows[index][name] for index in indices])), 3)
            for name in names
        }

    kinds = sorted({kind for question in questions for kind in question.kinds})
    return means(range(len(questions))) | {
        "by_kind": {
            kind: means([i for i, question in enumerate(questions) if kind in question.kinds])
            for kind in kinds
        }
    }


def kinds_report(summary: Mapping[str, Any]) -> str:
    """Return the result of `summarize` as a table with one row per kind."""
    names = [
        name
        for name in summary
        if name not in ("folder", "questions", "by_kind", "pages", "layout")
    ]
    rows = [
        [kind, str(row["questions"]), *(f"{row[name]:.3f}" for name in names)]
        for kind, row in (*summary["by_kind"].items(), ("all", summary))
    ]
    return format_table(["kind", "questions", *(name.replace("_", " ") for name in names)], rows)


def oracle_report(result: Mapping[str, Any]) -> str:
    """Return the result of `run_oracle` as text, with a table for each folder."""
    return "\n\n".join(
        f"{summary['folder']}\n\n{kinds_report(summary)}" for summary in result["sets"]
    )
