"""A state machine of a store: whatever is done to it, it holds what a dictionary holds."""

import contextlib
import shutil
import tempfile
import time
from functools import lru_cache
from pathlib import Path
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from snappy_core import RegionIndex
from snappy_core.stores import MemoryStore, SqliteStore
from snappy_core.stores.copy import copy
from snappy_core.testing.stores.samples import (
    ENCODER,
    assert_consistent,
    assert_same_page,
    assert_same_patches,
    document,
    texts,
)
from tests.stores.states.changes import Compact, Copy, Delete, Write, count_calls

NAMES = st.sampled_from(["a", "b", "ü #p1r1"])
CONTENTS = st.sampled_from(["1", "2", "3"])
SENTENCES = st.sampled_from(
    ["Tides turn", "Moon pulls the tide", "Wind turns", "Sun", "naïve o\ud800dd tides", "moon moon"]
)
PAGES = st.lists(SENTENCES, max_size=4).map(tuple)
MOMENTS = st.floats(0, 1.1)  # of a change that is interrupted; from about 1 on it returns before

MEMORY = Path("/dev/shm")  # a disk that takes no time to sync; no power is cut here


class Unreadable(Exception):
    """What reading a document raises in the middle of it."""


class StoreMachine(RuleBasedStateMachine):
    """Add, replace, delete, kill, reopen, copy and compact, with a dictionary for a model.

    Meanwhile the clock of this process may jump by hours and days.

    A subclass opens the store, and interrupts changes of it as its writers may be interrupted.
    """

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.documents = {}  # name -> content and texts of the pages
        self.copied = {}  # the same of the target of copies
        self.last_page = 0
        self.held = None  # an open snapshot with the documents of its state
        self.store = None
        self.hours = 0  # by which the clock is wrong
        self.clock = mock.patch.multiple(time, time=self._time, time_ns=self._time_ns)
        self.clock.start()

    # What differs between stores

    def open(self):
        """Return the store, opened again if there was one."""
        raise NotImplementedError

    def interrupt(self, change, moment):
        """Begin a change and kill whoever makes it; return whether it was acknowledged.

        Args:
            moment: from 0, where nothing has been done, to 1, where all is.
        """
        raise NotImplementedError

    def compact_all(self):
        """Compact without the respite that readers elsewhere have."""
        self.store.compact()

    # Rules

    @initialize()
    def begin(self):
        self.store = self.open()
        self.store.bind_encoder(ENCODER.name, ENCODER.dim)

    @rule(name=NAMES, content=CONTENTS, pages=PAGES)
    def write(self, name, content, pages):
        Write(name, content, pages).prepare()(self.store)
        self.documents[name] = (content, pages)

    @rule(name=NAMES, pages=PAGES)
    def fail_to_read(self, name, pages):
        def failing():
            yield from texts(*pages)
            raise Unreadable

        with contextlib.suppress(Unreadable):
            self.store.write(document(name, "4"), failing())

    @rule(name=NAMES)
    def delete(self, name):
        assert self.store.delete(name) is (self.documents.pop(name, None) is not None)

    @rule()
    def compact(self):
        self.compact_all()

    @rule(name=NAMES, content=CONTENTS, pages=PAGES, moment=MOMENTS)
    def kill_writer(self, name, content, pages, moment):
        after = {**self.documents, name: (content, pages)}
        self._interrupt(Write(name, content, pages), moment, after)

    @rule(name=NAMES, moment=MOMENTS)
    def kill_deleter(self, name, moment):
        after = {other: held for other, held in self.documents.items() if other != name}
        self._interrupt(Delete(name), moment, after)

    @rule(moment=MOMENTS)
    def kill_compacter(self, moment):
        self._interrupt(Compact(), moment, self.documents)

    @rule(hours=st.sampled_from([-48, -1, 1, 48]))
    def set_clock(self, hours):
        self.hours = hours

    @rule()
    def reopen(self):
        self.release()
        self.store.close()
        self.store = self.open()
        assert self.store.encoder() == (ENCODER.name, ENCODER.dim)

    @rule()
    def copy(self):
        with contextlib.closing(SqliteStore(self.target)) as target:
            copy(self.store, target, progress=False)
            self.copied.update(self.documents)
            with target.read() as snapshot:
                assert_holds(snapshot, self.copied)

    @rule(moment=MOMENTS)
    def kill_copier(self, moment):
        self._interrupt(Copy(self.target), moment, self.documents)
        with contextlib.suppress(FileNotFoundError):
            with contextlib.closing(SqliteStore(self.target)) as target, target.read() as snapshot:
                copied = contents(snapshot)
                assert_holds(snapshot, copied)
            for name, held in copied.items():
                assert held in (self.copied.get(name), self.documents.get(name))
            assert copied.keys() >= self.copied.keys()
            self.copied = copied

    @precondition(lambda self: self.held is None)
    @rule()
    def hold(self):
        context = self.store.read()
        self.held = (context, context.__enter__(), dict(self.documents))

    @precondition(lambda self: self.held is not None)
    @rule()
    def release(self):
        if self.held is not None:
            context, snapshot, documents = self.held
            assert_holds(snapshot, documents)
            context.__exit__(None, None, None)
            self.held = None

    @rule(question=SENTENCES)
    def search(self, question):
        """It finds what an index does that was made at once."""
        with contextlib.closing(MemoryStore()) as fresh:
            for name, (content, pages) in self.documents.items():
                Write(name, content, pages).prepare()(fresh)
            expected = _hits(fresh, question)
        assert _hits(self.store, question) == expected

    @invariant()
    def holds_its_documents(self):
        if self.store is not None:
            with self.store.read() as snapshot:
                assert_holds(snapshot, self.documents)
                pages = snapshot.catalog().page_ids.tolist()
            new = [page for page in pages if page > self.last_page]
            assert len(new) <= 4  # of one document; ids are never used again
            self.last_page = max([self.last_page, *new])

    def teardown(self):
        self.clock.stop()
        self.release()
        if self.store is not None:
            self.store.close()
        shutil.rmtree(self.folder)

    @property
    def target(self):
        return str(self.folder / "copy.snappy")

    def _time(self, now=time.time):
        return now() + self.hours * 3600

    def _time_ns(self, now=time.time_ns):
        return now() + self.hours * 3600 * 10**9

    def _interrupt(self, change, moment, after):
        """All of a change that was acknowledged, and all or nothing of one that was not."""
        before = self.documents
        is_acknowledged = self.interrupt(change, moment)
        with self.store.read() as snapshot:
            self.documents = contents(snapshot)
        assert self.documents in ([after] if is_acknowledged else [before, after])


def contents(snapshot):
    """Return content and texts of the pages of each document of a snapshot."""
    held = {}
    for record in snapshot.documents():
        pages = snapshot.page_ids(record.document_id).values()
        words = (" ".join(snapshot.page(page).words.texts) for page in pages)
        held[record.document_id] = (record.content_hash, tuple(words))
    return held


def assert_holds(snapshot, documents):
    """Check that a snapshot has these documents, and every page as it was written."""
    assert contents(snapshot) == documents
    assert_consistent(snapshot)
    for name, (content, pages) in documents.items():
        assert snapshot.document(name).content_hash == content
        ids = snapshot.page_ids(name)
        for number, record in enumerate(_records(pages), start=1):
            assert_same_page(snapshot.page(ids[number]), record.page)
            assert_same_patches(snapshot.patches(ids[number]), record.patches)


_records = lru_cache(maxsize=None)(lambda pages: texts(*pages))


@lru_cache
def calls_of(open_scratch, change):
    """Return the number of calls of a change, measured with a store that has a document."""
    if isinstance(change, Copy):
        change = Copy(":memory:")
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.closing(open_scratch(folder)) as store,
    ):
        Write("a", "1", ("Tides turn", "Moon pulls the tide")).prepare()(store)
        return count_calls(store, change)


def _hits(store, question):
    index = RegionIndex(store, ENCODER)
    hits = index.search(question, k=100)
    return sorted((hit.region_id, round(hit.score, 4)) for hit in hits)
