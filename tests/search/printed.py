"""A document of two pages whose second section goes on over the page break, and one of columns."""

import io

import pytest
from reportlab.pdfgen.canvas import Canvas

from snappy_core import RegionIndex, Source
from snappy_core.testing import FakeEncoder

WIDTH, HEIGHT = 420, 595


def lines(x, y, *texts, size=10):
    """Lines of text below each other: x, y from the top, size of the letters, text."""
    return [(x, y + 13 * i, size, text) for i, text in enumerate(texts)]


FIRST = [
    *lines(60, 60, "Harbor", size=20),
    *lines(
        60,
        100,
        "The harbour of Brae was built in 1820 and has two piers. It is open all",
        "year, and boats of any size may land there. Dues are paid to the clerk",
        "at the end of each month.",
    ),
    *lines(60, 170, "Stone", size=14),
    *lines(
        60,
        200,
        "The northern pier was repaired after the storm. Stone for it came from",
        "the quarry at Aber, and the work was done by forty men. The clerk",
        "wrote that the costs of the whole repair were shared between the two",
    ),
]
SECOND = [
    *lines(
        60,
        60,
        "towns, and that each of them paid nine hundred crowns in silver for the",
        "new pier. No other harbour of the coast was repaired in that year.",
    ),
    *lines(
        60,
        110,
        "The southern pier was left as it was, since no boat had landed there for",
        "many years. It fell into the sea in the following winter.",
    ),
    *lines(60, 170, "Ferries", size=14),
    *lines(
        60,
        200,
        "Two ferries leave every day for the island, at nine and at noon. They",
        "carry forty people and ten carts each, and the mail.",
    ),
]
COLUMNS = [
    *lines(
        40,
        60,
        "The harbour of Brae was built in 1820",
        "and has two piers. It is open all year,",
        "and boats of any size may land there.",
        "The clerk wrote that the costs of the",
        "whole repair were shared between the",
    ),
    *lines(
        230,
        60,
        "two towns, and that each of them paid",
        "nine hundred crowns for the new pier.",
        "No other harbour was repaired then.",
    ),
]


def print_pages(*pages):
    """A PDF with lines of text on its pages."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT))
    for page in pages:
        for x, y, size, text in page:
            canvas.setFont("Helvetica", size)
            canvas.drawString(x, HEIGHT - y, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def index_of(*pages, **options):
    """An index of one document, "h"."""
    index = RegionIndex(encoder=FakeEncoder())
    source = Source.from_bytes(print_pages(*pages), "h.pdf")
    index.add_document(source, document_id="h", **options).raise_failed()
    return index


@pytest.fixture(scope="session")
def harbor():
    """An index of the document of two pages: sections Harbor > Stone, over the break, > Ferries."""
    with index_of(FIRST, SECOND) as index:
        yield index
