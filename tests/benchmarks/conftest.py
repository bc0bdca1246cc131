"""Folders of questions over a page whose regions are known."""

import json

import pytest
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 400, 500
ASKED = "How many boats land at Brae?"
LINE = [40, 82, 320, 108]
"""The box of the only line of text, in points from the top left."""


def draw(path, pages=1):
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT))
    for _ in range(pages):
        canvas.setFont("Helvetica", 20)
        canvas.drawString(40, 400, "Fourteen boats land at Brae.")
        canvas.showPage()
    canvas.save()


@pytest.fixture
def bench_folder(tmp_path):
    """A bench of four questions, of which the line on the second page answers two."""
    folder = tmp_path / "bench"
    (folder / "pdfs").mkdir(parents=True)
    draw(folder / "pdfs" / "a.pdf", pages=2)
    answers = (
        ("paragraph", [LINE]),
        ("paragraph", [[40, 82, 320, 250]]),  # higher than three lines
        ("row", [[40, 82, 150, 108], [150, 82, 320, 108]]),  # two boxes, to be united
        ("table", [[40, 300, 320, 400]]),
    )
    rows = [
        {
            "id": str(number), "doc": "a.pdf", "page": 2, "type": "lexical", "granularity": kind,
            "question": "How many boats?", "gt_boxes": boxes, "page_size": [WIDTH, HEIGHT],
        }
        for number, (kind, boxes) in enumerate(answers)
    ]  # fmt: skip
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


@pytest.fixture
def mmdocir_folder(tmp_path):
    """MMDocIR with a question of one box, which is answered, and one of two boxes."""
    folder = tmp_path / "mmdocir"
    (folder / "pdfs").mkdir(parents=True)
    draw(folder / "pdfs" / "a.pdf", pages=2)
    gold = {"page": 1, "page_size": [WIDTH, HEIGHT], "bbox": LINE}
    questions = [
        {
            "Q": question,
            "type": kinds,
            "layout_mapping": boxes,
            "page_id": [1],
        }
        for question, kinds, boxes in (
            (ASKED, "['Chart', 'Pure-text (Plain-text)']", [gold]),
            (f"{ASKED} See page 2.", "['Table']", [gold, gold]),
            (ASKED, "[]", [{**gold, "bbox": [40, 300, 320, 400]}]),
        )
    ]
    row = {"doc_name": "a.pdf", "questions": questions}
    (folder / "annotations.jsonl").write_text(json.dumps(row))
    return folder


@pytest.fixture
def tags_folder(tmp_path):
    """A page whose line of text is tagged as a paragraph, as is a place without text."""
    folder = tmp_path / "tags"
    (folder / "pdfs").mkdir(parents=True)
    draw(folder / "pdfs" / "a.pdf")
    blocks = [
        {"type": "P", "box": box, "chars": 60, "inside": ""}
        for box in ([0.1, 0.164, 0.8, 0.216], [0.1, 0.6, 0.7, 0.7])
    ]
    row = {"file": "a.pdf", "doc": "a", "page": 1, "blocks": blocks}
    (folder / "blocks.jsonl").write_text(json.dumps(row))
    return folder
