"""The Lance store in a folder: what it shares with every store, versions, clean-up, processes."""

import errno
import os
import re
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from snappy_core import RegionIndex
from snappy_core.errors import IndexMismatchError, MissingDependencyError, StoreError, install_hint
from snappy_core.stores import open_store
from snappy_core.stores.lance import rows as lance_rows
from snappy_core.stores.lance import store as lance
from snappy_core.stores.lance import table as lance_table
from snappy_core.stores.lance.errors import libraries
from snappy_core.stores.lance.store import LanceStore
from snappy_core.stores.lance.table import Version
from snappy_core.testing import FakeEncoder
from snappy_core.testing.stores import StoreConformance
from snappy_core.testing.stores.samples import assert_consistent, document, grid_record, texts

pytestmark = pytest.mark.requires("lancedb")

ROOT = Path(__file__).parents[3]
NOTHING = timedelta(0)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(lance_table, "_SETTLE", 0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "index.lance"


@pytest.fixture
def store(path):
    store = LanceStore(path)
    yield store
    store.close()


class TestLanceStore(StoreConformance):
    @pytest.fixture
    def store(self, path):
        store = LanceStore(path)
        yield store
        store.close()


class TestInPieces(StoreConformance):
    """Long documents come in several commits, and files are merged all the time."""

    @pytest.fixture
    def store(self, path, monkeypatch):
        monkeypatch.setattr(lance, "_BATCH_PAGES", 100)
        monkeypatch.setattr(lance, "_MERGE_INTERVAL", 1)
        monkeypatch.setattr(lance_table, "_MANY_FILES", 2)
        store = LanceStore(path)
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


def data_files(path):
    return len(list(path.rglob("data/*.lance")))


def rows(store):
    return store._table.latest().rows


# Folders


def test_stays_in_the_folder(path):
    store = LanceStore(path)
    store.bind_encoder("mini-1", 16)
    store.write(document("a", team="sea"), texts("Tides turn"))
    store.close()

    again = LanceStore(path, create=False)
    assert again.location == str(path)
    assert document_ids(again) == ["a"]
    with pytest.raises(IndexMismatchError, match=r"index\.lance: made by the encoder mini-1"):
        again.bind_encoder("other-2", 16)
    with again.read() as snapshot:
        assert_consistent(snapshot)


def test_not_created_unless_asked(path, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"index\.lance: no such index; make it with"):
        LanceStore(path, create=False)
    assert list(tmp_path.iterdir()) == []
    path.mkdir()
    with pytest.raises(FileNotFoundError, match=r"index\.lance: no such index"):
        LanceStore(path, create=False)
    LanceStore(path)


@pytest.mark.parametrize("create", [True, False])
def test_parent_folder_must_exist(tmp_path, create):
    with pytest.raises(FileNotFoundError, match="missing: no such folder"):
        LanceStore(tmp_path / "missing" / "index.lance", create=create)


def test_a_file_is_no_index(path):
    path.write_bytes(b"hi")
    with pytest.raises(IndexMismatchError, match="is a file; a Lance index is a folder"):
        LanceStore(path)


def test_other_folders_are_refused_and_left_alone(path):
    path.mkdir()
    (path / "notes.txt").write_text("hi")
    with pytest.raises(IndexMismatchError, match="a folder with other files in it"):
        LanceStore(path)
    assert [file.name for file in path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        (None, "not a Snappy index"),
        ({"snappy": "7"}, r"newer Snappy \(schema 7, this one reads 4\)"),
    ],
)
def test_other_tables_are_refused(path, metadata, words):
    lancedb, arrow = libraries()
    schema = arrow.schema([("x", arrow.int64())], metadata=metadata)
    lancedb.connect(path).create_table("snappy", schema=schema)
    with pytest.raises(IndexMismatchError, match=words):
        LanceStore(path)


def test_a_damaged_table_is_a_store_error(path, store):
    store.write(document("a"), texts("Tides turn"))
    for file in path.rglob("data/*.lance"):
        file.unlink()
    with pytest.raises(StoreError, match=r"index\.lance: a file of it is gone"):
        document_ids(LanceStore(path))


def test_missing_pages_are_noticed(path, store):
    store.write(document("a"), texts("Tides turn", "Moon pulls"))
    lancedb, _ = libraries()
    lancedb.connect(path).open_table("snappy").delete("number = 2")
    with (
        LanceStore(path).read() as snapshot,
        pytest.raises(StoreError, match="is damaged: 2 pages of a were written, 1 are there"),
    ):
        snapshot.catalog()


def test_says_how_to_install_it(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "lancedb", None)
    with pytest.raises(MissingDependencyError, match=re.escape(install_hint("lance"))):
        LanceStore(path)


def test_open_store(tmp_path):
    for name in (tmp_path / "a.lance", str(tmp_path / "b.lance"), f"lance:{tmp_path / 'c'}"):
        store = open_store(name)
        assert isinstance(store, LanceStore)
        assert store.location == str(name).removeprefix("lance:")
        assert Path(store.location).is_dir()


def test_serves_an_index(tmp_path, data):
    encoder = FakeEncoder()
    with RegionIndex.open(tmp_path / "index.lance", encoder) as index:
        report = index.add([data / "table.pdf", data / "page_labels.pdf"])
        assert len(report.added) == 2
        assert len(index.add(data / "table.pdf").unchanged) == 1
    with (
        RegionIndex.open(tmp_path / "index.lance", encoder, create=False) as index,
        RegionIndex.open(tmp_path / "index.snappy", encoder) as other,
    ):
        other.add([data / "table.pdf", data / "page_labels.pdf"])
        hits, expected = index.search("boats", k=3), other.search("boats", k=3)
        assert [hit.region for hit in hits] == [hit.region for hit in expected]
        assert [hit.score for hit in hits] == [hit.score for hit in expected]
        assert index.explain(hits[0]) == other.explain(expected[0])
        assert index.info().documents == 2


# What is read


def test_vectors_read_no_other_page(store, monkeypatch):
    store.write(document("a"), [grid_record()])
    store.write(document("b"), texts(*["Tides turn"] * 50))
    asked = []
    take = Version.take
    monkeypatch.setattr(
        Version,
        "take",
        lambda self, ids, columns: asked.append((len(ids), columns)) or take(self, ids, columns),
    )
    with store.read() as snapshot:
        (page,) = snapshot.page_ids("a").values()
        (found,) = snapshot.vectors([page])
        assert found.vectors.shape == (7, 16)
    assert asked == [(1, ["scoring", "pooled"])]


def test_unknown_pages(store):
    store.write(document("a"), texts("Tides turn"))
    with store.read() as snapshot:
        for ask in (snapshot.page, snapshot.patches, snapshot.document_of):
            with pytest.raises(KeyError, match="99"):
                ask(99)
        with pytest.raises(KeyError, match="99"):
            snapshot.vectors([snapshot.page_ids("a")[1], 99])


def test_what_is_known_is_not_read_again(store, monkeypatch):
    """Of the log, the catalog and the terms, a change costs what is new."""
    store.write(document("a"), texts(*["Tides turn"] * 20))
    with store.read() as snapshot:
        assert snapshot.frequencies(["tide"]) == {"tide": 20}
        assert len(snapshot.catalog().page_ids) == 20
    read = []
    for name in ("take", "scan"):
        plain = getattr(Version, name)

        def counted(self, *args, plain=plain, **options):
            found = plain(self, *args, **options)
            read.append(len(found))
            return found

        monkeypatch.setattr(Version, name, counted)
    store.write(document("b"), texts("Tides come"))
    with store.read() as snapshot:
        assert snapshot.frequencies(["tide"]) == {"tide": 21}
        assert len(snapshot.catalog().page_ids) == 21
    assert read == [3, 1, 1]  # the last row known and two new; a page's terms; its vectors
    store.delete("a")
    with store.read() as snapshot:
        assert snapshot.frequencies(["tide", "turn"]) == {"tide": 1}
        assert_consistent(snapshot)


def test_terms_are_counted_in_batches(store, monkeypatch):
    """However many pages there are, few are in memory at once."""
    monkeypatch.setattr(lance_table, "_BATCH_PAGES", 8)
    store.write(document("a"), texts(*["Tides turn"] * 20))
    store.write(document("b"), texts(*["Tides come"] * 40))
    store.delete("a")
    read = []
    batches, take, scan = Version.batches, Version.take, Version.scan

    def counted(self, *arguments):
        for batch in batches(self, *arguments):
            read.append(len(batch))
            yield batch

    def taken(self, row_ids, columns):
        assert len(row_ids) <= 8
        return take(self, row_ids, columns)

    def scanned(self, columns, *arguments, **options):
        assert "terms" not in columns
        return scan(self, columns, *arguments, **options)

    monkeypatch.setattr(Version, "batches", counted)
    monkeypatch.setattr(Version, "take", taken)
    monkeypatch.setattr(Version, "scan", scanned)
    with store.read() as snapshot:
        assert snapshot.frequencies(["tide", "turn", "come"]) == {"tide": 40, "come": 40}
    assert sum(read) == 40
    store.delete("b")
    store.write(document("c"), texts(*["Tides ebb"] * 10))
    with store.read() as snapshot:
        assert snapshot.frequencies(["tide", "come", "ebb"]) == {"tide": 10, "ebb": 10}
    assert sum(read) == 40 + 10 + 40  # what is new, and what is gone from the version before
    assert max(read) <= 8


# Clean-up


@pytest.fixture
def no_margin(monkeypatch):
    monkeypatch.setattr(lance_table, "_MARGIN", NOTHING)


def test_compact_keeps_what_is_there_and_removes_the_rest(path, store, no_margin):
    store.bind_encoder("mini-1", 16)
    for turn in range(5):
        store.write(document("a", str(turn)), texts(*["Tides turn"] * 10))
        store.write(document("b", str(turn)), texts("Moon pulls"))
    store.set_metadata("a", {"team": "sea"})
    store.set_metadata("a", {"team": "sky"})
    store.delete("b")
    assert rows(store) == 70
    with store.read() as snapshot:
        ids = snapshot.page_ids("a")
    store.compact(keep=NOTHING)
    # the first row, the encoder, ten pages and their event, the metadata
    assert rows(store) == 14
    assert data_files(path) == 1
    for held in (store, LanceStore(path)):
        assert held.encoder() == ("mini-1", 16)
        with held.read() as snapshot:
            (found,) = snapshot.documents()
            assert dict(found.metadata) == {"team": "sky"}
            assert snapshot.page_ids("a") == ids  # rows keep their ids
            assert_consistent(snapshot)
    store.write(document("b", "6"), texts("Moon shines"))
    with store.read() as snapshot:
        assert min(snapshot.page_ids("b").values()) > max(ids.values())
        assert_consistent(snapshot)


def test_compact_is_safe_under_snapshots_of_this_store(path, store, no_margin):
    store.write(document("a"), texts("Tides turn", "Moon pulls"))
    store.write(document("b"), texts("Wind turns"))
    with store.read() as before:  # nothing has been read from it
        store.write(document("a", "2"), texts("Sun shines"))
        store.delete("b")
        store.compact(keep=NOTHING)
        assert [found.document_id for found in before.documents()] == ["a", "b"]
        assert before.frequencies(["tide", "sun", "wind"]) == {"tide": 1, "wind": 1}
        assert_consistent(before)
        with store.read() as after:
            assert_consistent(after)
    files = data_files(path)
    store.compact(keep=NOTHING)
    assert data_files(path) < files


def test_compact_is_safe_under_readers_elsewhere_for_some_time(path, store, no_margin):
    """A state is kept by when it was the latest, not by when it was written."""
    store.write(document("a"), texts("Tides turn", "Moon pulls"))
    time.sleep(2)
    with LanceStore(path).read() as before:
        replaced = time.monotonic()
        store.write(document("a", "2"), texts("Sun shines"))
        store.compact(keep=timedelta(seconds=time.monotonic() - replaced + 1.5))
        assert_consistent(before)
        time.sleep(0.05)
        store.compact(keep=NOTHING)
        with pytest.raises(StoreError, match=r"this state was cleaned up meanwhile \(read again\)"):
            before.patches(before.page_ids("a")[1])


def test_terms_are_counted_again_when_what_they_were_of_is_gone(path, store, no_margin):
    store.write(document("a"), texts("Tides turn", "Moon pulls"))
    other = LanceStore(path)
    with other.read() as snapshot:
        assert snapshot.frequencies(["tide"]) == {"tide": 1}
    store.write(document("a", "2"), texts("Sun shines"))
    store.compact(keep=NOTHING)
    with other.read() as snapshot:
        assert snapshot.frequencies(["tide", "sun"]) == {"sun": 1}
        assert_consistent(snapshot)


def test_compact_leaves_writes_that_go_on(path, store, no_margin, monkeypatch):
    monkeypatch.setattr(lance, "_BATCH_PAGES", 2)

    def pages():
        for number in range(1, 6):
            yield texts(*["Moon"] * number)[-1]
            if number == 4:
                LanceStore(path).compact(keep=NOTHING)

    store.write(document("a"), pages())
    with store.read() as snapshot:
        assert snapshot.page_count() == 5
        assert_consistent(snapshot)


def test_compact_removes_what_a_killed_writer_left(store, no_margin, monkeypatch):
    monkeypatch.setattr(lance, "_BATCH_PAGES", 2)
    monkeypatch.setattr(store._table, "delete", lambda writes: None)  # it had no time for that

    def pages():
        yield from texts("Moon", "Moon", "Moon")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.write(document("a"), pages())
    monkeypatch.undo()
    monkeypatch.setattr(lance_table, "_MARGIN", NOTHING)
    assert rows(store) == 3
    store.compact()
    assert rows(store) == 3  # perhaps it goes on
    monkeypatch.setattr(lance_rows, "ABANDONED", -5.0)
    store.compact()
    assert rows(store) == 1


def test_a_write_that_takes_too_long_is_refused(store, monkeypatch):
    monkeypatch.setattr(lance, "ABANDONED", -1.0)
    with pytest.raises(StoreError, match="split the document"):
        store.write(document("a"), texts("Moon"))
    assert document_ids(store) == []


def test_many_writes_merge_files_by_themselves(path, store):
    for turn in range(150):
        store.write(document(str(turn)), texts("Tides turn"))
    stats = store._table._table.stats()["fragment_stats"]
    assert stats["num_fragments"] < 100
    with store.read() as snapshot:
        assert len(snapshot.documents()) == 150
        assert_consistent(snapshot)


# Processes

READ = """
import sys
from snappy_core.testing.stores.samples import assert_consistent
from snappy_core.stores.lance.errors import libraries
from snappy_core.stores.lance.store import LanceStore
from snappy_core.stores.lance.table import Version

store = LanceStore(sys.argv[1], create=False)
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
print(len(set(seen)))
"""


def test_a_process_reads_while_another_writes_and_cleans_up(path, store):
    store.write(document("a", "0"), texts("tide"))
    reader = start(READ, path)
    assert reader.stdout.readline() == "open\n"
    for turn in range(1, 41):
        store.write(document("a", str(turn)), texts(*["tide"] * (turn % 3 + 1)))
        if turn % 10 == 0:
            store.compact()
    said, _ = reader.communicate(timeout=120)
    assert reader.returncode == 0
    assert int(said) > 1


WRITE = """
import sys
from snappy_core.testing.stores.samples import document, texts
from snappy_core.stores.lance import store as lance

sys.stdin.readline()
lance._BATCH_PAGES = 1
store = lance.LanceStore(sys.argv[1])
store.bind_encoder("mini-1", 16)
for number in range(8):
    store.write(document(f"{sys.argv[2]}{number}"), texts("tide", "moon"))
    store.write(document("all"), texts("wind"))
"""


def test_processes_make_and_fill_one_folder_together(path):
    """Both find no folder and make it at the same moment; one document both write."""
    writers = [start(WRITE, path, name) for name in "ab"]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    with LanceStore(path, create=False).read() as snapshot:
        assert len(snapshot.documents()) == 17
        assert snapshot.frequencies(["tide", "wind"]) == {"tide": 16, "wind": 1}
        assert_consistent(snapshot)


RACE = """
import sys, time
from snappy_core.testing.stores.samples import document, texts
from snappy_core.stores.lance.store import LanceStore

folder, name, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
start = float(sys.stdin.readline())
for number in range(rounds):
    while time.time() < start + number * 0.2:
        pass
    store = LanceStore(f"{folder}/{number}")
    store.write(document(name), texts("tide"))
    store.keep_files(document(name).content_hash, {name: b"kept"})
"""


def test_two_creators_lose_nothing(tmp_path):
    """Lance alone lets one of the tables replace the other, with what was written to it."""
    rounds = 12
    creators = [start(RACE, tmp_path, name, rounds) for name in "ab"]
    for creator in creators:
        assert creator.stdout.readline() == "ready\n"
    for creator in creators:
        creator.stdin.write(f"{time.time() + 0.2}\n")
        creator.stdin.flush()
    for creator in creators:
        creator.communicate(timeout=60)
        assert creator.returncode == 0
    for number in range(rounds):
        folder = tmp_path / str(number)
        store = LanceStore(folder, create=False)
        assert document_ids(store) == ["a", "b"]
        assert store.kept_files(document("a").content_hash) == {"a", "b"}
        assert {entry.name for entry in folder.iterdir()} == {"snappy.lance", "files.lance"}


def test_what_a_killed_creator_left_is_no_other_file(path):
    (path / ".snappy-x1y2" / "snappy.lance").mkdir(parents=True)
    LanceStore(path).write(document("a"), texts("Tides turn"))
    assert document_ids(LanceStore(path, create=False)) == ["a"]


def test_a_disk_error_on_creating_is_told(path, monkeypatch):
    def full(source, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(StoreError, match="No space left"):
        LanceStore(path)
    assert list(path.iterdir()) == []


KILLED = """
import sys
from snappy_core.testing.stores.samples import document, texts
from snappy_core.stores.lance import store as lance

lance._BATCH_PAGES = 3
store = lance.LanceStore(sys.argv[1])
for turn in range(1, 1000):
    print(turn, flush=True)
    store.write(document("a", str(turn)), texts(*[f"turn{turn} tide"] * (turn % 5 + 8)))
    if turn % 4 == 0:
        store.compact()
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_survives_a_kill_at_any_moment(path, store):
    """Three times, in another phase of writing and cleaning up each time."""
    store.write(document("a", "0"), texts(*["turn0 tide"] * 8))
    chance = np.random.default_rng(7)
    for _ in range(3):
        child = start(KILLED, path)
        begun = [int(child.stdout.readline()) for _ in range(int(chance.integers(2, 6)))][-1]
        time.sleep(chance.uniform(0, 0.03))
        child.kill()
        said, _ = child.communicate(timeout=120)
        last = max([begun, *map(int, said.split())])  # begun when it was killed
        with LanceStore(path, create=False).read() as snapshot:
            (found,) = snapshot.documents()
            state = int(found.content_hash)
            assert state in (last - 1, last)
            assert found.pages == snapshot.page_count() == state % 5 + 8
            assert snapshot.frequencies([f"turn{state}"]) == {f"turn{state}": found.pages}
            assert_consistent(snapshot)
    store.write(document("b"), texts("Moon pulls"))
    assert document_ids(store) == ["a", "b"]


def test_the_process_moves_to_another_folder(tmp_path, monkeypatch):
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    store = LanceStore("index.lance")
    monkeypatch.chdir("other")
    store.write(document("a"), texts("Tides turn"))
    store.compact(NOTHING)
    store.close()
    assert list((tmp_path / "other").iterdir()) == []
    with LanceStore(tmp_path / "index.lance", create=False).read() as snapshot:
        assert [record.document_id for record in snapshot.documents()] == ["a"]
