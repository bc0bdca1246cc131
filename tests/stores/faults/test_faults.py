"""Some of the faults of `make faults`, which has a thousand."""

import errno
import os
import sqlite3

import pytest

from snappy_core.errors import StoreError
from snappy_core.stores import SqliteStore
from snappy_core.stores.sqlite import spool
from snappy_core.testing.stores.samples import assert_consistent, document, texts
from tests.stores.faults.disk import CODES, Fault, faulty_disk, is_available
from tests.stores.faults.workload import run

pytestmark = pytest.mark.skipif(not is_available(), reason="SQLite is built into this Python")


def test_nothing_acknowledged_is_lost_and_failures_are_typed():
    outcomes = [run(seed) for seed in range(30)]
    assert sum(hits > 0 for hits, _ in outcomes) > 25
    assert sum(len(failures) for _, failures in outcomes) > 20


@pytest.mark.parametrize("kind", sorted(CODES))
def test_the_disk_fails_as_it_is_told(tmp_path, kind):
    with faulty_disk() as disk:
        connection = sqlite3.connect(tmp_path / "file", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
        if kind == "open":
            connection.close()
            connection = sqlite3.connect(f"file:{tmp_path}/file?mode=rw", uri=True)
        disk.fault = Fault(kind, 0, 1_000_000)
        script = "INSERT INTO t VALUES (1); PRAGMA wal_checkpoint(TRUNCATE); VACUUM"
        with pytest.raises(sqlite3.OperationalError) as failure:
            connection.executescript(script)
        connection.close()
        assert disk.fault.hits
    assert failure.value.sqlite_errorcode & 0xFF == CODES[kind] & 0xFF


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=["full", "fails"])
@pytest.mark.parametrize("method", ["write", "read"])
def test_the_temporary_folder_fails(tmp_path, monkeypatch, method, code):
    class FaultyFile(spool.tempfile.SpooledTemporaryFile):
        def fail(self, *_):
            raise OSError(code, os.strerror(code))

        def close(self):  # which writes what is buffered
            super().close()
            self.fail()

    store = SqliteStore(tmp_path / "index.snappy")
    store.write(document("a"), texts("Tides turn"))
    setattr(FaultyFile, method, FaultyFile.fail)
    with monkeypatch.context() as patch:
        patch.setattr(spool.tempfile, "SpooledTemporaryFile", FaultyFile)
        with pytest.raises(StoreError, match=f"temporary folder .*{os.strerror(code)}"):
            store.write(document("a", "2"), texts("Moon pulls"))
    store.write(document("b"), texts("Sun shines"))
    with store.read() as snapshot:
        assert [record.content_hash for record in snapshot.documents()] == ["1", "1"]
        assert_consistent(snapshot)
    store.close()
