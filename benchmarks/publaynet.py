"""How well regions match labelled boxes: a folder of page images with COCO annotations.

The folder holds the images and `samples.json`: `images` (id, file_name), `annotations` (image_id,
category_id, bbox = x, y, width, height in pixels) and `categories` (id, name).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from snappy_core import parsing
from snappy_core.boxes import Boxes, as_boxes, contains_center, from_pixels, iou
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Source
from snappy_core.types import Label, Page

RUNNING = ("header", "footer")

LABELS: Mapping[str, frozenset[Label]] = {
    "text": frozenset({"paragraph", "caption", "other", "formula", "list_item"}),
    "title": frozenset({"title", "heading"}),
    "list": frozenset({"list", "list_item"}),
    "table": frozenset({"table", "table_row"}),
    "figure": frozenset({"figure"}),
}
"""Which of our labels agree with a category of PubLayNet."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPage:
    """A page image with its labelled boxes (n, 4) in page fractions, and n category names."""

    path: Path
    boxes: Boxes
    categories: tuple[str, ...]


def load_pages(folder: str | os.PathLike[str]) -> list[LabelledPage]:
    """Read `samples.json` of a folder.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not in COCO form.
    """
    path = Path(folder) / "samples.json"
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        names = {row["id"]: str(row["name"]) for row in table["categories"]}
        pages = []
        for image in table["images"]:
            rows = [row for row in table["annotations"] if row["image_id"] == image["id"]]
            corners = [[x, y, x + w, y + h] for x, y, w, h in (row["bbox"] for row in rows)]
            pages.append(
                LabelledPage(
                    Path(folder) / image["file_name"],
                    from_pixels(corners, image["width"], image["height"]),
                    tuple(names[row["category_id"]] for row in rows),
                )
            )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: not in COCO form ({error!r})") from error
    return pages


def match(found: Boxes, gold: Boxes, threshold: float = 0.5) -> list[tuple[int, int]]:
    """Return pairs (found, gold) with IoU of at least `threshold`, best first, each box once.

    >>> match(as_boxes([[0, 0, 0.5, 1], [0, 0, 1, 1]]), as_boxes([[0, 0, 1, 0.9]]))
    [(1, 0)]
    """
    overlap = iou(found, gold)
    pairs = []
    while overlap.size and overlap.max() >= threshold:
        row, column = np.unravel_index(overlap.argmax(), overlap.shape)
        pairs.append((int(row), int(column)))
        overlap[row, :] = overlap[:, column] = -1
    return pairs


def run_layout(folder: str | os.PathLike[str], layout_model: str = "auto") -> dict[str, object]:
    """Read all pages by OCR and compare their regions with the labelled boxes.

    Regions inside others (rows, items) are left out, since the labelled boxes have one level, and
    so are headers and footers, which PubLayNet does not label.

    Returns a dict for JSON: `precision`, `recall`, `f1` at IoU .5, `mean_iou` (the best of each
    labelled box), `label_accuracy` among the matched, `word_coverage` (words that lie in labelled
    boxes and in a region), `pages_without_regions`, and `by_class` (recall and label accuracy).
    """
    counts: Counter[str] = Counter()
    of_class: dict[str, Counter[str]] = {}
    overlaps: list[float] = []
    pages = load_pages(folder)
    options = ReadingOptions(ocr="always", layout_model=layout_model)
    for labelled in pages:
        (page,) = parsing.read(Source.from_path(labelled.path), options)
        regions = [r for r in page.regions if r.parent is None and r.label not in RUNNING]
        boxes = as_boxes([region.box for region in regions])
        best = iou(boxes, labelled.boxes).max(axis=0, initial=0)
        overlaps += best.tolist()
        pairs = match(boxes, labelled.boxes)
        counts.update(found=len(boxes), gold=len(labelled.boxes), matched=len(pairs))
        counts["empty"] += not len(boxes)
        inside = contains_center(labelled.boxes, page.words.boxes).any(axis=0)
        counts.update(words=int(inside.sum()), covered=int((inside & _in_regions(page)).sum()))
        for category in labelled.categories:
            of_class.setdefault(category, Counter())["gold"] += 1
        for region, gold in pairs:
            category = labelled.categories[gold]
            agrees = regions[region].label in LABELS.get(category, frozenset())
            of_class[category].update(matched=1, agrees=int(agrees))
    agreeing = sum(row["agrees"] for row in of_class.values())
    precision = counts["matched"] / max(counts["found"], 1)
    recall = counts["matched"] / max(counts["gold"], 1)
    return {
        "pages": len(pages),
        "pages_without_regions": counts["empty"],
        "regions": counts["found"],
        "labelled": counts["gold"],
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / max(precision + recall, 1e-9), 4),
        "mean_iou": round(float(np.mean(overlaps)) if overlaps else 0.0, 4),
        "label_accuracy": round(agreeing / max(counts["matched"], 1), 4),
        "word_coverage": round(counts["covered"] / max(counts["words"], 1), 4),
        "by_class": {
            name: {
                "labelled": row["gold"],
                "recall": round(row["matched"] / row["gold"], 4),
                "label_accuracy": round(row["agrees"] / max(row["matched"], 1), 4),
            }
            for name, row in sorted(of_class.items())
        },
    }


def _in_regions(page: Page) -> NDArray[np.bool_]:
    """Say which words of a page belong to a region."""
    inside = np.zeros(len(page.words), dtype=bool)
    for region in page.regions:
        inside[list(region.words)] = True
    return inside
