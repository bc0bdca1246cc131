"""Results of evaluations as text for people."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from snappy_core.evaluation.bench import MEASURES
from snappy_core.evaluation.evidence import BUDGETS, ENOUGH, rows_of
from snappy_core.evaluation.highlights import COLUMNS, highlight_rows
from snappy_core.evaluation.outcomes import MEASURES as OUTCOME_MEASURES
from snappy_core.evaluation.outcomes import Outcome, summarize


def format_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    r"""Return a Markdown table with aligned columns, all but the first to the right.

    >>> print(format_table(["model", "hits"], [["small", "45.5%"], ["a|b", "9.0%"]]))
    | model |  hits |
    |-------|-------|
    | small | 45.5% |
    | a\|b  |  9.0% |
    """
    table = Table(box=box.MARKDOWN)
    for number, name in enumerate(header):
        table.add_column(name, justify="right" if number else "left")
    for row in rows:
        table.add_row(*(cell.replace("|", "\\|") for cell in row))
    output = io.StringIO()
    Console(file=output, width=10_000, markup=False, emoji=False, highlight=False).print(table)
    return output.getvalue().strip()


def bench_report(summary: Mapping[str, Any]) -> str:
    """Return the result of `run_bench` as text: one row per measure, one column per ranker."""
    granularities = summary["by_granularity"]
    rows = []
    for measure in MEASURES:
        low, high = summary["intervals"][measure]
        columns = [*granularities.values(), summary["paper"], summary["bm25"]]
        means = [f"{column[measure]:.2f}" for column in columns]
        rows.append([measure, f"{summary[measure]:.2f}", f"{low:.2f}-{high:.2f}", *means])
    return "\n".join([
        f"{summary['questions']} questions over {summary['pages']} pages "
        f"of {summary['documents']} documents",
        "",
        format_table(["measure", "Snappy", "95%", *granularities, "paper", "BM25"], rows),
        "",
        "Share of the evidence among the first words (95%, drawn by document); share of the",
        f"questions with {ENOUGH:.0%} of it; tokens for each of these",
        "",
        format_table(
            ["ranker", *map(str, BUDGETS), "answered", "tokens"], list(rows_of(summary["evidence"]))
        ),
        "",
        "Evidence smaller than a region: the best highlight beside its region; the best hit of the",
        f"page, and the whole table, list or paragraph; {summary['highlights']['milliseconds']} ms "
        "a hit",
        "",
        format_table(
            ["evidence, region", "questions", *COLUMNS], list(highlight_rows(summary["highlights"]))
        ),
        "",
        "paper: its rule (iou_weighted) on the same patches; BM25: the same regions",
        f"reading and encoding {summary['seconds_adding']} s, "
        f"a question {summary['seconds_asking']} s",
    ])  # fmt: skip


def recall_report(summary: Mapping[str, Any]) -> str:
    """Return the result of `run_recall` as text: one row per number of candidates."""
    source = "made of the index's own regions" if summary["made"] else "given"
    rows = []
    for depth in summary["depths"]:
        candidates = str(depth["candidates"])
        candidates += " (exact)" if depth["candidates"] == summary["pages"] else ""
        candidates += " (default)" if depth["candidates"] == summary["default"] else ""
        shares = (f"{depth['regions']:.3f}", f"{depth['pages']:.3f}")
        rows.append([candidates, *shares, f"{depth['seconds'] * 1000:.1f} ms"])
    return "\n".join([
        f"{summary['pages']} pages, {summary['questions']} questions ({source}), "
        f"k = {summary['k']}",
        "",
        format_table(["candidates", "regions found", "their pages", "a search"], rows),
    ])  # fmt: skip


def outcomes_report(outcomes: Sequence[Outcome], k: int) -> str:
    """Return how the user's questions were answered as text: the measures and the misses."""
    summary = summarize(outcomes)
    rows = []
    for name, words in OUTCOME_MEASURES.items():
        if summary[name] is not None:
            low, high = summary["intervals"][name]
            rows.append([words, f"{summary[name]:.2f}", f"{low:.2f}-{high:.2f}"])
    lines = [f"{summary['judged']} of {summary['questions']} questions judged, k = {k}", ""]
    if rows:
        lines += [format_table(["measure", "share", "95%"], rows), ""]
        lines += [f"the hits have {summary['tokens']} tokens a question (estimated)"]
    for outcome in outcomes:
        if outcome.is_miss:
            pages = ", ".join(map(str, outcome.pages))
            answer = f"{outcome.question.document}, page {pages}"
            first = next(iter(outcome.hits or ()), None)
            hit = "nothing" if first is None else f"{first.citation}, page {first.page_number}"
            lines += [f"missed: {outcome.question.question}", f"    {answer}; first hit: {hit}"]
    return "\n".join(lines)
