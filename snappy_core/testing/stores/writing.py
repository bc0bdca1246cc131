"""Tests of writes: documents are replaced whole, and a write that fails changes nothing."""

from collections.abc import Iterator

import pytest

from snappy_core.errors import IndexMismatchError
from snappy_core.stores.base import PageRecord, Store
from snappy_core.testing import make_page
from snappy_core.testing.stores.checks import assert_consistent
from snappy_core.testing.stores.samples import document, records, texts
from snappy_core.types import Scalar


class WritingTests:
    def test_replaces_a_whole_document(self, store: Store) -> None:
        store.write(document("a", team="sea"), texts("Tides turn", "Moon pulls", "Sun pulls"))
        store.write(document("b"), texts("Tides come"))
        store.write(document("a", content="2", year=1), texts("Moon shines"))
        with store.read() as snapshot:
            record = snapshot.document("a")
            assert record is not None
            assert (record.content_hash, record.pages, dict(record.metadata)) == (
                "2",
                1,
                {"year": 1},
            )
            terms = ["tide", "turn", "moon", "pull", "sun", "shine", "come"]
            expected = {"tide": 1, "moon": 1, "shine": 1, "come": 1}
            assert snapshot.frequencies(terms) == expected
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
        store.write(document("c"), texts("Sun shines"))  # and it can still be written to
        with store.read() as snapshot:
            assert_consistent(snapshot)

    def test_writes_long_documents(self, store: Store) -> None:
        numbers = range(1, 601)
        store.write(document("a"), (texts(f"Page{n % 7} tide")[0] for n in numbers))
        with store.read() as snapshot:
            assert snapshot.page_count() == 600
            assert snapshot.frequencies(["tide"]) == {"tide": 600}

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
