"""Ranking, selecting and measuring one question, on small pages."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.bbox_docvqa.dataset import Sample
from benchmarks.bbox_docvqa.measures import POOLS, SWEEP, Setting, measure, pixel_size, select
from snappy_core.boxes import as_boxes, to_pixels
from snappy_core.testing import make_page
from snappy_core.types import NO_WORDS, Page

PAGE = make_page("One two.", "Three four five.", "Six.", "Seven eight.")
WIDTH, HEIGHT = 400 * 300 / 72, 600 * 300 / 72


def pixels(*regions):
    boxes = as_boxes([PAGE.regions[region].box for region in regions])
    return tuple(map(tuple, to_pixels(boxes, WIDTH, HEIGHT).tolist()))


def sample(boxes, own=None, types=()):
    return Sample(
        id=3,
        folder=Path("set"),
        document="2301.1",
        category="cs",
        question="Which?",
        pages=(1,),
        images=(),
        boxes=boxes,
        own=len(boxes) if own is None else own,
        types=types,
    )


def measured(boxes, scores, page=PAGE, **options):
    score = np.array(scores, np.float32)
    return measure(sample(boxes, **options), page, lambda setting: score, Setting(), len)


def test_select_takes_the_better_half():
    order, selected = select(PAGE, np.array([0.1, 0.4, 0.2, 0.3], np.float32))
    assert order.tolist() == [1, 3, 2, 0]
    assert selected.tolist() == [1, 3]
    assert len(select(PAGE, np.array([0.1, 0.4, 0.2, 0.3], np.float32), 75)[1]) == 1
    assert select(PAGE, np.full(4, 0.5, np.float32))[1].tolist() == [0, 1, 2, 3]


def test_select_leaves_out_footers_and_the_parent_of_a_better_region():
    first, second, third, fourth = PAGE.regions
    regions = (first, replace(second, parent=0), third, replace(fourth, label="footer"))
    page = replace(PAGE, regions=regions)
    assert select(page, np.array([0.2, 0.3, 0.1, 0.9], np.float32))[0].tolist() == [1, 2]
    assert select(page, np.array([0.4, 0.3, 0.1, 0.9], np.float32))[0].tolist() == [0, 2]


def test_the_right_region_first():
    result = measured(pixels(1), [0.1, 0.4, 0.2, 0.3])
    for pool in POOLS:
        assert result.overlaps[pool] == pytest.approx([1])
        assert result.measures[f"{pool}_hit70"] == 1
    assert result.measures["area_recall"] == pytest.approx(1)
    assert result.measures["regions_selected"] == 2
    assert np.allclose(result.pred_bboxes, pixels(1, 3), atol=0.06)
    assert (result.labels, result.error, result.n_ocr_regions) == (["paragraph"], "", 4)
    assert result.tokens_selected == len("Three four five.") + len("Seven eight.")
    assert result.tokens_all_ocr == sum(len(region.text) for region in PAGE.regions)
    assert result.tokens_full_image == 1045 * 1568 // 750


def test_each_pool_is_measured_by_itself():
    result = measured(pixels(2), [0.4, 0.3, 0.2, 0.1])  # third of four: not selected
    hits = {pool: result.measures[f"{pool}_hit50"] for pool in POOLS}
    assert hits == {"all": 1, "selected": 0, "top3": 1, "top1": 0}
    two = measured(pixels(0, 1), [0.4, 0.3, 0.2, 0.1])
    assert [two.measures[f"{pool}_mean_iou"] for pool in POOLS] == pytest.approx([1, 1, 1, 0.5])


def test_chance_is_about_what_it_should_be():
    result = measured(pixels(2), [0.4, 0.3, 0.2, 0.1])
    assert result.measures["random_hit50"] == pytest.approx(1 / 2, abs=0.2)  # two of four
    assert result.measures["random1_hit50"] == pytest.approx(1 / 4, abs=0.2)
    again = measured(pixels(2), [0.4, 0.3, 0.2, 0.1])
    assert again == result


def test_boxes_of_another_page_count_as_in_the_paper():
    elsewhere = ((1600.0, 2400.0, 1650.0, 2460.0),)
    result = measured(pixels(1) + elsewhere, [0, 1, 0, 0], own=1)
    assert result.overlaps["top1"] == pytest.approx([1, 0])
    assert result.measures["top1_mean_iou"] == pytest.approx(0.5)
    assert result.own == 1


def test_a_page_without_regions_is_a_miss():
    empty = Page(9, "", 1, 1, "px", NO_WORDS, (), warning="broken.pdf: is cut off")
    result = measured(pixels(1), [], empty)
    assert (result.error, result.labels, result.page) == ("broken.pdf: is cut off", ["none"], 9)
    assert set(result.measures.values()) == {0}
    assert (result.tokens_selected, result.tokens_full_image) == (0, 0)
    silent = measured(pixels(1), [], replace(empty, warning=""))
    assert silent.error == "the page has no regions"


def test_a_sweep_gives_each_setting_its_figures():
    def score(setting):
        return np.array([0.1, 0.4, 0.2, 0.3] if setting.scoring == "mean" else [4, 1, 2, 3], "f4")

    result = measure(sample(pixels(1)), PAGE, score, Setting(), len, SWEEP)
    assert len(result.sweep) == len(SWEEP) == 3 + 3 * 3 * 4
    hits = {name: row["hit50"] for name, row in result.sweep.items()}
    assert hits["mean, percentile 75, overlap 0.25"] == 1
    assert hits["maxsim, percentile 75"] == hits["max, percentile 50, overlap 0.1"] == 0
    assert hits["iou_weighted, percentile 25"] == 0


def test_pixels_of_points_and_of_images():
    assert pixel_size(PAGE) == pytest.approx((WIDTH, HEIGHT))
    assert pixel_size(replace(PAGE, unit="px")) == (400, 600)
