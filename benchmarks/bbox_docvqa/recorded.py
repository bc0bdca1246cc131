"""Recorded runs on BBox-DocVQA: the paper's tables again, and what its metric hides.

A run is a JSONL file, gzipped or not, with an object a question: `doc_name`, `category`, `failed`,
`gt_bboxes` and `pred_bboxes` (pixels of one page, `[x1, y1, x2, y2]`, the best region first) and
`tokens_selected`, `tokens_all_ocr`, `tokens_full_image`.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.bbox_docvqa.grounding import (
    best_overlaps,
    grounding,
    means,
    prefixed,
    shared_area,
)
from benchmarks.bbox_docvqa.tokens import savings
from snappy_core.boxes import Boxes, as_boxes
from snappy_core.evaluation.metrics import bootstrap


@dataclass(frozen=True, slots=True, eq=False)
class RecordedSample:
    """One question of a recorded run; boxes in pixels, those returned with the best first."""

    document: str
    category: str
    evidence: Boxes
    returned: Boxes
    tokens_selected: int
    tokens_all_ocr: int
    tokens_full_image: int


@dataclass(frozen=True, slots=True, eq=False)
class RecordedRun:
    """A model's run: its questions, and how many were left out because they failed."""

    model: str
    samples: Sequence[RecordedSample]
    failed: int


def load_runs(paths: Sequence[str | os.PathLike[str]]) -> list[RecordedRun]:
    """Read recorded runs. A model is what its file is called, or its path where two are the same.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a line that is no recorded question, named by its number, or no lines.
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
    samples, failed = [], 0
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if row.get("failed", False):
                failed += 1
            else:
                samples.append(_sample(row))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}, line {number}: no recorded question ({error!r})") from error
    if not samples:
        raise ValueError(f"{path}: holds no recorded questions")
    return RecordedRun(model, samples, failed)


def _sample(row: Mapping[str, object]) -> RecordedSample:
    evidence = as_boxes(row["gt_bboxes"])  # type: ignore[arg-type]
    if len(evidence) == 0:
        raise ValueError("no box of evidence")
    selected, all_ocr, image = (
        int(row[name])  # type: ignore[call-overload]
        for name in ("tokens_selected", "tokens_all_ocr", "tokens_full_image")
    )
    returned = as_boxes(row["pred_bboxes"])  # type: ignore[arg-type]
    document, category = str(row["doc_name"]), str(row["category"])
    return RecordedSample(document, category, evidence, returned, selected, all_ocr, image)


def judge_recorded(sample: RecordedSample) -> dict[str, float]:
    """Return the measures of a question: as the paper takes them, and those beside it.

    `mean_iou`, `hit25`, `hit50` and `hit70` over all that was returned; the same of the first
    three (`top3_`) and the first (`top1_`); shares of area; how many regions were returned.
    """
    recall, precision = shared_area(sample.returned, sample.evidence)
    return {
        **grounding(best_overlaps(sample.returned, sample.evidence)),
        **prefixed("top3", grounding(best_overlaps(sample.returned[:3], sample.evidence))),
        **prefixed("top1", grounding(best_overlaps(sample.returned[:1], sample.evidence))),
        "area_recall": recall,
        "area_precision": precision,
        "regions_selected": float(len(sample.returned)),
    }


def recorded_summary(run: RecordedRun) -> dict[str, object]:
    """Return a run as JSON: the means of all measures, tokens, and what they depend on.

    `intervals` (bootstrap over questions, 95%), `by_category`, `by_boxes` (of evidence) and
    `curve`: the share of questions whose mean IoU reaches 0, .05, ... 1.
    """
    judged = [judge_recorded(sample) for sample in run.samples]
    return {
        "model": run.model,
        "questions": len(judged),
        "failed": run.failed,
        **means(judged),
        **_savings(run.samples),
        "intervals": {
            name: [round(edge, 4) for edge in bootstrap([row[name] for row in judged])]
            for name in judged[0]
        },
        "by_category": _by(run.samples, judged, lambda sample: sample.category),
        "by_boxes": _by(run.samples, judged, lambda sample: str(len(sample.evidence))),
        "curve": {
            name: _curve([row[key] for row in judged])
            for name, key in (
                ("selected", "mean_iou"),
                ("top3", "top3_mean_iou"),
                ("top1", "top1_mean_iou"),
            )
        },
    }


def _savings(samples: Iterable[RecordedSample]) -> dict[str, float]:
    rows = [(s.tokens_selected, s.tokens_all_ocr, s.tokens_full_image) for s in samples]
    return savings(*(sum(column) for column in zip(*rows, strict=True)))


def _by(
    samples: Sequence[RecordedSample],
    judged: Sequence[Mapping[str, float]],
    key: Callable[[RecordedSample], str],
) -> dict[str, dict[str, float]]:
    """Return the means and tokens of the questions of each key."""
    keys = [key(sample) for sample in samples]
    found = {}
    for name in sorted(set(keys)):
        places = [place for place, other in enumerate(keys) if other == name]
        found[name] = {
            "questions": len(places),
            **means([judged[place] for place in places]),
            **_savings(samples[place] for place in places),
        }
    return found


def _curve(values: Sequence[float]) -> list[float]:
    """Return the share of values that reach 0, .05, .10, ... 1."""
    least = np.linspace(0, 1, 21)
    reached = np.asarray(values)[:, None] >= least[None, :] - 1e-9
    return [round(float(share), 6) for share in reached.mean(axis=0)]
