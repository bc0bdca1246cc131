"""Results of evaluations as tables for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table

from snappy_core.evaluation.runner import MEASURES


def bench_report(summary: Mapping[str, Any]) -> Group:
    """Return the measures for printing: one row a measure, one column a ranker.

    `summary` is what `runner.summary` returns.
    """
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    made.add_column("measure", no_wrap=True)
    made.add_column("Snappy", justify="right", style="bold", no_wrap=True)
    made.add_column("95%", justify="right", no_wrap=True)
    granularities = list(summary["by_granularity"])
    for granularity in granularities:
        made.add_column(granularity, justify="right", no_wrap=True)
    for name in ("paper", "BM25"):
        made.add_column(name, justify="right", no_wrap=True)
    for measure in MEASURES:
        low, high = summary["intervals"][measure]
        made.add_row(
            measure,
            f"{summary[measure]:.2f}",
            f"{low:.2f}-{high:.2f}",
            *(f"{summary['by_granularity'][g][measure]:.2f}" for g in granularities),
            *(f"{summary[name][measure]:.2f}" for name in ("paper", "bm25")),
        )
    return Group(
        f"{summary['questions']} questions over {summary['pages']} pages "
        f"of {summary['documents']} documents",
        made,
        "paper: its rule (iou_weighted) on the same patches; BM25: the same regions",
        f"reading and encoding {summary['seconds_adding']} s, "
        f"a question {summary['seconds_asking']} s",
    )


def layout_report(found: Mapping[str, Any]) -> Group:
    """Return what `layout.run_layout` found for printing: one row a class, and all of them."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("class", "labelled", "recall", "label accuracy"):
        made.add_column(name, justify="left" if name == "class" else "right", no_wrap=True)
    rows = [*found["by_class"].items(), ("all", found)]
    for name, row in rows:
        numbers = (f"{row['recall']:.2f}", f"{row['label_accuracy']:.2f}")
        made.add_row(name, str(row["labelled"]), *numbers)
    return Group(
        f"{found['pages']} pages, {found['labelled']} labelled boxes, {found['regions']} regions, "
        f"{found['pages_without_regions']} pages without regions",
        made,
        f"at IoU .5: precision {found['precision']:.2f}, F1 {found['f1']:.2f}; mean best IoU "
        f"{found['mean_iou']:.2f}; words covered {found['word_coverage']:.2f}",
    )
