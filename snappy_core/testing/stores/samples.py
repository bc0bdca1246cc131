"""Documents and pages to write to a store."""

import numpy as np

from snappy_core.ingest.jobs import prepare
from snappy_core.stores.base import DocumentRecord, PageRecord
from snappy_core.testing import FakeEncoder, make_page
from snappy_core.types import Page, Patches, Region, Words

ENCODER = FakeEncoder(dim=16)


def document(name: str, content: str = "1", **metadata: str | int) -> DocumentRecord:
    """Return the record of a document with this id, content hash and metadata."""
    return DocumentRecord(name, f"/papers/{name}.pdf", content, "layout 1", metadata=metadata)


def records(*pages: Page) -> list[PageRecord]:
    """Return pages as a store receives them, encoded by `ENCODER`."""
    return [
        prepare(page, patches)
        for page, patches in zip(pages, ENCODER.encode_pages(pages), strict=True)
    ]


def texts(*paragraphs: str) -> list[PageRecord]:
    """Return a page for each text."""
    return records(*(make_page(text, number=n) for n, text in enumerate(paragraphs, start=1)))


def scanned_page() -> Page:
    """Return a page with word confidences, a table with a row, and a figure."""
    boxes = np.array([[0.1, 0.2, 0.3, 0.25], [0.4, 0.2, 0.8, 0.25]], dtype=np.float32)
    words = Words(("Cuxhaven", "4.85"), boxes, np.array([0.5, 0.875], dtype=np.float32))
    regions = (
        Region((0.1, 0.2, 0.8, 0.25), "Cuxhaven 4.85", (0, 1), "table", 0, section="Ports > North"),
        Region((0.1, 0.2, 0.8, 0.25), "Cuxhaven 4.85", (0, 1), "table_row", 1, parent=0),
        Region((0.1, 0.5, 0.8, 0.75), "", (), "figure", 2),
    )
    return Page(1, "iv", 1700.5, 2200, "px", words, regions)


def grid_record() -> PageRecord:
    """Return a page of 2 x 3 grid patches and a global one, which is the first one."""
    page = make_page("Tides turn twice a day.", "Wind does not.")
    rows, columns = np.divmod(np.arange(6), 3)
    cells = np.stack([columns / 3, rows / 2, (columns + 1) / 3, (rows + 1) / 2], axis=1)
    boxes = np.concatenate([[[0, 0, 1, 1]], cells]).astype(np.float32)
    vectors = np.arange(7 * 16, dtype=np.int8).reshape(7, 16) - 50
    scales = (1 / np.linalg.norm(vectors, axis=1)).astype(np.float32)
    local = np.array([False] + [True] * 6)
    return prepare(page, Patches(vectors, scales, boxes, local, (2, 3)))
