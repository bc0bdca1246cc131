import shutil

import numpy as np
import pytest

from snappy_core import PasswordRequiredError, Source, UnreadableDocumentError
from snappy_core.ingest.jobs import prepare
from snappy_core.ingest.plan import name_documents
from snappy_core.ingest.write import ingest
from snappy_core.parsing import ReadingOptions
from snappy_core.stores import MemoryStore, SqliteStore
from snappy_core.testing import FakeEncoder, make_page
from snappy_core.types import Patches


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "index.snappy")
    yield store
    store.close()


@pytest.fixture
def folder(data, tmp_path):
    """A folder of one's own to change: two documents, one below it, and things that are none."""
    folder = tmp_path / "papers"
    (folder / "old" / ".trash").mkdir(parents=True)
    shutil.copy(data / "two_columns.pdf", folder / "b.pdf")
    shutil.copy(data / "table.pdf", folder / "old" / "A.PDF")
    shutil.copy(data / "table.pdf", folder / ".hidden.pdf")
    shutil.copy(data / "table.pdf", folder / "old" / ".trash" / "c.pdf")
    (folder / "notes.txt").write_text("no document")
    return folder


def add(store, paths, encoder=None, password=None, document_id=None, **metadata):
    documents = name_documents(paths, password)
    if document_id is not None:
        documents = [(document_id, source) for _, source in documents]
    return ingest(
        store,
        encoder or FakeEncoder(),
        documents,
        metadata=metadata,
        reading=ReadingOptions(ocr="never"),
        progress=False,
    )


def held(store):
    with store.read() as snapshot:
        return {found.document_id: found for found in snapshot.documents()}


def page_ids(store, document_id):
    with store.read() as snapshot:
        return list(snapshot.page_ids(document_id).values())


def test_adds_what_is_new_and_passes_over_what_is_not(store, data):
    paths = [data / "many_pages.pdf", data / "two_columns.pdf"]
    names = tuple(path.as_posix() for path in paths)
    first = add(store, paths, team="sea")
    assert first.added == names
    assert (first.unchanged, first.failed, first.warnings, first.pages) == ((), (), (), 13)
    assert first.seconds > 0
    found = held(store)
    assert tuple(sorted(found)) == names
    assert (found[names[0]].pages, found[names[0]].source) == (12, names[0])
    assert dict(found[names[1]].metadata) == {"team": "sea"}
    assert len(found[names[0]].content_hash) == 64

    second = add(store, paths, team="sea")
    assert second.unchanged == names
    assert (second.added, second.failed, second.pages) == ((), (), 0)
    assert held(store) == found


def test_stores_words_regions_and_patches_of_each_page(store, data):
    add(store, data / "many_pages.pdf")
    (name,) = held(store)
    with store.read() as snapshot:
        for number, page_id in snapshot.page_ids(name).items():
            page = snapshot.page(page_id)
            assert page.number == number
            assert page.regions
            assert len(snapshot.patches(page_id)) == len(page.words) > 0


def test_walks_folders(store, folder):
    report = add(store, folder)
    assert report.added == (f"{folder}/b.pdf", f"{folder}/old/A.PDF")
    assert add(store, [folder, folder / "b.pdf"]).unchanged == report.added


def test_takes_bytes(store, data):
    content = (data / "table.pdf").read_bytes()
    report = add(store, Source.from_bytes(content, "mail/1.pdf"))
    assert report.added == ("mail/1.pdf",)
    assert held(store)["mail/1.pdf"].source == "mail/1.pdf"
    assert add(store, Source.from_bytes(content, "mail/1.pdf")).unchanged == ("mail/1.pdf",)
    changed = Source.from_bytes((data / "hyphens.pdf").read_bytes(), "mail/1.pdf")
    assert add(store, changed).added == ("mail/1.pdf",)
    assert len(held(store)) == 1


def test_takes_an_id(store, data):
    assert add(store, data / "table.pdf", document_id="prices").added == ("prices",)
    assert held(store)["prices"].source == (data / "table.pdf").as_posix()
    assert add(store, data / "table.pdf", document_id="prices").unchanged == ("prices",)


def test_takes_a_document_once_that_is_named_twice(store, data):
    report = add(store, [data / "table.pdf", str(data / "table.pdf"), data / "table.pdf"])
    assert report.added == ((data / "table.pdf").as_posix(),)
    assert report.pages == 1


def test_takes_nothing(store, tmp_path):
    (tmp_path / "empty").mkdir()
    for paths in ([], tmp_path / "empty"):
        report = add(store, paths)
        assert (report.added, report.failed, report.pages) == ((), (), 0)


def test_takes_awkward_names(store, data):
    path = data / "name with space & ü.pdf"
    assert add(store, path).added == (path.as_posix(),)
    assert path.as_posix() in held(store)


def test_replaces_what_has_changed(store, data, folder):
    path = folder / "b.pdf"
    add(store, path)
    before = page_ids(store, path.as_posix())
    shutil.copy(data / "many_pages.pdf", path)
    report = add(store, path)
    assert (report.added, report.pages) == ((path.as_posix(),), 12)
    after = page_ids(store, path.as_posix())
    assert len(after) == 12
    assert not set(before) & set(after)


def test_reads_again_what_was_read_or_encoded_otherwise(store, data):
    path = data / "table.pdf"
    add(store, path, FakeEncoder(name="fake-1"))
    report = add(store, path, FakeEncoder(name="fake-2"))
    assert (report.added, report.pages) == ((path.as_posix(),), 1)
    assert held(store)[path.as_posix()].fingerprint.endswith("fake-2")


def test_adding_again_without_metadata_keeps_what_is_there(store, data):
    path = data / "table.pdf"
    add(store, path, team="sea")
    for encoder in (FakeEncoder(), FakeEncoder(name="fake-2")):  # unchanged, then read again
        documents = name_documents(path)
        reading = ReadingOptions(ocr="never")
        report = ingest(store, encoder, documents, reading=reading, progress=False)
        assert len(report.unchanged) == (encoder.name == "fake-1")
        assert dict(held(store)[path.as_posix()].metadata) == {"team": "sea"}


def test_changes_metadata_without_reading(store, data):
    path = data / "table.pdf"
    add(store, path, team="sea")
    before = page_ids(store, path.as_posix())
    report = add(store, path, team="sky")
    assert (report.added, report.pages) == ((path.as_posix(),), 0)
    assert dict(held(store)[path.as_posix()].metadata) == {"team": "sky"}
    assert page_ids(store, path.as_posix()) == before


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("empty.pdf", "is empty"),
        ("not_a_pdf.pdf", "is not a PDF"),
        ("no_pages.pdf", "is damaged|has no pages"),
        ("encrypted.pdf", "is encrypted: give its password"),
        ("missing.pdf", "No such file or directory"),
    ],
)
def test_reports_a_bad_file_among_good_ones(store, data, name, cause):
    good = [data / "hyphens.pdf", data / "table.pdf"]
    report = add(store, [good[0], data / name, good[1]])
    assert report.added == tuple(path.as_posix() for path in good)
    (failure,) = report.failed
    assert failure.source == (data / name).as_posix()
    assert any(part in failure.cause for part in cause.split("|"))
    assert isinstance(failure.error, UnreadableDocumentError)
    assert str(failure.error) == f"{failure.source}: {failure.cause}"
    with pytest.raises(UnreadableDocumentError):
        report.raise_failed()
    assert sorted(held(store)) == sorted(report.added)


def test_opens_encrypted_documents(store, data):
    path = data / "encrypted.pdf"
    (failure,) = add(store, path, password="wrong").failed
    assert failure.cause == "the password is wrong"
    assert isinstance(failure.error, PasswordRequiredError)
    assert add(store, path, password="tide").added == (path.as_posix(),)
    assert add(store, path).unchanged == (path.as_posix(),)  # its bytes are the same


def test_keeps_what_stood_there_when_the_new_one_fails(store, data, folder):
    path = folder / "b.pdf"
    add(store, path)
    before = page_ids(store, path.as_posix())
    path.write_bytes(path.read_bytes()[:50])
    assert len(add(store, path).failed) == 1
    assert page_ids(store, path.as_posix()) == before


@pytest.mark.parametrize(
    ("name", "pages", "said"),
    [
        ("blank_page.pdf", 1, ["page 1: has no text"]),
        ("image_only.pdf", 1, ["page 1: has no text"]),
        ("mixed_blank.pdf", 3, ["page 2: has no text"]),
        ("bad_page.pdf", 2, ["page 2: cannot be loaded"]),
    ],
)
def test_warns_of_pages_without_text(store, data, name, pages, said):
    report = add(store, data / name)
    assert (report.pages, report.failed) == (pages, ())
    assert len(report.warnings) == len(said)
    for warning, expected in zip(report.warnings, said, strict=True):
        assert warning.startswith(f"{(data / name).as_posix()}, {expected}")


class Hostile(Source):
    """A source in which something goes wrong that nobody foresaw."""

    def head(self, size=1024):
        raise RecursionError("too deep")


def test_reports_what_no_reader_foresaw(store, data):
    hostile = Hostile("hostile.pdf", data=b"neither a PDF nor anything")
    report = add(store, [hostile, data / "table.pdf"])
    (failure,) = report.failed
    assert failure.cause == "cannot be read (RecursionError: too deep)"
    assert len(report.added) == 1


class HalfEncoder(FakeEncoder):
    """Gives up with an error of ours after the first batch of pages."""

    def encode_pages(self, pages):
        if pages[0].number > 1:
            raise UnreadableDocumentError("many_pages.pdf", "tired")
        return super().encode_pages(pages)


def test_counts_only_what_was_written(store, data):
    """Eight pages and their warnings go by before the document fails."""
    report = add(store, [data / "many_pages.pdf", data / "table.pdf"], HalfEncoder())
    assert (report.pages, report.warnings) == (1, ())
    assert [failure.cause for failure in report.failed] == ["tired"]
    assert len(held(store)) == 1


class ShortEncoder(FakeEncoder):
    """Forgets the last page of a batch."""

    def encode_pages(self, pages):
        return super().encode_pages(pages)[:-1]


def test_an_encoder_that_forgets_pages_is_an_error(store, data):
    with pytest.raises(ValueError, match="shorter"):
        add(store, data / "many_pages.pdf", ShortEncoder())
    assert held(store) == {}


class WordlessEncoder(FakeEncoder):
    """Forgets the last word of a page."""

    def encode_pages(self, pages):
        return [
            Patches(p.vectors[:-1], p.scales[:-1], p.boxes[:-1], p.local[:-1])
            for p in super().encode_pages(pages)
        ]


def test_an_encoder_that_forgets_words_is_an_error(store, data):
    with pytest.raises(ValueError, match=r"page 1: \d+ patches without a grid for \d+ words"):
        add(store, data / "table.pdf", WordlessEncoder())
    assert held(store) == {}


def test_a_known_duplicate_writes_nothing(store, data, tmp_path, monkeypatch):
    for name in ("a.pdf", "b.pdf"):
        shutil.copy(data / "table.pdf", tmp_path / name)
    documents = name_documents([tmp_path / "a.pdf", tmp_path / "b.pdf"])
    first = ingest(store, FakeEncoder(), documents, share=True, progress=False)
    for write in ("write", "delete", "set_sources", "set_metadata"):
        monkeypatch.setattr(store, write, None)
    again = ingest(store, FakeEncoder(), documents, share=True, progress=False)
    assert again.duplicates == first.duplicates == {f"{tmp_path}/b.pdf": f"{tmp_path}/a.pdf"}


def test_prepare_assigns_and_pools():
    page = make_page("Tides turn twice a day.", "Wind does not.")
    (patches,) = FakeEncoder().encode_pages([page])
    record = prepare(page, patches)
    assert record.patches is patches
    own = record.membership.patches[record.membership.own]
    np.testing.assert_array_equal(own, np.arange(8))
    assert [len(part) for part in record.pooled] == [2, 2]
    assert record.page.renderer is None
