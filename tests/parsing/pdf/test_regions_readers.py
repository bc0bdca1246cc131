"""PDFs read with the regions of Docling and PyMuPDF: stand-ins, and PyMuPDF itself."""

import json
import re
import sys
from types import ModuleType, SimpleNamespace

import pytest

from snappy_core import (
    FormatError,
    MissingDependencyError,
    PasswordRequiredError,
    ReadingOptions,
    RegionIndex,
    Source,
)
from snappy_core.errors import install_hint
from snappy_core.parsing import read
from snappy_core.parsing.pdf import docling as docling_reader
from snappy_core.parsing.pdf.pymupdf import to_page
from snappy_core.testing import FakeEncoder
from tests.formats.samples import (
    HEIGHT,
    WIDTH,
    bottom_left,
    docling_document,
    text_item,
)

OPTIONS = ReadingOptions(ocr="never", layout_model="never")


def read_by(reader, source, ocr="never"):
    return list(read(source, ReadingOptions(ocr=ocr, layout_model="never", reader=reader)))


@pytest.fixture
def docling(monkeypatch):
    """Install modules that stand in for Docling: a function of the conversion returns its JSON."""
    converters = []

    def install(convert):
        class DocumentConverter:
            def __init__(self, allowed_formats, format_options):
                (pdf,) = format_options.values()
                assert list(format_options) == allowed_formats == ["pdf"]
                self.ocr = pdf.pipeline_options.do_ocr
                converters.append(self)

            def convert(self, source, page_range):
                assert source.name.endswith(".pdf")
                document = convert(source.stream.read(), page_range)
                return SimpleNamespace(document=SimpleNamespace(export_to_dict=lambda: document))

        def options(**values):
            return SimpleNamespace(**values)

        names = {
            "docling": {},
            "docling.datamodel": {},
            "docling.datamodel.base_models": {
                "InputFormat": SimpleNamespace(PDF="pdf"),
                "DocumentStream": options,
            },
            "docling.datamodel.pipeline_options": {"PdfPipelineOptions": options},
            "docling.document_converter": {
                "DocumentConverter": DocumentConverter,
                "PdfFormatOption": options,
            },
        }
        for name, values in names.items():
            module = ModuleType(name)
            module.__dict__.update(values)
            monkeypatch.setitem(sys.modules, name, module)
        docling_reader._converter.cache_clear()
        return converters

    yield install
    docling_reader._converter.cache_clear()


@pytest.fixture
def pymupdf(monkeypatch):
    """Install modules that stand in for PyMuPDF; `boxes` are those of every page."""
    opened = []

    def install(boxes, size=(WIDTH, HEIGHT)):
        class Document:
            def __init__(self, stream, filetype):
                assert filetype == "pdf"
                opened.append(stream)

            def __enter__(self):
                return self

            def __exit__(self, *error):
                pass

        def to_json(document, pages, use_ocr):
            assert use_ocr is False
            width, height = size
            return json.dumps({"pages": [
                {"page_number": page + 1, "width": width, "height": height, "boxes": boxes}
                for page in pages
            ]})  # fmt: skip

        for name, values in {
            "pymupdf": {"open": Document},
            "pymupdf.layout": {},
            "pymupdf4llm": {"to_json": to_json},
        }.items():
            module = ModuleType(name)
            module.__dict__.update(values)
            monkeypatch.setitem(sys.modules, name, module)
        sys.modules["pymupdf"].layout = sys.modules["pymupdf.layout"]
        return opened

    return install


def box(boxclass, x0, y0, x1, y1, table=None):
    return {"boxclass": boxclass, "x0": x0, "y0": y0, "x1": x1, "y1": y1, "table": table}


HEAD = (25, 35, 300, 72)  # around the first paragraph of table.pdf


class TestDocling:
    def test_its_regions_are_filled_with_the_words_of_the_page(self, docling, data):
        text = text_item(0, "section_header", bottom_left(HEAD), "")
        calls = []

        def convert(document, page_range):
            calls.append((document[:5], page_range))
            return docling_document([text])

        converter = docling(convert)
        (page,) = read_by("docling", Source.from_path(data / "table.pdf"))
        (region,) = page.regions
        assert (region.label, page.warning) == ("heading", "")
        assert len(region.words) > 3
        assert region.text == " ".join(page.words.texts[word] for word in region.words)
        assert calls == [(b"%PDF-", (1, 1))]
        assert [each.ocr for each in converter] == [False]

    def test_it_runs_ocr_unless_it_is_never_to_run(self, docling, data):
        converters = docling(lambda *_: docling_document())
        read_by("docling", Source.from_path(data / "table.pdf"), "auto")
        assert [each.ocr for each in converters] == [True]

    def test_pages_without_its_regions_keep_ours(self, docling, data):
        source = Source.from_path(data / "table.pdf")
        docling(lambda *_: docling_document())
        (ours,), (page,) = read(source, OPTIONS), read_by("docling", source)
        assert [region.text for region in page.regions] == [region.text for region in ours.regions]
        assert page.warning == ""

    def test_a_failure_is_a_warning_of_the_page(self, docling, data):
        def fail(*_):
            raise RuntimeError("no such model")

        docling(fail)
        (page,) = read_by("docling", Source.from_path(data / "table.pdf"))
        assert page.regions
        assert page.warning == (
            "Docling failed, its regions are Snappy's (RuntimeError: no such model)"
        )

    def test_a_page_of_another_shape_is_a_warning(self, docling, data):
        text = text_item(0, "text", bottom_left((0, 0, 10, 10)), "Brae")
        docling(lambda *_: docling_document([text], sizes=[(HEIGHT, HEIGHT)]))
        (page,) = read_by("docling", Source.from_path(data / "table.pdf"))
        assert page.regions[0].text != "Brae"
        assert (
            "Docling failed, its regions are Snappy's (page 1: the regions are for" in page.warning
        )

    def test_the_extra_is_named_where_it_is_missing(self, monkeypatch, data):
        monkeypatch.setitem(sys.modules, "docling", None)
        docling_reader._converter.cache_clear()
        with pytest.raises(MissingDependencyError, match=re.escape(install_hint("docling"))):
            read_by("docling", Source.from_path(data / "table.pdf"))


class TestPyMuPdf:
    def test_lists_hold_their_items_and_tables_their_rows(self):
        cells = [[(10, 60, 20, 70), (20, 60, 90, 70)], [(10, 70, 20, 80), None]]
        table = {"extract": [["Port", "Tons"], ["Brae", None]], "cells": cells}
        page = to_page({"page_number": 3, "width": 100, "height": 200, "boxes": [
            box("section-header", 10, 10, 90, 20), box("list-item", 10, 30, 50, 35),
            box("list-item", 10, 40, 90, 45), box("table", 10, 60, 90, 80, table),
            box("list-item", 10, 90, 90, 95), box("stamp", 10, 100, 90, 110),
        ]})  # fmt: skip
        assert [(region.label, region.parent) for region in page.regions] == [
            ("heading", None), ("list", None), ("list_item", 1), ("list_item", 1),
            ("table", None), ("table_row", 4), ("list_item", None), ("other", None),
        ]  # fmt: skip
        assert page.number == 3
        assert page.regions[1].box == pytest.approx((0.1, 0.15, 0.9, 0.225))
        whole, row = page.regions[4:6]
        assert whole.text == row.text == "| Port | Tons |\n| --- | --- |\n| Brae |  |"
        assert row.box == pytest.approx((0.1, 0.35, 0.2, 0.4))
        assert row.context == pytest.approx((0.1, 0.3, 0.9, 0.35))

    def test_a_box_outside_of_its_page(self):
        page = {"page_number": 1, "width": 100, "height": 200, "boxes": [box("text", 0, 0, 150, 9)]}
        with pytest.raises(FormatError, match="outside of the page"):
            to_page(page)

    def test_its_regions_are_filled_with_the_words_of_the_page(self, pymupdf, data):
        pymupdf([box("title", *HEAD)])
        (page,) = read_by("pymupdf", Source.from_path(data / "table.pdf"))
        (region,) = page.regions
        assert region.label == "title"
        assert region.text == " ".join(page.words.texts[word] for word in region.words) != ""

    def test_it_gets_an_encrypted_document_without_encryption(self, pymupdf, data):
        opened = pymupdf([], (300, 500))
        (page,) = read_by("pymupdf", Source.from_path(data / "encrypted.pdf", "tide"))
        assert "harbour" in page.regions[0].text
        (copy,) = opened
        assert b"/Encrypt" not in copy
        with pytest.raises(PasswordRequiredError):
            read_by("pymupdf", Source.from_path(data / "encrypted.pdf", "ebb"))

    def test_the_extra_and_the_license_are_named_where_it_is_missing(self, monkeypatch, data):
        monkeypatch.setitem(sys.modules, "pymupdf", None)
        with pytest.raises(MissingDependencyError, match=r"AGPL-3.0 or .*\[pymupdf\]'"):
            read_by("pymupdf", Source.from_path(data / "table.pdf"))

    @pytest.mark.requires("pymupdf4llm")
    def test_the_library_itself(self, data):
        (page,) = read_by("pymupdf", Source.from_path(data / "list_items.pdf"))
        assert page.warning == ""
        first_list = next(region for region in page.regions if region.label == "list")
        items = [region for region in page.regions if region.label == "list_item"]
        assert len(items) > 4
        assert items[0].parent == first_list.order
        assert all(region.words for region in items)


def test_the_choice_of_the_reader_decides_whether_a_document_is_read_again(pymupdf, data):
    pymupdf([box("title", *HEAD)])
    by_pymupdf = ReadingOptions(ocr="never", layout_model="never", reader="pymupdf")
    with RegionIndex(encoder=FakeEncoder()) as index:
        files = [data / "table.pdf"]
        index.add(files, reading=OPTIONS).raise_failed()
        report = index.add(files, reading=by_pymupdf)
        assert len(report.added) == 1
        assert index.add(files, reading=by_pymupdf).unchanged == report.added
        (document,) = index.documents()
        assert document.fingerprint.endswith(", read by pymupdf")
        assert index.search("landings", k=1)[0].region.label == "title"


def test_a_missing_library_fails_the_document(monkeypatch, data):
    monkeypatch.setitem(sys.modules, "pymupdf", None)
    with RegionIndex(encoder=FakeEncoder()) as index:
        report = index.add(data / "table.pdf", reading=ReadingOptions(reader="pymupdf"))
    assert install_hint("pymupdf") in report.failed[0].cause
