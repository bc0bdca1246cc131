"""Tests of filters: a store must find what the core's evaluator finds."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from snappy_core.filters import Condition, Filter, parse, predicate, weaken
from snappy_core.stores.base import (
    DocumentRecord,
    Snapshot,
    Store,
    document_row,
    page_row,
)
from snappy_core.testing import make_page
from snappy_core.testing.stores.samples import document, records, texts
from snappy_core.types import LABELS, MetadataValue, Page, Region

VALUES: tuple[MetadataValue, ...] = (
    "sea", "Sea", "se'a [b]", "", "漁業", "2024-03-01", "2024-03-01T12:00:00+02:00", "2023-12-31",
    "true", 0, 1, 1.0, 2.5, -7, 2**53 + 1, True, False, None,
    [], ["sea", "sky"], ["hr", 3, True, None], ["2024-03-01", "2025-01-01"], [None],
)  # fmt: skip
KEYS = ("team", "year", "it's", "never")
GLOBS = ("*", "se*", "?ea", "*[b]*", "2024-??-*", "*.pdf", "")
LABELS_OF_PAGES = ("1", "iv", "A-1", "")
SECTIONS = ("", "Ports > North", "Ports > South", "It's 漁業")


def sample_page(number: int, choose: random.Random) -> Page:
    """Return a page with a page label, and regions with labels and sections, chosen at random."""
    page = make_page("Tides turn", number=number)
    regions = tuple(
        Region((0.1, 0.1, 0.2, 0.2), "x", (), label, order, section=choose.choice(SECTIONS))
        for order, label in enumerate(choose.sample(LABELS, choose.randrange(3)))
    )
    return Page(number, choose.choice(LABELS_OF_PAGES), 400, 600, "pt", page.words, regions)


def fill(store: Store, choose: random.Random) -> dict[tuple[str, int], Page]:
    """Write documents with random metadata; return their pages by document id and number."""
    pages = {}
    for name in ("a", "b", "c", "it's", "ü", "f", "g", "h"):
        of_document = [sample_page(number, choose) for number in range(1, choose.randrange(2, 5))]
        pages.update({(name, page.number): page for page in of_document})
        metadata = {key: choose.choice(VALUES) for key in choose.sample(KEYS[:3], 2)}
        pages_of = [as_record for page in of_document for as_record in records(page)]
        source = f"/papers/{name}.pdf"
        store.write(DocumentRecord(name, source, "1", "layout 1", metadata=metadata), pages_of)
    return pages


def sample_filter(choose: random.Random, keys: dict[str, Any], depth: int = 2) -> Filter:
    """Return a random filter over keys, given with the values to compare to."""
    kind = choose.choice(["$and", "$or", "$not", "key", "key"]) if depth else "key"
    if kind == "$not":
        return {"$not": sample_filter(choose, keys, depth - 1)}
    if kind != "key":
        count = choose.randrange(1, 4)
        return {kind: [sample_filter(choose, keys, depth - 1) for _ in range(count)]}
    key = choose.choice(sorted(keys))
    scalars = [value for value in keys[key] if not isinstance(value, list)]
    ordered = [value for value in scalars if value is not None and not isinstance(value, bool)]
    operators: dict[str, Callable[[], Any]] = {
        "$in": lambda: choose.sample(scalars, choose.randrange(min(len(scalars), 4))),
        "$ne": lambda: choose.choice(scalars),
        "$exists": lambda: choose.random() < 0.5,
    }
    if key not in ("document_id", "source", "file_name", "page_label", "region_label", "section"):
        for name in ("$gt", "$gte", "$lt", "$lte"):
            operators[name] = lambda: choose.choice(ordered)
    if key not in ("page_number", "region_label"):
        operators["$glob"] = lambda: choose.choice(GLOBS)
    name = choose.choice(sorted(operators))
    return {key: {name: operators[name]()}}


DOCUMENT_VALUES: dict[str, Any] = {
    **dict.fromkeys(KEYS, VALUES),
    "document_id": ("a", "it's", "ü", "no"),
    "source": ("/papers/a.pdf", "/papers/ü.pdf"),
    "file_name": ("a.pdf", "it's.pdf", "a"),
}
PAGE_VALUES = {"page_number": (1, 2, 3, 2.5, 9), "page_label": LABELS_OF_PAGES}
REGION_VALUES = {"region_label": LABELS, "section": SECTIONS}


def rows(snapshot: Snapshot, pages: dict[tuple[str, int], Page]) -> dict[int, Any]:
    """Return the values of each page by key, by page id."""
    return {
        page_id: {**document_row(record), **page_row(pages[record.document_id, number])}
        for record in snapshot.documents()
        for number, page_id in snapshot.page_ids(record.document_id).items()
    }


def is_exact(condition: Condition) -> Condition:
    """Return the part of a condition that `Snapshot.pages_where` takes."""
    return weaken(condition, lambda leaf: leaf.level != "region" or not leaf.is_negated)


class FilteringTests:
    def test_documents_are_those_of_the_evaluator(self, store: Store) -> None:
        choose = random.Random(7)
        fill(store, choose)
        with store.read() as snapshot:
            for _ in range(300):
                filter = sample_filter(choose, DOCUMENT_VALUES)
                condition = parse(filter)
                meets = predicate(condition)
                expected = {d.document_id for d in snapshot.documents() if meets(document_row(d))}
                assert snapshot.documents_where(condition) == expected, filter

    def test_pages_are_those_of_the_evaluator(self, store: Store) -> None:
        choose = random.Random(8)
        pages = fill(store, choose)
        with store.read() as snapshot:
            by_id = rows(snapshot, pages)
            for _ in range(100):
                filter = sample_filter(choose, {**DOCUMENT_VALUES, **PAGE_VALUES})
                condition = parse(filter)
                expected = [page_id for page_id, row in by_id.items() if predicate(condition)(row)]
                assert snapshot.pages_where(condition).tolist() == sorted(expected), filter

    def test_pages_have_the_regions_of_a_filter(self, store: Store) -> None:
        choose = random.Random(9)
        pages = fill(store, choose)
        some_are_left_out = False
        with store.read() as snapshot:
            by_id = rows(snapshot, pages)
            values = {"team": VALUES, **PAGE_VALUES, **REGION_VALUES}
            for _ in range(100):
                filter = sample_filter(choose, values)
                condition = is_exact(parse(filter))
                expected = {page_id for page_id, row in by_id.items() if predicate(condition)(row)}
                selected_ids = set(snapshot.pages_where(condition).tolist())
                assert expected <= selected_ids, filter
                some_are_left_out |= len(selected_ids) < len(by_id)
            for label in LABELS:
                expected = {i for i, row in by_id.items() if label in row["region_label"]}
                condition = parse({"region_label": label})
                assert set(snapshot.pages_where(condition).tolist()) == expected, label
        assert some_are_left_out

    def test_metadata_that_changes_is_found_anew(self, store: Store) -> None:
        store.write(document("a", team="sea"), texts("Tides turn"))
        store.write(document("b", team="sky"), texts("Moon pulls"))
        with store.read() as before:
            store.set_metadata("a", {"tags": ["new", "old"], "year": 2024})
            store.write(document("b", "2", team="land"), texts("Sun shines"))
            assert before.documents_where(parse({"team": "sea"})) == {"a"}
            assert before.metadata_keys() == {"team"}
        with store.read() as snapshot:
            assert snapshot.metadata_keys() == {"tags", "year", "team"}
            for filter, expected in (
                ({"team": ["sea", "sky"]}, set()),
                ({"team": "land"}, {"b"}),
                ({"tags": {"$contains": "old"}}, {"a"}),
                ({"year": {"$gt": 2023}}, {"a"}),
                ({"document_id": "a"}, {"a"}),
            ):
                assert snapshot.documents_where(parse(filter)) == expected, filter
        store.delete("a")
        with store.read() as snapshot:
            assert snapshot.documents_where(parse({"document_id": {"$glob": "*"}})) == {"b"}
            assert snapshot.metadata_keys() == {"team"}

    @pytest.mark.parametrize("count", [1, 600, 20_000])
    def test_lists_may_be_long(self, store: Store, count: int) -> None:
        store.write(document("a", n=3), texts("Tides turn"))
        store.write(document("b", n=-3, team="5"), texts("Moon pulls"))
        numbers, words = list(range(3, 3 + count)), [str(n) for n in range(5, 5 + count)]
        with store.read() as snapshot:
            assert snapshot.documents_where(parse({"n": numbers})) == {"a"}
            assert snapshot.documents_where(parse({"team": words})) == {"b"}
            assert snapshot.documents_where(parse({"n": {"$nin": numbers}})) == {"b"}
