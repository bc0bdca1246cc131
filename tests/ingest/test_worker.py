"""What a worker process loads: the encoder, and what this program registered."""

import pytest

from snappy_core import RegionIndex, Source, Workers
from snappy_core.ingest.worker import WorkerSetup, portable
from snappy_core.parsing.reader import READERS
from snappy_core.testing import FakeEncoder, make_page


class NoteReader:
    """Reads files that begin with "NOTE": a page a line."""

    suffixes = (".note",)

    def can_read(self, head):
        return head.startswith(b"NOTE")

    def count_pages(self, source):
        return len(source.head().splitlines()) - 1

    def read_pages(self, source, numbers, options):
        lines = source.head().decode().splitlines()
        for number in numbers:
            yield make_page(lines[number], number=number)


@pytest.fixture
def note_reader(monkeypatch):
    monkeypatch.setattr(READERS, "_registered", {})
    READERS.register("note", NoteReader)


def test_workers_have_the_readers_of_this_program(note_reader):
    source = Source.from_bytes(b"NOTE\nThe tide turns.\nThe wind does not.\n", "a.note")
    for executor in (None, Workers(1)):
        with RegionIndex(encoder=FakeEncoder()) as index:
            assert index.add(source, executor=executor).pages == 2
            assert index.search("wind", k=1)[0].page_number == 2


def test_what_is_registered_has_to_pickle(monkeypatch):
    monkeypatch.setattr(READERS, "_registered", {"locked": (_ for _ in ())})
    with pytest.raises(TypeError, match=r"this program registered cannot be sent .*executor=None"):
        WorkerSetup.of(FakeEncoder())


class Unpicklable(Exception):
    def __init__(self, first, second):
        super().__init__(first)


def test_an_error_that_does_not_pickle_becomes_its_traceback():
    assert type(portable(KeyError("a"))) is KeyError
    error = portable(Unpicklable("one", "two"))
    assert type(error) is RuntimeError
    assert "Unpicklable: one" in str(error)
