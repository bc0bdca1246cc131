"""A run of BBox-DocVQA in numbers: means, intervals, and groups of questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.bbox_docvqa.grounding import grounding, group, means, prefixed
from benchmarks.bbox_docvqa.measures import POOLS
from benchmarks.bbox_docvqa.results import Result
from benchmarks.bbox_docvqa.runner import Run
from benchmarks.bbox_docvqa.tokens import savings
from snappy_core.evaluation.metrics import intervals


def docvqa_summary(run: Run) -> dict[str, object]:
    """Return a run as JSON.

    Each of `all_`, `selected_`, `random_` (as many as selected, at random), `random1_` (one),
    `top3_` and `top1_` is prefixed to `mean_iou`, `hit25`, `hit50` and `hit70`. Also `intervals`
    (bootstrap, 95%), `by_category`, `by_boxes` (of evidence), `by_pages` (of evidence), `own_page`
    (against the boxes of the searched page only), `by_type` and `by_label` (by evidence box, IoU
    of at least .5), tokens, `sweep`, and `missed`: questions whose page had no region, and why.
    """
    results = run.results
    measures = [result.measures for result in results]
    return {
        "questions": len(results),
        "documents": len({result.doc_name for result in results}),
        "skipped": run.skipped,
        "encoder": run.encoder,
        "setting": run.setting.name,
        **means(measures),
        "intervals": intervals(measures, digits=4),
        "own_page": _own_page(results),
        "by_category": _by(results, lambda result: result.category),
        "by_boxes": _by(results, lambda result: len(result.gt_bboxes)),
        "by_pages": _by(
            results,
            lambda result: "one" if result.own == len(result.gt_bboxes) else "several",
        ),
        "by_type": _by_box(results, lambda result: result.gt_types),
        "by_label": _by_box(results, lambda result: result.labels),
        "tokenizer": run.tokenizer,
        **savings(
            sum(result.tokens_selected for result in results),
            sum(result.tokens_all_ocr for result in results),
            sum(result.tokens_full_image for result in results),
        ),
        "sweep": {
            name: means([result.sweep[name] for result in results]) for name in results[0].sweep
        },
        "missed": [
            {"doc_name": result.doc_name, "page": result.page, "error": result.error}
            for result in results
            if result.error
        ],
    }


def _own_page(results: Sequence[Result]) -> dict[str, float]:
    """Return the means against the evidence on the searched page."""
    rows = []
    for result in results:
        if result.own:
            pools = [prefixed(p, grounding(result.overlaps[p][: result.own])) for p in POOLS]
            rows.append({name: value for pool in pools for name, value in pool.items()})
    return means(rows) if rows else {}


def _by(results: Sequence[Result], key: Callable[[Result], object]) -> dict[str, dict[str, float]]:
    """Return the means of the questions of each key."""
    return {
        name: {"questions": len(members), **means([result.measures for result in members])}
        for name, members in group(results, key).items()
    }


def _by_box(
    results: Sequence[Result], kinds: Callable[[Result], Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Return the hits at IoU .5 of each kind of evidence box on the searched page."""
    boxes = [
        (kind, {f"{pool}_hit50": float(result.overlaps[pool][index] >= 0.5) for pool in POOLS})
        for result in results
        for index, kind in enumerate(kinds(result)[: result.own])
    ]
    return {
        kind: {"boxes": len(members), **means([row for _, row in members])}
        for kind, members in group(boxes, lambda box: box[0]).items()
    }
