"""Comparisons of what a store returns."""

from collections import Counter

import numpy as np

from snappy_core.scoring.idf import page_terms
from snappy_core.stores.base import Snapshot
from snappy_core.types import LABELS, Page, Patches


def assert_same_page(stored: Page, page: Page) -> None:
    """Check that a page is equal to the one that was written, which may have a renderer."""
    for name in ("number", "label", "width", "height", "unit", "regions"):
        assert getattr(stored, name) == getattr(page, name), name
    assert stored.words.texts == page.words.texts
    np.testing.assert_array_equal(stored.words.boxes, page.words.boxes)
    if page.words.confidences is None:
        assert stored.words.confidences is None
    else:
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
