"""What reviewers wrote on a page is read if one sees it there."""

import pytest

from snappy_core import Source
from snappy_core.parsing import ReadingOptions, read
from tests.parsing.pdf.simple_pdf import box, line, pdf, stream

STAMP = stream(
    "BT /F 10 Tf 2 5 Td (RECEIVED) Tj ET",
    "/Type/XObject/Subtype/Form /BBox[0 0 100 20] /Resources<</Font<</F 3 0 R>>>>",
)


def texts_of(*annotations, flags=4):
    bodies = [f"<</Type/Annot /F {flags} {entries}>>" for entries in annotations]
    numbers = " ".join(f"{10 + index} 0 R" for index in range(len(bodies)))
    bodies += [STAMP]
    data = pdf(line(40, 60, "Harbour dues"), objects=bodies, annotations=numbers)
    (page,) = read(Source.from_bytes(data, "page.pdf"), ReadingOptions(ocr="never"))
    return [region.text for region in page.regions]


WRITTEN = (
    f"/Subtype/FreeText /Contents(Paid on 3 May) /DA(/F 10 Tf 0 g) /Rect{box(40, 300, 200, 320)}"
)


def test_text_boxes_and_stamps():
    stamp = f"/Subtype/Stamp /Rect{box(40, 400, 140, 420)} /AP<</N 12 0 R>>"
    assert texts_of(WRITTEN, stamp) == ["Harbour dues", "Paid on 3 May", "RECEIVED"]


def test_hidden_ones_are_not_read():
    assert texts_of(WRITTEN, flags=2) == ["Harbour dues"]


def test_notes_links_and_highlights_leave_the_page_as_it_is():
    note = f"/Subtype/Text /Contents(disputed) /Rect{box(300, 300, 320, 320)}"
    link = f"/Subtype/Link /Border[0 0 2] /Rect{box(38, 48, 120, 66)}"
    quads = "/QuadPoints[38 552 120 552 38 534 120 534]"
    highlight = f"/Subtype/Highlight /C[1 1 0] {quads} /Rect{box(38, 48, 120, 66)}"
    assert texts_of(note, link, highlight) == ["Harbour dues"]
    assert texts_of(note, link, highlight, WRITTEN) == ["Harbour dues", "Paid on 3 May"]


@pytest.mark.parametrize(
    ("boxes", "size"),
    [
        ("/MediaBox[0 0 400 600]", (400, 600)),
        ("/MediaBox[400 600 0 0]", (400, 600)),
        ("/MediaBox[0 0 500 900] /CropBox[0 0 400 600] /Rotate 90", (600, 400)),
    ],
)
def test_pages_with_the_boxes_of_the_node_above_stay_as_they_are(boxes, size):
    written = f"<</Type/Annot /F 4 {WRITTEN}>>"
    data = pdf(
        line(40, 60, "Harbour dues"), objects=[written], annotations="10 0 R", inherited=boxes
    )
    (page,) = read(Source.from_bytes(data, "page.pdf"), ReadingOptions(ocr="never"))
    assert (page.width, page.height) == size
    assert " ".join(page.words.texts) == "Harbour dues Paid on 3 May"
