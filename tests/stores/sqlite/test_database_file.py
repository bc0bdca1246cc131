"""An index file that is replaced, moved, copied over, read-only, locked or closed."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.stores import SqliteStore
from snappy_core.stores.sqlite import database_file, locks, spool
from snappy_core.testing.stores.samples import assert_consistent, document, texts

ROOT = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "live.snappy"


def make(path, name, *pages, encoder="mini-1"):
    store = SqliteStore(path)
    store.bind_encoder(encoder, 16)
    store.write(document(name), texts(*pages))
    return store


def contents(store):
    with store.read() as snapshot:
        assert_consistent(snapshot)
        catalog = snapshot.catalog()
        return [record.document_id for record in snapshot.documents()], list(catalog.document_ids)


class TestReplaced:
    def test_the_new_file_is_read(self, path):
        """Also its catalog: as many pages with the same ids as the old one has."""
        with closing(make(path, "old", "Tides turn")) as store:
            assert contents(store) == (["old"], ["old"])
            make(path.with_name("new"), "new", "Moon pulls").close()
            os.replace(path.with_name("new"), path)
            assert contents(store) == (["new"], ["new"])
            store.write(document("more"), texts("Sun pulls"))
            assert contents(store) == (["more", "new"], ["new", "more"])
        with closing(SqliteStore(path, create=False)) as again:
            assert contents(again)[0] == ["more", "new"]

    def test_a_snapshot_in_use_stays_whole(self, path):
        with closing(make(path, "old", "Tides turn")) as store:
            with store.read() as snapshot:
                make(path.with_name("new"), "new", "Moon pulls").close()
                os.replace(path.with_name("new"), path)
                assert contents(store) == (["new"], ["new"])
                assert list(snapshot.catalog().document_ids) == ["old"]
                assert_consistent(snapshot)
            assert contents(store) == (["new"], ["new"])

    def test_what_was_written_to_the_old_file_moves_with_it(self, path):
        with closing(make(path, "old", "Tides turn")) as store:
            path.rename(path.with_name("aside"))
            make(path.with_name("new"), "new", "Moon pulls").close()
            path.with_name("new").rename(path)
            assert contents(store)[0] == ["new"]
        with closing(SqliteStore(path.with_name("aside"), create=False)) as aside:
            assert contents(aside)[0] == ["old"]

    def test_by_an_index_of_another_encoder(self, path):
        with closing(make(path, "old", "Tides turn")) as store:
            make(path.with_name("new"), "new", "Moon", encoder="other-2").close()
            os.replace(path.with_name("new"), path)
            for _ in range(2):
                with pytest.raises(IndexMismatchError, match="made by the encoder other-2"):
                    contents(store)

    def test_while_it_is_written(self, path):
        with closing(make(path, "old", "Tides turn")) as store:
            make(path.with_name("new"), "new", "Moon pulls").close()
            refused = pytest.raises(StoreError, match="was replaced while it was written")
            with refused, store._connections.write():
                os.replace(path.with_name("new"), path)
            assert contents(store)[0] == ["new"]

    def test_a_log_of_another_index_is_not_applied(self, path):
        """A process that did not see the old index finds its log beside the new one."""
        with closing(make(path, "old", "Tides turn")):
            make(path.with_name("new"), "new", "Moon pulls").close()
            os.replace(path.with_name("new"), path)
            with pytest.raises(StoreError, match="the log of another index"):
                SqliteStore(path, create=False)


@pytest.mark.parametrize("use", [
    contents,
    lambda store: store.write(document("b"), texts("Moon")),
    lambda store: store.delete("a"),
    lambda store: store.compact(),
])  # fmt: skip
def test_a_file_that_is_gone_is_not_made_again(path, use):
    with closing(make(path, "a", "Tides turn")) as store:
        path.unlink()
        with pytest.raises(StoreError, match=r"live\.snappy: is gone"):
            use(store)
        assert not path.exists()


def test_deleted_while_it_is_written(path):
    with closing(make(path, "a", "Tides turn")) as store:
        with pytest.raises(StoreError, match="is gone"), store._connections.write():
            path.unlink()
        assert not path.exists()


def test_copied_over(path):
    with closing(make(path, "old", "Tides turn")) as store:
        contents(store)
        store.compact()  # moves the log to the file
        make(path.with_name("new"), "new", "Moon pulls").close()
        shutil.copyfile(path.with_name("new"), path)
        for _ in range(2):
            with pytest.raises(StoreError, match="another index was copied over it"):
                contents(store)


def test_replaced_while_its_id_is_compared(path, monkeypatch):
    """By a file of another id: that is no copy over the open file."""
    new = path.with_name("new")
    make(new, "new", "Moon pulls").close()

    def replace(read=database_file.stored_id):
        def stored_id(path):
            if new.exists():
                os.replace(new, path)
            return read(path)

        return stored_id

    with closing(make(path, "old", "Tides turn")) as store:
        monkeypatch.setattr(database_file, "stored_id", replace())
        os.utime(path, ns=(0, 0))  # a change, so that ids are compared
        assert contents(store) == (["new"], ["new"])


def test_no_file_is_mistaken_for_one_whose_inode_it_has(path):
    """File systems give the inode of a deleted file to the next one, unless it is open."""
    with closing(make(path, "old", "Tides turn")) as store:
        store._connections.close_idle()  # as before a fork
        inode = path.stat().st_ino
        path.unlink()
        files = []
        while not files or (files[-1].stat().st_ino != inode and len(files) < 100):
            files.append(path.with_name(f"new{len(files)}"))
            make(files[-1], "new", "Moon pulls").close()
        os.replace(files[-1], path)
        assert contents(store) == (["new"], ["new"])


def test_the_log_of_another_process_is_kept_while_no_connection_is_open(path):
    """It may have the inode that the log of this process had."""
    with closing(make(path, "a", "Tides turn")) as store:
        store._connections.close_idle()  # as before a fork
        with closing(SqliteStore(path)) as other:
            other.write(document("b"), texts("Moon pulls"))
            store._connections._side_files = database_file.side_files(path)
            assert contents(store) == (["a", "b"], ["a", "b"])
            assert contents(other) == (["a", "b"], ["a", "b"])
    with closing(SqliteStore(path, create=False)) as again:
        assert contents(again)[0] == ["a", "b"]


def test_a_signal_while_a_connection_is_opened_leaves_none(path, monkeypatch):
    """An open connection would keep the log, so that an empty index could not be removed."""

    def exit_(path):
        raise SystemExit

    with closing(make(path, "a", "Tides turn")) as store:
        store._connections.close_idle()
        monkeypatch.setattr(store._connections, "_renew_if_replaced", lambda previous: None)
        monkeypatch.setattr(database_file, "read_state", exit_)
        with pytest.raises(SystemExit) as signaled:
            contents(store)
        assert signaled.value.__traceback__  # its frames still refer to the connection
        with closing(sqlite3.connect(path, timeout=0)) as only:
            assert only.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)


READ_ONLY = """
import os
import sys
from snappy_core import StoreError
from snappy_core.info import read_info
from snappy_core.stores import MemoryStore, SqliteStore
from snappy_core.stores.copy import copy
from snappy_core.testing.stores.samples import document, texts

copy(MemoryStore(), MemoryStore(), progress=False)  # imports what it needs
pages = texts("Moon")
if os.getuid() == 0:  # who is bound by no permission
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
store = SqliteStore(sys.argv[1], create=False)
with store.read() as snapshot:
    print([record.document_id for record in snapshot.documents()], len(snapshot.catalog().vectors))
store.bind_encoder("mini-1", 16)
print(read_info(store).pages, copy(store, MemoryStore(), progress=False).copied)
try:
    store.write(document("b"), pages)
except StoreError as error:
    print(error)
store.close()
"""


@pytest.fixture
def read_only_folder(tmp_path):
    folder = tmp_path / "image"
    folder.mkdir()
    yield folder
    folder.chmod(0o755)


def read_as_nobody(path):
    """Run `READ_ONLY` as a user who is bound by permissions."""
    for parent in path.parents[1:]:
        if parent.name.startswith(("pytest-", "popen-", "test_")):
            parent.chmod(0o755)
    return subprocess.run(
        [sys.executable, "-c", READ_ONLY, path], env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs POSIX permissions")
class TestReadOnly:
    def test_all_but_writing_works(self, read_only_folder):
        path = read_only_folder / "index.snappy"
        make(path, "a", "Tides turn").close()
        read_only_folder.chmod(0o555)
        path.chmod(0o444)
        *printed, refused = read_as_nobody(path)
        assert printed == ["['a'] 1", "1 ('a',)"]
        assert "cannot be written: the file or its folder is read-only" in refused
        assert [file.name for file in read_only_folder.iterdir()] == ["index.snappy"]

    def test_while_another_user_writes(self, read_only_folder):
        path = read_only_folder / "index.snappy"
        with closing(make(path, "a", "Tides turn")):  # still in the log
            read_only_folder.chmod(0o555)
            for file in read_only_folder.iterdir():
                file.chmod(0o444)
            assert read_as_nobody(path)[:2] == ["['a'] 1", "1 ('a',)"]


@pytest.mark.skipif(os.name != "posix", reason="needs a umask")
@pytest.mark.parametrize(("mask", "mode"), [(0o002, 0o664), (0o022, 0o644), (0o077, 0o600)])
def test_permissions_are_those_of_the_umask(path, mask, mode):
    before = os.umask(mask)
    try:
        with closing(make(path, "a", "Tides")):
            assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {mode}
    finally:
        os.umask(before)


def journal_mode(path):
    with closing(sqlite3.connect(path)) as file:
        return file.execute("PRAGMA journal_mode").fetchone()[0]


class TestLocks:
    def test_a_file_without_a_log_gets_one_from_the_next_write(self, path, monkeypatch):
        make(path, "a", "Tides").close()
        with closing(sqlite3.connect(path)) as other:
            other.execute("PRAGMA journal_mode = DELETE")
            use_log = locks.use_log

            def use_log_while_it_is_read(connection):
                use_log(connection)
                other.rollback()

            with closing(SqliteStore(path)) as store:
                other.execute("BEGIN")
                other.execute("SELECT count(*) FROM documents").fetchall()
                with monkeypatch.context() as read:
                    read.setattr(locks, "use_log", use_log_while_it_is_read)
                    store.write(document("b"), texts("Moon"))
                assert journal_mode(path) == "delete"
                store.write(document("c"), texts("Sun"))
                assert journal_mode(path) == "wal"
                assert contents(store)[0] == ["a", "b", "c"]

    def test_pages_are_read_before_the_file_is_locked(self, path, monkeypatch):
        monkeypatch.setattr(spool, "_MEMORY", 1000)  # the rest is in a temporary file
        monkeypatch.setattr(locks, "WAIT_SECONDS", 0.5)
        with closing(make(path, "a", "Tides")) as store, closing(SqliteStore(path)) as other:

            def pages():
                yield from texts(*(f"Moon {number}" for number in range(300)))
                other.write(document("c"), texts("Sun"))

            store.write(document("b"), pages())
            assert contents(store)[0] == ["a", "b", "c"]

    def test_waiting_is_said_and_limited(self, path, monkeypatch, caplog):
        monkeypatch.setattr(locks, "WAIT_SECONDS", 0.3)
        monkeypatch.setattr(locks, "_SAY_SECONDS", 0.1)
        with closing(make(path, "a", "Tides")) as store, closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            for use in (lambda: store.write(document("b"), texts("Moon")), store.compact):
                with pytest.raises(StoreError, match="others have been writing to it"):
                    use()
            assert "waiting for another process that writes to it" in caplog.text
            other.rollback()
            store.write(document("b"), texts("Moon"))

    def test_interrupt_ends_the_wait_at_once(self, path):
        script = (
            "import signal, sys; from snappy_core.stores import SqliteStore;"
            "from snappy_core.testing.stores.samples import document, texts;"
            # A job in the background ignores it.
            "signal.signal(signal.SIGINT, signal.default_int_handler);"
            "store = SqliteStore(sys.argv[1]); print('open', flush=True);"
            "store.write(document('b'), texts('Moon'))"
        )
        with closing(make(path, "a", "Tides")), closing(sqlite3.connect(path)) as other:
            other.execute("BEGIN IMMEDIATE")
            process = subprocess.Popen(
                [sys.executable, "-c", script, path], stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
            assert process.stdout.readline() == "open\n"
            time.sleep(0.3)
            process.send_signal(2)
            started = time.monotonic()
            process.communicate(timeout=120)
            assert time.monotonic() - started < 15  # of the minute that it would wait
            assert process.returncode != 0

    def test_another_thread_that_writes_for_too_long(self, path, monkeypatch):
        monkeypatch.setattr(locks, "WAIT_SECONDS", 0.1)
        with closing(make(path, "a", "Tides")) as store:
            thread = threading.Thread(target=store._connections.write_lock.acquire)
            thread.start()
            thread.join()
            with pytest.raises(StoreError, match="others have been writing"):
                store.delete("a")


def test_compact_leaves_no_log_beside_another_connection_and_waits_as_before(path):
    def wait(connection):
        return connection.execute("PRAGMA busy_timeout").fetchone()

    with closing(make(path, "a", *["Tides turn"] * 50)) as store, closing(SqliteStore(path)):
        with store._connections.connect() as connection:
            before = wait(connection)
        assert path.with_name(f"{path.name}-wal").stat().st_size
        store.compact()
        assert path.with_name(f"{path.name}-wal").stat().st_size == 0
        assert [wait(connection) for connection in store._connections._idle] == [before]


@pytest.mark.parametrize("use", [
    contents,
    lambda store: store.encoder(),
    lambda store: store.write(document("b"), texts("Moon")),
    lambda store: store.delete("a"),
    lambda store: store.compact(),
])  # fmt: skip
def test_closed_is_closed(path, use):
    store = make(path, "a", "Tides")
    store.close()
    store.close()
    with pytest.raises(StoreError, match="is closed"):
        use(store)


def test_replaced_under_readers(path):
    """Threads search all the time while files take each other's place: no mixture is seen."""
    files = [path.with_name(name) for name in ("one", "two")]
    for file in files:
        make(file, file.name, *[file.name] * 3).close()
    shutil.copyfile(files[0], path)
    errors, done = [], threading.Event()

    def read(store):
        while not done.is_set():
            try:
                names, pages = contents(store)
                if names * 3 != pages:
                    errors.append((names, pages))
            except Exception as error:
                errors.append(error)

    with closing(SqliteStore(path)) as store:
        threads = [threading.Thread(target=read, args=(store,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for turn in range(30):
            shutil.copyfile(files[turn % 2], path.with_name("next"))
            os.replace(path.with_name("next"), path)
            time.sleep(0.01)
        done.set()
        for thread in threads:
            thread.join()
    assert errors == []


class TestPlaces:
    def test_the_process_moves_to_another_folder(self, tmp_path, monkeypatch):
        """Where another index has the same name; neither is taken for the other."""
        (tmp_path / "other").mkdir()
        monkeypatch.chdir(tmp_path)
        with closing(make("live.snappy", "a", "Tides turn")) as store:
            monkeypatch.chdir("other")
            assert contents(store) == (["a"], ["a"])
            with closing(make("live.snappy", "b", "Moon pulls")) as other:
                store.write(document("c"), texts("Sun shines"))
                assert contents(store) == (["a", "c"], ["a", "c"])
                assert contents(other) == (["b"], ["b"])
            assert store.location == "live.snappy"

    def test_a_name_that_is_too_long(self, tmp_path):
        with pytest.raises(StoreError, match="xxx: File name too long"):
            SqliteStore(tmp_path / ("x" * 300))

    def test_an_id_that_is_no_text_is_not_there(self, path):
        with closing(make(path, "a", "Tides turn")) as store:
            assert store.delete("\ud800") is False
            assert contents(store) == (["a"], ["a"])
