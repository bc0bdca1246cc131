"""The reports of `snappy eval recorded` and `snappy eval bbox-docvqa` in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.bbox_docvqa.asking import SWEEP, Setting
from benchmarks.bbox_docvqa.tables import interval, percent, table


def recorded_report(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return what `recorded_summary` found of each run as Markdown."""
    models = [run["model"] for run in runs]
    counted = ("", "top3_", "top1_")
    accuracy = [
        [
            run["model"],
            str(run["questions"]),
            f"{run['mean_iou']:.3f}",
            *(percent(run[name]) for name in ("hit25", "hit50", "hit70")),
        ]
        for run in runs
    ]
    categories = _by_model(runs, "by_category", ("mean_iou", "hit50"))
    tokens = [
        [
            run["model"],
            *(f"{run[f'tokens_{name}']:,}" for name in ("selected", "all_ocr", "full_image")),
            *(percent(run[f"saved_vs_{name}"]) for name in ("all_ocr", "full_image")),
        ]
        for run in runs
    ]
    hits = [
        [
            run["model"],
            f"{run['regions_selected']:.1f}",
            *(
                f"{percent(run[f'{name}hit50'])} ({interval(run['intervals'][f'{name}hit50'])})"
                for name in counted
            ),
        ]
        for run in runs
    ]
    overlaps = [
        [
            run["model"],
            *(
                f"{run[f'{name}mean_iou']:.3f} "
                f"({interval(run['intervals'][f'{name}mean_iou'], as_percent=False)})"
                for name in counted
            ),
            *(
                f"{percent(run[name])} ({interval(run['intervals'][name])})"
                for name in ("area_recall", "area_precision")
            ),
        ]
        for run in runs
    ]
    boxes = _by_model(runs, "by_boxes", ("hit50", "top3_hit50", "top1_hit50"))
    failed = ", ".join(f"{run['failed']} of {run['model']}" for run in runs if run["failed"])
    parts = [
        "Spatial grounding, the best of all selected regions for each box of evidence (the paper):",
        table(["model", "questions", "mean IoU", "IoU@0.25", "IoU@0.5", "IoU@0.7"], accuracy),
        "By category, mean IoU and IoU@0.5:",
        table(["category", "questions", *models], categories),
        "Tokens of context, and what selecting saves:",
        table(["model", "selected", "all OCR", "full image", "vs all OCR", "vs image"], tokens),
        "What that hides: IoU@0.5 by which regions count (95% by bootstrap over questions):",
        table(["model", "selected", "all selected", "first three", "first"], hits),
        "Mean IoU likewise; evidence area that is covered, and evidence in the returned area:",
        table(
            ["model", "all selected", "first three", "first", "area recall", "area precision"],
            overlaps,
        ),
        "By boxes of evidence, IoU@0.5 of all selected, first three, first:",
        table(["boxes", "questions", *models], boxes),
        f"Left out, as in the paper, because OCR failed: {failed}." if failed else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _by_model(
    runs: Sequence[Mapping[str, Any]], group: str, measures: Sequence[str]
) -> list[list[str]]:
    """Return a row for each key of a group: its questions, then the measures of each model."""
    first: dict[str, Any] = {}
    for run in runs:
        first |= {name: row for name, row in run[group].items() if name not in first}
    rows = []
    for name, row in sorted(first.items()):
        cells = [name or "none", str(row["questions"])]
        for run in runs:
            found = run[group].get(name)
            cells.append(
                ""
                if found is None
                else ", ".join(
                    f"{found[m]:.3f}" if m == "mean_iou" else percent(found[m]) for m in measures
                )
            )
        rows.append(cells)
    return rows


def docvqa_report(found: Mapping[str, Any]) -> str:
    """Return what `docvqa_summary` found as Markdown."""
    names = {
        "all": "all regions",
        "selected": "selected (percentile 50)",
        "random": "as many at random",
        "random1": "one at random",
        "top3": "first three",
        "top1": "first",
    }
    heads = ["regions returned", "mean IoU", "IoU@0.25", "IoU@0.5", "95%", "IoU@0.7", "own page"]
    rows = [
        [
            text,
            f"{found[f'{name}_mean_iou']:.3f}",
            percent(found[f"{name}_hit25"]),
            percent(found[f"{name}_hit50"]),
            interval(found["intervals"][f"{name}_hit50"]),
            percent(found[f"{name}_hit70"]),
            percent(own) if (own := found["own_page"].get(f"{name}_hit50")) is not None else "",
        ]
        for name, text in names.items()
    ]
    parts = [
        f"{found['questions']} questions of {found['documents']} documents, {found['encoder']}, "
        f"{found['setting']}",
        table(heads, rows),
        "IoU@0.5 over the boxes of all pages, as the paper; own page: over those of the page "
        "searched.",
        _hits("category", "questions", found["by_category"]),
        _hits("boxes of evidence", "questions", found["by_boxes"]),
        _hits("pages of evidence", "questions", found["by_pages"]),
        _hits("type of evidence", "boxes", found["by_type"]) if found["by_type"] else "",
        _hits("label of the nearest region", "boxes", found["by_label"]),
        f"A page has {found['regions_all']:.1f} regions, {found['regions_selected']:.1f} of them "
        f"selected; they cover {percent(found['area_recall'])} of the evidence, and "
        f"{percent(found['area_precision'])} of their area is evidence.",
        tokens_line(found),
        _sweep(found["sweep"]) if found["sweep"] else "",
        f"{found['skipped']} questions were left out: their files are missing."
        if found["skipped"]
        else "",
    ]
    return "\n\n".join(part for part in parts if part)


def tokens_line(found: Mapping[str, Any]) -> str:
    """Return what the selected regions cost in one sentence."""
    by = f" ({found['tokenizer']})" if "tokenizer" in found else ""
    return (
        f"Tokens selected{by}: {found['tokens_selected']:,} of {found['tokens_all_ocr']:,} in all "
        f"text, {percent(found['saved_vs_all_ocr'])} saved; pages as pictures take "
        f"{found['tokens_full_image']:,}, {percent(found['saved_vs_full_image'])} saved."
    )


def _hits(head: str, counted: str, groups: Mapping[str, Mapping[str, float]]) -> str:
    columns = ("all", "selected", "top3", "top1")
    heads = [head, counted, *(f"{name} IoU@0.5" for name in columns)]
    return table(
        heads,
        [
            [name or "none", str(row[counted]), *(percent(row[f"{c}_hit50"]) for c in columns)]
            for name, row in groups.items()
        ],
    )


def _sweep(found: Mapping[str, Mapping[str, float]]) -> str:
    """One row a rule, for each percentile the mean IoU and the hits of the selected regions."""
    percentiles = sorted({setting.percentile for setting in SWEEP})
    rules = dict.fromkeys((setting.scoring, setting.min_overlap) for setting in SWEEP)
    rows = []
    for scoring, overlap in rules:
        row = [scoring, f"{overlap:g}"]
        for percentile in percentiles:
            figures = found[Setting(scoring, percentile, overlap).name]
            row.append(f"{figures['mean_iou']:.3f}, {percent(figures['hit50'])}")
        rows.append(row)
    heads = ["scoring", "least overlap", *(f"percentile {value:g}" for value in percentiles)]
    return "Selected regions by setting, mean IoU and IoU@0.5:\n\n" + table(heads, rows)
