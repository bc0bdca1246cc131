import pytest

from snappy_core.stores import MemoryStore
from snappy_core.testing.stores import StoreConformance


class TestMemoryStore(StoreConformance):
    @pytest.fixture
    def store(self):
        store = MemoryStore()
        yield store
        store.close()


def test_forgets_when_closed():
    store = MemoryStore()
    assert store.location == ":memory:"
    store.close()
    with store.read() as snapshot:
        assert snapshot.documents() == []
