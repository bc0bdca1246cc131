"""The results of BBox-DocVQA, and of recorded runs on it, as text with Markdown tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from benchmarks.bbox_docvqa.measures import SWEEP, Setting
from snappy_core.evaluation.report import format_table

RETURNED = {"": "all selected", "top3_": "first three", "top1_": "first"}
"""Which predicted regions of a recorded run count, by the prefix of their measures."""


def recorded_report(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return the `recorded_summary` of each run as text."""
    models = [run["model"] for run in runs]

    def table(header: Sequence[str], cells: Callable[[Mapping[str, Any]], Iterable[str]]) -> str:
        return format_table(["model", *header], [[run["model"], *cells(run)] for run in runs])

    failed = ", ".join(f"{run['failed']} of {run['model']}" for run in runs if run["failed"])
    return _paragraphs(
        "Spatial grounding, the best of all selected regions for each box of evidence (the paper):",
        table(
            ["questions", "mean IoU", "IoU@0.25", "IoU@0.5", "IoU@0.7"],
            lambda run: (
                str(run["questions"]),
                f"{run['mean_iou']:.3f}",
                *(percent(run[name]) for name in ("hit25", "hit50", "hit70")),
            ),
        ),
        "By category, mean IoU and IoU@0.5:",
        format_table(
            ["category", "questions", *models],
            _by_model(runs, "by_category", ("mean_iou", "hit50")),
        ),
        "Tokens of context, and what selection saves:",
        table(
            ["selected", "all OCR", "full image", "vs all OCR", "vs image"],
            lambda run: (
                *(f"{run[f'tokens_{name}']:,}" for name in ("selected", "all_ocr", "full_image")),
                *(percent(run[f"saved_vs_{name}"]) for name in ("all_ocr", "full_image")),
            ),
        ),
        "What that hides: IoU@0.5 by which regions count (95% by bootstrap over questions):",
        table(
            ["selected", *RETURNED.values()],
            lambda run: (
                f"{run['regions_selected']:.1f}",
                *(_share(run, f"{prefix}hit50") for prefix in RETURNED),
            ),
        ),
        "Mean IoU likewise; share of the evidence area that is returned, and of the returned area "
        "that is evidence:",
        table(
            [*RETURNED.values(), "area recall", "area precision"],
            lambda run: (
                *(_mean(run, f"{prefix}mean_iou") for prefix in RETURNED),
                *(_share(run, name) for name in ("area_recall", "area_precision")),
            ),
        ),
        "By boxes of evidence, IoU@0.5 of all selected, first three, first:",
        format_table(
            ["boxes", "questions", *models],
            _by_model(runs, "by_boxes", ("hit50", "top3_hit50", "top1_hit50")),
        ),
        f"Left out, as in the paper, because OCR failed: {failed}." if failed else "",
    )


def _by_model(
    runs: Sequence[Mapping[str, Any]], group: str, measures: Sequence[str]
) -> list[list[str]]:
    """Return a row for each key of a group: its questions, then the measures of each model."""
    questions: dict[str, int] = {}
    for run in runs:
        for name, row in run[group].items():
            questions.setdefault(name, row["questions"])
    rows = []
    for name, count in sorted(questions.items()):
        cells = [name or "none", str(count)]
        for run in runs:
            row = run[group].get(name)
            cells.append("" if row is None else ", ".join(_format(m, row[m]) for m in measures))
        rows.append(cells)
    return rows


def docvqa_report(summary: Mapping[str, Any]) -> str:
    """Return the result of `docvqa_summary` as text."""
    returned = {
        "all": "all regions",
        "selected": "selected (percentile 50)",
        "random": "as many at random",
        "random1": "one at random",
        "top3": "first three",
        "top1": "first",
    }
    header = ["regions returned", "mean IoU", "IoU@0.25", "IoU@0.5", "95%", "IoU@0.7", "own page"]
    rows = []
    for name, text in returned.items():
        mean, *hits = (f"{name}_{measure}" for measure in ("mean_iou", "hit25", "hit50", "hit70"))
        shares = [percent(summary[hit]) for hit in hits]
        shares.insert(2, _interval(summary["intervals"][f"{name}_hit50"]))
        own = summary["own_page"].get(f"{name}_hit50")
        rows.append([text, f"{summary[mean]:.3f}", *shares, "" if own is None else percent(own)])
    tokens = (
        f"Tokens selected ({summary['tokenizer']}): {summary['tokens_selected']:,} of "
        f"{summary['tokens_all_ocr']:,} in all text, {percent(summary['saved_vs_all_ocr'])} saved; "
        f"page images take {summary['tokens_full_image']:,}, "
        f"{percent(summary['saved_vs_full_image'])} saved."
    )
    return _paragraphs(
        f"{summary['questions']} questions of {summary['documents']} documents, "
        f"{summary['encoder']}, {summary['setting']}",
        format_table(header, rows),
        "IoU@0.5 is over the boxes of all pages, as in the paper; own page: over those of the "
        "searched page.",
        _hits("category", "questions", summary["by_category"]),
        _hits("boxes of evidence", "questions", summary["by_boxes"]),
        _hits("pages of evidence", "questions", summary["by_pages"]),
        _hits("type of evidence", "boxes", summary["by_type"]) if summary["by_type"] else "",
        _hits("label of the nearest region", "boxes", summary["by_label"]),
        f"A page has {summary['regions_all']:.1f} regions, {summary['regions_selected']:.1f} of "
        f"them selected; they cover {percent(summary['area_recall'])} of the evidence, and "
        f"{percent(summary['area_precision'])} of their area is evidence.",
        tokens,
        _sweep(summary["sweep"]) if summary["sweep"] else "",
        f"{summary['skipped']} questions were left out: their files are missing."
        if summary["skipped"]
        else "",
    )


def _hits(head: str, unit: str, groups: Mapping[str, Mapping[str, float]]) -> str:
    columns = ("all", "selected", "top3", "top1")
    rows = [
        [name or "none", str(row[unit]), *(percent(row[f"{c}_hit50"]) for c in columns)]
        for name, row in groups.items()
    ]
    return format_table([head, unit, *(f"{name} IoU@0.5" for name in columns)], rows)


def _sweep(sweep: Mapping[str, Mapping[str, float]]) -> str:
    """Return a row for each scoring and overlap, a column for each percentile."""
    percentiles = sorted({setting.percentile for setting in SWEEP})
    rows = []
    for scoring, overlap in dict.fromkeys((s.scoring, s.min_overlap) for s in SWEEP):
        measures = [sweep[Setting(scoring, value, overlap).name] for value in percentiles]
        cells = [f"{row['mean_iou']:.3f}, {percent(row['hit50'])}" for row in measures]
        rows.append([scoring, f"{overlap:g}", *cells])
    header = ["scoring", "least overlap", *(f"percentile {value:g}" for value in percentiles)]
    text = "Selected regions by setting, mean IoU and IoU@0.5:"
    return f"{text}\n\n{format_table(header, rows)}"


def percent(share: float) -> str:
    """Return a share as a percentage.

    >>> percent(0.4552)
    '45.5%'
    """
    return f"{100 * share:.1f}%"


def _interval(bounds: Sequence[float]) -> str:
    return "-".join(f"{100 * bound:.1f}" for bound in bounds)


def _share(run: Mapping[str, Any], name: str) -> str:
    return f"{percent(run[name])} ({_interval(run['intervals'][name])})"


def _mean(run: Mapping[str, Any], name: str) -> str:
    low, high = run["intervals"][name]
    return f"{run[name]:.3f} ({low:.3f}-{high:.3f})"


def _format(measure: str, value: float) -> str:
    return f"{value:.3f}" if measure == "mean_iou" else percent(value)


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
