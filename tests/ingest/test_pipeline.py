"""The same index comes out in whatever order jobs end, and few pages are in flight."""

import random
import shutil
import threading
from concurrent.futures import Future
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from snappy_core.ingest import pipeline
from snappy_core.ingest.executor import InlinePool
from snappy_core.ingest.plan import name_documents
from snappy_core.ingest.write import ingest
from snappy_core.parsing import ReadingOptions
from snappy_core.stores import MemoryStore, SqliteStore
from snappy_core.testing import FakeEncoder
from tests.ingest.contents import contents, outcome


class RandomOrder(InlinePool):
    """An executor and its pool: a thread runs any of the jobs next, once some are there."""

    def __init__(self, capacity, seed):
        self.capacity = capacity
        self._random = random.Random(seed)
        self._jobs = []
        self._submitted = threading.Semaphore(0)
        self.most_pages = 0

    def start(self, encoder):
        self._encoder = encoder
        threading.Thread(target=self._run, daemon=True).start()
        return nullcontext(self)

    def submit(self, job):
        future = Future()
        self._jobs.append((job, future))
        self._submitted.release()
        return future

    def _run(self):
        while self._submitted.acquire(timeout=5):
            self.most_pages = max(self.most_pages, sum(len(job) for job, _ in list(self._jobs)))
            job, future = self._jobs.pop(self._random.randrange(len(self._jobs)))
            try:
                future.set_result(job.run(self._encoder))
            except Exception as error:
                future.set_exception(error)


class Unfitting(FakeEncoder):
    """Cannot encode the page 9 of a document."""

    def encode_pages(self, pages):
        if any(page.number == 9 for page in pages):
            raise ValueError("page 9")
        return super().encode_pages(pages)


@pytest.fixture(scope="module")
def documents(data, tmp_path_factory):
    """Good and bad documents, short and long, one of them twice."""
    folder = tmp_path_factory.mktemp("papers")
    shutil.copy(data / "many_pages.pdf", folder / "again.pdf")
    bad = [data / "missing.pdf", data / "not_a_pdf.pdf", data / "encrypted.pdf"]
    paths = [bad[0], data / "table.pdf", data / "many_pages.pdf", *bad[1:], folder]
    paths += [data / f"{name}.pdf" for name in ("bad_page", "no_pages", "empty", "unicode")]
    return name_documents(paths)


def add(store, documents, executor=None, encoder=None):
    return ingest(
        store,
        encoder or FakeEncoder(),
        documents,
        metadata={},
        reading=ReadingOptions(ocr="never"),
        executor=executor,
        progress=False,
    )


@pytest.mark.parametrize("seed", range(12))
def test_order_of_jobs_does_not_matter(documents, seed, tmp_path):
    inline, shuffled = SqliteStore(tmp_path / "inline"), SqliteStore(tmp_path / "shuffled")
    executor = RandomOrder(capacity=8 + seed * 3, seed=seed)
    expected = add(inline, documents)
    assert outcome(add(shuffled, documents, executor)) == outcome(expected)
    assert contents(shuffled) == contents(inline)
    assert executor.most_pages <= 2 * executor.capacity + 8
    assert outcome(add(shuffled, documents, executor)).unchanged == expected.added
    inline.close()
    shuffled.close()


@pytest.mark.parametrize("seed", range(6))
def test_errors_that_are_no_documents_fault_come_in_their_turn(documents, seed):
    """The documents before them in order have been added, and nothing else."""
    inline, shuffled = MemoryStore(), MemoryStore()
    for store, executor in ((inline, None), (shuffled, RandomOrder(capacity=96, seed=seed))):
        with pytest.raises(ValueError, match="page 9"):
            add(store, documents, executor, Unfitting())
    assert contents(shuffled) == contents(inline)
    assert len(contents(inline)["documents"]) == 1


class Watched(InlinePool):
    """Notes what it is asked to do."""

    def __init__(self, capacity=8):
        super().__init__(FakeEncoder())
        self.capacity = capacity
        self.events = []

    def start(self, encoder):
        return nullcontext(self)

    def submit(self, job):
        self.events.append(f"{job} of {job.source.name[-7:]}")
        return super().submit(job)

    def stage(self, source):
        self.events.append(f"stage {source.name[-7:]}")
        return source

    def unstage(self, source):
        self.events.append(f"unstage {source.name[-7:]}")


def test_nothing_is_read_ahead_in_this_process(data):
    executor = Watched()
    add(
        MemoryStore(),
        name_documents([data / "many_pages.pdf", data / "table.pdf"]),
        executor,
    )
    assert executor.events == [
        "stage ges.pdf",
        "opening it of ges.pdf",
        "reading pages 1-4 of ges.pdf",
        "reading pages 5-8 of ges.pdf",
        "encoding pages 1-8 of ges.pdf",
        "reading pages 9-12 of ges.pdf",
        "encoding pages 9-12 of ges.pdf",
        "unstage ges.pdf",
        "stage ble.pdf",
        "opening it of ble.pdf",
        "reading page 1 of ble.pdf",
        "encoding page 1 of ble.pdf",
        "unstage ble.pdf",
    ]


def test_nobody_waits_for_an_error_that_is_there(data, monkeypatch):
    """Its job was done before the event was cleared; the next would only come with the timeout."""
    waits = []

    class Recording(threading.Event):
        def wait(self, timeout=None):
            waits.append(timeout)
            return True

    monkeypatch.setattr(pipeline, "threading", SimpleNamespace(Event=Recording))
    report = add(MemoryStore(), name_documents([data / "no_pages.pdf", data / "table.pdf"]))
    assert (len(report.failed), len(report.added), waits) == (1, 1, [])
