"""Pages of documents that are no files: kept in the index, or found by a resolver."""

import shutil
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from snappy_core import PageUnavailableError, RegionIndex, Source, Workers
from snappy_core.display.render import crop
from snappy_core.stores import open_store
from snappy_core.stores.copy import copy as copy_index
from snappy_core.stores.kept_files import SOURCE, picture_name
from snappy_core.testing import FakeEncoder

QUESTION = "price of a ticket"


@pytest.fixture(params=["memory", "sqlite", "lance", "qdrant"])
def index(request, tmp_path, monkeypatch):
    if request.param == "qdrant":
        client = pytest.importorskip("qdrant_client").QdrantClient(":memory:")
        from snappy_core.stores.qdrant.store import QdrantStore

        store = QdrantStore("qdrant://localhost/kept", client=client)
    elif request.param == "lance":
        pytest.importorskip("lancedb")
        from snappy_core.stores.lance import table

        monkeypatch.setattr(table, "_SETTLE", 0)
        store = open_store(tmp_path / "kept.lance")
    else:
        store = open_store(":memory:" if request.param == "memory" else tmp_path / "kept.snappy")
    with RegionIndex(store, FakeEncoder()) as index:
        yield index


@pytest.fixture
def table(data):
    return (data / "table.pdf").read_bytes()


def upload(index, data, name="mail/prices.pdf", **options):
    index.add(Source.from_bytes(data, name), **options).raise_failed()
    return index.search(QUESTION)[0]


pytestmark = pytest.mark.filterwarnings(
    "ignore:Payload indexes have no effect in the local Qdrant:UserWarning"
)


def test_a_kept_source_is_drawn_as_its_file(index, table, data, tmp_path):
    hit = upload(index, table, keep="source")
    image = index.page_image(hit, dpi=60)
    with RegionIndex(encoder=FakeEncoder()) as other:
        other.add(data / "table.pdf").raise_failed()
        assert image.tobytes() == other.page_image(other.search(QUESTION)[0], dpi=60).tobytes()
    assert index.region_image(hit, dpi=60).tobytes() == crop(image, hit.region.box).tobytes()
    assert index.heatmap_image(hit, dpi=60).size == image.size

    marked = index.highlight([hit], tmp_path / "marked.pdf")
    with pypdfium2.PdfDocument(marked) as document:
        assert pypdfium2.raw.FPDFPage_GetAnnotCount(document[0]) >= 1


def test_kept_pages_are_drawn_in_every_size(index, table, data):
    hit = upload(index, table, keep="pages")
    with RegionIndex(encoder=FakeEncoder()) as other:
        other.add(data / "table.pdf").raise_failed()
        for dpi in (40, 150, 200):
            image, file = (
                index.page_image(hit, dpi),
                other.page_image(other.search(QUESTION)[0], dpi),
            )
            assert image.size == file.size
            difference = np.abs(np.asarray(image, float) - np.asarray(file, float)).mean()
            assert difference < 6
    with pytest.raises(
        PageUnavailableError, match="no such file to draw it from; add it with keep"
    ):
        index.highlight([hit], "marked.pdf")  # it needs the PDF itself


def test_the_same_bytes_are_kept_once_and_deleted_with_the_last(index, table):
    hit = upload(index, table, "a.pdf", metadata={"team": "sea"}, keep="source")
    upload(index, table, "b.pdf", metadata={"team": "air"}, keep="source")
    records = index.documents()
    assert [record.document_id for record in records] == ["a.pdf", "b.pdf"]
    content_hash = records[0].content_hash
    assert index._store.kept_file(content_hash, SOURCE) == table
    index.delete("b.pdf")
    assert index.page_image(hit, dpi=40).width > 100
    index.delete("a.pdf")
    assert index._store.kept_files(content_hash) == frozenset()


def test_documents_that_are_there_are_kept_later(index, table):
    hit = upload(index, table)
    with pytest.raises(PageUnavailableError, match=r"prices\.pdf, page 1: there is no such file"):
        index.page_image(hit)
    report = index.add(Source.from_bytes(table, "mail/prices.pdf"), keep="pages")
    assert report.unchanged == ("mail/prices.pdf",)
    assert index.page_image(hit, dpi=40).width > 100


def test_a_copy_carries_what_is_kept(index, table, tmp_path):
    upload(index, table, keep="source")
    with RegionIndex(tmp_path / "copy.snappy", FakeEncoder()) as other:
        copy_index(index._store, other._store)
        assert other.page_image(other.search(QUESTION)[0], dpi=40).width > 100
        upload(index, table, keep="pages")  # of a document that the copy has already
        copy_index(index._store, other._store)
        (record,) = other.documents()
        assert other._store.kept_files(record.content_hash) == {SOURCE, picture_name(1)}


def test_a_file_that_is_gone_is_drawn_from_what_is_kept(index, data, tmp_path):
    path = tmp_path / "paper.pdf"
    shutil.copy(data / "table.pdf", path)
    index.add(path, keep="source").raise_failed()
    hit = index.search(QUESTION)[0]
    image = index.page_image(hit, dpi=40)
    shutil.copy(data / "two_columns.pdf", path)
    assert index.page_image(hit, dpi=40).tobytes() == image.tobytes()
    path.unlink()
    assert index.page_image(hit, dpi=40).tobytes() == image.tobytes()


def test_a_file_that_has_changed_is_drawn_from_its_copy(index, data, tmp_path):
    paths = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for path in paths:
        shutil.copy(data / "table.pdf", path)
        index.add(path).raise_failed()
    hit = index.search(QUESTION)[0]
    image = index.page_image(hit, dpi=40)
    for path in paths:
        shutil.copy(data / "two_columns.pdf", path)
        if path == paths[0]:
            assert index.page_image(hit, dpi=40).tobytes() == image.tobytes()
    with pytest.raises(PageUnavailableError, match="the file has changed since"):
        index.page_image(hit, dpi=40)


def test_pages_are_drawn_by_workers(data, table):
    with RegionIndex(encoder=FakeEncoder()) as index:
        hit = upload(index, table, keep="pages", executor=Workers(1))
        index.add(data / "many_pages.pdf", keep="pages", executor=Workers(1)).raise_failed()
        assert index.page_image(hit, dpi=40).width > 100
        records = {Path(record.source).name: record for record in index.documents()}
        record = records["many_pages.pdf"]
        assert len(index._store.kept_files(record.content_hash)) == record.pages > 1


def test_an_encrypted_document_is_kept_as_it_is(data):
    with RegionIndex(encoder=FakeEncoder()) as index:
        encrypted = (data / "encrypted.pdf").read_bytes()
        source = Source.from_bytes(encrypted, "secret.pdf", password="tide")
        index.add(source, keep="source").raise_failed()
        hit = index.search("tide")[0]
        with pytest.raises(PageUnavailableError, match="password"):
            index.page_image(hit)
        assert index.page_image(hit, password="tide").width > 100


def test_a_resolver_finds_documents(data, table, tmp_path):
    answers = {"path": data / "table.pdf", "bytes": table}
    asked = []

    def resolver(document):
        asked.append(document.document_id)
        return answers.get(document.document_id)

    path = tmp_path / "index.snappy"
    with RegionIndex.open(path, FakeEncoder(), resolver=resolver) as index:
        for name in ("path", "bytes", "nowhere"):
            hit = upload(index, table, name, metadata={"name": name})
            (hit,) = index.search(QUESTION, k=1, filter={"document_id": name})
            if name == "nowhere":
                with pytest.raises(PageUnavailableError, match="there is no such file"):
                    index.page_image(hit)
            else:
                assert index.page_image(hit, dpi=40).width > 100
                assert index.highlight([hit], tmp_path / "marked.pdf").stat().st_size > 1000
        answers["nowhere"] = data / "two_columns.pdf"
        with pytest.raises(PageUnavailableError, match="resolver returns a file with other bytes"):
            index.page_image(hit)
    assert set(asked) == {"path", "bytes", "nowhere"}


def test_keep_is_one_of_two_words(table):
    with (
        RegionIndex(encoder=FakeEncoder()) as index,
        pytest.raises(ValueError, match="keep must be 'source', 'pages' or None, not 'all'"),
    ):
        index.add(table, keep="all")


def test_synchronized_files_are_kept(data, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    shutil.copy(data / "table.pdf", folder)
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.sync(folder, keep="source").raise_failed()
        shutil.rmtree(folder)
        assert index.page_image(index.search(QUESTION)[0], dpi=40).width > 100
