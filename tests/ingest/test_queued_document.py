"""The same index comes out in whatever order jobs are done."""

import random
import shutil

import pytest

from snappy_core.ingest.executor import Here
from snappy_core.ingest.pipeline import ingest
from snappy_core.ingest.plan import name_documents
from snappy_core.parsing import ReadingOptions
from snappy_core.stores import MemoryStore, SqliteStore
from snappy_core.testing import FakeEncoder
from tests.ingest.contents import contents, outcome


class Disorderly(Here):
    """Takes several jobs and does any of them next."""

    def __init__(self, encoder, size, room, seed):
        super().__init__(encoder)
        self.room = room
        self._size = size
        self._random = random.Random(seed)
        self.waiting = []
        self.most = 0

    @property
    def free(self):
        return len(self.waiting) < self._size

    def give(self, job, future):
        self.waiting.append((job, future))
        self.most = max(self.most, sum(len(job) for job, _ in self.waiting))

    def wait(self):
        if self.waiting:
            super().give(*self.waiting.pop(self._random.randrange(len(self.waiting))))
            super().wait()


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
    return name_documents(paths, None, None)


def add(store, documents, crew=None, encoder=None):
    options = ReadingOptions(ocr="never")
    return ingest(store, encoder or FakeEncoder(), documents, {}, False, options, crew)


@pytest.mark.parametrize("seed", range(12))
def test_order_of_jobs_does_not_matter(documents, seed, tmp_path):
    here, there = SqliteStore(tmp_path / "here"), SqliteStore(tmp_path / "there")
    crew = Disorderly(FakeEncoder(), size=1 + seed % 5, room=8 + seed * 3, seed=seed)
    expected = add(here, documents)
    assert outcome(add(there, documents, crew)) == outcome(expected)
    assert contents(there) == contents(here)
    assert crew.most <= 2 * crew.room + 8
    assert outcome(add(there, documents, crew)).unchanged == expected.added
    here.close()
    there.close()


@pytest.mark.parametrize("seed", range(6))
def test_errors_that_are_no_documents_fault_come_in_their_turn(documents, seed):
    """What stands before them in the order of documents has been added, and nothing else."""
    here, there = MemoryStore(), MemoryStore()
    crew = Disorderly(Unfitting(), size=4, room=96, seed=seed)
    for store, one in ((here, None), (there, crew)):
        with pytest.raises(ValueError, match="page 9"):
            add(store, documents, one, Unfitting())
    assert contents(there) == contents(here)
    assert len(contents(here)["documents"]) == 1
