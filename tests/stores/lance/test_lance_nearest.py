"""The first stage on disk of the Lance store: an index of pooled vectors, made by `compact`."""

import os
import shutil
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from snappy_core.errors import StoreError
from snappy_core.filters import parse
from snappy_core.ingest.jobs import prepare
from snappy_core.stores.base import PageFilter
from snappy_core.stores.first_stage import select_candidates
from snappy_core.stores.lance import nearest, pooled
from snappy_core.stores.lance.snapshot import LanceCache
from snappy_core.stores.lance.store import LanceStore
from snappy_core.stores.lance.table import LanceTable
from snappy_core.testing import make_page
from snappy_core.testing.stores import StoreConformance
from snappy_core.testing.stores.samples import document, texts
from snappy_core.types import Patches
from snappy_core.vectors import normalize, quantize

pytestmark = pytest.mark.requires("lancedb")

NOTHING = timedelta(0)
DIM, VECTORS = 32, 4


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(pooled, "MOST_EXACT", 1)
    monkeypatch.setattr(pooled, "_PARTITION", 200)
    monkeypatch.setattr(pooled, "_MARGIN", timedelta(seconds=-1))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "index.lance"


class CompactsOnce(LanceStore):
    """Compacts after the second write, so that the index lags behind."""

    writes = 0

    def write(self, document, pages):
        super().write(document, pages)
        self.writes += 1
        if self.writes == 2:
            self.compact()


class TestLagging(StoreConformance):
    @pytest.fixture
    def store(self, path):
        store = CompactsOnce(path)
        yield store
        store.close()


CHOICE = np.random.default_rng(3)
QUERY = normalize(CHOICE.standard_normal((3, DIM)).astype(np.float32))
EQUAL = np.full(3, 1 / 3, np.float32)
UNEQUAL = np.array([0.7, 0.0, 0.3], np.float32)


def page(number, near=0.0, copies=1):
    """Return a page of random vectors that lie a share of the way to the query."""
    vectors = CHOICE.standard_normal((VECTORS, DIM)).astype(np.float32)
    vectors[:3] = (1 - near) * normalize(vectors[:3]) + near * QUERY
    codes, scales = quantize(normalize(vectors))
    words = make_page("tide moon wind sun", number=number)
    boxes = np.asarray(words.words.boxes[:VECTORS], dtype=np.float32)
    record = prepare(words, Patches(codes, scales, boxes, np.ones(VECTORS, dtype=bool)))
    return replace(record, pooled=(np.tile(codes, (copies, 1)), np.tile(scales, copies)))


def fill(store, documents=30, pages=20, prefix="d"):
    store.bind_encoder("mini-1", DIM)
    for n in range(documents):
        near = [0.8 if number == n % 7 + 1 and n < 12 else 0.0 for number in range(1, pages + 1)]
        store.write(
            document(f"{prefix}{n}", team="ab"[n % 2]),
            [page(number, share) for number, share in enumerate(near, start=1)],
        )


@pytest.fixture
def no_catalog(monkeypatch):
    """Fails when a reader loads many pages into memory."""
    plain = LanceCache.catalog

    def few(self, version, pages, dim):
        assert len(pages.ids) <= 40
        return plain(self, version, pages, dim)

    monkeypatch.setattr(LanceCache, "catalog", few)


@pytest.fixture
def store(path):
    store = LanceStore(path)
    fill(store)
    store.compact()
    return store


def near_pages(snapshot, names):
    return sorted(snapshot.page_ids(f"d{n}")[n % 7 + 1] for n in names)


@pytest.mark.parametrize("weights", [EQUAL, UNEQUAL], ids=["equal", "unequal"])
def test_finds_the_nearest_without_a_catalog(store, no_catalog, weights):
    with store.read() as snapshot:
        found = snapshot.candidates(QUERY, weights, PageFilter(), 12)
        assert found.tolist() == near_pages(snapshot, range(12))
        assert found.dtype == np.int64


@pytest.mark.parametrize("given", [None, "7"])
def test_a_page_takes_few_vectors_unless_the_environment_says_how_many(store, monkeypatch, given):
    monkeypatch.setenv("LANCE_XTR_OVERFETCH", given or "0")
    if given is None:
        monkeypatch.delenv("LANCE_XTR_OVERFETCH")
    with store.read() as snapshot:
        snapshot.candidates(QUERY, EQUAL, PageFilter(), 12)
    assert os.environ["LANCE_XTR_OVERFETCH"] == (given or "3")


@pytest.mark.parametrize("ranges", [0, 1000], ids=["lists", "ranges"])
def test_filters_come_first(store, no_catalog, monkeypatch, ranges):
    monkeypatch.setattr(nearest, "_RANGES", ranges)
    with store.read() as snapshot:
        even = snapshot.documents_where(parse({"team": "a"}))
        found = snapshot.candidates(QUERY, EQUAL, PageFilter(document_ids=even), 6)
        assert found.tolist() == near_pages(snapshot, range(0, 12, 2))
        found = snapshot.candidates(QUERY, EQUAL, PageFilter(page_numbers=frozenset({1, 2})), 4)
        assert found.tolist() == near_pages(snapshot, [0, 1, 7, 8])
        regions = PageFilter(regions=parse({"region_label": "paragraph"}))
        found = snapshot.candidates(QUERY, EQUAL, regions, 12)
        assert found.tolist() == near_pages(snapshot, range(12))
        assert len(snapshot.candidates(QUERY, EQUAL, PageFilter(frozenset({"d29"})), 12)) == 12


def tables(path):
    return sorted(file.name for file in path.glob("pooled_*.lance"))


def pages_of_the_table(snapshot):
    return snapshot._pooled.nearest(600, snapshot.version.number).page_ids.tolist()


def change(store):
    store.write(document("new"), [page(1, near=0.9)])
    store.write(document("d0"), [page(1)])  # replaced
    store.delete("d1")


def test_what_the_index_lacks_is_found_and_what_is_gone_is_not(store, path, no_catalog):
    with store.read() as before:
        expected = near_pages(before, range(12))
        change(store)
        assert before.candidates(QUERY, EQUAL, PageFilter(), 12).tolist() == expected
        with store.read() as after:
            kept = near_pages(after, range(2, 12))
            new = after.page_ids("new")[1]
            assert after.candidates(QUERY, EQUAL, PageFilter(), 11).tolist() == [*kept, new]
        store.compact(NOTHING)
        assert len(tables(path)) == 1
        with store.read() as after:
            assert after.candidates(QUERY, EQUAL, PageFilter(), 11).tolist() == [*kept, new]


def test_few_pages_that_are_gone_are_passed_over_without_a_condition(store, monkeypatch):
    change(store)
    monkeypatch.setattr(nearest, "_condition", None)
    with store.read() as snapshot:
        expected = near_pages(snapshot, range(2, 12))
        assert snapshot.candidates(QUERY, EQUAL, PageFilter(), 10).tolist() != expected  # the new
        found = snapshot.candidates(QUERY, EQUAL, PageFilter(), 11).tolist()
        assert found == [*expected, snapshot.page_ids("new")[1]]


def test_a_condition_names_ranges_of_the_pages_of_the_table():
    page_ids = np.array([3, 4, 7, 9, 10, 15])
    allowed = page_ids[[0, 2, 3, 5]]
    expected = [f"page_id BETWEEN {a} AND {b}" for a, b in [(3, 3), (7, 9), (15, 15)]]
    assert nearest._condition(page_ids, allowed) == " OR ".join(expected)


def test_a_filter_that_leaves_half_asks_once_and_for_some_to_spare(store, monkeypatch):
    counts = []
    plain = nearest.Nearest._ask

    def recorded(self, tokens, count, condition=""):
        assert not condition
        counts.append(count)
        return plain(self, tokens, count, condition)

    monkeypatch.setattr(nearest.Nearest, "_ask", recorded)
    with store.read() as snapshot:
        even = snapshot.documents_where(parse({"team": "a"}))
        found = snapshot.candidates(QUERY, EQUAL, PageFilter(document_ids=even), 6)
        assert found.tolist() == near_pages(snapshot, range(0, 12, 2))
    assert counts == [15]  # 1.2 times 12


def test_a_filter_may_leave_out_all_that_is_nearest(path):
    store = LanceStore(path)
    fill(store)
    store.write(document("second"), [page(number, near=0.6) for number in range(1, 5)])
    store.compact()
    names = frozenset(["second", *(f"d{n}" for n in range(12, 30))])
    with store.read() as snapshot:
        found = snapshot.candidates(QUERY, EQUAL, PageFilter(names), 4)
        assert found.tolist() == [*snapshot.page_ids("second").values()]


def test_the_index_is_made_anew_when_much_has_changed(store, path, no_catalog, monkeypatch):
    [first] = tables(path)
    monkeypatch.setattr(pooled, "_LAG", 0.05)
    change(store)
    with store.read() as snapshot:
        store.compact()
        kept = near_pages(snapshot, range(2, 12))
        new = snapshot.page_ids("new")[1]
        assert snapshot.candidates(QUERY, EQUAL, PageFilter(), 11).tolist() == [*kept, new]
    with store.read() as snapshot:
        assert pages_of_the_table(snapshot) == snapshot.all_page_ids.tolist()
    assert len(tables(path)) == 2  # readers may still need the first one
    store.compact(NOTHING)
    store.compact(NOTHING)
    assert len(tables(path)) == 1
    assert tables(path) != [first]


def test_another_process_finds_by_the_index(store, path, no_catalog):
    with LanceStore(path, create=False).read() as snapshot:
        found = snapshot.candidates(QUERY, EQUAL, PageFilter(), 12)
        assert found.tolist() == near_pages(snapshot, range(12))


def test_tables_are_listed_once_for_each_version(store, path, no_catalog, monkeypatch):
    listings = []
    plain = LanceTable.other_names

    def counted(self, prefix):
        listings.append(prefix)
        return plain(self, prefix)

    reader = LanceStore(path, create=False)
    monkeypatch.setattr(LanceTable, "other_names", counted)
    for _ in range(3):
        with reader.read() as snapshot:
            for count in (11, 12):
                found = snapshot.candidates(QUERY, EQUAL, PageFilter(), count)
                assert set(found.tolist()) <= set(near_pages(snapshot, range(12)))
    assert len(listings) == 1
    change(store)
    monkeypatch.setattr(pooled, "_LAG", 0.05)
    store.merges = False
    store.compact()
    listings.clear()
    with reader.read() as snapshot:
        assert pages_of_the_table(snapshot) == snapshot.all_page_ids.tolist()
        assert pages_of_the_table(snapshot) == snapshot.all_page_ids.tolist()
    assert len(listings) == 1


def test_a_reader_sees_a_table_that_was_made_of_the_version_it_has_read(path, monkeypatch):
    store = LanceStore(path)
    fill(store, documents=14)
    with monkeypatch.context() as patch:
        patch.setattr(pooled.LancePooled, "update", lambda *arguments: False)
        store.compact()
    reader = LanceStore(path, create=False)
    with reader.read() as snapshot:
        assert snapshot._pooled.nearest(280, snapshot.version.number) is None
    store.compact()
    with reader.read() as snapshot:
        assert pages_of_the_table(snapshot) == snapshot.all_page_ids.tolist()


@pytest.mark.parametrize("successor", [True, False], ids=["with", "without"])
def test_a_reader_whose_table_was_dropped_goes_on(store, path, monkeypatch, successor):
    reader = LanceStore(path, create=False)
    monkeypatch.setattr(pooled, "_LAG", 0.05)
    with reader.read() as before:
        [first] = tables(path)
        expected = near_pages(before, range(12))
        assert before.candidates(QUERY, EQUAL, PageFilter(), 12).tolist() == expected
        store.write(document("new"), [page(number) for number in range(1, 41)])
        if successor:
            store.compact(NOTHING)
        else:
            store._table.database.drop_table(first.removesuffix(".lance"))
        assert first not in tables(path)
        assert len(tables(path)) == successor
        assert before.candidates(QUERY, EQUAL, PageFilter(), 12).tolist() == expected
        assert before.candidates(QUERY, EQUAL, PageFilter(), 12).tolist() == expected


def test_an_index_that_cannot_be_read_is_not_passed_over(store, path):
    [table] = tables(path)
    with store.read() as snapshot:
        snapshot._pooled.nearest(600, snapshot.version.number)
        for file in (path / table / "data").iterdir():
            file.unlink()
        for folder in (path / table / "_indices").iterdir():
            shutil.rmtree(folder)
        with pytest.raises(StoreError, match="a file of it is gone"):
            snapshot.candidates(QUERY, EQUAL, PageFilter(), 12)


@pytest.mark.parametrize("step", ["_rows", "_build_index"])
def test_a_clean_up_that_is_killed_leaves_nothing_wrong(path, monkeypatch, step):
    store = LanceStore(path)
    fill(store, documents=14)
    plain = getattr(pooled, step)
    calls = []

    def killed(*arguments):
        calls.append(arguments)
        if step == "_rows" and len(calls) == 1:
            return plain(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(pooled, "_BATCH", 100)
    monkeypatch.setattr(pooled, step, killed)
    with pytest.raises(KeyboardInterrupt):
        store.compact()
    monkeypatch.setattr(pooled, step, plain)
    assert len(tables(path)) == 1  # which has no index
    for held in (LanceStore(path), store):
        with held.read() as snapshot:
            found = snapshot.candidates(QUERY, EQUAL, PageFilter(), 12)
            assert found.tolist() == near_pages(snapshot, range(12))
    store.compact()
    with store.read() as snapshot:
        assert pages_of_the_table(snapshot) == snapshot.all_page_ids.tolist()
        found = snapshot.candidates(QUERY, EQUAL, PageFilter(), 12)
        assert found.tolist() == near_pages(snapshot, range(12))


def test_an_open_reader_goes_on_while_another_store_compacts(store, path):
    reader = LanceStore(path, create=False)
    with reader.read() as before:
        expected = before.candidates(QUERY, EQUAL, PageFilter(), 12).tolist()
        store.write(document("d0"), [page(1)])  # replaced
        store.compact(NOTHING)
        assert before.candidates(QUERY, EQUAL, PageFilter(), 12).tolist() == expected
    with reader.read() as after:
        found = after.candidates(QUERY, EQUAL, PageFilter(), 11).tolist()
        assert found == near_pages(after, range(1, 12))


def test_pages_without_vectors_are_candidates_when_all_are(store):
    store.write(document("empty"), texts())
    with store.read() as snapshot:
        assert len(snapshot.candidates(QUERY, EQUAL, PageFilter(), 1000)) == 600


def test_pages_without_vectors_are_not_taken_for_new_ones(path):
    store = LanceStore(path)
    store.bind_encoder("mini-1", DIM)
    for n in range(4):
        store.write(document(f"d{n}"), [page(1), *[page(number, copies=0) for number in (2, 3)]])
    store.compact()
    store.compact()
    assert len(tables(path)) == 1


def test_as_many_candidates_as_asked_for_when_the_nearest_vectors_are_of_few_pages(path):
    store = LanceStore(path)
    store.bind_encoder("mini-1", DIM)
    store.write(document("same"), [page(n, near=1.0, copies=100) for n in range(1, 4)])
    store.write(document("other"), [page(n) for n in range(1, 30)])
    store.compact()
    with store.read() as snapshot:
        found = snapshot.candidates(QUERY[:1], np.ones(1, np.float32), PageFilter(), 6)
        assert len(np.unique(found)) == 6
        assert set(found.tolist()) >= set(snapshot.page_ids("same").values())


def test_small_indexes_have_no_table_of_pooled_vectors(path, monkeypatch):
    monkeypatch.setattr(pooled, "MOST_EXACT", 100)
    store = LanceStore(path)
    fill(store, documents=2)
    store.compact()
    with store.read() as snapshot:
        expected = select_candidates(snapshot.catalog(), QUERY, EQUAL, PageFilter(), 5)
        assert snapshot.candidates(QUERY, EQUAL, PageFilter(), 5).tolist() == expected.tolist()
    assert tables(path) == []
    monkeypatch.setattr(pooled, "MOST_EXACT", 10)
    store.compact()
    assert len(tables(path)) == 1
    monkeypatch.setattr(pooled, "MOST_EXACT", 100)
    store.compact(NOTHING)
    assert tables(path) == []
