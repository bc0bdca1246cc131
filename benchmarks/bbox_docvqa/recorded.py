"""Recorded runs on BBox-DocVQA: the paper's tables, and what its metric hides.

A run is a JSONL file, gzipped or not, with one object per question: `doc_name`, `category`,
`failed`, `gt_bboxes` and `pred_bboxes` (pixels of one page, `[x1, y1, x2, y2]`, the best region
first), `tokens_selected`, `tokens_all_ocr` and `tokens_full_image`.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bbox_docvqa.grounding import (
    best_overlaps,
    grounding,
    group,
    means,
    prefixed,
    shared_area,
)
from benchmarks.bbox_docvqa.tokens import savings
from snappy_core.boxes import Boxes, as_boxes
from snappy_core.evaluation.jsonl import parse_lines
from snappy_core.evaluation.metrics import intervals


@dataclass(frozen=True, slots=True, eq=False)
class RecordedSample:
    """One question of a recorded run; boxes in pixels, the predicted ones best first."""

    document: str
    category: str
    evidence: Boxes
    predicted: Boxes
    tokens_selected: int
    tokens_all_ocr: int
    tokens_full_image: int


@dataclass(frozen=True, slots=True, eq=False)
class RecordedRun:
    """The run of a model: its questions, and the number left out because they failed."""

    model: str
    samples: Sequence[RecordedSample]
    failed: int


def load_runs(paths: Sequence[str | os.PathLike[str]]) -> list[RecordedRun]:
    """Read recorded runs; the name of a model is its file name, or the path if two are equal.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a file has no questions, or a line is not one; the message has its number.
    """
    files = [Path(path) for path in paths]
    names = [file.name.removesuffix(".gz").removesuffix(".jsonl") for file in files]
    return [
        _run(file, name if names.count(name) == 1 else str(file))
        for file, name in zip(files, names, strict=True)
    ]


def _run(path: Path, model: str) -> RecordedRun:
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError(f"{path}: is cut off or damaged ({error})") from error
    samples = parse_lines(path, data, _sample, "recorded question")
    answered = [sample for sample in samples if sample is not None]
    if not answered:
        raise ValueError(f"{path}: no recorded questions")
    return RecordedRun(model, answered, len(samples) - len(answered))


def _sample(row: Mapping[str, Any]) -> RecordedSample | None:
    """Return a question, None if it failed."""
    if row.get("failed", False):
        return None
    evidence = as_boxes(row["gt_bboxes"])
    if len(evidence) == 0:
        raise ValueError("no box of evidence")
    return RecordedSample(
        document=str(row["doc_name"]),
        category=str(row["category"]),
        evidence=evidence,
        predicted=as_boxes(row["pred_bboxes"]),
        tokens_selected=int(row["tokens_selected"]),
        tokens_all_ocr=int(row["tokens_all_ocr"]),
        tokens_full_image=int(row["tokens_full_image"]),
    )


def measure_recorded(sample: RecordedSample) -> dict[str, float]:
    """Return the measures of a question: those of the paper, and others.

    `mean_iou`, `hit25`, `hit50` and `hit70` over all predicted regions; the same for the first
    three (`top3_`) and the first (`top1_`); shares of area; the number of predicted regions.
    """
    predicted, evidence = sample.predicted, sample.evidence
    recall, precision = shared_area(predicted, evidence)
    return {
        **grounding(best_overlaps(predicted, evidence)),
        **prefixed("top3", grounding(best_overlaps(predicted[:3], evidence))),
        **prefixed("top1", grounding(best_overlaps(predicted[:1], evidence))),
        "area_recall": recall,
        "area_precision": precision,
        "regions_selected": float(len(predicted)),
    }


def recorded_summary(run: RecordedRun) -> dict[str, Any]:
    """Return a run as JSON: means of all measures, tokens, and groups.

    `intervals` (bootstrap over questions, 95%), `by_category`, `by_boxes` (of evidence) and
    `curve`: the share of questions whose mean IoU reaches 0, .05, ... 1.
    """
    rows = [measure_recorded(sample) for sample in run.samples]
    return {
        "model": run.model,
        "questions": len(rows),
        "failed": run.failed,
        **means(rows),
        **_savings(run.samples),
        "intervals": intervals(rows, digits=4),
        "by_category": _by(run.samples, rows, lambda sample: sample.category),
        "by_boxes": _by(run.samples, rows, lambda sample: str(len(sample.evidence))),
        "curve": {
            "selected": _curve([row["mean_iou"] for row in rows]),
            "top3": _curve([row["top3_mean_iou"] for row in rows]),
            "top1": _curve([row["top1_mean_iou"] for row in rows]),
        },
    }


def _savings(samples: Iterable[RecordedSample]) -> dict[str, float]:
    rows = [(s.tokens_selected, s.tokens_all_ocr, s.tokens_full_image) for s in samples]
    return savings(*(sum(column) for column in zip(*rows, strict=True)))


def _by(
    samples: Sequence[RecordedSample],
    rows: Sequence[Mapping[str, float]],
    key: Callable[[RecordedSample], str],
) -> dict[str, dict[str, float]]:
    """Return the means and tokens of the questions of each key."""
    groups = group(zip(samples, rows, strict=True), lambda pair: key(pair[0]))
    return {
        name: {
            "questions": len(pairs),
            **means([row for _, row in pairs]),
            **_savings(sample for sample, _ in pairs),
        }
        for name, pairs in groups.items()
    }


def _curve(values: Sequence[float]) -> list[float]:
    """Return the share of values that reach 0, .05, .10, ... 1."""
    thresholds = np.linspace(0, 1, 21)
    reached = np.asarray(values)[:, None] >= thresholds[None, :] - 1e-9  # rounding of linspace
    return [round(float(share), 6) for share in reached.mean(axis=0)]
