import random

import numpy as np
import pytest

from snappy_core.errors import StoreError
from snappy_core.stores import SqliteStore, codec
from snappy_core.stores.sqlite.snapshot import CatalogCache
from snappy_core.testing.stores.samples import document, grid_record, texts

ARRAYS = ("page_ids", "page_numbers", "offsets", "vectors", "scales")


@pytest.fixture
def store(tmp_path):
    store = SqliteStore(tmp_path / "index.snappy")
    yield store
    store.close()


def load(store, cache):
    with store._connections.connect() as connection:
        return cache.load(connection)


def assert_equal(found, expected):
    assert list(found.document_ids) == list(expected.document_ids)
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), name)
        assert getattr(found, name).dtype == getattr(expected, name).dtype


def test_updates_equal_a_fresh_load(store):
    """After every one of many writes, replacements and deletions in a random order."""
    chance = random.Random(7)
    cache = CatalogCache()
    for turn in range(60):
        name = chance.choice("abcdef")
        if chance.random() < 0.3:
            store.delete(name)
        elif chance.random() < 0.2:
            store.write(document(name, str(turn)), [grid_record()])
        else:
            pages = [f"Tide {turn} turns"] * chance.randint(0, 3)
            store.write(document(name, str(turn)), texts(*pages))
        if chance.random() < 0.7:  # else several changes come together
            assert_equal(load(store, cache), load(store, CatalogCache()))


def test_is_read_once_while_nothing_changes(store):
    cache = CatalogCache()
    assert load(store, cache) is load(store, cache)
    store.write(document("a"), texts("Tides turn"))
    held = load(store, cache)
    store.set_metadata("a", {"team": "sea"})
    assert load(store, cache) is held


def test_notices_as_many_pages_of_other_documents(store):
    cache = CatalogCache()
    store.write(document("a"), texts("Tides turn"))
    store.write(document("b"), texts("Moon pulls"))
    assert load(store, cache).document_ids == ["a", "b"]
    store.delete("b")
    store.write(document("c"), texts("Sun shines"))
    assert load(store, cache).document_ids == ["a", "c"]


def test_serves_an_old_snapshot_after_a_new_one(store):
    cache = CatalogCache()
    store.write(document("a"), texts("Tides turn", "Moon pulls"))
    with store._connections.connect() as old:
        old.execute("BEGIN")
        before = CatalogCache().load(old)
        store.write(document("a", "2"), texts("Sun shines"))
        store.write(document("b"), texts("Wind turns"))
        after = load(store, cache)
        assert_equal(cache.load(old), before)
        old.rollback()
    assert_equal(load(store, cache), after)


@pytest.mark.parametrize("deleted", ["a", "b", "ab"])
def test_nothing_is_read_again_after_a_deletion(store, monkeypatch, deleted):
    cache, reads = CatalogCache(), []
    unpack = codec.unpack_pooled
    monkeypatch.setattr(codec, "unpack_pooled", lambda *a, **k: reads.append(a) or unpack(*a, **k))
    for name in "ab":
        store.write(document(name), texts(f"Tides turn {name}"))
    load(store, cache)
    assert len(reads) == 2
    for name in deleted:
        store.delete(name)
    after = load(store, cache)
    assert load(store, cache) is after
    assert len(reads) == 2
    store.write(document("c"), texts("Sun shines"))
    load(store, cache)
    assert len(reads) == 3
    assert_equal(load(store, cache), load(store, CatalogCache()))


def test_serves_an_old_snapshot_after_the_index_was_emptied_and_filled(store):
    cache = CatalogCache()
    assert len(load(store, cache).page_ids) == 0
    store.write(document("a"), texts("Tides turn", "Moon pulls"))
    with store._connections.connect() as old:
        old.execute("BEGIN")
        before = CatalogCache().load(old)
        store.delete("a")
        emptied = load(store, cache)
        assert_equal(cache.load(old), before)
        assert load(store, cache) is emptied
        store.write(document("a"), texts("Sun shines"))
        after = load(store, cache)
        assert_equal(cache.load(old), before)
        old.rollback()
    assert load(store, cache) is after
    assert_equal(after, load(store, CatalogCache()))


def test_a_snapshot_reads_its_catalog_once(store, monkeypatch):
    """Also when a later one has the cache ask for other pages."""
    reads, unpack = [], codec.unpack_pooled
    monkeypatch.setattr(codec, "unpack_pooled", lambda *a, **k: reads.append(a) or unpack(*a, **k))
    store.write(document("a"), texts("Tides turn"))
    with store.read() as old:
        before = old.catalog()
        store.write(document("a", "2"), texts("Sun shines"))
        with store.read() as new:
            assert new.catalog() is not before
        assert old.catalog() is before
    assert len(reads) == 2


def test_pages_of_no_document_are_damage_also_in_a_fresh_cache(store):
    store.write(document("a"), texts("Tides turn"))
    with store._connections.connect() as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM documents")
    warm = CatalogCache()
    for _ in range(2):
        with pytest.raises(StoreError, match="it has pages of no document"):
            load(store, warm)


@pytest.mark.parametrize("later", ["delete", "replace", "delete and add"])
def test_serves_an_old_snapshot_of_which_pages_are_forgotten(store, later):
    cache = CatalogCache()
    for name in "abc":
        store.write(document(name), texts(f"Tides turn {name}"))
    with store._connections.connect() as old:
        old.execute("BEGIN")
        before = CatalogCache().load(old)
        if later != "replace":
            store.delete("b")
        if later != "delete":
            store.write(document("d" if "add" in later else "b", "2"), texts("Sun shines"))
        after = load(store, cache)
        assert_equal(cache.load(old), before)
        old.rollback()
    assert_equal(load(store, cache), after)
    assert load(store, cache) is after


def test_adding_does_not_copy_what_is_there(store):
    cache = CatalogCache()
    for turn in range(2):
        store.write(document(f"many{turn}"), texts(*["Tides turn"] * 10))
        load(store, cache)
    before = load(store, cache)
    held = before.vectors.copy()
    store.write(document("one"), texts("Moon pulls"))
    after = load(store, cache)
    assert np.shares_memory(before.vectors, after.vectors)
    np.testing.assert_array_equal(before.vectors, held)
    assert_equal(after, load(store, CatalogCache()))


def test_two_that_follow_one_catalog_do_not_share_the_room_behind_it(store):
    cache = CatalogCache()
    store.write(document("a"), texts(*["Tides turn"] * 8))
    load(store, cache)
    store.write(document("b"), texts(*["Moon pulls"] * 8))
    with_b = load(store, cache)
    store.write(document("c"), texts("Sun shines"))
    with_c = load(store, cache)
    store.delete("c")
    store.write(document("d"), texts("Wind blows"))
    with_d = load(store, cache)
    assert_equal(with_d, load(store, CatalogCache()))
    assert [len(each.page_ids) for each in (with_b, with_c, with_d)] == [16, 17, 17]
    assert with_c.document_ids[-1] == "c"
    assert not np.array_equal(with_c.vectors[-1], with_d.vectors[-1])
