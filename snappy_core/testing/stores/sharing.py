"""Tests of readers and writers at the same time: snapshots, and threads."""

from concurrent.futures import ThreadPoolExecutor

from snappy_core.stores.base import Store
from snappy_core.testing.stores.checks import assert_consistent
from snappy_core.testing.stores.samples import document, texts


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
            assert len(before.catalog().page_ids) == 2  # although a cache may have newer ones
            assert_consistent(before)
        with store.read() as snapshot:
            assert_consistent(snapshot)

    def test_threads_read_consistent_states(self, store: Store) -> None:
        """One thread replaces documents of a telling size while others read."""
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
