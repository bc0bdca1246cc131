"""Stores by the location of an index; those with extras are in the tests of their stores."""

import pytest

from snappy_core import RegionIndex
from snappy_core.stores import STORES, MemoryStore, SqliteStore, open_store
from snappy_core.testing import FakeEncoder


class NotesStore(MemoryStore):
    def __init__(self, location, *, create):
        super().__init__()
        self.location = location
        self.create = create


@pytest.fixture
def notes():
    STORES.register("notes", NotesStore)
    yield
    del STORES._registered["notes"]


@pytest.mark.parametrize("name", ["index.snappy", "notes: 2024.db", "a:b"])
def test_a_path_is_a_file(tmp_path, name):
    for location in (tmp_path / name, str(tmp_path / name)):
        store = open_store(location)
        assert isinstance(store, SqliteStore)
        assert store.location == str(location)
        store.close()


def test_a_file_name_with_a_colon(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    open_store("reports: 2024.snappy").close()
    assert [path.name for path in tmp_path.iterdir()] == ["reports: 2024.snappy"]


def test_memory():
    assert isinstance(open_store(":memory:"), MemoryStore)
    with pytest.raises(FileNotFoundError, match=":memory: holds no index yet"):
        open_store(":memory:", create=False)


def test_unknown_schemes():
    with pytest.raises(ValueError, match=r"no store for ftp://; use the path of a file, s3://"):
        open_store("ftp://bucket/index")


@pytest.mark.parametrize("location", ["notes://shelf/a", "notes:a"])
def test_a_registered_store(notes, location):
    store = open_store(location, create=False)
    assert isinstance(store, NotesStore)
    assert (store.location, store.create) == (location, False)
    with RegionIndex.open(location, FakeEncoder()) as index:
        assert index.info().location == location
