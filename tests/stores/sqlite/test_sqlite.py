"""The SQLite store: what it shares with every store, and files, forks and processes."""

import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.filters import parse
from snappy_core.ingest.jobs import prepare
from snappy_core.stores import SqliteStore
from snappy_core.stores.sqlite import forking, locks
from snappy_core.testing.stores import StoreConformance
from snappy_core.testing.stores.samples import (
    assert_consistent,
    assert_same_patches,
    document,
    grid_record,
    texts,
)
from tests.forking import fork

ROOT = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "index.snappy"


@pytest.fixture
def store(path):
    store = SqliteStore(path)
    yield store
    store.close()


class TestSqliteStore(StoreConformance):
    @pytest.fixture
    def store(self, path):
        store = SqliteStore(path)
        yield store
        store.close()


def start(script, *arguments):
    """Start a Python process that runs a script and finds the modules of this project."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def document_ids(store):
    with store.read() as snapshot:
        return [found.document_id for found in snapshot.documents()]


# Files


def test_stays_in_the_file(path):
    store = SqliteStore(path)
    store.bind_encoder("mini-1", 16)
    store.write(document("a", team="sea"), texts("Tides turn"))
    store.close()
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name]

    again = SqliteStore(path, create=False)
    assert again.location == str(path)
    assert document_ids(again) == ["a"]
    with pytest.raises(IndexMismatchError, match=r"index\.snappy: made by the encoder mini-1"):
        again.bind_encoder("other-2", 16)
    again.close()


def test_is_on_disk_when_write_returns(store):
    with store._connections.connect() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_not_created_unless_asked(path):
    with pytest.raises(FileNotFoundError, match=r"index\.snappy: no such index"):
        SqliteStore(path, create=False)
    assert not path.exists()
    path.touch()
    with pytest.raises(IndexMismatchError, match="is empty"):
        SqliteStore(path, create=False)
    assert path.read_bytes() == b""
    SqliteStore(path).close()  # an empty file, as mktemp leaves it, is a new index


@pytest.mark.parametrize("create", [True, False])
def test_folder_must_exist(tmp_path, create):
    with pytest.raises(FileNotFoundError, match="missing: no such folder"):
        SqliteStore(tmp_path / "missing" / "index.snappy", create=create)


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize(
    "content", [b"hi", b"%PDF-1.7\n" * 600, b"SQLite format 3\x00" + b"x" * 99]
)
def test_other_files_are_refused_and_left_alone(path, content, create):
    path.write_bytes(content)
    with pytest.raises(IndexMismatchError, match=r"index\.snappy: is not a Snappy index"):
        SqliteStore(path, create=create)
    assert path.read_bytes() == content
    assert len(list(path.parent.iterdir())) == 1


@pytest.mark.parametrize("create", [True, False])
def test_other_databases_are_refused_and_left_alone(path, create):
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE notes (text)")
    other.commit()
    other.close()
    content = path.read_bytes()
    with pytest.raises(IndexMismatchError, match="is a SQLite file, but not a Snappy index"):
        SqliteStore(path, create=create)
    assert path.read_bytes() == content
    assert len(list(path.parent.iterdir())) == 1


def test_other_schema_versions_are_refused(path):
    SqliteStore(path).close()
    connection = sqlite3.connect(path)
    for version, words in (
        (3, r"has the schema 3, .* reads 6; index the documents again .*: snappy index DOCUMENTS"),
        (4, r"has the schema 4, .* writes 6; copy it into a new file: snappy copy INDEX NEW"),
        (7, r"made by a newer Snappy \(schema 7, this one reads 6\); pip install -U"),
    ):
        connection.execute(f"PRAGMA user_version = {version}")
        with pytest.raises(IndexMismatchError, match=words):
            SqliteStore(path)
    connection.close()


def test_a_folder_is_no_index(tmp_path):
    with pytest.raises(IndexMismatchError, match="is a folder"):
        SqliteStore(tmp_path)


# One process


def test_opens_and_reads_while_another_writes_for_long(path, store, monkeypatch):
    """A document of many pages holds the write lock while it is read and encoded."""
    monkeypatch.setattr(locks, "WAIT_SECONDS", 0.5)  # fail soon rather than wait
    store.bind_encoder("mini-1", 16)
    store.write(document("a"), texts("Tides turn"))
    second = []

    def pages():
        for number in range(300):  # more than are held back before the transaction starts
            yield texts(f"Moon {number}")[0]
        second.append(SqliteStore(path))
        second[0].bind_encoder("mini-1", 16)
        second.append(document_ids(second[0]))

    store.write(document("b"), pages())
    other, seen = second
    assert seen == ["a"]
    assert document_ids(other) == ["a", "b"]
    other.close()


def test_closes_connections_that_were_lent(path, store):
    store.write(document("a"), texts("Tides turn"))
    with store.read() as snapshot:
        store.close()
        assert_consistent(snapshot)
    assert store._connections._idle == []
    assert len(list(path.parent.iterdir())) == 1  # the last connection took the -wal file along


def test_a_commit_that_fails_leaves_the_store_usable(store):
    """The deferred foreign key of this trigger breaks on COMMIT, after all is written."""
    with store._connections.connect() as connection:
        connection.execute(
            "CREATE TABLE spy (page INTEGER REFERENCES pages (id) DEFERRABLE INITIALLY DEFERRED)"
        )
        connection.execute(
            "CREATE TRIGGER t AFTER INSERT ON pages BEGIN INSERT INTO spy VALUES (-1); END"
        )
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        store.write(document("a"), texts("Tides turn"))
    with store._connections.connect() as connection:
        connection.execute("DROP TRIGGER t")
    store.write(document("b"), texts("Tides turn"))
    assert document_ids(store) == ["b"]


# Forks


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
class TestFork:
    def test_child_reads_and_writes(self, store):
        store.write(document("a"), texts("Tides turn"))
        assert document_ids(store) == ["a"]  # connections are open before the fork

        def child():
            before = document_ids(store)
            store.write(document("b"), texts("Tides come"))
            with store.read() as snapshot:
                assert_consistent(snapshot)
            return before, document_ids(store)

        assert fork(child)[0] == "(['a'], ['a', 'b'])"
        assert document_ids(store) == ["a", "b"]
        store.write(document("c"), texts("Moon pulls"))
        with store.read() as snapshot:
            assert snapshot.frequencies(["tide", "moon"]) == {"tide": 2, "moon": 1}
            assert_consistent(snapshot)

    def test_no_connection_outlives_a_fork(self, store):
        """SQLite forbids it: the child would believe that it holds its parent's locks."""
        store.write(document("a"), texts("Tides turn"))
        assert store._connections._idle
        assert fork(lambda: store._connections._idle)[0] == "[]"

    def test_child_is_not_caught_in_a_lock_of_its_parent(self, path, store, monkeypatch):
        """Another thread waits for its turn to write, behind another process, at the fork."""
        monkeypatch.setattr(forking, "FORK_SECONDS", 0.05)
        store.write(document("a"), texts("Tides turn"))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        thread = threading.Thread(target=lambda: store.write(document("b"), texts("Moon")))
        thread.start()
        while store._connections.write_lock.acquire(blocking=False):
            store._connections.write_lock.release()
        is_free, _ = fork(lambda: store._connections.write_lock.acquire(blocking=False))
        other.execute("ROLLBACK")
        other.close()
        thread.join()
        assert is_free == "True"
        assert document_ids(store) == ["a", "b"]

    def test_child_may_close(self, store):
        store.write(document("a"), texts("Tides turn"))
        assert fork(store.close)[0] == "None"
        store.write(document("b"), texts("Moon pulls"))
        assert document_ids(store) == ["a", "b"]


# Processes

READ = """
import sys
from snappy_core.testing.stores.samples import assert_consistent
from snappy_core.stores import SqliteStore

store = SqliteStore(sys.argv[1], create=False)
print("open", flush=True)
seen = []
while not seen or seen[-1] < 40:
    with store.read() as snapshot:
        (found,) = snapshot.documents()
        state = int(found.content_hash)
        size = state % 3 + 1
        assert found.pages == snapshot.page_count() == size, (found, snapshot.page_count())
        assert snapshot.frequencies(["tide"]) == {"tide": size}
        assert_consistent(snapshot)
    assert not seen or state >= seen[-1]
    seen.append(state)
store.close()
print(len(set(seen)))
"""


def test_two_processes_read_while_one_writes(path, store):
    store.write(document("a", "0"), texts("tide"))
    readers = [start(READ, path) for _ in range(2)]
    for reader in readers:
        assert reader.stdout.readline() == "open\n"
    for turn in range(1, 41):
        store.write(document("a", str(turn)), texts(*["tide"] * (turn % 3 + 1)))
    for reader in readers:
        said, _ = reader.communicate(timeout=120)
        assert reader.returncode == 0
        assert int(said) >= 1


WRITE = """
import sys
from snappy_core.testing.stores.samples import document, texts
from snappy_core.stores import SqliteStore

sys.stdin.readline()
store = SqliteStore(sys.argv[1])
store.bind_encoder("mini-1", 16)
for number in range(10):
    store.write(document(f"{sys.argv[2]}{number}"), texts("tide", "moon"))
store.close()
"""


def test_processes_make_and_fill_one_file_together(path):
    """All of them find no file and make it at the same moment."""
    writers = [start(WRITE, path, name) for name in "abc"]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    store = SqliteStore(path, create=False)
    with store.read() as snapshot:
        assert len(snapshot.documents()) == 30
        assert snapshot.frequencies(["tide"]) == {"tide": 30}
        assert_consistent(snapshot)
    store.close()


def test_many_open_a_new_file_at_once(path):
    """Within one process, but each with connections of its own."""
    for turn in range(10):
        file = path.with_name(f"{turn}.snappy")
        ready = threading.Barrier(6)

        def make(_, file=file, ready=ready):
            ready.wait()
            return SqliteStore(file)

        with ThreadPoolExecutor(6) as threads:
            stores = list(threads.map(make, range(6)))
        for store in stores:
            store.close()


SERVE = """
import sys
from snappy_core.stores import SqliteStore

store = SqliteStore(sys.argv[1], create=False)
for _ in sys.stdin:
    with store.read() as snapshot:
        catalog = snapshot.catalog()
        print(*catalog.document_ids, len(catalog.vectors), flush=True)
store.close()
"""


@pytest.mark.parametrize("count", [3, 1_100])
def test_filters_may_have_many_parts(store, count):
    store.write(document("a", n=1), texts("Tides turn"))
    store.write(document("b", n=count), texts("Moon pulls"))
    parts = [{"n": {"$gte": n, "$lt": n + 0.5}} for n in range(2, count + 1)]
    with store.read() as snapshot:
        assert snapshot.documents_where(parse({"$or": parts})) == {"b"}
        assert len(snapshot.pages_where(parse({"$or": parts}))) == 1
        assert snapshot.documents_where(parse({"$not": {"$or": parts}})) == {"a"}


def query_plan(store, ask):
    """Return how SQLite runs the last query of a function of a snapshot."""
    queries = []
    with store.read() as snapshot:
        snapshot._connection.set_trace_callback(queries.append)
        ask(snapshot)
        snapshot._connection.set_trace_callback(None)
        rows = snapshot._connection.execute(f"EXPLAIN QUERY PLAN {queries[-1]}").fetchall()
    return [row[-1] for row in rows]


def test_values_are_looked_up_in_the_index_of_keys(store):
    store.write(document("a", n=1), texts("Tides turn"))
    condition = parse({"n": [1, 2]})
    for ask in (
        lambda snapshot: snapshot.documents_where(condition),
        lambda snapshot: snapshot.documents_where(parse({"$not": {"n": 1}})),
        lambda snapshot: snapshot.pages_where(condition),
    ):
        assert any("(key=? AND kind=? AND value=?)" in step for step in query_plan(store, ask))
    with store.read() as snapshot:
        assert snapshot.documents_where(condition) == {"a"}
        assert snapshot.documents_where(parse({"n": ["1", True, 1]})) == {"a"}
        assert snapshot.documents_where(parse({"n": []})) == frozenset()


def test_keys_are_found_without_a_look_at_all_documents(store):
    with store.read() as snapshot:
        assert snapshot.metadata_keys() == frozenset()
    for name in "ab":
        store.write(document(name, n=1, team="sea", ä=None), texts("Tides turn"))
    with store.read() as snapshot:
        assert snapshot.metadata_keys() == {"n", "team", "ä"}
    steps = query_plan(store, lambda snapshot: snapshot.metadata_keys())
    assert not [step for step in steps if step.startswith("SCAN document_keys")]


def test_catalog_follows_other_processes(path, store):
    def ask():
        other.stdin.write("?\n")
        other.stdin.flush()
        return other.stdout.readline().split()

    store.write(document("a"), texts("Tides turn"))
    other = start(SERVE, path)
    assert ask() == ["a", "1"]
    store.write(document("b"), texts("Moon pulls", "Sun pulls"))
    assert ask() == ["a", "b", "b", "3"]
    store.write(document("a", "2"), texts("Tides come"))  # as many pages as before
    assert ask() == ["b", "b", "a", "3"]
    store.delete("b")
    assert ask() == ["a", "1"]
    other.communicate(timeout=120)
    assert other.returncode == 0


def test_boxes_of_a_grid_are_stored_only_where_its_shape_does_not_say_them(path, store):
    usual = grid_record()
    moved = replace(usual.patches, boxes=usual.patches.boxes * np.float32(0.5))
    store.write(document("usual"), [usual])
    store.write(document("moved"), [prepare(usual.page, moved)])
    with store.read() as snapshot:
        for name, patches in (("usual", usual.patches), ("moved", moved)):
            (page,) = snapshot.page_ids(name).values()
            assert_same_patches(snapshot.patches(page), patches)
    with closing(sqlite3.connect(path)) as file:
        stored = file.execute("SELECT length(patch_boxes) FROM pages ORDER BY id").fetchall()
    boxes = moved.boxes.nbytes
    assert stored[1][0] - stored[0][0] == boxes


class TestCompact:
    def test_gives_back_what_was_deleted(self, path, store):
        for name in ("kept", "deleted"):
            store.write(document(name), texts(*(f"{name} page {n} " * 200 for n in range(20))))
        store.compact()
        full = path.stat().st_size
        store.delete("deleted")
        store.compact()
        assert path.stat().st_size < 0.7 * full
        with store.read() as snapshot:
            assert_consistent(snapshot)
            assert [document.document_id for document in snapshot.documents()] == ["kept"]

    def test_readers_go_on_and_see_their_state(self, path, store):
        store.write(document("old"), texts("first", "second"))
        with store.read() as before:
            pages = before.page_ids("old")
            other = SqliteStore(path)
            other.delete("old")
            other.compact()
            other.close()
            assert before.page_ids("old") == pages
            assert_consistent(before)
        with store.read() as after:
            assert after.documents() == []

    def test_page_ids_are_not_used_again(self, store):
        store.write(document("one"), texts("first"))
        store.write(document("two"), texts("second"))
        with store.read() as snapshot:
            known = set(snapshot.catalog().page_ids.tolist())
        store.delete("two")
        store.compact()
        store.write(document("three"), texts("third"))
        with store.read() as snapshot:
            (page,) = snapshot.page_ids("three").values()
            assert page not in known
            assert_consistent(snapshot)
