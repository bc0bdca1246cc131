"""For one question of BBox-DocVQA: ranks the regions of its page, selects some, measures them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from benchmarks.bbox_docvqa.dataset import DPI, Sample
from benchmarks.bbox_docvqa.grounding import (
    at_random,
    best_overlaps,
    grounding,
    prefixed,
    shared_area,
)
from benchmarks.bbox_docvqa.results import Result
from benchmarks.bbox_docvqa.selection import above_percentile, promote_to_parent
from benchmarks.bbox_docvqa.tokens import Counter, image_tokens
from snappy_core.boxes import as_boxes, from_pixels, iou, to_pixels
from snappy_core.scoring.granularity import drop_nested, rankable
from snappy_core.scoring.maxsim import similarities
from snappy_core.scoring.propagation import heat, propagate
from snappy_core.scoring.ranking import ranking
from snappy_core.search import page_scores
from snappy_core.stores.base import PageVectors, concatenate_regions, region_arrays
from snappy_core.types import Page, Query

POOLS = ("all", "selected", "top3", "top1")
"""Which regions count as returned: all, those above the percentile, the first three, the first.

Two more are drawn at random: "random", as many as selected, and "random1", a single one.
"""

PERCENTILE = 50.0  # of the scores of a page, above which a region is selected: the paper's choice
DRAWS = 50  # random selections per question, which are averaged


@dataclass(frozen=True, slots=True)
class Setting:
    """How regions are scored and how many are selected."""

    scoring: str = "maxsim"
    percentile: float = PERCENTILE
    min_overlap: float = 0.0

    @property
    def name(self) -> str:
        overlap = f", overlap {self.min_overlap:g}" if self.min_overlap else ""
        return f"{self.scoring}, percentile {self.percentile:g}{overlap}"


RULES = ("maxsim", "iou_weighted", "max", "mean")

SWEEP = tuple(
    Setting(scoring, percentile, overlap)
    for scoring, percentile in product(RULES, (25.0, 50.0, 75.0))
    for overlap in ((0.0,) if scoring == "maxsim" else (0.0, 0.1, 0.25, 0.5))
)
"""The paper's ablation, and `maxsim`, which has no overlap parameter."""

Score = Callable[[Setting], NDArray[np.float32]]
"""Returns the score of each region of a page, shape (regions,), under a setting."""


def scorer(page: PageVectors, query: Query, weights: NDArray[np.float32]) -> Score:
    """Return the function that scores the regions of a page for a query (m tokens).

    Args:
        weights: (m,) of the tokens.
    """

    def score(setting: Setting) -> NDArray[np.float32]:
        if setting.min_overlap == 0 or setting.scoring == "maxsim":
            return page_scores.score([page], query, weights, setting.scoring).within_page
        similarity = similarities(query.vectors, page.vectors, page.scales)
        patch_heat = heat(similarity, query.content_mask)
        return propagate(patch_heat, page.membership, setting.scoring, setting.min_overlap)

    return score


def select(
    page: Page, scores: NDArray[np.float32], percentile: float = PERCENTILE
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices of the regions of a page, best first, and of the selected ones.

    As in a search, headers and footers are left out, and so are all but the best of nested regions.
    A table is selected as a whole if at least half of its rows are.
    """
    labels, parents = concatenate_regions([region_arrays(page.regions)])
    order = ranking(scores)
    order = order[rankable(labels, parents)[order]]
    order = order[drop_nested(order, parents)]
    selected = order[above_percentile(scores[order], percentile)]
    return order, promote_to_parent(selected, labels, parents)


def measure(
    sample: Sample,
    page: Page,
    score: Score,
    setting: Setting,
    count: Counter,
    sweep: Sequence[Setting] = (),
    setup: str = "",
) -> Result:
    """Rank the regions of a page for a question and measure them against all its evidence.

    As in the paper, the regions of the first page are compared with the boxes of all pages, in its
    pixels. On a page without regions, every measure is 0.
    """
    width, height = pixel_size(page)
    evidence = from_pixels(sample.boxes, width, height)
    boxes = as_boxes([region.box for region in page.regions])
    overlaps = iou(boxes, evidence)
    order, selected = select(page, score(setting), setting.percentile)
    pools = {
        "all": np.arange(len(boxes)),
        "selected": selected,
        "top3": order[:3],
        "top1": order[:1],
    }
    best = {name: best_overlaps(boxes[pool], evidence) for name, pool in pools.items()}
    measures: dict[str, float] = {}
    for name, values in best.items():
        measures |= prefixed(name, grounding(values))
    generator = np.random.default_rng(zlib.crc32(f"{sample.id} {sample.question}".encode()))
    noise = generator.random((DRAWS, len(boxes)), dtype=np.float32)
    draws = [select(page, row)[0] for row in noise]
    for name, size in (("random", len(selected)), ("random1", 1)):
        measures |= prefixed(name, at_random(overlaps, [draw[:size] for draw in draws]))
    recall, precision = shared_area(boxes[selected], evidence)
    measures |= {"area_recall": recall, "area_precision": precision}
    measures |= {"regions_all": float(len(boxes)), "regions_selected": float(len(selected))}
    by_setting = {}
    for other in sweep:
        _, selection = select(page, score(other), other.percentile)
        by_setting[other.name] = grounding(best_overlaps(boxes[selection], evidence))
    nearest = overlaps.argmax(axis=0).tolist() if len(boxes) else []
    return Result(
        sample_id=sample.id,
        doc_name=sample.document,
        category=sample.category,
        question=sample.question,
        page=page.number,
        setup=setup,
        error="" if len(boxes) else page.warning or "the page has no regions",
        failed=False,
        gt_bboxes=[list(box) for box in sample.boxes],
        pred_bboxes=to_pixels(boxes[selected], width, height).round(1).tolist(),
        own=sample.own,
        gt_types=list(sample.types),
        labels=[page.regions[index].label for index in nearest] or ["none"] * len(evidence),
        n_ocr_regions=len(boxes),
        overlaps={name: values.astype(float).round(6).tolist() for name, values in best.items()},
        measures=measures,
        tokens_selected=sum(count(page.regions[index].text) for index in selected),
        tokens_all_ocr=sum(count(region.text) for region in page.regions if region.parent is None),
        tokens_full_image=image_tokens(width, height),
        sweep=by_setting,
    )


def pixel_size(page: Page) -> tuple[float, float]:
    """Return the size of a page in the pixels of the dataset."""
    scale = DPI / 72 if page.unit == "pt" else 1.0
    return page.width * scale, page.height * scale
