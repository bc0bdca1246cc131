"""What an actor does, without a cluster."""

import shutil

import pytest

from snappy_core import PasswordRequiredError, RegionIndex, Source, Workers
from snappy_core.ingest.jobs import CannotWriteError, Count, Encode, Read
from snappy_core.ingest.ray.actor import Actor, SharedIndex
from snappy_core.ingest.worker import WorkerSetup
from snappy_core.parsing import ReadingOptions
from snappy_core.testing import FakeEncoder
from tests.ingest.misbehaving import Absent

pytestmark = pytest.mark.requires("ray")
WORKER = Workers(1)


class Recording(FakeEncoder):
    """Notes where it was loaded."""

    loaded = 0

    def __reduce__(self):
        return _load, ()


def _load():
    Recording.loaded += 1
    return Recording()


@pytest.fixture
def start():
    """Starts actors, which are closed in the end."""
    actors = []

    def start(encoder, worker=None):
        actors.append(Actor(WorkerSetup.of(encoder), "home", worker))
        return actors[-1]

    yield start
    for actor in actors:
        actor.close()


def source_of(path):
    return Source.from_bytes(path.read_bytes(), path.name)


@pytest.mark.parametrize("worker", [None, WORKER])
def test_jobs_come_back_with_a_result_or_an_error(start, data, worker):
    actor, source = start(FakeEncoder(), worker), source_of(data / "many_pages.pdf")
    assert actor.run(Count(source), 0, 0, []) == (12, None)
    read = Read(source, range(2, 4), ReadingOptions(ocr="never"))
    pages, error = actor.run(read, 0, 0, [])
    assert ([page.number for page in pages], error) == ([2, 3], None)
    records, error = actor.run(Encode(source, pages), 0, 0, [])
    assert ([record.page.number for record in records], error) == ([2, 3], None)
    result, error = actor.run(Count(source_of(data / "encrypted.pdf")), 1, 0, [])
    assert (result, type(error)) == (None, PasswordRequiredError)


def test_copies_are_kept_as_long_as_they_are_needed(start, data):
    actor = start(FakeEncoder(), WORKER)
    for number, oldest in ((0, 0), (1, 0), (0, 0), (3, 1)):
        assert actor.run(Count(source_of(data / "table.pdf")), number, oldest, [])[0] == 1
    copies = [source.path for source in actor._local.values()]
    assert list(actor._local) == [1, 3]
    assert sorted(copies[0].parent.iterdir()) == sorted(copies)


def test_the_encoder_is_loaded_once(start, data):
    Recording.loaded = 0
    inline = start(Recording())
    for number, name in enumerate(("table", "empty", "many_pages")):
        inline.run(Count(source_of(data / f"{name}.pdf")), number, 0, [])
    assert Recording.loaded == 1
    contained = start(Recording(), WORKER)
    assert contained.run(Count(source_of(data / "table.pdf")), 0, 0, []) == (1, None)
    assert Recording.loaded == 1  # it is in the worker process


@pytest.mark.parametrize("worker", [None, WORKER])
def test_an_encoder_that_cannot_be_loaded_is_an_error_of_any_job(start, data, worker):
    broken = start(Absent(), worker)
    for number, name in enumerate(("table", "unicode")):
        result, error = broken.run(Count(source_of(data / f"{name}.pdf")), number, 0, [])
        assert result is None
        assert isinstance(error, RuntimeError)
        assert "the encoder cannot be loaded" in str(error)
        assert "no such model" in str(error)


@pytest.mark.requires("lancedb")
def test_only_the_same_index_is_written(tmp_path):
    path = tmp_path / "a.lance"
    with RegionIndex.open(path, FakeEncoder()) as index:
        shared = SharedIndex.of(index._store)
    assert shared.open().identity() == shared.identity
    shutil.rmtree(path)
    with pytest.raises(CannotWriteError, match=r"a worker cannot open it \(.*no such index"):
        shared.open()
    RegionIndex.open(path, FakeEncoder()).close()
    with pytest.raises(CannotWriteError, match="there is another index at this place"):
        shared.open()
