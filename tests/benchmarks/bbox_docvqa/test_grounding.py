"""Grounding measures on hand-computed boxes, none of them square or on the diagonal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.bbox_docvqa.grounding import (
    at_random,
    best_overlaps,
    grounding,
    means,
    prefixed,
    shared_area,
)
from snappy_core.boxes import as_boxes

WIDE = [10, 20, 50, 30]  # 40 x 10
UPPER = [10, 20, 50, 25]  # its upper half
TALL = [10, 20, 20, 60]  # WIDE with the axes swapped


@pytest.mark.parametrize(
    ("predicted", "evidence", "expected"),
    [
        ([WIDE], [WIDE], [1]),
        ([UPPER], [WIDE], [0.5]),
        ([TALL], [WIDE], [100 / 700]),
        ([UPPER, WIDE], [WIDE, TALL], [1, 100 / 700]),  # the best, for each box of evidence
        ([], [WIDE, TALL], [0, 0]),
    ],
)
def test_best_overlaps(predicted, evidence, expected):
    assert best_overlaps(as_boxes(predicted), as_boxes(evidence)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("overlaps", "mean", "hits"),
    [
        ([1.0], 1.0, [1, 1, 1]),
        ([0.5], 0.5, [1, 1, 0]),  # the threshold itself hits
        ([0.9, 0.5], 0.7, [1, 1, 1]),
        ([0.9, 0.0], 0.45, [1, 0, 0]),  # one of two is no hit
        ([0.2, 0.2], 0.2, [0, 0, 0]),
    ],
)
def test_grounding(overlaps, mean, hits):
    judged = grounding(overlaps)
    assert judged.pop("mean_iou") == pytest.approx(mean)
    assert judged == dict(zip(("hit25", "hit50", "hit70"), hits, strict=True))


def test_a_question_without_evidence_cannot_be_judged():
    with pytest.raises(ValueError, match="needs a box of evidence"):
        grounding([])


@pytest.mark.parametrize(
    ("predicted", "evidence", "recall", "precision"),
    [
        ([UPPER], [WIDE], 0.5, 1),
        ([WIDE], [UPPER], 1, 0.5),
        ([WIDE, UPPER], [UPPER], 1, 0.5),  # area returned twice counts once
        ([UPPER], [WIDE, UPPER], 0.5, 1),  # and so does evidence
        ([TALL], [WIDE], 0.25, 0.25),
        ([TALL, WIDE], [TALL, WIDE], 1, 1),
        ([[60, 20, 70, 25]], [WIDE], 0, 0),
        ([], [WIDE], 0, 0),
        ([WIDE], [[10, 20, 10, 30]], 0, 0),  # evidence without area
    ],
)
def test_shared_area(predicted, evidence, recall, precision):
    assert shared_area(as_boxes(predicted), as_boxes(evidence)) == pytest.approx(
        (recall, precision)
    )


box = st.tuples(*[st.integers(0, 12)] * 4).map(
    lambda b: [min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]) + 1, max(b[1], b[3]) + 2]
)


@given(st.lists(box, max_size=5), st.lists(box, min_size=1, max_size=5))
def test_shared_area_agrees_with_counting_cells(predicted, evidence):
    def cells(boxes):
        return {(x, y) for x0, y0, x1, y1 in boxes for x in range(x0, x1) for y in range(y0, y1)}

    shared = len(cells(predicted) & cells(evidence))
    recall, precision = shared_area(as_boxes(predicted), as_boxes(evidence))
    assert recall == pytest.approx(shared / len(cells(evidence)))
    assert precision == pytest.approx(shared / len(cells(predicted)) if predicted else 0)


def test_at_random_is_the_mean_over_draws():
    overlaps = np.array([[0.75, 0], [0, 0.5], [0, 0]], np.float32)
    judged = at_random(overlaps, [np.array([0, 1]), np.array([2, 1])])
    assert judged == {"mean_iou": (0.625 + 0.25) / 2, "hit25": 1, "hit50": 0.5, "hit70": 0}
    assert at_random(overlaps[:0], [np.array([], int)])["mean_iou"] == 0


def test_means_and_prefixes():
    rows = [{"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 0.0}, {"a": 0.0, "b": 1.0}]
    assert means(rows) == {"a": 0.333333, "b": 0.333333}
    assert prefixed("top1", rows[0]) == {"top1_a": 1, "top1_b": 0}
    with pytest.raises(ValueError, match="no questions"):
        means([])
