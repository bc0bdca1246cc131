"""Regions compared with labeled boxes: page images with COCO annotations, as in PubLayNet.

The folder holds the images and `samples.json`: `images` (id, file_name, width, height),
`annotations` (image_id, category_id, bbox = x, y, width, height in pixels) and `categories` (id,
name).
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core import parsing
from snappy_core.boxes import Boxes, as_boxes, contains_center, from_pixels, iou
from snappy_core.evaluation.report import format_table
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Source
from snappy_core.types import Label, Page

SAMPLES = "samples.json"
UNLABELED = ("header", "footer")  # regions that PubLayNet does not label
THRESHOLD = 0.5  # minimum IoU at which a region and a labeled box match

LABELS: Mapping[str, frozenset[Label]] = {
    "text": frozenset({"paragraph", "caption", "other", "formula", "list_item"}),
    "title": frozenset({"title", "heading"}),
    "list": frozenset({"list", "list_item"}),
    "table": frozenset({"table", "table_row"}),
    "figure": frozenset({"figure"}),
}
"""The region labels that match each category of PubLayNet."""


@dataclass(frozen=True, slots=True, eq=False)
class LabeledPage:
    """A page image with its labeled boxes (n, 4) in page fractions, and n category names."""

    path: Path
    boxes: Boxes
    categories: tuple[str, ...]


def load_pages(folder: str | os.PathLike[str]) -> list[LabeledPage]:
    """Read `samples.json` of a folder.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not in COCO format.
    """
    path = Path(folder) / SAMPLES
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        names = {row["id"]: str(row["name"]) for row in table["categories"]}
        pages = []
        for image in table["images"]:
            rows = [row for row in table["annotations"] if row["image_id"] == image["id"]]
            corners = [[x, y, x + w, y + h] for x, y, w, h in (row["bbox"] for row in rows)]
            pages.append(
                LabeledPage(
                    Path(folder) / image["file_name"],
                    from_pixels(corners, image["width"], image["height"]),
                    tuple(names[row["category_id"]] for row in rows),
                )
            )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: not in COCO format ({error!r})") from error
    return pages


def match(regions: Boxes, gold: Boxes) -> list[tuple[int, int]]:
    """Return pairs (region, gold) with an IoU of at least .5, best first, each box at most once.

    >>> match(as_boxes([[0, 0, 0.5, 1], [0, 0, 1, 1]]), as_boxes([[0, 0, 1, 0.9]]))
    [(1, 0)]
    """
    overlaps = iou(regions, gold)
    pairs = []
    while overlaps.size and overlaps.max() >= THRESHOLD:
        region, box = np.unravel_index(overlaps.argmax(), overlaps.shape)
        pairs.append((int(region), int(box)))
        overlaps[region, :] = overlaps[:, box] = -1
    return pairs


def run_layout(folder: str | os.PathLike[str], layout_model: str = "auto") -> dict[str, Any]:
    """Read all pages by OCR and compare their regions with the labeled boxes.

    Regions inside others (rows, items) are left out, since the labeled boxes have one level, and
    so are headers and footers, which PubLayNet does not label.

    Returns a dict for JSON: `precision`, `recall`, `f1` at IoU .5, `mean_iou` (the best for each
    labeled box), `label_accuracy` among matches, `word_coverage` (share of the words in labeled
    boxes that are in a region), `pages_without_regions`, and `by_class` (recall and label
    accuracy).
    """
    counts: Counter[str] = Counter()
    by_class: dict[str, Counter[str]] = defaultdict(Counter)
    overlaps: list[float] = []
    pages = load_pages(folder)
    options = ReadingOptions(ocr="always", layout_model=layout_model)
    for labeled in pages:
        (page,) = parsing.read(Source.from_path(labeled.path), options)
        regions = [r for r in page.regions if r.parent is None and r.label not in UNLABELED]
        boxes = as_boxes([region.box for region in regions])
        overlaps += iou(boxes, labeled.boxes).max(axis=0, initial=0).tolist()
        pairs = match(boxes, labeled.boxes)
        counts.update(regions=len(boxes), gold=len(labeled.boxes), matched=len(pairs))
        counts["empty"] += not len(boxes)
        gold_words = contains_center(labeled.boxes, page.words.boxes).any(axis=0)
        covered = gold_words & _in_regions(page)
        counts.update(words=int(gold_words.sum()), covered=int(covered.sum()))
        for category in labeled.categories:
            by_class[category]["gold"] += 1
        for region, gold in pairs:
            category = labeled.categories[gold]
            agrees = regions[region].label in LABELS.get(category, frozenset())
            by_class[category].update(matched=1, agrees=int(agrees))
    agreeing = sum(row["agrees"] for row in by_class.values())
    precision = counts["matched"] / max(counts["regions"], 1)
    recall = counts["matched"] / max(counts["gold"], 1)
    return {
        "pages": len(pages),
        "pages_without_regions": counts["empty"],
        "regions": counts["regions"],
        "labeled": counts["gold"],
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / max(precision + recall, 1e-9), 4),
        "mean_iou": round(float(np.mean(overlaps)) if overlaps else 0.0, 4),
        "label_accuracy": round(agreeing / max(counts["matched"], 1), 4),
        "word_coverage": round(counts["covered"] / max(counts["words"], 1), 4),
        "by_class": {
            name: {
                "labeled": row["gold"],
                "recall": round(row["matched"] / row["gold"], 4),
                "label_accuracy": round(row["agrees"] / max(row["matched"], 1), 4),
            }
            for name, row in sorted(by_class.items())
        },
    }


def layout_report(summary: Mapping[str, Any]) -> str:
    """Return the result of `run_layout` as text: one row per class, and one for all."""
    rows = [
        [name, str(row["labeled"]), f"{row['recall']:.2f}", f"{row['label_accuracy']:.2f}"]
        for name, row in [*summary["by_class"].items(), ("all", summary)]
    ]
    return "\n\n".join([
        f"{summary['pages']} pages, {summary['labeled']} labeled boxes, {summary['regions']} "
        f"regions, {summary['pages_without_regions']} pages without regions",
        format_table(["class", "labeled", "recall", "label accuracy"], rows),
        f"at IoU .5: precision {summary['precision']:.2f}, F1 {summary['f1']:.2f}; mean best IoU "
        f"{summary['mean_iou']:.2f}; words covered {summary['word_coverage']:.2f}",
    ])  # fmt: skip


def _in_regions(page: Page) -> NDArray[np.bool_]:
    """Return which words of a page belong to a region."""
    mask = np.zeros(len(page.words), dtype=bool)
    for region in page.regions:
        mask[list(region.words)] = True
    return mask
