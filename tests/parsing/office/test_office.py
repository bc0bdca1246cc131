"""Office and web documents: printed by LibreOffice, or by a script in its place."""

import http.server
import io
import re
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from lxml import etree
from PIL import Image

from snappy_core import ReadingOptions, RegionIndex, Source, UnreadableDocumentError, Workers
from snappy_core.parsing import count_pages, read, render
from snappy_core.parsing.office import libreoffice
from snappy_core.parsing.office.kinds import fit_to_width, is_recognized
from snappy_core.parsing.office.web import clean_html, markdown_to_html
from snappy_core.parsing.reader import reader_name
from snappy_core.testing import FakeEncoder
from tests.parsing.office.documents import PAGE_BREAK, docx, linked_picture, pptx, relation, xlsx

needs_libreoffice = pytest.mark.skipif(
    libreoffice.find_program() is None, reason="needs LibreOffice: apt-get install libreoffice"
)

NOTES = b"""# Tides

Low water at **six**.

## Ports

| Port | Depth |
| --- | --- |
| Husum | 3.5 |
| Emden | 4.1 |

<script>alert(1)</script> ![chart](file:///etc/hostname)
"""


@pytest.fixture(autouse=True)
def folder_of_its_own(tmp_path, monkeypatch):
    folder = tmp_path / "converted"
    folder.mkdir()
    monkeypatch.setenv(libreoffice.FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture
def printer(tmp_path, data, monkeypatch):
    """A program in the place of LibreOffice: it prints every document as the same page."""
    log = tmp_path / "printed.txt"
    script = tmp_path / "soffice.py"
    script.write_text(
        "import shutil, sys, time, pathlib\n"
        f"log = pathlib.Path({str(log)!r})\n"
        "lines = log.read_text().splitlines() if log.exists() else []\n"
        "file, folder = pathlib.Path(sys.argv[-1]), pathlib.Path(sys.argv[-2])\n"
        "with log.open('a') as stream: print(file.read_bytes()[:40], file=stream)\n"
        "if not lines: sys.exit(81)\n"
        "time.sleep(0.3)\n"
        f"shutil.copy({str(data / 'table.pdf')!r}, folder / (file.stem + '.pdf'))\n"
    )
    program = tmp_path / "soffice"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {script} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(libreoffice, "find_program", lambda: str(program))
    return log


def regions(data, name):
    return [
        (region.label, region.text)
        for page in read(Source.from_bytes(data, name))
        for region in page.regions
    ]


# LibreOffice itself


@needs_libreoffice
def test_markdown_has_headings_tables_and_boxes():
    source = Source.from_bytes(NOTES, "notes.md")
    (page,) = read(source)
    found = [(region.label, region.text) for region in page.regions]
    assert ("title", "Tides") in found
    assert ("heading", "Ports") in found
    assert ("paragraph", "Low water at six.") in found
    assert "| Husum | 3.5 |" in dict(found)["table"]
    (six,) = (region for region in page.regions if region.text.startswith("Low water"))
    assert six.section == "Tides"
    image = np.asarray(page.render(72).convert("L"))
    height, width = image.shape
    x0, y0, x1, y1 = (round(v) for v in np.array(six.box) * [width, height, width, height])
    assert image[y0:y1, x0:x1].min() < 128  # there are its letters


@needs_libreoffice
def test_word_documents_load_nothing(tmp_path):
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_error(404)

    Image.new("RGB", (300, 300), "red").save(tmp_path / "secret.png")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    links = relation("rId5", "image", f"file://{tmp_path}/secret.png", external=True)
    links += relation(
        "rId6", "image", f"http://127.0.0.1:{server.server_port}/x.png", external=True
    )
    pictures = PAGE_BREAK + linked_picture("rId5") + linked_picture("rId6")
    data = docx([("Heading1", "Tides"), ("", "Low water at six.")], links, pictures)
    source = Source.from_bytes(data, "tides.docx")
    pages = list(read(source))
    server.shutdown()
    server.server_close()
    assert [page.number for page in pages] == [1, 2]
    assert pages[0].regions[-1].text == "Low water at six."
    assert requests == []
    red, green, _ = np.asarray(render(source, 2, 30)).astype(int).transpose(2, 0, 1)
    assert (red - green).max() < 100


@needs_libreoffice
def test_rows_of_wide_sheets_stay_on_a_page():
    header = ["Port", *(f"Depth {n}" for n in range(9))]
    data = xlsx([header, *([f"Port {n}", *range(n, n + 9)] for n in range(5))], [25] * 10)
    (page,) = read(Source.from_bytes(data, "depths.xlsx"))
    rows = [region.text for region in page.regions if region.label == "table_row"]
    assert any("Port 3" in row and "11" in row for row in rows)


@needs_libreoffice
def test_slides_are_pages_and_documents_of_an_index(tmp_path):
    path = tmp_path / "slides.pptx"
    path.write_bytes(pptx([("Tides", "Low water at six."), ("Ports", "Husum is shallow.")]))
    with RegionIndex(encoder=FakeEncoder()) as index:
        report = index.add(tmp_path, reading=ReadingOptions(max_pages=1))
        assert "has 2 pages, and max_pages is 1" in report.failed[0].cause
        index.add(tmp_path, executor=Workers(2), keep="source").raise_failed()
        (hit,) = index.search("Husum is shallow", k=1)
        assert (hit.page_number, hit.region.text) == (2, "Husum is shallow.")
        path.unlink()
        assert index.region_image(hit, dpi=60).width > 20
        assert index.highlight([hit], tmp_path / "marked.pdf").read_bytes()[:5] == b"%PDF-"


@needs_libreoffice
def test_documents_that_take_too_long_are_given_up(monkeypatch):
    monkeypatch.setattr(libreoffice, "_TIME_LIMIT", 0.01)
    with pytest.raises(UnreadableDocumentError, match="takes LibreOffice longer than"):
        count_pages(Source.from_bytes(NOTES, "notes.md"))


# A script in its place


def test_a_document_is_printed_once_whoever_asks(printer, folder_of_its_own):
    source = Source.from_bytes(NOTES, "notes.md")
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(count_pages, [source] * 4)) == [1] * 4
    assert len(printer.read_text().splitlines()) == 2  # LibreOffice asked to be started again
    assert len(list(folder_of_its_own.glob("*.pdf"))) == 1
    assert not list(folder_of_its_own.glob("*.lock"))


def test_few_printed_documents_are_kept(printer, folder_of_its_own, monkeypatch):
    monkeypatch.setattr(libreoffice, "_KEPT", 2)
    for text in (b"# one", b"# two", b"# three"):
        count_pages(Source.from_bytes(text, "a.md"))
    assert len(list(folder_of_its_own.glob("*.pdf"))) == 2


def test_a_printed_document_that_another_process_drops_is_no_failure(printer, folder_of_its_own):
    (folder_of_its_own / "dropped.pdf").symlink_to("nowhere")
    assert count_pages(Source.from_bytes(NOTES, "notes.md")) == 1


def test_the_same_bytes_are_printed_as_each_kind(printer):
    for name in ("a.md", "a.html", "b.md"):
        count_pages(Source.from_bytes(NOTES, name))
    assert len(printer.read_text().splitlines()) == 3  # LibreOffice asked to be started again


def test_workers_share_what_is_printed(printer, monkeypatch):
    monkeypatch.delenv(libreoffice.FOLDER_VARIABLE)
    monkeypatch.setenv("PATH", f"{printer.parent}:{subprocess.os.environ['PATH']}")
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(Source.from_bytes(NOTES, "a.md"), executor=Workers(2)).raise_failed()
    assert len(printer.read_text().splitlines()) == 2


def test_synchronized_folders_have_office_files(printer, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "notes.md").write_bytes(NOTES)
    (folder / "page.html").write_bytes(b"<!DOCTYPE html><p>Low water")
    (folder / "tides.docx").write_bytes(docx([("", "Low water")]))
    with RegionIndex(encoder=FakeEncoder()) as index:
        assert len(index.sync(folder).added) == 3
        (folder / "notes.md").unlink()
        assert index.sync(folder).removed == ("notes.md",)


def test_without_libreoffice_one_line_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(libreoffice, "find_program", lambda: None)
    (tmp_path / "notes.md").write_bytes(NOTES)
    with RegionIndex(encoder=FakeEncoder()) as index:
        (failure,) = index.add(tmp_path / "notes.md").failed
    assert failure.cause == libreoffice.MISSING
    assert "apt-get install libreoffice" in failure.cause
    assert "\n" not in failure.cause


def test_libreoffice_is_found_once_it_is_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert libreoffice.find_program() is None
    (tmp_path / "soffice").write_text("#!/bin/sh\n")
    (tmp_path / "soffice").chmod(0o755)
    assert libreoffice.find_program() == str(tmp_path / "soffice")


# What is recognized


@pytest.mark.parametrize(
    ("data", "name", "reader"),
    [
        (docx([("", "x")]), "upload", "office"),
        (xlsx([["x"]]), "upload", "office"),
        (pptx([("x", "y")]), "upload", "office"),
        (b"\xef\xbb\xbf <!-- a -->\n<!doctype HTML><p>x", "upload", "office"),
        (b"<?xml version='1.0'?><html xmlns='x'/>", "upload", "office"),
        (b"<p>x", "page.HTML", "office"),
        (b"plain text", "notes.md", "office"),
        (b"%PDF-1.7\n", "notes.md", "pdf"),
    ],
)
def test_kinds_are_told_by_bytes_or_name(data, name, reader):
    assert reader_name(Source.from_bytes(data, name)) == reader


@pytest.mark.parametrize("name", ["notes.txt", "page", "x.docx"])
def test_other_texts_are_no_documents(name):
    with pytest.raises(UnreadableDocumentError, match="is not a PDF or image, nor docx"):
        reader_name(Source.from_bytes(b"plain <html> text", name))


def test_what_stands_before_a_page_takes_no_time():
    started = time.process_time()
    assert is_recognized(b"<!---->" * 22 + b"<html>")
    assert not is_recognized(b"<!---->" * 22 + b"x")
    assert time.process_time() - started < 0.1


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "has a password or is of an old kind"),
        (docx([("", "x")])[:200], "is damaged"),
        (docx([("", "x")]).replace(b"word/document.xml", b"word/documenx.xml"), "but no .docx"),
    ],
)
def test_damaged_and_old_files(data, cause):
    with pytest.raises(UnreadableDocumentError, match=cause):
        count_pages(Source.from_bytes(data, "a.docx"))


def test_a_page_refers_to_nothing():
    page = clean_html(
        b"<html><head><link href='http://x/a.css'><style>p{background:url(http://x)}</style></head>"
        b"<body onload='x()'><h1 style='color:red'>Tides \xc3\xbc</h1><script>x</script>"
        b"<iframe src='file:///etc/passwd'></iframe><img src='http://x/a.png'>"
        b"<img src='data:image/png;base64,AA=='><p hidden>unseen</p>"
        b"<p style='display: none'>unseen</p><a href='http://x'>link</a>"
        b"<table><tr><td colspan=2>3.5</td></tr></table></body></html>"
    ).decode()
    assert "http://" not in page
    assert "file:" not in page
    assert "script" not in page
    assert "unseen" not in page
    assert "<h1>Tides ü</h1>" in page
    assert 'src="data:image/png;base64,AA=="' in page
    assert "link" in page
    assert '<table border="1"><tr><td colspan="2">3.5</td></tr></table>' in page


@pytest.mark.parametrize("data", [b"", b"<!doctype html>", b"<html><frameset><frame src=a>"])
def test_empty_pages(data):
    assert clean_html(data).startswith(b"<!DOCTYPE html>")


def test_markdown_may_not_bring_html():
    page = markdown_to_html(NOTES).decode()
    assert "<script>" not in page
    assert "<h2>Ports</h2>" in page
    assert "file:" not in page.replace("![chart](file:///etc/hostname)", "")


def test_pages_of_another_encoding():
    page = "<html><head><meta charset='iso-8859-1'></head><body>Höhe</body></html>"
    assert "Höhe" in clean_html(page.encode("latin-1")).decode()


@pytest.mark.parametrize(
    "content",
    [
        b"<div>" * 260,
        b"<p><font>a<span>b" * 400,
        b"<img src='data:image/png;base64," + b"A" * 11_000_000 + b"'>",
    ],
    ids=["nested", "unclosed", "picture"],
)
def test_large_pages_are_read_to_their_end(content):
    assert b"low water" in clean_html(b"<html><body>" + content + b"<p>low water")


def test_bytes_that_an_encoding_does_not_have_do_not_end_a_page():
    page = clean_html(b"<html><meta charset=windows-1252><body>\x81 \xe9 <p>low water").decode()
    assert "\ufffd é <p>low water" in page


@pytest.mark.skipif(etree.LIBXML_VERSION < (2, 14), reason="this libxml2 has no limit of depth")
def test_pages_that_are_nested_too_deep_are_refused(printer):
    data = b"<html><body>" + b"<div>" * 3000 + b"</div>" * 3000 + b"<p>low water"
    with pytest.raises(UnreadableDocumentError, match=r"page\.html: is HTML whose elements are"):
        count_pages(Source.from_bytes(data, "page.html"))


def fitted(*changes):
    """Return the XML of a sheet, changed and then fitted to the width."""
    with zipfile.ZipFile(io.BytesIO(xlsx([["x"]]))) as old:
        sheet = old.read("xl/worksheets/sheet1.xml").decode()
    for pattern, text in changes:
        sheet = re.sub(pattern, text, sheet)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        new.writestr("xl/worksheets/sheet1.xml", sheet)
    with zipfile.ZipFile(io.BytesIO(fit_to_width(file.getvalue()))) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


PREFIXED = (r"<(/?)(\w)", r"<\1x:\2"), ("xmlns=", "xmlns:x=")


@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.parametrize(
    "properties",
    ["", "<sheetPr/>", '<sheetPr codeName="a"/>', "<sheetPr><tabColor rgb='1'/></sheetPr>",
     '<sheetPr><pageSetUpPr fitToPage="0"/></sheetPr>',
     '<sheetPr><pageSetUpPr fitToPage="0"></pageSetUpPr></sheetPr>'],
)  # fmt: skip
def test_sheets_are_fitted_to_the_width(prefix, properties):
    sheet = fitted(("<sheetData>", f"{properties}<sheetData>"), *PREFIXED[: 2 * bool(prefix)])
    assert sheet.count(f'<{prefix}pageSetUpPr fitToPage="1"/></{prefix}sheetPr>') == 1
    assert sheet.count("pageSetUpPr") == 1
    assert f'<{prefix}pageSetup fitToWidth="1" fitToHeight="0"/></{prefix}worksheet>' in sheet
    assert etree.fromstring(sheet.encode())[0].tag.endswith("}sheetPr")


@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.parametrize(
    "margins", ['<pageMargins left="1"/>', '<pageMargins left="1"></pageMargins>']
)
def test_views_of_a_sheet_do_not_take_its_setup(prefix, margins):
    views = '<customSheetViews><customSheetView><pageMargins left="2"/><pageSetup scale="9"/>'
    views += "</customSheetView></customSheetViews>"
    end = f"</sheetData>{views}{margins}<pageSetup scale='80'></pageSetup>"
    sheet = fitted(("</sheetData>", end), *PREFIXED[: 2 * bool(prefix)])
    *_, before, setup = etree.fromstring(sheet.encode())
    assert (before.tag.split("}")[1], setup.tag.split("}")[1]) == ("pageMargins", "pageSetup")
    assert dict(setup.attrib) == {"fitToWidth": "1", "fitToHeight": "0"}
    assert sheet.count("pageSetup ") == 1


def test_the_net_is_taken_from_libreoffice():
    if not shutil.which("unshare") or not libreoffice._without_net():
        pytest.skip("this system lets no program take the net from another")
    code = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    command = [*libreoffice._without_net(), sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert "unreachable" in done.stderr
