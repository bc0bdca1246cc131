"""Which patches belong to which region, on grids that are not square."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snappy_core.boxes import iou
from snappy_core.scoring.membership import assign, concatenate
from snappy_core.scoring.rules import best_in_region
from snappy_core.types import Patches, Region


def region(box, words=(), parent=None):
    return Region(box, "", words, "paragraph", 0, parent)


def grid(rows, columns, extra=0):
    """Patches of a grid in raster order, and `extra` global ones that cover the page."""
    boxes = [
        (c / columns, r / rows, (c + 1) / columns, (r + 1) / rows)
        for r in range(rows)
        for c in range(columns)
    ] + [(0, 0, 1, 1)] * extra
    n = len(boxes)
    return Patches(
        np.ones((n, 3), np.int8), np.ones(n, np.float32), np.array(boxes, np.float32),
        np.arange(n) < rows * columns, (rows, columns),
    )  # fmt: skip


def words(*boxes):
    n = len(boxes)
    made = np.array(boxes, np.float32).reshape(n, 4)
    return Patches(np.ones((n, 3), np.int8), np.ones(n, np.float32), made, np.ones(n, bool))


def entries(membership, r=0):
    """The entries of a region, {patch: (iou, share, own)}."""
    span = slice(membership.offsets[r], membership.offsets[r + 1])
    rows = zip(membership.iou[span], membership.share[span], membership.own[span], strict=True)
    made = {int(p): tuple(row) for p, row in zip(membership.patches[span], rows, strict=True)}
    assert len(made) == span.stop - span.start  # no patch twice
    return made


BOX = (0.25, 0, 0.625, 0.5)  # on a grid of 2 x 4: all of patch 1, half of patch 2


def test_a_region_on_a_grid():
    found = entries(assign([region(BOX)], grid(2, 4)))
    assert found == {1: (np.float32(2 / 3), 1, True), 2: (0.25, 0.5, True)}


def test_the_transposed_grid_gives_another_answer():
    found = entries(assign([region(BOX)], grid(4, 2)))  # patches of .5 x .25
    assert found == {
        0: (np.float32(1 / 4), 0.5, True),
        1: (np.float32(0.03125 / 0.28125), 0.25, False),
        2: (np.float32(1 / 4), 0.5, True),
        3: (np.float32(0.03125 / 0.28125), 0.25, False),
    }


@pytest.mark.parametrize(
    ("box", "own"),
    [
        ((0, 0, 1, 1), set(range(8))),
        ((0.3, 0.6, 0.4, 0.7), {5}),  # inside one patch
        ((0.2, 0.4, 0.34, 0.54), {1}),  # at a corner of four: the one that overlaps most
        ((0.125, 0, 0.375, 0.5), {0, 1}),  # half of two
        ((0.125, 0, 0.375, 0.4), {0}),  # less than half of two alike: the first
        ((0.3, 0.6, 0.3, 0.7), set()),  # no area
    ],
)
def test_patches_a_region_is_judged_by(box, own):
    found = entries(assign([region(box)], grid(2, 4)))
    assert {patch for patch, (*_, is_own) in found.items() if is_own} == own


def test_global_patches_belong_to_no_region():
    made = assign([region((0, 0, 1, 1)), region((0.3, 0.6, 0.4, 0.7))], grid(2, 4, extra=3))
    assert made.patches.max() < 8
    assert list(entries(made, 1)) == [5]


def test_words_belong_to_their_region_wherever_they_stand():
    patches = words(
        (0, 0, 0.25, 0.125),  # its word, inside
        (0.5, 0.5, 0.75, 0.625),  # its word, elsewhere
        (0.25, 0, 0.75, 0.125),  # not its word, half inside
        (0.5, 0.75, 0.75, 0.875),  # neither
        (0.125, 0.0625, 0.125, 0.0625),  # its word, a point
    )
    found = entries(assign([region((0, 0, 0.5, 0.125), (0, 1, 4))], patches))
    assert found == {
        0: (0.5, 1, True),
        1: (0, 0, True),
        2: (np.float32(1 / 3), 0.5, False),
        4: (0, 0, True),
    }


@pytest.mark.parametrize(
    ("regions", "patches"),
    [
        ([], grid(2, 4)),
        ([], words()),
        ([region((0, 0, 1, 1))], words()),  # a figure on a page without words
        ([region((0, 0, 0.5, 0.125))], words((0.5, 0.75, 0.75, 0.875))),  # no words of its own
    ],
)
def test_nothing_to_assign(regions, patches):
    made = assign(regions, patches)
    assert made.offsets.tolist() == [0] * (len(regions) + 1)
    assert len(made.patches) == len(made.iou) == len(made.share) == len(made.own) == 0


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2), st.integers(0, 10_000))
def test_equals_a_loop_over_regions_and_patches(rows, columns, extra, seed):
    corners = np.random.default_rng(seed).random((4, 2, 2))
    boxes = [(*low, *high) for low, high in np.sort(corners, axis=1).tolist()]
    patches = grid(rows, columns, extra)
    made = assign([region(box) for box in boxes], patches)
    for r, (x0, y0, x1, y1) in enumerate(boxes):
        expected = {}
        for p, (a0, b0, a1, b1) in enumerate(patches.boxes.astype(float).tolist()):
            shared = max(min(x1, a1) - max(x0, a0), 0) * max(min(y1, b1) - max(y0, b0), 0)
            if shared > 1e-9 and patches.local[p]:
                size = (a1 - a0) * (b1 - b0)
                union = (x1 - x0) * (y1 - y0) + size - shared
                expected[p] = (shared / union, shared / size)
        found = entries(made, r)
        judged = {p for p, entry in found.items() if entry[2]}
        covered = {p for p, (_, share) in expected.items() if share >= 0.5}
        most = max(share for _, share in expected.values())
        if covered:
            assert judged == covered
        else:  # one of those that overlap most
            assert [expected[p][1] for p in judged] == [pytest.approx(most, abs=1e-5)]
        for p in {*found, *expected}:
            assert found[p][:2] == pytest.approx(expected[p], abs=1e-4)


def test_pages_one_after_the_other():
    first = assign([region(BOX), region((0, 0, 1, 1))], grid(2, 4))
    empty = assign([], grid(1, 1))
    last = assign([region((0, 0, 0.5, 1))], grid(1, 2))
    made = concatenate([first, empty, last], [8, 1, 2])
    assert made.offsets.tolist() == [0, 2, 10, 11]
    assert made.patches.tolist() == [1, 2, *range(8), 9]
    for name in ("iou", "share", "own"):
        parts = [getattr(member, name) for member in (first, empty, last)]
        assert getattr(made, name).tolist() == np.concatenate(parts).tolist()


def test_no_pages():
    assert concatenate([], []).offsets.tolist() == [0]


@st.composite
def nested(draw):
    """Regions on a grid, each inside its parent, some of them smaller than a patch."""
    boxes, parents = [(0.0, 0.0, 1.0, 1.0)], [None]
    for _ in range(draw(st.integers(0, 8))):
        parent = draw(st.integers(0, len(boxes) - 1))
        x0, y0, x1, y1 = boxes[parent]
        left, top = draw(st.floats(0, 0.9)), draw(st.floats(0, 0.9))
        right, bottom = draw(st.floats(left + 0.05, 1)), draw(st.floats(top + 0.05, 1))
        inner = (
            x0 + left * (x1 - x0), y0 + top * (y1 - y0),
            x0 + right * (x1 - x0), y0 + bottom * (y1 - y0),
        )  # fmt: skip
        boxes.append((inner[0], inner[1], min(inner[2], x1), min(inner[3], y1)))
        parents.append(parent)
    return [region(box, (), parent) for box, parent in zip(boxes, parents, strict=True)]


@given(nested(), st.integers(1, 6), st.integers(1, 6), st.integers(0, 1), st.integers(0, 999))
def test_no_region_of_a_grid_scores_below_one_it_holds(regions, rows, columns, extra, seed):
    patches = grid(rows, columns, extra)
    membership = assign(regions, patches)
    rng = np.random.default_rng(seed)
    similarity = rng.uniform(0, 1, (3, len(patches))).astype(np.float32)
    scores = best_in_region(similarity, membership)
    for child, held in enumerate(regions):
        if held.parent is not None:
            assert (scores[:, held.parent] >= scores[:, child]).all()


def test_a_parent_is_judged_by_the_patch_of_a_child_too_small_to_cover_half():
    family = [
        region((0, 0, 0.3, 0.5)),  # all of patch 0, a fifth of patch 1
        region((0.26, 0.1, 0.3, 0.2), parent=0),  # a sliver of patch 1
        region((0.27, 0.1, 0.29, 0.2), parent=1),  # a sliver of it
        region((0, 0, 0.3, 0.5)),  # as the first, with no child
    ]
    made = assign(family, grid(2, 4))
    own = [{p for p, entry in entries(made, r).items() if entry[2]} for r in range(4)]
    assert own == [{0, 1}, {1}, {1}, {0}]


def test_children_are_found_wherever_they_stand():
    """Before their parent, or in a circle, as no page should have them."""
    small, large = region((0.26, 0.1, 0.3, 0.2), parent=1), region((0, 0, 0.3, 0.5))
    made = assign([small, large], grid(2, 4))
    assert {p for p, entry in entries(made, 1).items() if entry[2]} == {0, 1}
    made = assign([small, region((0, 0, 0.3, 0.5), parent=0)], grid(2, 4))
    assert {p for p, entry in entries(made, 1).items() if entry[2]} == {0, 1}


def test_the_cells_of_a_grid_need_not_fill_the_page():
    """Columns and rows of several sizes, beside global patches in between."""
    x, y = np.array([0.1, 0.2, 0.6, 0.7]), np.array([0.3, 0.5, 0.95])
    cells = [(x[c], y[r], x[c + 1], y[r + 1]) for r in range(2) for c in range(3)]
    boxes = np.array([(0, 0, 1, 1), *cells[:4], (0, 0, 1, 1), *cells[4:]], np.float32)
    local = np.array([False] + [True] * 4 + [False] + [True] * 2)
    patches = Patches(np.ones((8, 3), np.int8), np.ones(8, np.float32), boxes, local, (2, 3))
    box = (0.15, 0.4, 0.65, 0.9)
    made = assign([region(box)], patches)
    expected = iou(np.array([box], np.float32), boxes)[0] * local
    found = entries(made)
    assert set(found) == set(np.flatnonzero(expected))
    for patch, (overlap, *_) in found.items():
        assert overlap == pytest.approx(expected[patch], abs=1e-6)
