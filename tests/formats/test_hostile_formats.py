"""Files of other readers that try to take for ever: they are read in linear time, or refused."""

import contextlib
import json
import os
import time

import pytest

from snappy_core import FormatError, formats
from snappy_core.formats import read_regions, region_builder
from snappy_core.formats.docling import read as read_docling
from snappy_core.formats.hocr import read as read_hocr
from snappy_core.formats.markup import tables_to_markdown
from tests.formats.samples import docling_document
from tests.formats.test_docling import cell, table


def seconds(call):
    """Return the time that a call takes of this thread, whatever else the machine does."""
    started = time.thread_time()
    with contextlib.suppress(FormatError):
        call()
    return time.thread_time() - started


@pytest.mark.parametrize("make", [
    lambda n: lambda: tables_to_markdown("<table " * n),
    lambda n: lambda: tables_to_markdown("<table>" + "</table " * n),
    lambda n: lambda: tables_to_markdown("<table><tr><td>a</table>" * (n // 50)),
    lambda n: lambda: read_regions(b"<|ref|>" * n),
    lambda n: lambda: read_regions(b"<|ref|>a<|/ref|><|det|>" * n),
    lambda n: lambda: read_regions(b"<p class='ocr_page' title='" + b"; bbox 1 2 3 " * n + b"'>"),
    lambda n: lambda: read_regions(b"<p class='ocr_page' title='bbox 0 0 9 9'>" * n),
    lambda n: lambda: read_regions(b"<alto " * n),
], ids=range(8))  # fmt: skip
def test_time_is_linear(make):
    """Twice as many take twice as long, not four times; the least of some runs."""
    small, large = (min(seconds(make(count)) for _ in range(3)) for count in (10_000, 40_000))
    assert large < 0.3 or large < 9 * small


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "regions.json")
    with pytest.raises(OSError, match="is a pipe"):
        read_regions(tmp_path / "regions.json")


def test_a_file_that_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "MAX_BYTES", 1000)
    path = tmp_path / "large.json"
    path.write_text(json.dumps([{"text": "a" * 1000}]))
    with pytest.raises(FormatError, match=r"large\.json: is larger"):
        read_regions(path)


@pytest.mark.parametrize("name", ["MAX_REGIONS", "MAX_WORDS"])
def test_a_page_of_too_many_regions_or_words(monkeypatch, name):
    monkeypatch.setattr(region_builder, name, 3)
    word = "<span class=ocrx_word title='bbox 1 1 9 9'>a</span>"
    lines = f"<p class=ocr_par title='bbox 1 1 9 9'>{word}</p>" * 3
    page = f"<div class=ocr_page title='bbox 0 0 10 10'>{lines}"
    assert len(read_hocr(page.encode())) == 1
    with pytest.raises(FormatError, match=r"page 1: has more than .* regions or .* words"):
        read_hocr(page.replace(lines, lines * 2).encode())


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([cell(0, 0, "x", rows=300, columns=300)] * 3, "on top of each other"),
        ([cell(n, 0, "x", header=n < 299) for n in range(300)], "header rows"),
    ],
)
def test_a_table_that_grows(cells, words):
    with pytest.raises(FormatError, match=words):
        read_docling(docling_document(tables=[table(*cells, rows=300, columns=300)]))
