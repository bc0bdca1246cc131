"""Documents that lie about their size, or take too long."""

import io
import time

import pytest
from PIL import Image

from snappy_core import ReadingOptions, RegionIndex, Source, UnreadableDocumentError, Workers
from snappy_core.ingest.report import page_warnings
from snappy_core.parsing import count_pages
from snappy_core.parsing.pdf import document as pdf_document
from snappy_core.testing import FakeEncoder


def pdf(claimed, real=1, damaged=()):
    """Return a PDF that claims a number of pages; the objects of damaged ones are missing."""
    kids = " ".join(f"{3 + index} 0 R" for index in range(real))
    objects = {
        1: "<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Count {claimed}/Kids[{kids}]>>",
        **{
            2 + page: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"
            for page in range(1, real + 1)
            if page not in damaged
        },
    }
    data, offsets = b"%PDF-1.4\n", {}
    for number, text in objects.items():
        offsets[number] = len(data)
        data += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(
        f"{offsets[n]:010d} 00000 n \n" if n in offsets else "0000000000 65535 f \n"
        for n in range(real + 3)
    )
    trailer = f"trailer<</Size {real + 3}/Root 1 0 R>>\nstartxref\n{len(data)}\n%%EOF"
    return data + f"xref\n0 {real + 3}\n{table}{trailer}".encode()


def source(name, *arguments):
    return Source.from_bytes(pdf(*arguments), name)


@pytest.mark.parametrize(("claimed", "real", "damaged", "expected"), [
    (3, 3, (), 3),
    (1_000_000, 1, (), 2),
    (5_000, 7, (), 8),
    (9, 9, (4,), 9),  # a page inside does not count as the end
    (9, 9, (9,), 9),  # the last one is reported
])  # fmt: skip
def test_pages_are_those_that_are_there(claimed, real, damaged, expected, monkeypatch):
    monkeypatch.setattr(pdf_document, "_TAIL", 100)
    assert count_pages(source("lie.pdf", claimed, real, damaged)) == expected


def test_a_claim_of_a_million_pages():
    with RegionIndex(encoder=FakeEncoder()) as index:
        report = index.add(source("lie.pdf", 1_000_000), progress=False)
    assert report.pages == 2
    assert len(report.warnings) == 2  # the first is blank, the second cannot be loaded


@pytest.mark.parametrize("executor", [None, Workers(1)])
def test_a_document_of_too_many_pages(executor):
    reading = ReadingOptions(max_pages=3)
    sources = [source("four.pdf", 4, 4), source("three.pdf", 3, 3)]
    with RegionIndex(encoder=FakeEncoder()) as index:
        report = index.add(sources, reading=reading, executor=executor, progress=False)
    assert report.added == ("three.pdf",)
    (failure,) = report.failed
    assert failure.cause == "says that it has 4 pages, and max_pages is 3"


def test_frames_count_as_pages():
    file = io.BytesIO()
    frames = [Image.new("1", (8, 8)) for _ in range(6)]
    frames[0].save(file, "TIFF", save_all=True, append_images=frames[1:])
    document = Source.from_bytes(file.getvalue(), "frames.tif")
    reading = ReadingOptions(ocr="never", max_pages=5)
    with RegionIndex(encoder=FakeEncoder()) as index:
        report = index.add(document, reading=reading, progress=False)
    assert "6 pages" in report.failed[0].cause


class SlowEncoder(FakeEncoder):
    def encode_pages(self, pages):
        time.sleep(0.5 if len(pages) > 1 else 0)
        return super().encode_pages(pages)


def test_a_document_that_takes_too_long():
    sources = [source("long.pdf", 40, 40), source("short.pdf", 1, 1)]
    with RegionIndex(encoder=SlowEncoder()) as index:
        report = index.add(sources, reading=ReadingOptions(max_seconds=0.5), progress=False)
        assert [document.document_id for document in index.documents()] == ["short.pdf"]
    assert report.failed[0].cause == "takes longer than 0.5 seconds (max_seconds)"


def test_the_limits_are_not_part_of_the_fingerprint():
    document = source("two.pdf", 2, 2)
    reading = ReadingOptions(max_pages=1, max_seconds=1)
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(document, progress=False)
        assert index.add(document, reading=reading, progress=False).unchanged == ("two.pdf",)


@pytest.mark.requires("langchain_core")
def test_retrievers_take_limits():
    from snappy_langchain import SnappyRetriever

    reading = ReadingOptions(max_pages=1)
    with pytest.raises(UnreadableDocumentError, match="max_pages is 1"):
        SnappyRetriever.from_files(source("two.pdf", 2, 2), encoder=FakeEncoder(), reading=reading)


@pytest.mark.parametrize("limit", [{"max_pages": 0}, {"max_seconds": -1}])
def test_limits_are_positive(limit):
    with pytest.raises(ValueError, match="must be positive"):
        ReadingOptions(**limit)


def test_warnings_are_bounded():
    causes = [(page, "has no text" if page % 2 else f"cause {page}") for page in range(1, 999)]
    warnings = page_warnings("a.pdf", causes)
    assert len(warnings) == 101
    assert warnings[0].startswith("a.pdf, pages 1, 3, 5, ")
    assert warnings[0].endswith(", ...: has no text")
    assert warnings[-1] == "a.pdf: 400 more warnings"
