"""Region scores of a stored page against a floor, and propagation against plain Python."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.measure import Result, alternate, slowdown, speedup
from benchmarks.synthetic import word_record
from snappy_core.scoring.maxsim import similarities
from snappy_core.scoring.propagation import heat, propagate
from snappy_core.search import page_scores
from snappy_core.stores.base import PageRecord, PageVectors, region_arrays
from snappy_core.types import Query


def run() -> list[Result]:
    """Score the regions of a page of 400 words for a query of 10 words."""
    rng = np.random.default_rng(0)
    record = word_record(rng, words=400)
    vectors = rng.standard_normal((10, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    content_mask = np.ones(10, dtype=bool)
    query = Query("?", vectors, tuple("abcdefghij"), content_mask)
    weights = np.full(10, 0.1, dtype=np.float32)
    patches, membership = record.patches, record.membership
    page = PageVectors(
        patches.vectors,
        patches.scales,
        membership,
        *region_arrays(record.page.regions),
        record.pooled,
    )

    def product() -> np.ndarray:
        return vectors @ patches.vectors.astype(np.float32).T * patches.scales

    ours, floor = alternate(
        lambda: page_scores.score([page], query, weights, "maxsim"), product, rounds=201
    )
    paper, floor_again = alternate(
        lambda: page_scores.score([page], query, weights, "iou_weighted"), product, rounds=201
    )
    values = heat(similarities(vectors, patches.vectors, patches.scales), content_mask)
    fast, slow = alternate(lambda: propagate(values, membership), lambda: _plain(record, values))
    np.testing.assert_allclose(propagate(values, membership), _plain(record, values), atol=1e-5)
    return [
        slowdown("region scores of a stored page / its int8 similarity product", ours, floor, 3),
        slowdown("the same by the paper's rule", paper, floor_again, 3),
        speedup("propagation / a Python loop over regions and patches", fast, slow, 30),
    ]


def _plain(record: PageRecord, values: np.ndarray) -> list[float]:
    """Return the region scores of the paper's Definition 2, using plain loops."""
    patches = record.patches.boxes.tolist()
    scores = []
    for region in record.page.regions:
        total = weight = 0.0
        for patch, value in zip(patches, values.tolist(), strict=True):
            overlap = _iou(region.box, patch)
            total += overlap * value
            weight += overlap
        scores.append(total / weight if weight else 0.0)
    return scores


def _iou(a: Sequence[float], b: Sequence[float]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    total = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return shared / (total - shared)
