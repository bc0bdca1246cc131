"""Tests of writes and concurrent reads: all or nothing, from snapshots and threads."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from snappy_core.errors import IndexMismatchError
from snappy_core.stores.base import PageRecord, Store
from snappy_core.testing import make_page
from snappy_core.testing.stores.samples import assert_consistent, document, records, texts
from snappy_core.types import Scalar


class WritingTests:
    def test_replaces_a_whole_document(self, store: Store) -> None:
        store.write(document("a", team="sea"), texts("Tides turn", "Moon pulls", "Sun pulls"))
        store.write(document("b"), texts("Tides come"))
        store.write(document("a", content="2", year=1), texts("Moon shines"))
        with store.read() as snapshot:
            record, _ = snapshot.documents()
            assert (record.content_hash, record.pages) == ("2", 1)
            assert dict(record.metadata) == {"year": 1}
            terms = ["tide", "turn", "moon", "pull", "sun", "shine", "come"]
            assert snapshot.frequencies(terms) == {"tide": 1, "moon": 1, "shine": 1, "come": 1}
            assert_consistent(snapshot)

    def test_deletes_a_document(self, store: Store) -> None:
        store.write(document("a"), texts("Tides turn", "Moon pulls"))
        store.write(document("b"), texts("Tides come"))
        assert store.delete("a") is True
        assert store.delete("a") is False
        assert store.delete("never") is False
        with store.read() as snapshot:
            assert [record.document_id for record in snapshot.documents()] == ["b"]
            assert snapshot.page_ids("a") == {}
            assert snapshot.frequencies(["tide", "turn", "moon"]) == {"tide": 1}
            assert_consistent(snapshot)

    @pytest.mark.parametrize("is_known", [False, True], ids=["new", "replaced"])
    @pytest.mark.parametrize("good", [0, 3, 400])  # 400 pages are more than stores buffer
    def test_writes_all_or_nothing(self, store: Store, good: int, is_known: bool) -> None:
        store.write(document("b"), texts("Tides come"))
        if is_known:
            store.write(document("a"), texts("Tides turn"))

        def failing_pages() -> Iterator[PageRecord]:
            for number in range(1, good + 1):
                yield from records(make_page(f"Moon{number % 5} pulls", number=number))
            raise RuntimeError("cannot parse this page")

        with pytest.raises(RuntimeError, match="cannot parse"):
            store.write(document("a", content="2"), failing_pages())
        with store.read() as snapshot:
            contents = {record.document_id: record.content_hash for record in snapshot.documents()}
            assert contents == ({"a": "1", "b": "1"} if is_known else {"b": "1"})
            assert_consistent(snapshot)
        store.write(document("c"), texts("Sun shines"))  # the store can still be written to
        with store.read() as snapshot:
            assert_consistent(snapshot)

    def test_writes_long_documents(self, store: Store) -> None:
        numbers = range(1, 601)
        store.write(document("a"), (texts(f"Page{n % 7} tide")[0] for n in numbers))
        with store.read() as snapshot:
            assert snapshot.page_count() == 600
            assert snapshot.frequencies(["tide"]) == {"tide": 600}

    def test_pages_may_write_another_document(self, store: Store) -> None:
        def pages() -> Iterator[PageRecord]:
            yield from texts("Tides turn")
            store.write(document("b"), texts("Moon pulls"))

        for content in "12":
            store.write(document("a", content), pages())
            with store.read() as snapshot:
                assert [record.document_id for record in snapshot.documents()] == ["a", "b"]
                assert snapshot.page_count() == 2
                assert_consistent(snapshot)
            store.delete("b")

    def test_changes_only_metadata(self, store: Store) -> None:
        store.write(document("a", team="sea"), texts("Tides turn"))
        with store.read() as snapshot:
            before = snapshot.page_ids("a")
        values: dict[str, Scalar] = {"t": "x", "i": 7, "f": 0.5, "b": True, "n": None}
        store.set_metadata("a", values)
        store.set_metadata("never", {"team": "x"})
        values["t"] = "changed by the caller later"
        with store.read() as snapshot:
            (record,) = snapshot.documents()
            assert dict(record.metadata) == {"t": "x", "i": 7, "f": 0.5, "b": True, "n": None}
            assert record.metadata["b"] is True
            assert (record.content_hash, record.pages) == ("1", 1)
            assert snapshot.page_ids("a") == before

    def test_is_bound_to_one_encoder(self, store: Store) -> None:
        assert store.encoder() is None
        store.bind_encoder("mini-1", 16)
        store.bind_encoder("mini-1", 16)
        assert store.encoder() == ("mini-1", 16)
        for name, dim in (("other-2", 16), ("mini-1", 32)):
            with pytest.raises(IndexMismatchError, match=rf"mini-1.*16.*{name}.*{dim}"):
                store.bind_encoder(name, dim)

    def test_compact_does_not_change_what_is_read(self, store: Store) -> None:
        store.write(document("a"), texts("Tides turn", "Wind turns"))
        store.write(document("b"), texts("Sun shines"))
        store.write(document("a", "2"), texts("Moon pulls"))
        store.delete("b")
        store.compact()
        with store.read() as snapshot:
            assert [record.content_hash for record in snapshot.documents()] == ["2"]
            (page,) = snapshot.page_ids("a").values()
            assert snapshot.page(page).words.texts == ("Moon", "pulls")
            assert_consistent(snapshot)

    def test_never_reuses_page_ids(self, store: Store) -> None:
        seen: set[int] = set()
        for content in "1234":
            store.write(document("a", content), texts("Tides turn", "Moon pulls"))
            with store.read() as snapshot:
                ids = set(snapshot.page_ids("a").values())
                catalog = snapshot.catalog().page_ids.tolist()
            assert not ids & seen
            assert catalog == sorted(ids)
            assert min(ids) > max(seen, default=0)
            seen |= ids
            if content == "2":
                store.delete("a")

    def test_can_be_closed_twice(self, store: Store) -> None:
        store.close()
        store.close()


class SharingTests:
    def test_snapshot_keeps_its_state(self, store: Store) -> None:
        store.write(document("a", team="sea"), texts("Tides turn"))
        store.write(document("b"), texts("Moon pulls"))
        with store.read() as before:  # nothing is read from it before the writes
            store.write(document("a", "2"), texts("Sun shines", "Sun sets"))
            store.set_metadata("b", {"team": "sky"})
            store.write(document("c"), texts("Tides come"))
            store.delete("b")
            assert [record.document_id for record in before.documents()] == ["a", "b"]
            assert [record.content_hash for record in before.documents()] == ["1", "1"]
            assert [dict(record.metadata) for record in before.documents()] == [{"team": "sea"}, {}]
            assert before.frequencies(["tide", "moon", "sun"]) == {"tide": 1, "moon": 1}
            assert before.page(before.page_ids("a")[1]).words.texts == ("Tides", "turn")
            with store.read() as after:
                assert [record.document_id for record in after.documents()] == ["a", "c"]
                assert after.frequencies(["tide", "moon", "sun"]) == {"tide": 1, "sun": 2}
                assert len(after.catalog().page_ids) == 3
                assert_consistent(after)
            assert len(before.catalog().page_ids) == 2  # although a cache may have newer pages
            assert_consistent(before)
        with store.read() as snapshot:
            assert_consistent(snapshot)

    def test_threads_read_consistent_states(self, store: Store) -> None:
        """One thread replaces documents of recognizable sizes while others read."""
        words = ["tide", "moon", "wind"]
        store.write(document("a", "0"), texts(*["tide"]))
        done = False

        def read() -> int:
            times = 0
            while not done or times == 0:
                with store.read() as snapshot:
                    (record,) = snapshot.documents()
                    size = int(record.content_hash) % 3 + 1
                    assert record.pages == snapshot.page_count() == size
                    assert len(snapshot.catalog().page_ids) == size
                    counts = dict.fromkeys([words[int(record.content_hash) % 3]], size)
                    assert snapshot.frequencies(words) == counts
                    assert len(snapshot.vectors(snapshot.catalog().page_ids.tolist())) == size
                times += 1
            return times

        with ThreadPoolExecutor(4) as threads:
            readers = [threads.submit(read) for _ in range(4)]
            try:
                for turn in range(1, 25):
                    pages = texts(*[words[turn % 3]] * (turn % 3 + 1))
                    store.write(document("a", str(turn)), pages)
            finally:
                done = True
            assert all(reader.result() > 0 for reader in readers)
        with store.read() as snapshot:
            assert_consistent(snapshot)

    def test_threads_write_at_once(self, store: Store) -> None:
        def write(number: int) -> None:
            store.write(document(f"d{number}"), texts("Tides turn", f"Moon {number} pulls"))
            if number % 3 == 0:
                store.delete(f"d{number}")

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(write, range(24)))
        with store.read() as snapshot:
            assert len(snapshot.documents()) == 16
            assert snapshot.frequencies(["tide", "moon"]) == {"tide": 16, "moon": 16}
            assert_consistent(snapshot)
