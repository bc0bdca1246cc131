"""Pages packed into bytes and back; `StoreConformance` checks the same through each store."""

from dataclasses import replace

import numpy as np
import pytest

from snappy_core.ingest.jobs import prepare
from snappy_core.stores import codec
from snappy_core.testing.stores.samples import (
    assert_same_page,
    assert_same_patches,
    grid_record,
    records,
    scanned_page,
    texts,
)

GRID = grid_record()
(WORDS,) = texts("Tides turn twice")


def with_patches(record, **changes):
    return prepare(record.page, replace(record.patches, **changes))


RECORDS = {
    "words": (WORDS, None),
    "words with confidences": (records(scanned_page())[0], None),
    "words in other places": (with_patches(WORDS, boxes=WORDS.patches.boxes / 2), 3 * 16),
    "a grid": (GRID, 2 * 8 + 7),
    "a grid in another place": (with_patches(GRID, boxes=GRID.patches.boxes / 2), 2 * 8 + 7 * 17),
    "a grid without global patches": (
        with_patches(
            GRID,
            vectors=GRID.patches.vectors[1:],
            scales=GRID.patches.scales[1:],
            boxes=GRID.patches.boxes[1:],
            local=GRID.patches.local[1:],
        ),
        2 * 8,
    ),
}


@pytest.mark.parametrize("name", RECORDS)
def test_pages_are_read_as_they_were(name):
    """Boxes that follow from the words or the grid are not stored."""
    record, size = RECORDS[name]
    page = codec.pack_page(record)
    assert (page.patch_boxes and len(page.patch_boxes) - 4 * 8) == size
    assert_same_page(codec.unpack_content(page.content), record.page)
    assert_same_patches(
        codec.unpack_patches(page.content, page.patch_boxes, page.scoring), record.patches
    )
    vectors = codec.unpack_scoring(page.scoring, page.pooled)
    for part in ("offsets", "patches", "iou", "share", "own"):
        expected = getattr(record.membership, part)
        np.testing.assert_array_equal(getattr(vectors.membership, part), expected, part)
    for stored, expected in zip(vectors.pooled, record.pooled, strict=True):
        np.testing.assert_array_equal(stored, expected)


def test_arrays_are_aligned_wherever_the_bytes_lie():
    page = codec.pack_page(GRID)
    for shift in range(8):
        blob = memoryview(bytes(shift) + page.scoring)[shift:]
        vectors = codec.unpack_scoring(blob, page.pooled)
        assert vectors.scales.flags.aligned
        np.testing.assert_array_equal(vectors.scales, GRID.patches.scales)


@pytest.mark.parametrize(
    ("term", "expected"), [("tide", "tide"), ("flöße", "flöße"), ("o\ud800d", r"o\ud800d")]
)
def test_terms_are_valid_unicode(term, expected):
    assert codec.encode_term(term) == expected
