from dataclasses import replace

import pytest

from snappy_core.ingest.jobs import prepare
from snappy_core.ingest.plan import (
    fingerprint,
    is_new,
    name_document,
    name_documents,
    plan,
    stored_document,
    update_metadata,
)
from snappy_core.parsing import ReadingOptions, Source
from snappy_core.parsing.layout.rapid_layout import RapidLayout
from snappy_core.parsing.layout.regions import VERSION
from snappy_core.parsing.ocr.engine import OCR_ENGINES
from snappy_core.scoring.pooling import GRID_BLOCK
from snappy_core.stores import MemoryStore
from snappy_core.stores.base import DocumentRecord
from snappy_core.testing import FakeEncoder, make_page

A = DocumentRecord("a", "/papers/a.pdf", "hash 1", "layout 1", metadata={"team": "sea"})


@pytest.fixture
def store():
    """A store that holds `A`."""
    store = MemoryStore()
    page = make_page("Tides turn")
    store.write(A, [prepare(page, FakeEncoder().encode_pages([page])[0])])
    return store


def test_fingerprint_names_what_decides_how_a_document_comes_out():
    made = fingerprint(FakeEncoder(name="fake-1"), ReadingOptions(layout_model="never"))
    assert made == f"layout {VERSION}, ocr auto eng, fake-1"
    options = ReadingOptions("always", "deu+eng", layout_model="always")
    german = fingerprint(FakeEncoder(name="fake-2"), options)
    assert german == f"layout {VERSION} with {RapidLayout.name}, ocr always deu+eng, fake-2"
    assert ReadingOptions().pool_block == GRID_BLOCK
    fine = fingerprint(FakeEncoder(), ReadingOptions(layout_model="never", pool_block=2))
    assert fine == f"layout {VERSION}, ocr auto eng, fake-1, pooled by 2"


def test_fingerprint_names_an_ocr_engine_of_ones_own(monkeypatch):
    monkeypatch.setattr(OCR_ENGINES, "_registered", {"stamp": object})
    options = ReadingOptions(layout_model="never", ocr_engine="stamp")
    assert fingerprint(FakeEncoder(), options) == f"layout {VERSION}, ocr auto eng by stamp, fake-1"


class TestNameDocuments:
    def test_by_absolute_path_or_name(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        data = Source.from_bytes(b"%PDF-", "given.pdf")
        named = name_documents(["a.pdf", data, tmp_path / "b.pdf"])
        folder = tmp_path.as_posix()
        assert [name for name, _ in named] == [f"{folder}/a.pdf", "given.pdf", f"{folder}/b.pdf"]
        assert [name for name, _ in named] == [source.name for _, source in named]

    def test_each_once(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "a.pdf").touch()
        paths = ["a.pdf", "./a.pdf", tmp_path / "a.pdf", tmp_path]
        assert len(name_documents(paths)) == 1
        data = [Source.from_bytes(b"x", "a"), Source.from_bytes(b"x", "a")]
        assert len(name_documents(data)) == 1

    def test_by_the_id_given(self):
        name, source = name_document("a.pdf", "report", "secret")
        assert name == "report"
        assert source.name.endswith("/a.pdf")
        assert source.password == "secret"

    def test_one_id_is_for_one_document(self, tmp_path):
        for count in (0, 1, 2):
            if count:
                (tmp_path / f"{count}.pdf").touch()
            if count != 1:
                with pytest.raises(ValueError, match=f"holds {count} documents; add it with `add`"):
                    name_document(tmp_path, "report")
        with pytest.raises(ValueError, match="must not be empty"):
            name_document("a.pdf", "")

    def test_one_name_is_for_one_document(self):
        """Else the second would silently take the place of the first."""
        two = [Source.from_bytes(b"1", "minutes"), Source.from_bytes(b"2", "minutes")]
        with pytest.raises(ValueError, match="two different documents are called 'minutes'"):
            name_documents(two)

    def test_of_nothing(self):
        assert name_documents([]) == []

    def test_bytes_are_named_by_their_hash(self):
        (document,) = name_documents(b"%PDF")
        assert document == (document[1].name, Source.from_bytes(b"%PDF"))
        assert document[0].startswith("bytes ")


@pytest.mark.parametrize(
    ("changed", "new"),
    [
        ({}, False),
        ({"metadata": {"team": "sky"}}, False),
        ({"document_id": "b"}, True),
        ({"content_hash": "hash 2"}, True),
        ({"fingerprint": "layout 2"}, True),
        ({"source": "/elsewhere/a.pdf"}, False),
    ],
    ids=lambda value: next(iter(value), "same") if isinstance(value, dict) else str(value),
)
def test_is_new(store, changed, new):
    document = replace(A, **changed)
    assert is_new(stored_document(store, document.document_id), document) is new


class CountingRecord(DocumentRecord):
    """Counts how often a document is asked for its id."""

    asked = 0

    def __getattribute__(self, name):
        CountingRecord.asked += name == "document_id"
        return super().__getattribute__(name)


@pytest.mark.parametrize("count", [10, 100])
def test_a_plan_does_not_go_through_all_documents_for_each_new_one(monkeypatch, count):
    store = MemoryStore()
    for number in range(count):
        store.write(CountingRecord(f"{number}", f"{number}", f"hash {number}", ""), [])
    monkeypatch.setattr(CountingRecord, "asked", 0)
    documents = [(f"{n}", Source.from_bytes(b"%d" % n, f"{n}")) for n in range(count)]
    assert all(planned.is_new for planned in plan(store, documents, "layout 1", share=True))
    assert CountingRecord.asked < 8 * count


class TestUpdateMetadata:
    def test_changes_what_differs(self, store):
        assert update_metadata(store, replace(A, metadata={"team": "sky"})) is True
        with store.read() as snapshot:
            assert dict(snapshot.document("a").metadata) == {"team": "sky"}

    def test_tells_true_from_1(self, store):
        for value in (1, True, [True], [1]):
            assert update_metadata(store, replace(A, metadata={"public": value})) is True
            assert update_metadata(store, replace(A, metadata={"public": value})) is False

    def test_leaves_what_is_the_same(self, store):
        assert update_metadata(store, A) is False

    def test_takes_metadata_away(self, store):
        assert update_metadata(store, replace(A, metadata={})) is True
        with store.read() as snapshot:
            assert dict(snapshot.document("a").metadata) == {}

    def test_passes_over_unknown_documents(self, store):
        assert update_metadata(store, replace(A, document_id="b")) is False
