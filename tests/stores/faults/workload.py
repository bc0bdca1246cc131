"""Use of an index on a disk that fails: what was acknowledged stays, and every failure is typed."""

import contextlib
import random
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from snappy_core import RegionIndex
from snappy_core.errors import SnappyError
from snappy_core.stores import SqliteStore
from snappy_core.stores.copy import copy
from snappy_core.testing.stores.samples import ENCODER
from tests.stores.faults.disk import CODES, Fault, FaultyDisk, call_of, faulty_disk
from tests.stores.states.changes import Compact, Delete, Write
from tests.stores.states.machine import MEMORY, assert_holds, contents

STEPS = 10
SENTENCES = ("Tides turn", "Moon pulls the tide", "Wind turns", "Sun shines on the lower harbor")


@dataclass
class Use:
    """A store in use, with what it must hold.

    Attributes:
        disk: what it is on.
        possible: the states that it may be in, each with content and texts of the pages of each
            document. A write that failed when the disk did not sync may be there, whole, until
            one succeeds: SQLite finds it in its log when all have closed the file.
        failures: the errors that came, as texts.
    """

    path: Path
    disk: FaultyDisk
    store: SqliteStore | None = None
    possible: list = field(default_factory=lambda: [{}])
    failures: list = field(default_factory=list)

    def open(self):
        if self.store is None:
            self.store = SqliteStore(self.path)
            self.store.bind_encoder(ENCODER.name, ENCODER.dim)

    def close(self):
        store, self.store = self.store, None
        if store is not None:
            store.close()


def run(seed):
    """Use an index with a fault that a seed chooses; return how often it hit, and the failures."""
    rng = random.Random(seed)
    kind = rng.choice(sorted(CODES))
    with _use() as use:  # without a fault, to count the calls
        _work(use, random.Random(seed))
        assert use.failures == []
        count = use.disk.calls[call_of(kind)]
    with _use() as use:
        use.disk.fault = Fault(kind, rng.randrange(count), rng.choice((1, 1, 3, 1_000_000)))
        _work(use, random.Random(seed))
        with use.disk.mended() as fault:
            use.close()
            use.open()
            documents = _observe(use)
            with use.store.read() as snapshot:
                assert_holds(snapshot, documents)
            use.close()
            with contextlib.closing(sqlite3.connect(use.path)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return fault.hits, use.failures


@contextlib.contextmanager
def _use():
    folder = tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None)
    with faulty_disk() as disk:
        use = Use(Path(folder) / "index.snappy", disk)
        try:
            yield use
        finally:
            use.close()
            shutil.rmtree(folder)


def _work(use, rng):
    for number in range(STEPS):
        name, pages = rng.choice("abc"), rng.choices(SENTENCES, k=rng.randint(0, 6))
        write = Write(name, str(number), tuple(pages))
        step = rng.choice((write, write, Delete(name), Compact(), _search, _copy, _reopen))
        if callable(step):
            _try(use, lambda step=step: step(use))
        else:
            _change(use, step)


def _change(use, change):
    """Make a change: all of it when it is acknowledged, else all or nothing."""
    after, apply = dict(_observe(use)), change.prepare()
    if isinstance(change, Write):
        after[change.name] = (change.content, change.pages)
    elif isinstance(change, Delete):
        after.pop(change.name, None)
    if _try(use, lambda: apply(use.store)):
        use.possible = [after]
    else:
        use.possible.append(after)
    _observe(use)


def _observe(use):
    """Return the documents that a reader sees where the disk does not fail."""
    with (
        use.disk.mended(),
        contextlib.closing(SqliteStore(use.path)) as store,
        store.read() as snapshot,
    ):
        documents = contents(snapshot)
    assert documents in use.possible
    return documents


def _search(use):
    for hit in RegionIndex(use.store, ENCODER).search("moon tide", k=50):
        written = [state[hit.document_id][1] for state in use.possible if hit.document_id in state]
        assert (hit.region.text,) in [pages[hit.page_number - 1 :][:1] for pages in written]


def _copy(use):
    with contextlib.closing(SqliteStore(use.path.with_name("copy.snappy"))) as target:
        copy(use.store, target, progress=False)
        with target.read() as snapshot:
            copied = contents(snapshot).items()
    assert any(copied >= state.items() for state in use.possible)


def _reopen(use):
    use.close()
    use.open()


def _try(use, step):
    """Do a step; return whether it succeeded. Any error that is not Snappy's own is raised."""
    try:
        use.open()
        step()
        return True
    except SnappyError as error:
        use.failures.append(f"{type(error).__name__}: {error}")
        return False
