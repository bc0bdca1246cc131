"""A small BBox-DocVQA: a PDF of two pages and three questions, in the published layout."""

import json

import pytest

DPI = 300
PAGES = [
    ["Herons nest in the tall reeds.", "Nothing else stands on this page."],
    ["The tide turns at seven.", "Boats leave after lunch.", "Cats sleep in the barns."],
]
HEIGHT = 500  # of a page in points, 300 wide


def line(number):
    """The box around a line of the pages, in pixels at 300 dpi, by where it was drawn."""
    baseline = 110 + 160 * number
    box = (40, baseline - 8, 40 + 6 * len("The tide turns at seven."), baseline + 1)
    return [value * DPI / 72 for value in box]


def row(**changes):
    made = {
        "query": "When does the tide turn?",
        "question": "When does the tide turn?",
        "answer": "at seven",
        "category": "physics",
        "doc_name": "2301.1",
        "evidence_page": [2],
        "images": ["physics/2301.1/2301.1_2.png"],
        "bbox": [[line(0)]],
        "subimg_tpye": [["text"]],
        "note": "passed over",
    }
    return {**made, **changes}


ROWS = [
    row(),
    row(
        question="When do boats leave, and the tide turns?",
        bbox=[line(1), line(0)],
        evidence_page="2",
        category="econ",
        subimg_tpye=None,
    ),
    row(
        question="Where do herons nest?",
        bbox=[[line(0)], [line(2)]],
        evidence_page=[1, 2],
        subimg_tpye=[["text"], ["image"]],
    ),
]


@pytest.fixture
def write(tmp_path):
    """Write questions into a JSONL file of the dataset's folder."""

    def written(rows=ROWS, name="any.jsonl"):
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(map(json.dumps, rows)) + "\n")
        return path.parent

    return written


@pytest.fixture
def dataset(write):
    """The folder with the PDF beside the questions."""
    from reportlab.pdfgen import canvas

    folder = write()
    drawn = canvas.Canvas(str(folder / "2301.1.pdf"), pagesize=(300, HEIGHT), invariant=1)
    for lines in PAGES:
        drawn.setFont("Courier", 10)
        for number, text in enumerate(lines):
            drawn.drawString(40, HEIGHT - 110 - 160 * number, text)
        drawn.showPage()
    drawn.save()
    return folder
