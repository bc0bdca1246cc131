"""Other orders of recorded regions, on runs where it is known what they must do."""

import numpy as np
import pytest

from benchmarks.bbox_docvqa.recorded import RecordedRun, RecordedSample
from benchmarks.bbox_docvqa.vision_maps import (
    PRIORS,
    generic_ranks,
    try_orders,
    vision_maps_report,
)
from snappy_core.boxes import as_boxes

HUB = (0, 0, 100, 20)
SMALL = [(200 * i, 300, 200 * i + 60, 320) for i in range(4)]
LARGE = [(0, 400 + 100 * i, 500, 480 + 100 * i) for i in range(4)]


def sample(predicted, evidence, document="a", page=1):
    boxes = as_boxes(predicted), as_boxes([evidence])
    return RecordedSample(document, "cs", boxes[1], boxes[0], 1, page, 1)


def test_the_generic_question_is_the_mean_of_the_others_of_the_page():
    samples = [
        sample([HUB, LARGE[0]], LARGE[0]),
        sample([LARGE[1], HUB], LARGE[1]),
        sample([HUB], LARGE[2]),
        sample([HUB], HUB, page=2),
        sample([HUB], HUB, document="b"),
    ]
    generic = generic_ranks(samples)
    assert [values.tolist() for values in generic] == [
        [(1 / 2 + 1) / 2, 0],
        [0, 1],
        [(1 + 1 / 2) / 2],
        [0],
        [0],
    ]


@pytest.fixture
def hubs():
    """On every page one region is first for every question, and the evidence second."""
    return RecordedRun(
        "hub-1b",
        [
            sample([HUB, LARGE[i]], LARGE[i], document, page)
            for document in "abcd"
            for page in (1, 2)
            for i in range(4)
        ],
        0,
    )


def test_subtracting_it_drops_hubs(hubs):
    orders = try_orders(hubs)["orders"]
    assert orders["as recorded"]["top1_hit50"] == 0
    assert orders["generic question subtracted, 0.25"]["top1_hit50"] == 0  # 1 - 1/4 > 1/2
    full = orders["generic question subtracted, 1"]
    assert full["top1_hit50"] == full["gain"]["top1_hit50"] == full["top1_mean_iou"] == 1
    assert full["interval"]["top1_hit50"] == [1, 1]
    assert full["gain"]["top3_hit50"] == 0


def test_priors_are_learned_from_other_documents():
    """The evidence is large and low on the page in all documents but one, where it is not used."""
    rng = np.random.default_rng(0)
    samples = []
    for document in "abcdefgh":
        for i in range(8):
            predicted = [*SMALL, LARGE[i % 4]]
            rng.shuffle(predicted)
            samples.append(sample(predicted, LARGE[i % 4], document))
    run = RecordedRun("small-1b", samples, 0)
    orders = try_orders(run)["orders"]
    assert orders["as recorded"]["top1_hit50"] < 0.5
    for name in ("learned: size", "learned: place", "learned: place and size"):
        assert orders[name]["top1_hit50"] == 1, name

    stranger = RecordedRun(  # learns from the others that the evidence is large: all wrong
        "small-1b", [*samples, *[sample([*SMALL, LARGE[0]], SMALL[3], "i")] * 3], 0
    )
    learned = try_orders(stranger)["orders"]["learned: size"]
    assert learned["top1_hit50"] == pytest.approx(64 / 67, abs=1e-4)


def test_the_report_has_a_row_an_order(hubs):
    report = vision_maps_report([try_orders(hubs)])
    assert report.startswith("hub-1b, 32 questions\n")
    assert "| as recorded " in report
    assert "1.000 (+1.000 to +1.000)" in report
    assert all(f"| {name} " in report for name in PRIORS)


def test_questions_without_regions_count():
    empty = RecordedSample("z", "cs", as_boxes([HUB]), as_boxes([]), 1, 1, 1)
    run = RecordedRun("none", [empty, sample([HUB], HUB), sample([SMALL[0]], HUB, "b")], 0)
    assert try_orders(run)["orders"]["as recorded"]["top1_hit50"] == pytest.approx(1 / 3, abs=1e-4)
