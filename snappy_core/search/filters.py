"""Resolving a filter into what a search looks at: pages, labels and regions."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from snappy_core.cancellation import raise_if_ended
from snappy_core.filters import (
    BOX_KEYS,
    BUILT_IN,
    PAGE_LISTS,
    All,
    Comparison,
    Condition,
    Filter,
    Row,
    all_of,
    comparisons,
    conjuncts,
    parse,
    predicate,
    weaken,
)
from snappy_core.names import citation
from snappy_core.search.page_context import PageContext, mean_confidence
from snappy_core.search.page_references import PageReference, find_pages
from snappy_core.stores.base import PageFilter, Snapshot, document_row
from snappy_core.terminal import plain
from snappy_core.types import LABELS, Region


@dataclass(frozen=True, slots=True)
class Selection:
    """What a filter selects.

    Attributes:
        pages: where to search.
        labels: the region labels that it asks for, as indices into `LABELS`; None if it names none.
        regions: the further condition that each region must meet.
    """

    pages: PageFilter = field(default_factory=PageFilter)
    labels: frozenset[int] | None = None
    regions: Condition = field(default_factory=All)

    def mask(
        self,
        page_ids: NDArray[np.int64],
        labels: NDArray[np.uint8],
        context_of: Callable[[int], PageContext],
    ) -> NDArray[np.bool_]:
        """Return which regions of some pages meet `regions`, (r,).

        Pages are read only if the condition is about more than labels.

        Args:
            labels: (r,) indices into `LABELS`, of all regions of the pages (p,).
            context_of: reads the context of a page by its id.
        """
        meets = predicate(self.regions)
        if all(leaf.key == "region_label" for leaf in comparisons(self.regions)):
            allowed = [code for code, name in enumerate(LABELS) if meets({"region_label": name})]
            return np.isin(labels, allowed)
        rows: list[bool] = []
        for page_id in page_ids.tolist():
            raise_if_ended()
            context = context_of(page_id)
            rows += (
                meets(region_row(context, region, f"{context.id_prefix}r{index}"))
                for index, region in enumerate(context.page.regions)
            )
        return np.array(rows, dtype=bool)

    def allows_area(self, context: PageContext, region: Region, region_id: str) -> bool:
        """Return whether an area without text, which is not among its page's regions, matches."""
        return predicate(self.regions)(region_row(context, region, region_id))

    @property
    def has_areas(self) -> bool:
        """Whether areas without text can match."""
        return self.labels is None or LABELS.index("hot_area") in self.labels


def resolve(
    filter: Filter | None, snapshot: Snapshot, pages: Iterable[PageReference] | None = None
) -> Selection:
    """Return what a filter selects in the state of an index, or on some of its pages.

    Each required condition is resolved where it belongs: conditions on documents and pages by the
    store, further conditions on regions by `Selection.mask`, on the pages that are scored. A
    metadata key that no document has causes a warning.

    Raises:
        ValueError: as `filters.parse` and `find_pages`.
    """
    condition = parse(filter)
    selected = PageFilter(page_ids=None if pages is None else find_pages(snapshot, pages))
    if condition == All():
        return Selection(selected)
    _warn_of_unknown_keys(condition, snapshot)
    of_documents: list[Condition] = []
    of_regions: list[Condition] = []
    for part in conjuncts(condition):
        levels = {leaf.level for leaf in comparisons(part)}
        if "region" in levels:
            of_regions.append(part)
        elif "page" not in levels:
            of_documents.append(part)
        elif (numbers := _page_numbers(part)) is not None:
            numbers = _intersection(numbers, selected.page_numbers)
            selected = replace(selected, page_numbers=numbers)
        else:
            page_ids = frozenset(snapshot.pages_where(part).tolist())
            selected = replace(selected, page_ids=_intersection(page_ids, selected.page_ids))
    if of_documents:
        selected = replace(selected, document_ids=snapshot.documents_where(all_of(of_documents)))
    regions = all_of(of_regions)
    having = weaken(regions, _is_of_pages)
    if having != All():
        selected = replace(selected, regions=having)
    return Selection(selected, _labels(regions), regions)


def find_documents(snapshot: Snapshot, filter: Filter) -> frozenset[str]:
    """Return the ids of the documents that match a filter.

    Raises:
        ValueError: as `filters.parse`, or the filter has a key of pages or regions.
    """
    condition = parse(filter)
    for leaf in comparisons(condition):
        if leaf.level != "document":
            raise ValueError(
                f"{leaf.key!r} is of a {leaf.level}; documents are found by their own keys"
            )
    _warn_of_unknown_keys(condition, snapshot)
    return snapshot.documents_where(condition)


def region_row(context: PageContext, region: Region, region_id: str) -> Row:
    """Return the values of a region by key, for `filters.predicate`."""
    page, document_id = context.page, context.document.document_id
    return {
        **document_row(context.document),
        "page_number": page.number,
        "page_label": page.label,
        "page_width": page.width,
        "page_height": page.height,
        "page_unit": page.unit,
        "region_id": region_id,
        "citation": citation(region_id, document_id),
        "region_label": region.label,
        "section": region.section,
        "reading_order": region.order,
        "figure_description": region.description,
        "ocr_confidence": mean_confidence(page.words, region.words),
        **dict(zip(BOX_KEYS, region.box, strict=True)),
    }


def _page_numbers(condition: Condition) -> frozenset[int] | None:
    """Return the page numbers that a condition lists; None for any other condition."""
    if not isinstance(condition, Comparison) or condition.is_negated:
        return None
    if (condition.key, condition.operator) != ("page_number", "in"):
        return None
    numbers = (value for value in condition.values if isinstance(value, (int, float)))
    return frozenset(int(number) for number in numbers if number == int(number))


def _intersection(values: frozenset[int], others: frozenset[int] | None) -> frozenset[int]:
    return values if others is None else values & others


def _is_of_pages(leaf: Comparison) -> bool:
    """Return whether `Snapshot.pages_where` accepts a comparison."""
    if leaf.key == "region_label" and predicate(leaf)({"region_label": "hot_area"}):
        return False  # pages are stored without their hot areas
    return leaf.level != "region" or (leaf.key in PAGE_LISTS and not leaf.is_negated)


def _labels(regions: Condition) -> frozenset[int] | None:
    """Return the labels that a condition asks for; excluding some does not ask for the others."""
    asked = weaken(regions, lambda leaf: leaf.key == "region_label" and not leaf.is_negated)
    meets = predicate(asked)
    return (
        None
        if asked == All()
        else frozenset(code for code, label in enumerate(LABELS) if meets({"region_label": label}))
    )


def _warn_of_unknown_keys(condition: Condition, snapshot: Snapshot) -> None:
    keys = {leaf.key for leaf in comparisons(condition) if leaf.operator != "exists"}
    keys.difference_update(BUILT_IN)
    if not keys:
        return
    metadata_keys = snapshot.metadata_keys()
    if not keys <= metadata_keys and snapshot.page_count():
        names = ", ".join(map(repr, sorted(keys - metadata_keys)))
        warnings.warn(  # Python shows it once
            f"no document has the filter key {names}, so nothing meets it; this index has "
            f"{plain(', '.join(sorted([*BUILT_IN, *metadata_keys])))}",
            stacklevel=2,
        )
