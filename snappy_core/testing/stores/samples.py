"""Documents and pages to write to a store, and comparisons with what it returns."""

from collections import Counter

import numpy as np

from snappy_core.boxes import grid_cells
from snappy_core.ingest.jobs import prepare
from snappy_core.scoring.idf import page_terms
from snappy_core.stores.base import DocumentRecord, PageRecord, Snapshot
from snappy_core.testing import FakeEncoder, make_page
from snappy_core.types import LABELS, Cell, Page, Patches, Region, Words

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
    cells = (
        Cell("Depth", None, 0, 1, is_header=True),
        Cell("Cuxhaven", (0.1, 0.2, 0.3, 0.25), 1, 0, row_span=2),
        Cell("4.85", (0.4, 0.2, 0.8, 0.25), 1, 1),
    )
    regions = (
        Region(
            (0.1, 0.2, 0.8, 0.25), "Cuxhaven 4.85", (0, 1), "table", 0,
            section="Ports > North", cells=cells, structure="ruled",
        ),
        Region(
            (0.1, 0.2, 0.8, 0.25), "Cuxhaven 4.85", (0, 1), "table_row", 1, parent=0,
            cells=cells[::2], structure="ruled", origin="tagged",
        ),
        Region((0.1, 0.5, 0.8, 0.75), "", (), "figure", 2, level=3, language="fr"),
    )  # fmt: skip
    return Page(1, "iv", 1700.5, 2200, "px", words, regions)


def grid_record() -> PageRecord:
    """Return a page of 2 x 3 grid patches, preceded by a global one."""
    page = make_page("Tides turn twice a day.", "Wind does not.")
    boxes = np.concatenate([grid_cells(1, 1), grid_cells(2, 3)])
    vectors = np.arange(7 * 16, dtype=np.int8).reshape(7, 16) - 50
    scales = (1 / np.linalg.norm(vectors, axis=1)).astype(np.float32)
    return prepare(page, Patches(vectors, scales, boxes, np.arange(7) > 0, (2, 3)))


def assert_same_page(stored: Page, page: Page) -> None:
    """Check that a page equals the one that was written, which may have a renderer."""
    for name in ("number", "label", "width", "height", "unit", "regions"):
        assert getattr(stored, name) == getattr(page, name), name
    assert stored.words.texts == page.words.texts
    np.testing.assert_array_equal(stored.words.boxes, page.words.boxes)
    np.testing.assert_array_equal(stored.words.confidences, page.words.confidences)
    assert stored.renderer is None


def assert_same_patches(stored: Patches, patches: Patches) -> None:
    """Check that patches and their types are equal."""
    for name in ("vectors", "scales", "boxes", "local"):
        np.testing.assert_array_equal(getattr(stored, name), getattr(patches, name), name)
        assert getattr(stored, name).dtype == getattr(patches, name).dtype
    assert stored.grid == patches.grid


def assert_consistent(snapshot: Snapshot) -> None:
    """Check that all methods of a snapshot agree on its pages, terms, catalog and patches."""
    names = [document.document_id for document in snapshot.documents()]
    assert names == sorted(names)
    ids = {name: snapshot.page_ids(name) for name in names}
    pages = {page: snapshot.page(page) for numbers in ids.values() for page in numbers.values()}
    counts = Counter(term for page in pages.values() for term in page_terms(page.words.texts))
    assert snapshot.frequencies([*counts, "never"]) == counts
    assert snapshot.page_count() == len(pages)
    for record in snapshot.documents():
        assert snapshot.document(record.document_id) == record
        assert record.pages == len(ids[record.document_id])
        for number, page in ids[record.document_id].items():
            assert pages[page].number == number
            assert snapshot.document_of(page) == record

    catalog = snapshot.catalog()
    assert catalog.page_ids.tolist() == sorted(pages)
    assert catalog.page_numbers.tolist() == [pages[page].number for page in sorted(pages)]
    assert list(catalog.document_ids) == [
        snapshot.document_of(page).document_id for page in sorted(pages)
    ]
    assert len(catalog.offsets) == len(pages) + 1
    assert catalog.offsets[-1] == len(catalog.vectors) == len(catalog.scales)

    for page, vectors in zip(sorted(pages), snapshot.vectors(sorted(pages)), strict=True):
        patches = snapshot.patches(page)
        np.testing.assert_array_equal(vectors.vectors, patches.vectors)
        np.testing.assert_array_equal(vectors.scales, patches.scales)
        labels = [LABELS.index(region.label) for region in pages[page].regions]
        assert vectors.labels.tolist() == labels
        assert len(vectors.membership.offsets) == len(labels) + 1
