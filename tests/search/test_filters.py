"""What a filter selects: pages by the store, regions on the pages that are scored."""

import warnings
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from snappy_core import RegionIndex
from snappy_core.ingest.jobs import prepare
from snappy_core.search.filters import resolve
from snappy_core.search.page_references import PageReference, find_pages
from snappy_core.stores import MemoryStore, SqliteStore
from snappy_core.stores.base import DocumentRecord, PageFilter
from snappy_core.stores.sqlite.snapshot import SqliteSnapshot
from snappy_core.testing import FakeEncoder, make_page
from snappy_core.types import LABELS, Page, Region, Words

ENCODER = FakeEncoder()


def page(number, label, *regions):
    """Return a page with a region for each (label, section), all with the same word."""
    made = make_page(*["harbour"] * len(regions), number=number)
    return Page(
        number, label, 400, 600, "pt", made.words,
        tuple(
            Region(region.box, region.text, region.words, name, order, section=section)
            for order, (region, (name, section)) in enumerate(
                zip(made.regions, regions, strict=True)
            )
        ),
    )  # fmt: skip


@pytest.fixture
def index():
    store = MemoryStore()
    documents = {
        "a": (
            {"team": "sea", "year": 2023, "groups": ["hr", "legal"]},
            page(1, "i", ("paragraph", "Ports"), ("header", "Ports")),
            page(2, "ii", ("table", "Ports > North"), ("paragraph", "Ports > North")),
        ),
        "b": ({"team": "sky", "signed": "2024-05-01"}, page(1, "1", ("paragraph", "Clouds"))),
    }
    for name, (metadata, *pages) in documents.items():
        records = map(prepare, pages, ENCODER.encode_pages(pages))
        store.write(DocumentRecord(name, f"/x/{name}.pdf", name, "1", metadata=metadata), records)
    return RegionIndex(store, ENCODER)


def found(index, filter, **options):
    hits = index.search("harbour", k=100, filter=filter, **options)
    return {(hit.document_id, hit.page_number, hit.region.label) for hit in hits}


A1, A2 = ("a", 1, "paragraph"), ("a", 2, "paragraph")
TABLE, B1, HEADER = ("a", 2, "table"), ("b", 1, "paragraph"), ("a", 1, "header")


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (None, {A1, A2, TABLE, B1}),
        ({"team": "sky"}, {B1}),
        ({"groups": {"$contains": "hr"}}, {A1, A2, TABLE}),
        ({"signed": {"$gte": "2024-01-01"}}, {B1}),
        ({"page_label": "ii"}, {A2, TABLE}),
        ({"page_label": {"$ne": "ii"}}, {A1, B1}),
        ({"page_number": 1, "page_label": ["i", "ii"]}, {A1}),
        ({"$or": [{"team": "sky"}, {"page_number": 2}]}, {A2, TABLE, B1}),
        ({"$or": [{"team": "sky"}, {"region_label": "table"}]}, {TABLE, B1}),
        ({"$not": {"page_number": {"$gt": 1}}, "team": "sea"}, {A1}),
        ({"region_label": "table"}, {TABLE}),
        ({"region_label": "header"}, {HEADER}),  # asked for by name
        ({"region_label": {"$ne": "table"}}, {A1, A2, B1}),  # headers are not asked for
        ({"section": "Ports > North"}, {A2, TABLE}),
        ({"section": {"$glob": "Ports*"}, "region_label": "paragraph"}, {A1, A2}),
        ({"$not": {"section": {"$glob": "Ports*"}}}, {B1}),
        ({"$not": {"$or": [{"region_label": "table"}, {"team": "sky"}]}}, {A1, A2}),
        ({"file_name": {"$glob": "b.*"}}, {B1}),
        ({"source": "/x/a.pdf", "bbox_y0": {"$gte": 0}, "reading_order": {"$lt": 1}}, {A1, TABLE}),
        ({"region_id": "a#p2r1"}, {A2}),
        ({"ocr_confidence": {"$gte": 0}}, set()),
        ({"page_width": {"$lt": 500}, "page_unit": "pt", "team": "sky"}, {B1}),
    ],
)
def test_regions_that_pass(index, filter, expected):
    assert found(index, filter) == expected


@pytest.mark.parametrize("filter", [{"ocr_confidence": -1}, {"ocr_confidence": {"$gte": 0.5}}])
def test_words_that_ocr_did_not_read_do_not_count(filter):
    page = make_page("Tides rise", "Moon pulls")
    confidences = np.array([np.nan, np.nan, np.nan, 0.5], np.float32)
    words = Words(page.words.texts, page.words.boxes, confidences)
    record = prepare(replace(page, words=words), *ENCODER.encode_pages([page]))
    store = MemoryStore()
    store.write(DocumentRecord("a", "a.pdf", "a", "1"), [record])
    (hit,) = RegionIndex(store, ENCODER).search("moon tides", filter=filter)
    assert hit.ocr_confidence == (-1 if filter["ocr_confidence"] == -1 else 0.5)


def test_pages_without_a_region_that_passes_are_no_candidates(index):
    for filter, expected in (
        ({"region_label": "table"}, {TABLE}),
        ({"section": "Clouds"}, {B1}),
        ({"page_label": "ii", "region_label": "paragraph"}, {A2}),
        ({"page_label": "1"}, {B1}),
    ):
        assert found(index, filter, candidates=1) == expected


def test_filters_and_pages_both_hold(index):
    pages = [PageReference("a", 2), PageReference("b", 1)]
    assert found(index, {"page_label": ["i", "ii"]}, pages=pages) == {A2, TABLE}
    assert found(index, {"team": "sky"}, pages=pages[:1]) == set()


def test_each_condition_is_resolved_where_it_belongs(index):
    with index._store.read() as snapshot:
        selection = resolve({"team": "sea", "page_number": [1, 7]}, snapshot)
        assert selection.pages == PageFilter(frozenset("a"), frozenset({1, 7}))
        assert selection.labels is None
        labels = resolve({"region_label": ["header", "footer"]}, snapshot).labels
        assert labels == {LABELS.index("header"), LABELS.index("footer")}
        assert resolve({"region_label": []}, snapshot).labels == frozenset()
        selection = resolve({"region_label": {"$nin": ["table"]}}, snapshot)
        assert selection.labels is None
        unread = selection.mask(np.array([1]), np.arange(len(LABELS), dtype=np.uint8), context_of)
        assert [LABELS[i] for i in np.flatnonzero(~unread)] == ["table"]


def context_of(page_id):
    raise AssertionError("no page has to be read for labels")


def test_an_unknown_key_matches_nothing_and_warns(index):
    with pytest.warns(UserWarning, match=r"no document has the filter key 'taem'.*signed, .*team"):
        assert found(index, {"taem": "sea"}) == set()
    with pytest.warns(UserWarning, match="'taem'"):
        assert found(index, {"$not": {"taem": "sea"}}) == set()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            found(index, {"other": "sea"})
    assert len(caught) == 1
    assert found(index, {"taem": {"$exists": False}, "team": "sky"}) == {B1}  # asks, and no more


def test_an_empty_index_knows_no_keys_to_warn_of():
    assert list(RegionIndex(MemoryStore(), ENCODER).search("x", filter={"team": "north"})) == []


def test_pages_are_found_without_a_look_at_all_documents(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delattr(SqliteSnapshot, "documents")
    with closing(SqliteStore(tmp_path / "i.snappy")) as store:
        for name in "ab":
            made = page(1, "1", ("paragraph", ""))
            source = (tmp_path / f"{name}.pdf").as_posix()
            record = DocumentRecord(name, source, name, "1", aliases=(f"{name} copy.pdf",))
            store.write(record, [prepare(made, *ENCODER.encode_pages([made]))])
        with store.read() as snapshot:
            (page_id,) = snapshot.page_ids("a").values()
            for name in ("a", f"{tmp_path}/a.pdf", "a.pdf", "a copy.pdf"):
                assert find_pages(snapshot, [PageReference(name, 1)]) == {page_id}
            for name in ("c", "\ud800"):
                with pytest.raises(ValueError, match="no such pages in the index"):
                    find_pages(snapshot, [PageReference(name, 1), PageReference("a", 1)])
