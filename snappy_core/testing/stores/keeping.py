"""Tests of stores that keep files: `keep_files`, and the removal of unused files."""

import pytest

from snappy_core.stores.base import Store
from snappy_core.stores.kept_files import KeepingStore
from snappy_core.testing.stores.samples import document, texts


class KeepingTests:
    @pytest.fixture
    def keeping(self, store: Store) -> KeepingStore:
        if not isinstance(store, KeepingStore):
            pytest.skip("this store keeps no files")
        return store

    def test_keeps_files_by_content_hash(self, store: Store, keeping: KeepingStore) -> None:
        store.write(document("a", content="1"), texts("Tides turn"))
        assert keeping.kept_files("1") == frozenset()
        assert keeping.kept_file("1", "source") is None
        keeping.keep_files("1", {"source": b"\x00\xff" * 700, "page 1": b""})
        keeping.keep_files("1", {"page 2": b"it's"})
        assert keeping.kept_files("1") == {"source", "page 1", "page 2"}
        assert keeping.kept_file("1", "source") == b"\x00\xff" * 700
        assert keeping.kept_file("1", "page 1") == b""
        assert keeping.kept_file("1", "page 2") == b"it's"
        assert keeping.kept_file("1", "page 3") is None
        assert keeping.kept_file("2", "source") is None

    def test_drops_files_with_the_last_document(self, store: Store, keeping: KeepingStore) -> None:
        for name in ("a", "b"):
            store.write(document(name, content="1"), texts("Tides turn"))
        keeping.keep_files("1", {"source": b"tides"})
        store.delete("a")
        assert keeping.kept_file("1", "source") == b"tides"  # b still needs it
        store.write(document("b", content="1"), texts("Tides turn again"))
        assert keeping.kept_file("1", "source") == b"tides"  # indexed again with the same bytes
        with store.read() as snapshot:
            assert snapshot.document("b") is not None
        store.write(document("b", content="2"), texts("Moon pulls"))
        assert keeping.kept_files("1") == frozenset()
        keeping.keep_files("2", {"source": b"moon"})
        store.delete("b")
        assert keeping.kept_files("2") == frozenset()

    def test_keeps_nothing_without_a_document(self, store: Store, keeping: KeepingStore) -> None:
        keeping.keep_files("1", {"source": b"tides"})
        assert keeping.kept_files("1") == frozenset()
        store.write(document("a", content="1"), texts("Tides turn"))
        keeping.keep_files("1", {"source": b"tides"})
        store.compact()
        assert keeping.kept_file("1", "source") == b"tides"
