"""One table of all sets: benches, public question sets, and labeled pages."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import publaynet
from benchmarks.evidence import BENCH, MMDOCIR
from benchmarks.layout_tags import holds_blocks, load_pages, measure_layouts
from benchmarks.mmdocir import COUNTS, LAYOUT_COUNTS, PUBLISHED, PUBLISHED_ON, run_mmdocir
from benchmarks.page_layouts import read_layouts
from snappy_core.evaluation.evidence import BUDGETS
from snappy_core.evaluation.report import format_table
from snappy_core.evaluation.runner import run_bench
from snappy_core.ingest.executor import Executor
from snappy_core.parsing.options import ReadingOptions

HEADER = ("set", "seen", "size", "measure", "Snappy", "beside it")

Rows = list[dict[str, str]]


def run_set(
    folder: str | os.PathLike[str],
    role: str,
    *,
    reading: ReadingOptions = ReadingOptions(),
    executor: Executor | None = None,
) -> Rows:
    """Measure a folder in any format that another benchmark reads.

    Args:
        role: whether design choices were based on the set, such as "development".

    Returns:
        A dict for JSON for each measure, by the names of the columns in `HEADER`.

    Raises:
        FileNotFoundError: the folder is in none of the formats.
    """
    folder = Path(folder)
    if holds_blocks(folder):
        size, rows = _labeled(folder, reading)
    elif (folder / publaynet.SAMPLES).exists():
        size, rows = _publaynet(folder, reading)
    elif (folder / BENCH).exists():
        size, rows = _bench(run_bench(folder, reading=reading, executor=executor))
    else:
        summary = run_mmdocir(folder, reading=reading, executor=executor)
        size, rows = _public(summary, is_mmdocir=(folder / MMDOCIR).exists())
    name = folder.resolve().name
    values = [(name, role, size, *row) for row in rows]
    return [dict(zip(HEADER, row, strict=True)) for row in values]


def sets_report(rows: Iterable[Mapping[str, str]]) -> str:
    """Return the results of `run_set` for several sets as one table."""
    return format_table(HEADER, [[row[column] for column in HEADER] for row in rows])


def _bench(summary: Mapping[str, Any]) -> tuple[str, list[tuple[str, str, str]]]:
    names = ("page_r1", "e2e_hit1", "e2e_hit5")
    evidence = dict(summary["evidence"])
    evidence.pop("Snappy, budget")
    own = evidence.pop("Snappy, k")["recall"]
    chunks = [max(measures["recall"][i] for measures in evidence.values()) for i in range(len(own))]
    size = f"{summary['questions']} questions, {summary['documents']} documents"
    return size, [
        (
            "page first, answer first, answer among five",
            _numbers(summary[name] for name in names),
            "BM25 " + _numbers(summary["bm25"][name] for name in names),
        ),
        (
            f"evidence within {_budgets(BUDGETS)} words",
            _numbers(own),
            "the best plain chunks at each " + _numbers(chunks),
        ),
    ]


def _public(summary: Mapping[str, Any], is_mmdocir: bool) -> tuple[str, list[tuple[str, str, str]]]:
    published = f"ColPali, as its paper says of {PUBLISHED_ON}, {_numbers(PUBLISHED['ColPali'])}"
    rows = [
        (
            f"page recall @{_budgets(COUNTS)}, {name.replace('_', ' ')} ({of['questions']})",
            _numbers(of[f"recall{count}"] for count in COUNTS),
            published if is_mmdocir and name == "all" else "",
        )
        for name, of in summary["pages"].items()
    ]
    if summary["layout"]["questions"]:
        layout = _numbers(summary["layout"][f"recall{count}"] for count in LAYOUT_COUNTS)
        rows.append((f"layout recall @{_budgets(LAYOUT_COUNTS)}", layout, ""))
    if summary["questions"]:
        names = ("document_iou50", "top1_iou50", "top3_iou50", "oracle_iou50")
        measure = "IoU >= .5: first of the document; of the page; of three; any"
        row = (f"{measure} ({summary['questions']})", _numbers(summary[n] for n in names), "")
        rows.append(row)
    return f"{summary['pages']['all']['questions']} questions", rows


def _labeled(folder: Path, reading: ReadingOptions) -> tuple[str, list[tuple[str, str, str]]]:
    pages = load_pages(folder)
    measures = measure_layouts(pages, read_layouts([page.page for page in pages], reading))
    kinds = [name for name in measures if name.endswith("_recall")]
    size = f"{len(pages)} pages, {len({page.document for page in pages})} documents"
    titles = {
        "precision": "precision", "f1": "F1 of text", "order": "order of reading (Kendall's tau)"
    }  # fmt: skip
    names = [name for name in titles if name in measures]
    return size, [
        (", ".join(titles[n] for n in names), _numbers(measures[n] for n in names), ""),
        (
            "recall of " + ", ".join(kind.removesuffix("_recall") for kind in kinds),
            _numbers(measures[kind] for kind in kinds),
            "",
        ),
    ]


def _publaynet(folder: Path, reading: ReadingOptions) -> tuple[str, list[tuple[str, str, str]]]:
    summary = publaynet.run_layout(folder, reading.layout_model)
    names = ("precision", "recall", "f1", "label_accuracy")
    size = f"{summary['pages']} page images"
    return size, [
        (", ".join(n.replace("_", " ") for n in names), _numbers(summary[n] for n in names), "")
    ]


def _numbers(values: Iterable[float]) -> str:
    return " / ".join(f"{value:.2f}" for value in values)


def _budgets(values: Sequence[int]) -> str:
    return "/".join(map(str, values))
