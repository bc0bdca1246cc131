"""Values that do not fit together are refused."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from snappy_core import Hit, Hits, Page, Region
from snappy_core.boxes import grid_cells
from snappy_core.types import LABELS, NO_WORDS, Patches, Query, Words

BOXES = np.array([[0, 0, 0.5, 0.25], [0.5, 0, 1, 0.25]], dtype=np.float32)


def patches(**changed):
    good = {
        "vectors": np.ones((6, 3), np.int8),
        "scales": np.ones(6, np.float32),
        "boxes": np.zeros((6, 4), np.float32),
        "local": np.ones(6, bool),
    }
    return Patches(**{**good, **changed})


def query(**changed):
    good = {
        "text": "low water",
        "vectors": np.ones((2, 3), np.float32),
        "tokens": ("low", "water"),
        "content_mask": np.ones(2, bool),
    }
    return Query(**{**good, **changed})


def hit(rank):
    region = Region((0, 0, 1, 0.5), "text", (0,), "paragraph", 0)
    place = ("a.pdf#p1r0", "a.pdf", "a.pdf", 1, "1", 300.0, 500.0, "pt")
    return Hit(region, *place, 0.5, 0.5, 0.5, 1.0, rank)


@pytest.mark.parametrize(
    ("texts", "boxes", "confidences", "message"),
    [
        (("one",), BOXES, None, "1 words but 2 boxes"),
        (("one", "two", "three"), BOXES, None, "3 words but 2 boxes"),
        (("one", "two"), BOXES, np.ones(1, np.float32), "2 words but 1 confidences"),
        (("one", "two"), BOXES[:, [2, 1, 0, 3]], None, "x0 <= x1"),  # right before left
    ],
)
def test_words_that_do_not_fit(texts, boxes, confidences, message):
    with pytest.raises(ValueError, match=message):
        Words(texts, boxes, confidences)


def test_words_have_a_length():
    assert len(Words(("one", "two"), BOXES)) == 2
    assert len(NO_WORDS) == 0


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"vectors": np.ones((6, 3), np.float32)}, "int8"),  # not quantized
        ({"vectors": np.ones(6, np.int8)}, r"shape \(n, d\)"),
        ({"scales": np.ones(5, np.float32)}, "6 vectors, 5 scales"),
        ({"boxes": np.zeros((7, 4), np.float32)}, "7 boxes"),
        ({"local": np.ones(1, bool)}, "1 local flags"),
        ({"grid": (2, 4)}, "needs 8 local patches"),
        ({"grid": (2, 3), "local": np.arange(6) < 5}, "needs 6 local patches"),
    ],
)
def test_patches_that_do_not_fit(changed, message):
    with pytest.raises(ValueError, match=message):
        patches(**changed)


def test_global_patches_are_outside_the_grid():
    assert len(patches(grid=(1, 4), local=np.arange(6) < 4)) == 6


@pytest.mark.parametrize(
    "changed",
    [
        {"tokens": ("low",)},
        {"content_mask": np.ones(3, bool)},
        {"terms": ("low",)},
        {"vectors": np.ones((0, 3), np.float32), "tokens": (), "content_mask": np.ones(0, bool)},
    ],
)
def test_queries_that_do_not_fit(changed):
    with pytest.raises(ValueError, match="query vectors"):
        query(**changed)


def test_a_page_without_renderer_cannot_be_drawn():
    page = Page(3, "iii", 300, 500, "pt", NO_WORDS, ())
    with pytest.raises(ValueError, match="page 3 has no renderer"):
        page.render()


@pytest.mark.parametrize("dpi", [0, -72, float("nan")])
def test_dpi_is_positive(dpi):
    drawn = []
    page = Page(1, "1", 300, 500, "pt", NO_WORDS, (), renderer=drawn.append)
    with pytest.raises(ValueError, match="dpi must be positive"):
        page.render(dpi)
    assert drawn == []
    page.render(96)
    assert drawn == [96]


def test_hits_are_a_sequence():
    first, second, third = hit(1), hit(2), hit(3)
    hits = Hits("low water", (first, second, third))
    assert len(hits) == 3
    assert list(hits) == [first, second, third]
    assert hits[-1] is third
    assert hits[:2] == (first, second)
    assert second in hits
    assert not Hits("low water", ())


def test_types_are_frozen():
    with pytest.raises(FrozenInstanceError):
        hit(1).rank = 2


def test_labels():
    assert set(LABELS) == {
        "title", "heading", "paragraph", "list_item", "table", "table_row", "figure", "caption",
        "formula", "header", "footer", "other", "list",
        "hot_area", "contents", "index", "references",
    }  # fmt: skip


def test_grid_cells_are_in_raster_order():
    by_columns = [grid_cells(2, 3)[3 * (n % 2) + n // 2] for n in range(6)]
    for boxes in (by_columns, grid_cells(3, 2)):
        with pytest.raises(ValueError, match=r"grid of \(2, 3\) must be in raster order"):
            patches(boxes=np.array(boxes), grid=(2, 3), local=np.ones(6, bool))
