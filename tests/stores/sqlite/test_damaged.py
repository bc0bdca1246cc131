"""An index that was crafted or damaged: errors that name the page, nothing that runs or loops."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.stores import SqliteStore, codec
from snappy_core.testing.stores.samples import document, grid_record


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "index.snappy"
    with closing(SqliteStore(path)) as store:
        store.bind_encoder("mini-1", 16)
        store.write(document("tide.pdf"), [grid_record()])
    return path


@pytest.mark.parametrize("statement", [
    "CREATE TRIGGER spy AFTER INSERT ON pages BEGIN DELETE FROM documents; END",
    "CREATE VIEW spy AS SELECT * FROM pages",
])  # fmt: skip
def test_triggers_and_views_are_refused(path, statement):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
    with pytest.raises(IndexMismatchError, match=r"has a (trigger|view) \(spy\)"):
        SqliteStore(path, create=False)


def change(path, table, column, kinds, index, edit):
    """Change an array of the only page."""
    with closing(sqlite3.connect(path)) as connection:
        (blob,) = connection.execute(f"SELECT {column} FROM {table}").fetchone()
        arrays = codec.unpack(blob, kinds)
        arrays[index] = edit(arrays[index].copy())
        connection.execute(f"UPDATE {table} SET {column} = ?", (codec.pack(tuple(arrays), kinds),))
        connection.commit()


OFFSETS, PATCHES, SCALES, PARENTS, LABELS = 1, 2, 5, 6, 8


@pytest.mark.parametrize(("index", "edit"), [
    (PARENTS, lambda parents: np.zeros_like(parents)),  # the first is its own parent
    (PARENTS, lambda parents: np.full_like(parents, -7)),
    (PARENTS, lambda parents: parents[:-1]),
    (LABELS, lambda labels: np.full_like(labels, 250)),
    (OFFSETS, lambda offsets: offsets[::-1]),
    (OFFSETS, lambda offsets: offsets * 1000),
    (PATCHES, lambda patches: patches + 10_000),
    (PATCHES, lambda patches: patches - 10_000),
    (SCALES, lambda scales: scales[:-1]),
])  # fmt: skip
def test_arrays_are_checked_when_they_are_read(path, index, edit):
    change(path, "scoring", "arrays", codec._SCORING, index, edit)
    with closing(SqliteStore(path, create=False)) as store, store.read() as snapshot:
        (page,) = snapshot.page_ids("tide.pdf").values()
        with pytest.raises(StoreError, match=r"page 1 of tide\.pdf is damaged in the index"):
            snapshot.vectors([page])


@pytest.mark.parametrize("blob", [b"", b"x", b"\xff" * 200, bytes(200)])
def test_content_that_is_no_content(path, blob):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE pages SET content = ?", (blob,))
        connection.execute("UPDATE scoring SET arrays = ?", (blob,))
        connection.commit()
    with closing(SqliteStore(path, create=False)) as store, store.read() as snapshot:
        (page,) = snapshot.page_ids("tide.pdf").values()
        for read in (snapshot.page, snapshot.patches, lambda page: snapshot.vectors([page])):
            with pytest.raises(StoreError, match=r"page 1 of tide\.pdf is damaged in the index"):
                read(page)
