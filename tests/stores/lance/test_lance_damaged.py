"""A Lance index that was damaged: errors that name the page."""

from contextlib import closing

import pytest

from snappy_core.errors import StoreError
from snappy_core.stores.lance import table as lance_table
from snappy_core.stores.lance.errors import libraries
from snappy_core.stores.lance.store import LanceStore
from snappy_core.testing.stores.samples import document, grid_record

pytestmark = pytest.mark.requires("lancedb")


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(lance_table, "_SETTLE", 0)
    path = tmp_path / "index.lance"
    with closing(LanceStore(path)) as store:
        store.bind_encoder("mini-1", 16)
        store.write(document("tide.pdf"), [grid_record()])
    return path


def change(path, column, edit, where="number IS NOT NULL"):
    lancedb, _ = libraries()
    table = lancedb.connect(path).open_table(lance_table._NAME)
    (row,) = table.search().where(where).select([column]).to_list()
    table.update(where=where, values={column: edit(row[column])})


@pytest.mark.parametrize(
    "edit", [lambda blob: blob[:-1] + bytes([blob[-1] ^ 1]), lambda _: b"", lambda _: b"x" * 99]
)
@pytest.mark.parametrize("column", ["content", "patch_boxes", "scoring", "pooled"])
def test_a_damaged_part_names_the_page(path, column, edit):
    change(path, column, edit)
    with closing(LanceStore(path, create=False)) as store, store.read() as snapshot:
        (page,) = snapshot.page_ids("tide.pdf").values()
        reads = {
            "content": [lambda: snapshot.page(page)],
            "patch_boxes": [lambda: snapshot.patches(page)],
            "scoring": [lambda: snapshot.vectors([page]), lambda: snapshot.patches(page)],
            "pooled": [lambda: snapshot.vectors([page]), snapshot.catalog],
        }
        for read in reads[column]:
            with pytest.raises(StoreError, match=r"page 1 of tide\.pdf is damaged in the index"):
                read()


def test_vectors_of_another_length(path):
    with closing(LanceStore(path)) as store:
        store._append({"write": 1, "event": '{"kind": "encoder", "body": {}}'})  # does not count
    change(path, "event", lambda text: text.replace("16", "17"), "event LIKE '%mini%'")
    with (
        closing(LanceStore(path, create=False)) as store,
        store.read() as snapshot,
        pytest.raises(StoreError, match="have 16 dimensions, not 17"),
    ):
        snapshot.catalog()


def test_an_event_that_cannot_be_read(path):
    change(path, "event", lambda text: text[:-3], "event LIKE '%put%'")
    with (
        closing(LanceStore(path, create=False)) as store,
        pytest.raises(StoreError, match="its log is damaged"),
    ):
        store.encoder()
