"""The bounds on patch resolution, against boxes laid on a grid in many places."""

from math import floor

import pytest

from snappy_core.scoring.theory import (
    expected_area,
    expected_efficiency,
    max_iou_share,
    worst_area,
)

SIZES = [(3, 1, 2, 2), (5, 0.5, 1.5, 4), (0.3, 7, 2, 0.7)]  # width, height, patch width and height


def touched_areas(width, height, across, down, steps=60):
    """The area of the patches touched, for each place of the box within a patch."""
    for i in range(steps):
        x = (i + 0.37) / steps * across
        columns = floor((x + width) / across) + 1
        for j in range(steps):
            y = (j + 0.37) / steps * down
            yield columns * (floor((y + height) / down) + 1) * across * down


@pytest.mark.parametrize("sizes", SIZES)
def test_expected_and_worst_area(sizes):
    areas = list(touched_areas(*sizes))
    assert sum(areas) / len(areas) == pytest.approx(expected_area(*sizes), rel=0.02)
    assert max(areas) == pytest.approx(worst_area(*sizes))


@pytest.mark.parametrize("sizes", SIZES)
def test_efficiency_is_the_boxs_share(sizes):
    width, height, across, down = sizes
    share = expected_efficiency(*sizes)
    assert share == pytest.approx(width * height / (width + across) / (height + down))


def test_width_and_height_are_not_the_same():
    assert worst_area(5, 0.5, 1.5, 4) == 1.5 * 4 * 5 * 2
    assert worst_area(0.5, 5, 1.5, 4) == 1.5 * 4 * 2 * 3


def test_a_multiple_of_the_patch_can_touch_one_more():
    assert worst_area(4, 2, 2, 1) == 2 * 1 * 3 * 3


@pytest.mark.parametrize(
    ("patch", "region", "share"),
    [(1, 4, 0.25), (4, 1, 0.25), (3, 3, 1), (1, 64, 1 / 64)],
)
def test_max_iou_share(patch, region, share):
    assert max_iou_share(patch, region) == share


@pytest.mark.parametrize(
    "sizes", [(0, 1, 1, 1), (1, -1, 1, 1), (1, 1, 0, 1), (1, 1, 1, float("nan"))]
)
def test_sizes_are_positive(sizes):
    for formula in (expected_area, worst_area, expected_efficiency):
        with pytest.raises(ValueError, match="sizes must be positive"):
            formula(*sizes)
    with pytest.raises(ValueError, match="sizes must be positive"):
        max_iou_share(0, 1)
