"""Tests of reads: a store returns pages exactly as written, and the candidates of a query."""

import numpy as np
import pytest

from snappy_core.stores.base import PageFilter, Store
from snappy_core.testing import make_page
from snappy_core.testing.stores.samples import (
    ENCODER,
    assert_consistent,
    assert_same_page,
    assert_same_patches,
    document,
    grid_record,
    records,
    scanned_page,
    texts,
)
from snappy_core.types import NO_WORDS, Page

ODD_TEXTS = (
    'naïve ﬁsh 漁業 \U0001f41f nul\x00byte l\'eau "quoted" {braces}',
    "odd \ud800 o\ud800dd tides",  # not valid Unicode, but text layers of PDFs may contain it
)


class ReadingTests:
    def test_is_empty_at_first(self, store: Store) -> None:
        with store.read() as snapshot:
            assert snapshot.documents() == []
            assert snapshot.document("a") is None
            assert snapshot.page_ids("a") == {}
            assert snapshot.frequencies(["tide"]) == {}
            assert snapshot.vectors([]) == []
            assert_consistent(snapshot)

    def test_writes_a_document(self, store: Store) -> None:
        store.write(document("a", team="sea", year=2024), texts("Tides turn", "Wind turns"))
        with store.read() as snapshot:
            (record,) = snapshot.documents()
            assert (record.document_id, record.source) == ("a", "/papers/a.pdf")
            assert (record.content_hash, record.fingerprint, record.pages) == ("1", "layout 1", 2)
            assert dict(record.metadata) == {"team": "sea", "year": 2024}
            assert list(snapshot.page_ids("a")) == [1, 2]
            assert snapshot.frequencies(["tide", "turn", "sun"]) == {"tide": 1, "turn": 2}
            assert_consistent(snapshot)

    def test_keeps_pages_as_they_are(self, store: Store) -> None:
        (scanned,), grid = records(scanned_page()), grid_record()
        store.write(document("a"), [scanned])
        store.write(document("b"), [grid])
        with store.read() as snapshot:
            for name, record in (("a", scanned), ("b", grid)):
                page = snapshot.page_ids(name)[1]
                assert_same_page(snapshot.page(page), record.page)
                assert_same_patches(snapshot.patches(page), record.patches)
                (vectors,) = snapshot.vectors([page])
                for part in ("offsets", "patches", "iou", "share", "own"):
                    expected = getattr(record.membership, part)
                    stored = getattr(vectors.membership, part)
                    np.testing.assert_array_equal(stored, expected, part)
                    assert stored.dtype == expected.dtype
                for stored, expected in zip(vectors.pooled, record.pooled, strict=True):
                    np.testing.assert_array_equal(stored, expected, "pooled")
            catalog = snapshot.catalog()
            codes, scales = scanned.pooled
            other_codes, other_scales = grid.pooled
            np.testing.assert_array_equal(catalog.vectors, np.concatenate([codes, other_codes]))
            np.testing.assert_array_equal(catalog.scales, np.concatenate([scales, other_scales]))
            assert_consistent(snapshot)

    def test_keeps_pages_without_words_regions_or_patches(self, store: Store) -> None:
        words = make_page("Alone in the margin").words
        pages = (
            Page(1, "1", 400, 600, "pt", NO_WORDS, ()),
            Page(2, "2", 400, 600, "pt", words, ()),
            make_page("Tides turn", number=3),
        )
        store.write(document("nothing"), [])
        store.write(document("a"), records(*pages))
        with store.read() as snapshot:
            assert snapshot.document("nothing") is not None
            ids = snapshot.page_ids("a")
            empty, no_regions, one_region = snapshot.vectors([ids[1], ids[2], ids[3]])
            assert empty.vectors.shape == (0, 16)
            assert len(no_regions.vectors) == 4
            assert len(no_regions.labels) == 0
            assert len(one_region.labels) == 1
            assert np.diff(snapshot.catalog().offsets).tolist() == [0, 1, 1]
            assert_consistent(snapshot)

    def test_catalog_of_empty_pages_has_the_dimension(self, store: Store) -> None:
        store.write(document("a"), records(Page(1, "1", 400, 600, "pt", NO_WORDS, ())))
        with store.read() as snapshot:
            assert snapshot.catalog().vectors.shape == (0, 16)

    @pytest.mark.parametrize("odd", ODD_TEXTS, ids=["signs", "half a surrogate pair"])
    def test_keeps_odd_text(self, store: Store, odd: str) -> None:
        store.write(document("ü 'x\" #p1r1"), texts(odd))
        with store.read() as snapshot:
            (record,) = snapshot.documents()
            page = snapshot.page(snapshot.page_ids(record.document_id)[1])
            assert page.regions[0].text == odd
            assert page.words.texts == tuple(odd.split())
            assert_consistent(snapshot)

    def test_vectors_come_in_the_given_order(self, store: Store) -> None:
        store.write(document("a"), texts("one", "two and three", "four five six seven"))
        with store.read() as snapshot:
            ids = snapshot.page_ids("a")
            pages = snapshot.vectors([ids[3], ids[1], ids[2]])
            assert [len(page.vectors) for page in pages] == [4, 1, 3]

    def test_candidates_are_all_pages_when_they_are_few(self, store: Store) -> None:
        store.write(document("a"), texts("Tides turn", "Moon pulls", "Sun shines"))
        store.write(document("b"), texts("Tides come", "Wind turns"))
        store.write(document("c"), texts("Clouds"))
        query = ENCODER.encode_query("tide moon")
        weights = np.array([0.5, 0.5], np.float32)
        with store.read() as snapshot:
            ids = {name: snapshot.page_ids(name) for name in "abc"}
            all_pages = sorted(page for pages in ids.values() for page in pages.values())
            for page_filter, expected in (
                (PageFilter(), all_pages),
                (PageFilter(frozenset("ac")), sorted([*ids["a"].values(), ids["c"][1]])),
                (PageFilter(page_numbers=frozenset({2})), sorted([ids["a"][2], ids["b"][2]])),
                (PageFilter(frozenset("a"), frozenset({1, 3, 9})), [ids["a"][1], ids["a"][3]]),
                (PageFilter(page_ids=frozenset({ids["b"][2]})), [ids["b"][2]]),
                (PageFilter(frozenset("c"), page_ids=frozenset({ids["b"][2]})), []),
                (PageFilter(frozenset()), []),
                (PageFilter(page_numbers=frozenset()), []),
            ):
                for count in (None, max(len(expected), 1), 200):
                    candidates = snapshot.candidates(query.vectors, weights, page_filter, count)
                    assert candidates.tolist() == expected, (page_filter, count)
                    assert candidates.dtype == np.int64

    def test_candidates_are_the_nearest_pages(self, store: Store) -> None:
        for name in "abcdef":
            store.write(document(name, "0"), texts("Moon pulls", "Tides turn"))  # to be replaced
            store.write(document(name), texts(f"Tides {name} turn", f"Filler {name}", "Moon"))
        store.delete("f")
        query = ENCODER.encode_query("the tides moon")
        with store.read() as snapshot:
            ids = {name: snapshot.page_ids(name) for name in "abcde"}
            for weights, page_filter, names, number in (
                ([0, 1, 0], PageFilter(), "abcde", 1),
                ([0, 1, 0], PageFilter(frozenset("bd")), "bd", 1),
                ([0, 0, 1], PageFilter(), "abcde", 3),
                ([0, 0, 1], PageFilter(frozenset("bd")), "bd", 3),
                ([0, 0, 1], PageFilter(page_numbers=frozenset({2, 3})), "abcde", 3),
            ):
                token_weights = np.array(weights, np.float32)
                count = len(names)
                candidates = snapshot.candidates(query.vectors, token_weights, page_filter, count)
                assert candidates.tolist() == sorted(ids[name][number] for name in names)
