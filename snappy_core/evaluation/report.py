"""The bench's result as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from snappy_core.evaluation.runner import MEASURES

if TYPE_CHECKING:
    from rich.table import Table


def table(summary: Mapping[str, Any]) -> Table:
    """Return the measures as a table: one row a measure, one column a ranker.

    `summary` is what `runner.summary` returns.
    """
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    made.title = (
        f"{summary['questions']} questions over {summary['pages']} pages "
        f"of {summary['documents']} documents"
    )
    made.caption = "paper: its rule (iou_weighted) on the same patches; BM25: the same regions"
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
    return made
