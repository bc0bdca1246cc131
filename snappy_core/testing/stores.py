"""What every store must do, as one test class: subclass it and make a store of your own."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from snappy_core.errors import IndexMismatchError
from snappy_core.ingest.jobs import prepare
from snappy_core.scoring.idf import page_terms
from snappy_core.stores.base import DocumentRecord, PageFilter, PageRecord, Snapshot, Store
from snappy_core.testing import FakeEncoder, make_page
from snappy_core.types import LABELS, NO_WORDS, Page, Patches, Region, Scalar, Words

ENCODER = FakeEncoder(dim=16)


def document(name: str, content: str = "1", **metadata: str | int) -> DocumentRecord:
    return DocumentRecord(name, f"/papers/{name}.pdf", content, "layout 1", metadata=metadata)


def records(*pages: Page) -> list[PageRecord]:
    return [
        prepare(page, patches)
        for page, patches in zip(pages, ENCODER.encode_pages(pages), strict=True)
    ]


def texts(*paragraphs: str) -> list[PageRecord]:
    """Return one page for each text."""
    return records(*(make_page(text, number=n) for n, text in enumerate(paragraphs, start=1)))


def scanned_page() -> Page:
    """Return a page of words that an OCR engine read, in a table with a row inside it."""
    boxes = np.array([[0.1, 0.2, 0.3, 0.25], [0.4, 0.2, 0.8, 0.25]], dtype=np.float32)
    words = Words(("Cuxhaven", "4.85"), boxes, np.array([0.5, 0.875], dtype=np.float32))
    regions = (
        Region((0.1, 0.2, 0.8, 0.25), "Cuxhaven 4.85", (0, 1), "table", 0, section="Ports > North"),
        Region((0.1, 0.2, 0.8, 0.25), "Cuxhaven 4.85", (0, 1), "table_row", 1, parent=0),
        Region((0.1, 0.5, 0.8, 0.75), "", (), "figure", 2),
    )
    return Page(1, "iv", 1700.5, 2200, "px", words, regions)


def grid_record() -> PageRecord:
    """Return a page of 2 x 3 grid patches and a global one, which comes first."""
    page = make_page("Tides turn twice a day.", "Wind does not.")
    rows, columns = np.divmod(np.arange(6), 3)
    cells = np.stack([columns / 3, rows / 2, (columns + 1) / 3, (rows + 1) / 2], axis=1)
    boxes = np.concatenate([[[0, 0, 1, 1]], cells]).astype(np.float32)
    vectors = np.arange(7 * 16, dtype=np.int8).reshape(7, 16) - 50
    scales = (1 / np.linalg.norm(vectors, axis=1)).astype(np.float32)
    local = np.array([False] + [True] * 6)
    return prepare(page, Patches(vectors, scales, boxes, local, (2, 3)))


def assert_same_page(found: Page, page: Page) -> None:
    for name in ("number", "label", "width", "height", "unit", "regions"):
        assert getattr(found, name) == getattr(page, name), name
    assert found.words.texts == page.words.texts
    np.testing.assert_array_equal(found.words.boxes, page.words.boxes)
    if page.words.confidences is None:
        assert found.words.confidences is None
    else:
        np.testing.assert_array_equal(found.words.confidences, page.words.confidences)
    assert found.renderer is None


def assert_same_patches(found: Patches, patches: Patches) -> None:
    for name in ("vectors", "scales", "boxes", "local"):
        np.testing.assert_array_equal(getattr(found, name), getattr(patches, name), name)
        assert getattr(found, name).dtype == getattr(patches, name).dtype
    assert found.grid == patches.grid


def assert_consistent(snapshot: Snapshot) -> None:
    """Check all that can be counted in two ways: pages, terms, catalog and patches."""
    held = [document.document_id for document in snapshot.documents()]
    assert held == sorted(held)
    ids = {name: snapshot.page_ids(name) for name in held}
    pages = {page: snapshot.page(page) for numbers in ids.values() for page in numbers.values()}
    counts = Counter(term for page in pages.values() for term in page_terms(page.words.texts))
    assert snapshot.frequencies([*counts, "never"]) == counts
    assert snapshot.page_count() == len(pages)
    for record in snapshot.documents():
        assert snapshot.document(record.document_id) == record
        assert record.pages == len(ids[record.document_id])
        for number, page in ids[record.document_id].items():
            assert pages[page].number == number
            assert snapshot.document_of(page) == record

    catalog = snapshot.catalog()
    assert catalog.page_ids.tolist() == sorted(pages)
    assert catalog.page_numbers.tolist() == [pages[page].number for page in sorted(pages)]
    assert list(catalog.document_ids) == [
        snapshot.document_of(page).document_id for page in sorted(pages)
    ]
    assert len(catalog.offsets) == len(pages) + 1
    assert catalog.offsets[-1] == len(catalog.vectors) == len(catalog.scales)

    for page, vectors in zip(sorted(pages), snapshot.vectors(sorted(pages)), strict=True):
        patches = snapshot.patches(page)
        np.testing.assert_array_equal(vectors.vectors, patches.vectors)
        np.testing.assert_array_equal(vectors.scales, patches.scales)
        labels = [LABELS.index(region.label) for region in pages[page].regions]
        assert vectors.labels.tolist() == labels
        assert len(vectors.membership.offsets) == len(labels) + 1


class StoreConformance:
    """Subclass it with a fixture `store` that gives an empty store and closes it."""

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
            (found,) = snapshot.documents()
            assert (found.document_id, found.source) == ("a", "/papers/a.pdf")
            assert (found.content_hash, found.fingerprint, found.pages) == ("1", "layout 1", 2)
            assert dict(found.metadata) == {"team": "sea", "year": 2024}
            assert list(snapshot.page_ids("a")) == [1, 2]
            assert snapshot.frequencies(["tide", "turn", "sun"]) == {"tide": 1, "turn": 2}
            assert_consistent(snapshot)

    def test_compact_changes_nothing_that_one_reads(self, store: Store) -> None:
        store.write(document("a"), texts("Tides turn", "Wind turns"))
        store.write(document("b"), texts("Sun shines"))
        store.write(document("a", "2"), texts("Moon pulls"))
        store.delete("b")
        store.compact()
        with store.read() as snapshot:
            assert [found.content_hash for found in snapshot.documents()] == ["2"]
            (page,) = snapshot.page_ids("a").values()
            assert snapshot.page(page).words.texts == ("Moon", "pulls")
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
                    found = getattr(vectors.membership, part)
                    np.testing.assert_array_equal(found, expected, part)
                    assert found.dtype == expected.dtype
            catalog = snapshot.catalog()
            np.testing.assert_array_equal(
                catalog.vectors, np.concatenate([scanned.pooled[0], grid.pooled[0]])
            )
            np.testing.assert_array_equal(
                catalog.scales, np.concatenate([scanned.pooled[1], grid.pooled[1]])
            )
            assert_consistent(snapshot)

    def test_takes_pages_without_words_regions_or_patches(self, store: Store) -> None:
        words = make_page("Alone in the margin").words
        store.write(document("nothing"), [])
        store.write(
            document("a"),
            records(
                Page(1, "1", 400, 600, "pt", NO_WORDS, ()),
                Page(2, "2", 400, 600, "pt", words, ()),
                make_page("Tides turn", number=3),
            ),
        )
        with store.read() as snapshot:
            assert snapshot.document("nothing") is not None
            ids = snapshot.page_ids("a")
            empty, unframed, full = snapshot.vectors([ids[1], ids[2], ids[3]])
            assert empty.vectors.shape == (0, 16)
            assert len(unframed.vectors) == 4
            assert len(unframed.labels) == 0
            assert len(full.labels) == 1
            assert np.diff(snapshot.catalog().offsets).tolist() == [0, 1, 1]
            assert_consistent(snapshot)

    def test_catalog_of_empty_pages_knows_the_dimension(self, store: Store) -> None:
        store.write(document("a"), records(Page(1, "1", 400, 600, "pt", NO_WORDS, ())))
        with store.read() as snapshot:
            assert snapshot.catalog().vectors.shape == (0, 16)

    def test_keeps_odd_text(self, store: Store) -> None:
        odd = 'naïve ﬁsh 漁業 \U0001f41f nul\x00byte l\'eau "quoted" {braces}'
        store.write(document("ü 'x\" #p1r1"), texts(odd))
        with store.read() as snapshot:
            (found,) = snapshot.documents()
            page = snapshot.page(snapshot.page_ids(found.document_id)[1])
            assert page.regions[0].text == odd
            assert page.words.texts == tuple(odd.split())
            assert_consistent(snapshot)

    def test_vectors_come_in_the_order_asked(self, store: Store) -> None:
        store.write(document("a"), texts("one", "two and three", "four five six seven"))
        with store.read() as snapshot:
            ids = snapshot.page_ids("a")
            asked = snapshot.vectors([ids[3], ids[1], ids[2]])
            assert [len(page.vectors) for page in asked] == [4, 1, 3]

    def test_first_stage_takes_all_pages_when_they_are_few(self, store: Store) -> None:
        store.write(document("a"), texts("Tides turn", "Moon pulls", "Sun shines"))
        store.write(document("b"), texts("Tides come", "Wind turns"))
        store.write(document("c"), texts("Clouds"))
        query = ENCODER.encode_query("tide moon")
        weights = np.array([0.5, 0.5], np.float32)
        with store.read() as snapshot:
            ids = {name: snapshot.page_ids(name) for name in "abc"}
            everything = sorted(page for pages in ids.values() for page in pages.values())
            for page_filter, expected in (
                (PageFilter(), everything),
                (PageFilter(frozenset("ac")), sorted([*ids["a"].values(), ids["c"][1]])),
                (PageFilter(page_numbers=frozenset({2})), sorted([ids["a"][2], ids["b"][2]])),
                (PageFilter(frozenset("a"), frozenset({1, 3, 9})), [ids["a"][1], ids["a"][3]]),
                (PageFilter(page_ids=frozenset({ids["b"][2]})), [ids["b"][2]]),
                (PageFilter(frozenset("c"), page_ids=frozenset({ids["b"][2]})), []),
                (PageFilter(frozenset()), []),
                (PageFilter(page_numbers=frozenset()), []),
            ):
                for most in (None, max(len(expected), 1), 200):
                    found = snapshot.candidates(query.vectors, weights, page_filter, most)
                    assert found.tolist() == expected, (page_filter, most)
                    assert found.dtype == np.int64

    def test_first_stage_takes_what_is_nearest(self, store: Store) -> None:
        for name in "abcdef":
            store.write(document(name, "0"), texts("Moon pulls", "Tides turn"))  # to be replaced
            store.write(document(name), texts(f"Tides {name} turn", f"Filler {name}", "Moon"))
        store.delete("f")
        query = ENCODER.encode_query("the tides moon")
        with store.read() as snapshot:
            ids = {name: snapshot.page_ids(name) for name in "abcde"}
            for weights, number in (([0, 1, 0], 1), ([0, 0, 1], 3)):
                for names in ("abcde", "bd"):
                    page_filter = PageFilter(frozenset(names)) if names == "bd" else PageFilter()
                    given = np.array(weights, np.float32)
                    found = snapshot.candidates(query.vectors, given, page_filter, len(names))
                    assert found.tolist() == sorted(ids[name][number] for name in names)
            page_filter = PageFilter(page_numbers=frozenset({2, 3}))
            found = snapshot.candidates(
                query.vectors, np.array([0, 0, 1], np.float32), page_filter, 5
            )
            assert found.tolist() == sorted(ids[name][3] for name in "abcde")

    def test_replaces_a_document_whole(self, store: Store) -> None:
        store.write(document("a", team="sea"), texts("Tides turn", "Moon pulls", "Sun pulls"))
        store.write(document("b"), texts("Tides come"))
        store.write(document("a", content="2", year=1), texts("Moon shines"))
        with store.read() as snapshot:
            found = snapshot.document("a")
            assert found is not None
            assert (found.content_hash, found.pages, dict(found.metadata)) == ("2", 1, {"year": 1})
            terms = ["tide", "turn", "moon", "pull", "sun", "shine", "come"]
            expected = {"tide": 1, "moon": 1, "shine": 1, "come": 1}
            assert snapshot.frequencies(terms) == expected
            assert_consistent(snapshot)

    def test_deletes_a_document(self, store: Store) -> None:
        store.write(document("a"), texts("Tides turn", "Moon pulls"))
        store.write(document("b"), texts("Tides come"))
        assert store.delete("a") is True
        assert store.delete("a") is False
        assert store.delete("never") is False
        with store.read() as snapshot:
            assert [found.document_id for found in snapshot.documents()] == ["b"]
            assert snapshot.page_ids("a") == {}
            assert snapshot.frequencies(["tide", "turn", "moon"]) == {"tide": 1}
            assert_consistent(snapshot)

    @pytest.mark.parametrize("known", [False, True], ids=["new", "replaced"])
    @pytest.mark.parametrize("good", [0, 3, 400])  # 400 pages are more than stores hold back
    def test_writes_all_or_nothing(self, store: Store, good: int, known: bool) -> None:
        store.write(document("b"), texts("Tides come"))
        if known:
            store.write(document("a"), texts("Tides turn"))

        def breaks() -> Iterator[PageRecord]:
            for number in range(1, good + 1):
                yield from records(make_page(f"Moon{number % 5} pulls", number=number))
            raise RuntimeError("the reader gave up")

        with pytest.raises(RuntimeError, match="gave up"):
            store.write(document("a", content="2"), breaks())
        with store.read() as snapshot:
            held = {found.document_id: found.content_hash for found in snapshot.documents()}
            assert held == ({"a": "1", "b": "1"} if known else {"b": "1"})
            assert_consistent(snapshot)
        store.write(document("c"), texts("Sun shines"))  # and it can still be written to
        with store.read() as snapshot:
            assert_consistent(snapshot)

    def test_writes_long_documents(self, store: Store) -> None:
        numbers = range(1, 601)
        store.write(document("a"), (texts(f"Page{n % 7} tide")[0] for n in numbers))
        with store.read() as snapshot:
            assert snapshot.page_count() == 600
            assert snapshot.frequencies(["tide"]) == {"tide": 600}

    def test_never_uses_page_ids_again(self, store: Store) -> None:
        seen: set[int] = set()
        for content in "1234":
            store.write(document("a", content), texts("Tides turn", "Moon pulls"))
            with store.read() as snapshot:
                ids = set(snapshot.page_ids("a").values())
                catalog = snapshot.catalog().page_ids.tolist()
            assert not ids & seen
            assert catalog == sorted(ids)
            assert min(ids) > max(seen, default=0)  # they rise, too
            seen |= ids
            if content == "2":
                store.delete("a")

    def test_snapshot_keeps_its_state(self, store: Store) -> None:
        store.write(document("a", team="sea"), texts("Tides turn"))
        store.write(document("b"), texts("Moon pulls"))
        with store.read() as before:  # nothing has been read from it when the writing starts
            store.write(document("a", "2"), texts("Sun shines", "Sun sets"))
            store.set_metadata("b", {"team": "sky"})
            store.write(document("c"), texts("Tides come"))
            store.delete("b")
            assert [found.document_id for found in before.documents()] == ["a", "b"]
            assert [found.content_hash for found in before.documents()] == ["1", "1"]
            assert [dict(found.metadata) for found in before.documents()] == [{"team": "sea"}, {}]
            assert before.frequencies(["tide", "moon", "sun"]) == {"tide": 1, "moon": 1}
            assert before.page(before.page_ids("a")[1]).words.texts == ("Tides", "turn")
            with store.read() as after:
                assert [found.document_id for found in after.documents()] == ["a", "c"]
                assert after.frequencies(["tide", "moon", "sun"]) == {"tide": 1, "sun": 2}
                assert len(after.catalog().page_ids) == 3
                assert_consistent(after)
            assert len(before.catalog().page_ids) == 2  # whatever a cache has seen since
            assert_consistent(before)
        with store.read() as snapshot:
            assert_consistent(snapshot)

    def test_changes_metadata_alone(self, store: Store) -> None:
        store.write(document("a", team="sea"), texts("Tides turn"))
        with store.read() as snapshot:
            before = snapshot.page_ids("a")
        values: dict[str, Scalar] = {"t": "x", "i": 7, "f": 0.5, "b": True, "n": None}
        store.set_metadata("a", values)
        store.set_metadata("never", {"team": "x"})
        values["t"] = "changed by the caller later"
        with store.read() as snapshot:
            (found,) = snapshot.documents()
            assert dict(found.metadata) == {"t": "x", "i": 7, "f": 0.5, "b": True, "n": None}
            assert found.metadata["b"] is True
            assert (found.content_hash, found.pages) == ("1", 1)
            assert snapshot.page_ids("a") == before

    def test_belongs_to_one_encoder(self, store: Store) -> None:
        assert store.encoder() is None
        store.bind_encoder("mini-1", 16)
        store.bind_encoder("mini-1", 16)
        assert store.encoder() == ("mini-1", 16)
        for name, dim in (("other-2", 16), ("mini-1", 32)):
            with pytest.raises(IndexMismatchError, match=rf"mini-1.*16.*{name}.*{dim}"):
                store.bind_encoder(name, dim)

    def test_readers_in_threads_see_whole_states(self, store: Store) -> None:
        """One thread replaces documents of a telling size while others read."""
        words = ["tide", "moon", "wind"]
        store.write(document("a", "0"), texts(*["tide"]))
        done = False

        def read() -> int:
            times = 0
            while not done or times == 0:
                with store.read() as snapshot:
                    (found,) = snapshot.documents()
                    size = int(found.content_hash) % 3 + 1
                    assert found.pages == snapshot.page_count() == size
                    assert len(snapshot.catalog().page_ids) == size
                    counts = dict.fromkeys([words[int(found.content_hash) % 3]], size)
                    assert snapshot.frequencies(words) == counts
                    assert len(snapshot.vectors(snapshot.catalog().page_ids.tolist())) == size
                times += 1
            return times

        with ThreadPoolExecutor(4) as threads:
            readers = [threads.submit(read) for _ in range(4)]
            try:
                for turn in range(1, 25):
                    pages = texts(*[words[turn % 3]] * (turn % 3 + 1))
                    store.write(document("a", str(turn)), pages)
            finally:
                done = True
            assert all(reader.result() > 0 for reader in readers)
        with store.read() as snapshot:
            assert_consistent(snapshot)

    def test_threads_write_one_after_the_other(self, store: Store) -> None:
        def write(number: int) -> None:
            store.write(document(f"d{number}"), texts("Tides turn", f"Moon {number} pulls"))
            if number % 3 == 0:
                store.delete(f"d{number}")

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(write, range(24)))
        with store.read() as snapshot:
            assert len(snapshot.documents()) == 16
            assert snapshot.frequencies(["tide", "moon"]) == {"tide": 16, "moon": 16}
            assert_consistent(snapshot)

    def test_can_be_closed_twice(self, store: Store) -> None:
        store.close()
        store.close()
