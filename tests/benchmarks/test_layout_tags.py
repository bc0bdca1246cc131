"""Regions against tagged blocks, on a page whose blocks are known."""

import json
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from benchmarks.layout_tags import TaggedPage, load_pages, measure_layouts, run_layout
from benchmarks.page_layouts import FoundRegion, PageLayout
from snappy_core.parsing import ReadingOptions


def block(type, box, chars=60, inside=""):
    return {"type": type, "box": box, "chars": chars, "inside": inside}


@pytest.fixture
def folder(tmp_path):
    """A page with one line of text at a fifth of its height, and another one that is not found."""
    (tmp_path / "pdfs").mkdir()
    canvas = Canvas(str(tmp_path / "pdfs" / "a.pdf"), pagesize=(400, 500))
    canvas.setFont("Helvetica", 20)
    canvas.drawString(40, 400, "Fourteen boats land at Brae.")
    canvas.save()
    line = [0.1, 0.17, 0.75, 0.21]
    blocks = [
        block("P", line),
        block("P", [0.1, 0.6, 0.7, 0.7]),
        block("P", [0.1, 0.6, 0.7, 0.7], chars=3),  # too short to count
        block("P", [0.1, 0.6, 0.7, 0.7], inside="Table"),
        block("TR", line, inside="Table"),
        block("Figure", [0.1, 0.8, 0.12, 0.82]),  # an icon
        block("Document", [0, 0, 1, 1]),
    ]
    row = json.dumps({"file": "a.pdf", "doc": "a", "page": 1, "blocks": blocks})
    (tmp_path / "blocks.jsonl").write_text(row + "\n")
    return tmp_path


def test_targets(folder):
    (page,) = load_pages(folder)
    assert [kind for kind, _ in page.targets] == ["text", "text", "row"]
    assert len(page.boxes) == 7


def test_measures(folder):
    measures = run_layout(folder, ReadingOptions(ocr="never", layout_model="never"))
    assert measures == {
        "text_recall": 0.5, "row_recall": 1.0, "precision": 1.0, "f1": 0.667, "by_document": 0.5
    }  # fmt: skip


def test_the_order_is_compared_with_that_of_the_tags():
    boxes = [(0.1, 0.1 * n, 0.9, 0.1 * n + 0.05) for n in range(1, 6)]
    kinds = ["heading", "text", "text", "row", "text"]
    tagged = TaggedPage(Path("a.pdf"), "a", tuple(boxes), tuple(zip(kinds, boxes, strict=True)))

    def order(places):
        regions = [FoundRegion(boxes[place], "paragraph", True, 9) for place in places]
        return measure_layouts([tagged], [PageLayout.of(regions)]).get("order")

    assert order([0, 1, 2, 3, 4]) == order([3, 0, 1, 2, 4]) == 1  # where a row stands is not asked
    assert order([1, 0, 2, 4]) == pytest.approx(2 / 3, abs=1e-3)
    assert order([4, 2, 1, 0]) == -1
    assert order([0, 1, 2]) is None


def test_other_files_are_errors(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_pages(tmp_path)
    (tmp_path / "blocks.jsonl").write_text('{"file": "a.pdf"}\n')
    with pytest.raises(ValueError, match="line 1: not a tagged page"):
        load_pages(tmp_path)
