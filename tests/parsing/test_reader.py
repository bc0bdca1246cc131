"""Which reader a document is for, and what folders hold for the readers."""

from pathlib import Path

import pytest

from snappy_core import ReadingOptions, RegionIndex, Source, UnreadableDocumentError
from snappy_core.parsing import READERS, count_pages, expand
from snappy_core.parsing.images import ImageReader
from snappy_core.parsing.pdf.pymupdf import PyMuPdfReader
from snappy_core.parsing.pdf.reader import PdfReader
from snappy_core.parsing.reader import reader_for
from snappy_core.testing import FakeEncoder
from tests.parsing.drawing import encode, sheet
from tests.parsing.text_reader import TextReader


@pytest.fixture
def text_reader(monkeypatch):
    monkeypatch.setattr(READERS, "_registered", {})
    READERS.register("text", TextReader)


# Readers


def test_the_reader_is_chosen_by_content(data):
    image = Source.from_bytes(encode(sheet(), "PNG"), "image.pdf")
    assert isinstance(reader_for(image), ImageReader)
    assert isinstance(reader_for(Source.from_path(data / "table.pdf")), PdfReader)


@pytest.mark.parametrize(
    ("content", "cause"), [(b"low water", "is not a PDF or image"), (b"", "is empty")]
)
def test_a_document_no_reader_can_read(content, cause):
    with pytest.raises(UnreadableDocumentError, match=f"log: {cause}"):
        count_pages(Source.from_bytes(content, "log"))


def test_a_reader_of_ones_own(tmp_path, text_reader):
    log = tmp_path / "log.txt"
    log.write_text("The ferry leaves at nine.\n\nHarbour dues rose.\fThe pilot boat waits.\n")
    index = RegionIndex(encoder=FakeEncoder())
    assert index.add(tmp_path).pages == 2
    hit = index.search("harbour dues", k=1)[0]
    assert (hit.region.text, hit.page_number) == ("Harbour dues rose.", 1)
    assert hit.region.box == pytest.approx((0, 2 / 66, 18 / 102, 3 / 66))
    assert index.page_image(hit, dpi=36).size == (306, 396)


def test_a_registered_reader_comes_before_the_built_in_ones(monkeypatch, data, text_reader):
    monkeypatch.setattr(TextReader, "can_read", lambda self, head: head.startswith(b"%PDF-"))
    assert isinstance(reader_for(Source.from_path(data / "table.pdf")), TextReader)


def test_the_reader_that_is_chosen_reads_what_it_can_read(data, monkeypatch, text_reader):
    monkeypatch.setattr(TextReader, "can_read", lambda self, head: head.startswith(b"%PDF-"))
    pdf, image = (
        Source.from_path(data / "table.pdf"),
        Source.from_bytes(encode(sheet(), "PNG"), "a"),
    )
    assert isinstance(reader_for(pdf, "pdf"), PdfReader)
    assert isinstance(reader_for(pdf, "pymupdf"), PyMuPdfReader)
    assert isinstance(reader_for(image, "pymupdf"), ImageReader)


def test_a_reader_that_is_not_known():
    with pytest.raises(ValueError, match=r"\(image, office, pdf, docling, pymupdf\), not 'seal'"):
        ReadingOptions(reader="seal")


def test_the_reader_of_a_plugin_is_part_of_the_fingerprint(tmp_path, monkeypatch, data):
    """Else documents would not be read again once it is there."""
    with RegionIndex(encoder=FakeEncoder()) as index:
        options = ReadingOptions(layout_model="never")
        index.add(data / "table.pdf", reading=options).raise_failed()
        monkeypatch.setattr(READERS, "_registered", {})
        READERS.register("own-pdf", OwnPdf)
        assert len(index.add(data / "table.pdf", reading=options).added) == 1
        (document,) = index.documents()
        assert document.fingerprint.endswith(", read by own-pdf")


class OwnPdf(PdfReader):
    pass


def test_a_plugin_that_fails_to_recognize_a_document_fails_it_alone(data, monkeypatch):
    class Broken(TextReader):
        def can_read(self, head):
            raise RuntimeError("no ink")

    monkeypatch.setattr(READERS, "_registered", {})
    READERS.register("broken", Broken)
    with RegionIndex(encoder=FakeEncoder()) as index:
        (failure,) = index.add(data / "table.pdf").failed
    assert "no ink" in failure.cause


# Folders


@pytest.fixture
def folder(tmp_path):
    for name in ("b.pdf", "a/z.PDF", "a/deep/er/c.pdf", "notes.txt", ".hidden.pdf", ".git/d.pdf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder.pdf").mkdir()
    return tmp_path


def test_a_folder_is_walked_in_order(folder):
    names = [source.path.relative_to(folder).as_posix() for source in expand(folder)]
    assert names == ["a/deep/er/c.pdf", "a/z.PDF", "b.pdf"]


def test_files_folders_and_sources_in_the_order_given(folder):
    log = Source.from_bytes(b"low water", "log")
    sources = list(expand([folder / "notes.txt", log, str(folder / "a"), "nowhere.pdf"], "tide"))
    names = [Path(source.name).name for source in sources]
    assert names == ["notes.txt", "log", "c.pdf", "z.PDF", "nowhere.pdf"]
    assert [source.password for source in sources] == ["tide", None, "tide", "tide", "tide"]


@pytest.mark.parametrize("one", ["log.pdf", Path("log.pdf"), Source.from_bytes(b"x", "log.pdf")])
def test_one_document_needs_no_list(one):
    assert [Path(source.name).name for source in expand(one)] == ["log.pdf"]


@pytest.mark.parametrize("wrong", [[3], [None]])
def test_what_is_no_document(wrong):
    with pytest.raises(TypeError, match="path, bytes or a Source"):
        list(expand(wrong))


def test_a_folder_is_searched_for_the_suffixes_of_all_readers(folder, text_reader):
    names = [source.path.name for source in expand(folder)]
    assert names == ["c.pdf", "z.PDF", "b.pdf", "notes.txt"]
