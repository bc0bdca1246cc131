"""An index that was crafted or damaged: errors that name the page, nothing that runs or loops."""

import json
import math
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from snappy_core import RegionIndex
from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.stores import SqliteStore, codec, packing
from snappy_core.stores.copy import copy
from snappy_core.testing import FakeEncoder
from snappy_core.testing.stores.samples import assert_consistent, document, grid_record, texts


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


@pytest.mark.parametrize(("statement", "found"), [
    ("CREATE VIRTUAL TABLE spy USING fts5(text)", r"virtual table \(spy\)"),
    (
        "ALTER TABLE pages ADD COLUMN spy BLOB AS (zeroblob(1000000000))",
        r"generated column \(pages\.spy\)",
    ),
])  # fmt: skip
def test_what_computes_when_it_is_read_is_refused(path, statement, found):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
    with pytest.raises(IndexMismatchError, match=f"has a {found}, which no Snappy index has"):
        SqliteStore(path, create=False)


def loosened(path):
    """Let every column hold anything, as whoever writes the file by hand can."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '') WHERE type = 'table'"
        )
        connection.commit()


READ_ALL = {
    "documents": lambda snapshot: snapshot.documents(),
    "catalog": lambda snapshot: snapshot.catalog(),
    "pages": lambda snapshot: snapshot.page_ids("tide.pdf"),
    "count": lambda snapshot: snapshot.page_count(),
    "keys": lambda snapshot: snapshot.metadata_keys(),
    "terms": lambda snapshot: snapshot.frequencies(["tide"]),
    "vectors": lambda snapshot: snapshot.vectors(snapshot.page_ids("tide.pdf").values()),
}


@pytest.mark.parametrize(("statement", "read", "message"), [
    ("documents SET aliases = '[1]'", "documents", r"tide\.pdf is damaged .*name or source"),
    ("documents SET source = x'ff'", "documents", r"tide\.pdf is damaged .*name or source"),
    ("documents SET document_id = x'ff'", "documents", "is damaged .*name or source"),
    ("documents SET document_id = x'ff'", "catalog", "where it should have int, str, int"),
    ("documents SET metadata = '{\"a\": {}}'", "documents", r"tide\.pdf is damaged .*'a'"),
    ("documents SET pages = 9e999", "documents", r"tide\.pdf is damaged .*number of pages"),
    ("documents SET pages = -1", "documents", r"tide\.pdf is damaged .*number of pages"),
    ("documents SET pages = 9e999", "count", "where it should have int"),
    ("pages SET number = NULL", "catalog", "where it should have int, str, int"),
    ("pages SET number = 9e999", "catalog", "where it should have int, str, int"),
    ("pages SET number = 'x'", "pages", "where it should have int, int"),
    ("pages SET id = 7", "catalog", r"page 1 of tide\.pdf is damaged .*part of it is missing"),
    ("pages SET id = -7", "catalog", "has pages of no document"),
    ("pages SET document = 7", "catalog", "has pages of no document"),
    ("pooled SET page = 7", "vectors", r"page 1 of tide\.pdf is damaged .*part of it is missing"),
    ("document_keys SET key = x'ff'", "keys", "where it should have str"),
    ("terms SET pages = 'x'", "terms", "where it should have int"),
])  # fmt: skip
def test_rows_are_checked_when_they_are_read(path, statement, read, message):
    loosened(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE OR IGNORE {statement}")
        connection.commit()
    with (
        closing(SqliteStore(path, create=False)) as store,
        store.read() as snapshot,
        pytest.raises(StoreError, match=message),
    ):
        READ_ALL[read](snapshot)


def test_a_page_that_is_another_one_is_not_copied(path, tmp_path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE pages SET number = 5")
        connection.commit()
    message = r"page 5 of tide\.pdf is stored as page 1; delete the document and add it again"
    with (
        closing(SqliteStore(path)) as store,
        closing(SqliteStore(tmp_path / "copy.snappy")) as target,
        pytest.raises(StoreError, match=message),
    ):
        copy(store, target, progress=False)


def test_a_page_that_does_not_exist(path):
    with (
        closing(SqliteStore(path)) as store,
        store.read() as snapshot,
        pytest.raises(KeyError, match="99"),
    ):
        snapshot.page(99)


def change(path, table, column, kinds, index, edit):
    """Change an array of the only page."""
    with closing(sqlite3.connect(path)) as connection:
        (blob,) = connection.execute(f"SELECT {column} FROM {table}").fetchone()
        arrays = packing.unpack(blob, kinds)
        arrays[index] = edit(arrays[index].copy())
        connection.execute(
            f"UPDATE {table} SET {column} = ?", (packing.pack(tuple(arrays), kinds),)
        )
        connection.commit()


DIMENSION, OFFSETS, PATCHES, IOU, SCALES, PARENTS, LABELS = 0, 1, 2, 3, 5, 6, 8


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
    (SCALES, lambda scales: scales * math.nan),
    (IOU, lambda iou: iou * math.inf),
    (DIMENSION, lambda dim: dim // 2),
])  # fmt: skip
def test_arrays_are_checked_when_they_are_read(path, index, edit):
    change(path, "scoring", "arrays", codec._SCORING, index, edit)
    with closing(SqliteStore(path, create=False)) as store, store.read() as snapshot:
        (page,) = snapshot.page_ids("tide.pdf").values()
        with pytest.raises(StoreError, match=r"page 1 of tide\.pdf is damaged in the index"):
            snapshot.vectors([page])


GRID = 0


@pytest.mark.parametrize("grid", [(100_000, 100_000), (3, 2**40), (2**62, 2), (-2, -3), (0, 6)])
def test_a_grid_is_checked_before_it_is_laid_out(path, grid):
    """Its cells would not fit into the memory; and two wrongs are no right."""
    change(path, "pages", "patch_boxes", codec._PATCH_BOXES, GRID, lambda _: np.array(grid))
    with closing(SqliteStore(path, create=False)) as store, store.read() as snapshot:
        (page,) = snapshot.page_ids("tide.pdf").values()
        with pytest.raises(StoreError, match=r"page 1 of tide\.pdf is damaged in the index"):
            snapshot.patches(page)


def damage(path, table, column):
    """Flip one bit in the middle of what is stored of the first page."""
    with closing(sqlite3.connect(path)) as connection:
        (blob,) = connection.execute(f"SELECT {column} FROM {table}").fetchone()
        middle = len(blob) // 2
        flipped = blob[:middle] + bytes([blob[middle] ^ 4]) + blob[middle + 1 :]
        where = f"{column} = ?"
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (flipped, blob))
        connection.commit()


CATALOG = "pooled", "vectors"


@pytest.mark.parametrize("part", [
    ("pages", "content"), ("pages", "patch_boxes"), ("scoring", "arrays"), CATALOG,
])  # fmt: skip
def test_a_flipped_bit_is_noticed(path, part):
    damage(path, *part)
    with closing(SqliteStore(path, create=False)) as store, store.read() as snapshot:
        (page,) = snapshot.page_ids("tide.pdf").values()
        read = {
            ("pages", "content"): lambda: snapshot.page(page),
            ("pages", "patch_boxes"): lambda: snapshot.patches(page),
            ("scoring", "arrays"): lambda: snapshot.vectors([page]),
            CATALOG: snapshot.catalog,
        }[part]
        with pytest.raises(StoreError, match=r"page 1 of tide\.pdf is damaged .*checksum"):
            read()


def test_a_damaged_document_can_be_deleted_and_added_again(path):
    with closing(SqliteStore(path)) as store:
        store.write(document("wind.pdf"), texts("Tides and wind"))
    damage(path, "pages", "content")
    with closing(SqliteStore(path)) as store:
        store.write(document("tide.pdf"), texts("Tides turn"))
        with store.read() as snapshot:
            assert_consistent(snapshot)
    damage(path, "pages", "content")  # of the other one, which is now the first
    with closing(SqliteStore(path)) as store:
        assert store.delete("tide.pdf")
        assert store.delete("wind.pdf")
        with store.read() as snapshot:
            assert_consistent(snapshot)


def test_what_the_message_says_mends_damaged_pooled_vectors(tmp_path, data):
    """Adding it again does not: the file has not changed."""
    path, source = tmp_path / "index.snappy", data / "table.pdf"
    with RegionIndex.open(path, FakeEncoder()) as index:
        index.add(source)
    damage(path, *CATALOG)
    with RegionIndex.open(path, FakeEncoder()) as index:
        (name,) = index.add(source).unchanged
        with pytest.raises(StoreError, match=r"damaged .*; delete the document and add it again"):
            index.search("price")
        index.delete(name)
        index.add(source)
        assert index.search("price")


def test_metadata_and_encoder_that_cannot_be_read(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE documents SET metadata = '{'")
        connection.commit()
    with (
        closing(SqliteStore(path)) as store,
        store.read() as snapshot,
        pytest.raises(StoreError, match=r"tide\.pdf is damaged in the index"),
    ):
        snapshot.documents()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE meta SET value = '[1]' WHERE key = 'encoder'")
        connection.commit()
    with pytest.raises(StoreError, match="does not say by which encoder"):
        SqliteStore(path)


NUMBERS_IN_CONTENT, JSON = 3, 5
REGION_BOXES, WORD_BOXES = 0, 1


def edited(key, value):
    """Return a function that changes a value of the JSON of a page."""

    def edit(json_bytes):
        values = json.loads(json_bytes.tobytes())
        target = values
        *path, last = key
        for step in path:
            target = target[step]
        target[last] = value
        return np.frombuffer(json.dumps(values).encode(), np.uint8)

    return edit


LABEL, PARENT = 1, 3  # of the fields of a region


@pytest.mark.parametrize(("index", "edit"), [
    (REGION_BOXES, lambda boxes: boxes * math.inf),
    (REGION_BOXES, lambda boxes: -boxes),
    (WORD_BOXES, lambda boxes: boxes * math.nan),
    (NUMBERS_IN_CONTENT, lambda words: words + 1000),
    (NUMBERS_IN_CONTENT, lambda words: words - 1000),
    (JSON, edited(["regions", 0, PARENT], 0)),
    (JSON, edited(["regions", 1, PARENT], -1)),
    (JSON, edited(["regions", 0, LABEL], "spy")),
    (JSON, edited(["width"], math.nan)),
    (JSON, edited(["height"], -5)),
    (JSON, edited(["number"], 0)),
    (JSON, edited(["user_space"], [1, 0, 0, 1, math.inf, 0])),
    (JSON, edited(["texts", 0], None)),
])  # fmt: skip
def test_a_page_is_checked_when_it_is_read(path, index, edit):
    change(path, "pages", "content", codec._CONTENT, index, edit)
    with closing(SqliteStore(path, create=False)) as store, store.read() as snapshot:
        (page,) = snapshot.page_ids("tide.pdf").values()
        with pytest.raises(StoreError, match=r"page 1 of tide\.pdf is damaged in the index"):
            snapshot.page(page)


DIM, POOLED_SCALES = 0, 1


@pytest.mark.parametrize(("index", "edit"), [
    (DIM, lambda dim: dim // 2),
    (DIM, lambda dim: dim * 0),
    (POOLED_SCALES, lambda scales: scales * math.nan),
    (POOLED_SCALES, lambda scales: scales[1:]),
])  # fmt: skip
def test_pooled_vectors_are_checked_when_they_are_read(path, index, edit):
    change(path, "pooled", "vectors", codec._POOLED, index, edit)
    with closing(SqliteStore(path, create=False)) as store, store.read() as snapshot:
        (page,) = snapshot.page_ids("tide.pdf").values()
        for read in (snapshot.catalog, lambda: snapshot.vectors([page])):
            with pytest.raises(StoreError, match=r"page 1 of tide\.pdf is damaged in the index"):
                read()


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
