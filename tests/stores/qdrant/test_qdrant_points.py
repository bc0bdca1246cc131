"""Pages as points: what the server takes, and what comes back."""

from dataclasses import replace

import numpy as np
import pytest

from snappy_core.errors import StoreError
from snappy_core.ingest.jobs import prepare
from snappy_core.stores import codec
from snappy_core.stores.qdrant import points as qdrant_points
from snappy_core.stores.qdrant.points import batches, packed_part, page_points, point_id
from snappy_core.testing import make_page
from snappy_core.testing.stores.samples import (
    assert_same_page,
    assert_same_patches,
    grid_record,
    records,
    scanned_page,
    texts,
)
from snappy_core.types import NO_WORDS, Page, Patches
from snappy_core.vectors import normalize, quantize

pytestmark = pytest.mark.requires("qdrant_client")


def points_of(record, place=0):
    return page_points("index", "a", "w", 5, place, record)


def large_record(count, dim):
    """Return a page of random patches."""
    rng = np.random.default_rng(0)
    codes, scales = quantize(normalize(rng.standard_normal((count, dim)).astype(np.float32)))
    boxes = np.tile(np.float32([0, 0, 1, 1]), (count, 1))
    return prepare(
        make_page("Tides"), Patches(codes, scales, boxes, np.ones(count, bool), (1, count))
    )


@pytest.mark.parametrize("record", [records(scanned_page())[0], grid_record()])
def test_all_but_the_search_is_packed_to_the_bit(record):
    ((point, _),) = points_of(record)
    assert_same_page(codec.unpack_content(packed_part(point.payload, "content")), record.page)
    packed = (packed_part(point.payload, name) for name in ("content", "patch_boxes", "scoring"))
    assert_same_patches(codec.unpack_patches(*packed), record.patches)
    codes, scales = codec.unpack_pooled(packed_part(point.payload, "pooled"))
    np.testing.assert_array_equal(codes, record.pooled[0])
    np.testing.assert_array_equal(scales, record.pooled[1])


def test_vectors_are_close_to_what_is_packed():
    ((point, _),) = points_of(grid_record())
    patches, pooled = grid_record().patches, grid_record().pooled
    for name, codes, scales in (
        ("patches", patches.vectors, patches.scales),
        ("pooled", *pooled),
    ):
        np.testing.assert_allclose(point.vector[name], codes * scales[:, None], atol=5.1e-6)


def test_payload_for_filters():
    ((point, _),) = page_points("index", "a", "w", 5, 3, texts("Tides turn, tides")[0])
    payload = point.payload
    assert (payload["document"], payload["write"], payload["number"]) == ("a", "w", 1)
    assert (payload["index"], payload["since"], payload["until"]) == (3, 5, 2**53 - 1)
    assert payload["terms"] == ["tide", "turn"]
    assert float(payload["until"]) == payload["until"]


def test_ids_tell_all_apart():
    ids = {
        point_id(index, write, place, part)
        for index in ("a", "b")
        for write in ("w", "v")
        for place in (0, 1)
        for part in (0, 1)
    }
    assert len(ids) == 16
    assert point_id("a", "w", 0) == point_id("a", "w", 0)


def test_a_page_without_patches_has_no_vectors():
    ((point, _),) = points_of(records(Page(1, "1", 400, 600, "pt", NO_WORDS, ()))[0])
    assert point.vector == {}


def test_pages_stay_below_the_limit_of_a_multivector():
    record = large_record(8192, 128)  # exactly what the server no longer takes
    points = points_of(record)
    sizes = [np.shape(point.vector["patches"]) for point, _ in points]
    assert sizes == [(8191, 128), (1, 128)]
    assert all(np.prod(size) < 1_048_576 for size in sizes)
    joined = np.concatenate([point.vector["patches"] for point, _ in points])
    codes = record.patches.vectors * record.patches.scales[:, None]
    np.testing.assert_allclose(joined, codes, atol=5.1e-6)
    first, second = (point for point, _ in points)
    assert first.id != second.id
    assert first.vector["pooled"] == second.vector["pooled"]  # or it would not be found
    assert "terms" not in second.payload
    assert "scoring" not in second.payload
    assert len(points_of(large_record(8191, 128))) == 1


def test_sizes_are_not_guessed_too_small():
    from pydantic_core import to_json
    from qdrant_client.models import PointsList

    odd = 'naïve ﬁsh 漁業 \U0001f41f nul\x00byte "quoted" \x01\x02\x03'
    for record in (large_record(300, 128), grid_record(), *texts(odd, " ".join(odd.split() * 50))):
        for point, size in page_points("index", "ü\x00", "w" * 16, 2**52, 1000, record):
            sent = len(to_json(PointsList(points=[point])))
            assert sent <= size
    assert size < 2 * sent + 1000  # nor far too large


def test_requests_are_cut_by_bytes(monkeypatch):
    monkeypatch.setattr(qdrant_points, "BATCH", 10)
    given = [("a", 4), ("b", 6), ("c", 1), ("d", 9), ("e", 1), ("f", 30), ("g", 2)]
    assert list(batches(given, "x")) == [["a", "b"], ["c", "d"], ["e"], ["f"], ["g"]]
    assert list(batches([], "x")) == []


def test_a_page_that_no_request_takes_is_named(monkeypatch):
    monkeypatch.setattr(qdrant_points, "REQUEST", 20_000)
    record = large_record(300, 128)
    points = points_of(replace(record, page=replace(record.page, number=7)))
    with pytest.raises(StoreError, match=r"qdrant://x/y: page 7 of a takes \d+ bytes, the server"):
        list(batches(points, "qdrant://x/y"))
