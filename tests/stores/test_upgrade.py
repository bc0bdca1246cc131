"""Indexes of the schema before are read, to copy them, and upgraded without encoding."""

import numpy as np
import pytest

from snappy_core.errors import IndexMismatchError
from snappy_core.stores import MemoryStore, SqliteStore, open_store, open_to_copy
from snappy_core.stores.copy import copy
from snappy_core.stores.lance import table as lance_table
from snappy_core.stores.upgrade import UpgradedStore
from snappy_core.testing.stores.samples import (
    assert_consistent,
    assert_same_page,
    assert_same_patches,
    document,
    grid_record,
    records,
    scanned_page,
    texts,
)
from tests.stores.older import older_layout, older_record

pytestmark = pytest.mark.filterwarnings(
    "ignore:Payload indexes have no effect in the local Qdrant:UserWarning"
)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(lance_table, "_SETTLE", 0)


def fill(store):
    """Write documents of words and of a grid, and return the pages that an upgrade makes."""
    contents = {
        "scan": records(scanned_page()),
        "grid": [grid_record()],
        "text": texts("Tides turn twice a day.", "Moon pulls"),
    }
    store.bind_encoder("mini-1", 16)
    for name, pages in contents.items():
        store.write(document(name, team="sea"), map(older_record, pages))
    return contents


def make(kind, folder):
    """Return a function that opens a store of an empty place, as `open_store` does."""
    if kind == "sqlite":
        return lambda **options: SqliteStore(folder / "old.snappy", **options)
    if kind == "lance":
        pytest.importorskip("lancedb")
        from snappy_core.stores.lance.store import LanceStore

        return lambda **options: LanceStore(folder / "old.lance", **options)
    client = pytest.importorskip("qdrant_client").QdrantClient(":memory:")
    from snappy_core.stores.qdrant.store import QdrantStore

    return lambda **options: QdrantStore("qdrant://localhost/old", client=client, **options)


@pytest.mark.parametrize("kind", ["sqlite", "lance", "qdrant"])
def test_an_older_index_is_upgraded_by_a_copy(kind, tmp_path):
    open_old = make(kind, tmp_path)
    with older_layout():
        expected = fill(open_old())
    with pytest.raises(IndexMismatchError, match=r"copy it .*: snappy copy INDEX NEW"):
        open_old(create=False)
    source, target = UpgradedStore(open_old(create=False, older=True)), MemoryStore()
    assert copy(source, target).copied == ("grid", "scan", "text")
    assert target.encoder() == ("mini-1", 16)
    with target.read() as snapshot:
        assert snapshot.document("scan").metadata == {"team": "sea"}
        for name, pages in expected.items():
            page_ids = snapshot.page_ids(name)
            for record in pages:
                page_id = page_ids[record.page.number]
                (vectors,) = snapshot.vectors([page_id])
                for part, expected_part in zip(vectors.pooled, record.pooled, strict=True):
                    np.testing.assert_array_equal(part, expected_part)
                np.testing.assert_array_equal(vectors.membership.own, record.membership.own)
                assert_same_patches(snapshot.patches(page_id), record.patches)
                if name != "scan":
                    assert_same_page(snapshot.page(page_id), record.page)
        scan = snapshot.page(snapshot.page_ids("scan")[1])
        assert [region.label for region in scan.regions] == ["table", "table_row", "figure"]
        assert scan.regions[0].section == "Ports > North"
        assert scan.regions[0].cells == ()  # the older schema had none
        assert_consistent(snapshot)
    assert copy(source, target).unchanged == ("grid", "scan", "text")
    source.close()


def test_an_older_index_is_neither_searched_nor_written(tmp_path):
    path = tmp_path / "old.snappy"
    with older_layout():
        fill(SqliteStore(path))
    with pytest.raises(IndexMismatchError, match="has the schema 4"):
        open_store(path)
    source = open_to_copy(path)
    assert not hasattr(source, "write")
    assert isinstance(open_to_copy(path), UpgradedStore)
    source.close()


def test_a_present_index_is_copied_as_it_is(tmp_path):
    path = tmp_path / "now.snappy"
    SqliteStore(path).close()
    source = open_to_copy(path)
    assert isinstance(source, SqliteStore)
    source.close()
    with pytest.raises(FileNotFoundError):
        open_to_copy(tmp_path / "none.snappy")


def test_an_index_with_cells_keeps_them(tmp_path):
    path, target = tmp_path / "old.snappy", MemoryStore()
    with older_layout(cells=True):
        store = SqliteStore(path)
        store.bind_encoder("mini-1", 16)
        store.write(document("scan"), records(scanned_page()))
        store.close()
    with pytest.raises(IndexMismatchError, match="has the schema 5"):
        open_store(path)
    source = open_to_copy(path)
    copy(source, target)
    source.close()
    with target.read() as snapshot:
        assert_same_page(snapshot.page(snapshot.page_ids("scan")[1]), scanned_page())
        assert_consistent(snapshot)
