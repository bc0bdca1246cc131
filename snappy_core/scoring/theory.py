"""How exactly a grid of patches can point at a box (the paper's section on patch resolution).

Sizes are in any one unit; `patch_width` x `patch_height` is the size of one patch.
"""

from math import ceil


def expected_area(width: float, height: float, patch_width: float, patch_height: float) -> float:
    """Return the mean area of the patches a box touches: `(w + s_x)(h + s_y)`.

    The mean is over all places of the box on the grid.

    >>> expected_area(3, 1, 2, 2)
    15
    """
    _check(width, height, patch_width, patch_height)
    return (width + patch_width) * (height + patch_height)


def worst_area(width: float, height: float, patch_width: float, patch_height: float) -> float:
    """Return the largest such area: `s_x s_y (ceil(w/s_x) + 1)(ceil(h/s_y) + 1)`.

    >>> worst_area(3, 1, 2, 2)
    24
    """
    _check(width, height, patch_width, patch_height)
    across, down = ceil(width / patch_width) + 1, ceil(height / patch_height) + 1
    return patch_width * patch_height * across * down


def expected_efficiency(
    width: float, height: float, patch_width: float, patch_height: float
) -> float:
    """Return the box's share of the area its patches cover on average, 0..1.

    >>> expected_efficiency(3, 1, 2, 2)
    0.2
    """
    return width * height / expected_area(width, height, patch_width, patch_height)


def max_iou_share(patch_area: float, region_area: float) -> float:
    """Return the largest IoU a patch and a region can have: `min(a, A) / max(a, A)`.

    This is why a threshold on IoU drops every patch of a region larger than a few patches.

    >>> max_iou_share(1, 4)
    0.25
    """
    _check(patch_area, region_area)
    return min(patch_area, region_area) / max(patch_area, region_area)


def _check(*sizes: float) -> None:
    if not all(size > 0 for size in sizes):
        raise ValueError(f"sizes must be positive, not {sizes}")
