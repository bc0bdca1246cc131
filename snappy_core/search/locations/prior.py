"""The prior for the places that a question names, over pages and their regions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.cancellation import raise_if_ended
from snappy_core.search.locations.landmarks import (
    LandmarkCache,
    Landmarks,
    heading_label,
    printed_offset,
)
from snappy_core.search.locations.references import LocationMatch, Reference
from snappy_core.search.locations.words import LEFT_OUT
from snappy_core.stores.base import PageFilter, Snapshot
from snappy_core.types import LABELS

MAX_DOCUMENTS = 10
"""Number of documents, those with the best pages, in which named places are looked up."""

MAX_PAGES = 1_000
"""Maximum number of pages in these documents; the first one is always searched in full."""

PAGE = 0.65
"""Weight of a named page: it ranks before others, unless nothing on it fits."""

OTHER_PAGE = 0.3
"""Weight of the page that has the named number by position, but another number printed."""

ON_PAGE = 0.2
"""Weight of the other regions on a page that has the named figure, table or section."""

ITEM = 0.4
"""Weight of the named figure, table, section, header, footer or table of contents."""

SIDE = 0.05
"""Weight of the regions on the named side of the page: enough to decide near ties."""


MAX_NAMED = 200
"""Maximum number of pages scored only because the question names them."""

_NUMBER = re.compile(r"[a-z]?[.-]?\d+(?:[.-]\d+)*[a-z]?", re.IGNORECASE)  # a section number


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The weights of a place on one page.

    Attributes:
        page: the weight of everything on the page that is not in a region.
        regions: (r,) the weight of each region.
    """

    reference: Reference
    page: float
    regions: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class LocationPrior:
    """The weights of the places that a question names, by page id."""

    pages: Mapping[int, Sequence[Weights]] = field(default_factory=dict)

    def raise_scores(
        self,
        scores: NDArray[np.float32],
        page_ids: NDArray[np.int64],
        offsets: NDArray[np.int64],
    ) -> NDArray[np.float32]:
        """Return scores moved toward 1 by the weights: `1 - (1 - score) prod(1 - weight)`, (r,).

        Args:
            scores: (r,) of the regions of all pages.
            page_ids: (p,).
            offsets: (p + 1,), page i owns the regions `offsets[i]:offsets[i + 1]`.
        """
        raised = scores.copy()
        for page_id, (start, stop) in zip(page_ids.tolist(), pairwise(offsets), strict=True):
            for weights in self.pages.get(page_id, ()):
                part = raised[start:stop]
                part += weights.regions * (1 - part)
        return raised

    def raise_pages(
        self, scores: NDArray[np.float32], page_ids: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return scores of pages, or of areas outside regions, moved in the same way, (p,)."""
        raised = scores.copy()
        for index, page_id in enumerate(page_ids.tolist()):
            for weights in self.pages.get(page_id, ()):
                raised[index] += weights.page * (1 - raised[index])
        return raised

    def matches(self, page_id: int, index: int | None) -> tuple[LocationMatch, ...]:
        """Return the places that contain a region of a page, or what is outside regions (None)."""
        return tuple(
            LocationMatch(weights.reference.text, round(weight, 4))
            for weights in self.pages.get(page_id, ())
            if (weight := weights.page if index is None else float(weights.regions[index])) > 0
        )

    def new_pages(self, page_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the named pages that are not among the given ones, ascending, (n,)."""
        weights = {page_id: max(w.page for w in of) for page_id, of in self.pages.items()}
        named = [page_id for page_id, weight in weights.items() if weight > 0]
        new = set(named).difference(page_ids.tolist())
        best = sorted(new, key=lambda page_id: (-weights[page_id], page_id))[:MAX_NAMED]
        return np.array(sorted(best), dtype=np.int64)

    def named_labels(self) -> frozenset[int]:
        """Return the labels of headers, footers and listings if the question names them."""
        kinds = {weights.reference.kind for of in self.pages.values() for weights in of}
        return frozenset(LABELS.index(kind) for kind in LEFT_OUT if kind in kinds)


def locate(
    snapshot: Snapshot,
    references: Iterable[Reference],
    page_ids: NDArray[np.int64],
    page_scores: NDArray[np.float32],
    page_filter: PageFilter,
    cache: LandmarkCache,
) -> LocationPrior:
    """Look up the places that a question names, in the documents whose pages score best.

    Args:
        page_ids, page_scores: (p,) the candidates.
        page_filter: the pages to look for.
    """
    references = tuple(references)
    prior: dict[int, list[Weights]] = {}
    for document_id in _best_documents(snapshot, page_ids, page_scores):
        ids = snapshot.page_ids(document_id)
        pages = {}
        for number in ids:
            raise_if_ended()
            pages[number] = cache.read(ids[number], snapshot.page)
        for reference in references:
            for number, weights in _weigh(reference, references, pages):
                if page_filter.allows(document_id, number, ids[number]):
                    prior.setdefault(ids[number], []).append(weights)
    return LocationPrior(prior)


def _best_documents(
    snapshot: Snapshot, page_ids: NDArray[np.int64], page_scores: NDArray[np.float32]
) -> list[str]:
    documents: dict[str, int] = {}
    for page_id in page_ids[np.argsort(-page_scores, kind="stable")[:MAX_PAGES]].tolist():
        record = snapshot.document_of(page_id)
        documents.setdefault(record.document_id, record.pages)
        if len(documents) > MAX_DOCUMENTS or sum(documents.values()) > MAX_PAGES:
            break
    names = list(documents)[:MAX_DOCUMENTS]
    while len(names) > 1 and sum(documents[name] for name in names) > MAX_PAGES:
        names.pop()
    return names


Pages = Mapping[int, Landmarks]
"""The landmarks of a document by page number."""


def _weigh(
    reference: Reference, all_references: Sequence[Reference], pages: Pages
) -> Iterable[tuple[int, Weights]]:
    """Yield the numbers of the pages that a reference leads to, with its weights there."""
    if reference.kind == "page":
        for number, weight in named_pages(reference, pages).items():
            regions = np.full(len(pages[number].labels), weight, np.float32)
            yield number, Weights(reference, weight, regions)
    elif reference.kind == "side":
        for number, page in pages.items():
            yield number, Weights(reference, 0, SIDE * _on_side(page, reference.labels))
    elif reference.kind in LEFT_OUT:
        code = LABELS.index(reference.kind)
        for number, page in pages.items():
            regions = np.where(page.labels == code, ITEM, 0).astype(np.float32)
            yield number, Weights(reference, 0, regions)
    else:
        named = {n for other in all_references if other.kind == "page"
                 for n in named_pages(other, pages)}  # fmt: skip
        # "The second table on page 3" counts on that page, "the second table" in the document.
        scope = {n: pages[n] for n in named} if named and reference.positions else pages
        for number, items in _items(reference, scope):
            page = pages[number]
            regions = np.full(len(page.labels), ON_PAGE, np.float32)
            regions[_with_descendants(items, page.parents)] = ITEM
            yield number, Weights(reference, ON_PAGE, regions)


def named_pages(reference: Reference, pages: Pages) -> dict[int, float]:
    """Return the numbers of the pages that a reference names, with their weights."""
    weights: dict[int, float] = {}
    last = max(pages, default=0)
    for position in reference.positions:
        number = position if position > 0 else last + 1 + position
        if number in pages:
            weights[number] = PAGE
    by_label: dict[str, list[int]] = {}
    for number, page in pages.items():
        by_label.setdefault(page.label.lower(), []).append(number)
    offset = printed_offset(pages)
    has_labels = any(page.label != str(number) for number, page in pages.items())
    for label in reference.labels:
        counted = int(label) if label.isdigit() else 0
        printed = by_label.get(label.lower(), []) if has_labels else []
        if counted and not printed and counted - offset in pages:
            printed = [counted - offset]
        for number in printed:
            weights[number] = PAGE
        if counted in pages:
            weights.setdefault(counted, OTHER_PAGE if printed else PAGE)
    return weights


def _items(reference: Reference, pages: Pages) -> Iterable[tuple[int, list[int]]]:
    """Yield page numbers and the regions there of the named figure, table or section."""
    if reference.positions:
        label = "table" if reference.kind == "table" else "figure"
        items = [(n, region) for n, page in sorted(pages.items()) for region in page.whole(label)]
        for position in reference.positions:
            if -len(items) <= position <= len(items):
                number, region = items[position - 1 if position > 0 else position]
                yield number, [region]
        return
    if reference.kind in ("section", "chapter", "appendix"):
        for number, page in pages.items():
            regions = [i for text, under in page.headings.items() for i in under
                       if _is_named(text, reference)]  # fmt: skip
            if regions:
                yield number, regions
        return
    for name in reference.labels:
        for number, page in pages.items():
            bearing = page.captions.get((reference.kind, name.lower()), ())
            if bearing:
                yield number, [*bearing, *_nearest(page, bearing)]


def _is_named(heading: str, reference: Reference) -> bool:
    if not reference.labels:
        return heading.startswith(("appendi", "annex", "anhang"))
    return any(
        heading_label(heading) == name.lower()
        or (len(name) > 3 and not _NUMBER.fullmatch(name) and name.lower() in heading)
        for name in reference.labels
    )


def _nearest(page: Landmarks, captions: Sequence[int]) -> list[int]:
    """Return the figure or table of each caption: the one that contains it, or else the nearest."""
    targets = page.whole("figure") + page.whole("table")
    nearest = []
    for caption in captions:
        if page.parents[caption] >= 0:
            nearest.append(int(page.parents[caption]))
        elif caption not in targets and targets:
            box, others = page.boxes[caption], page.boxes[targets]
            gap_y = np.maximum(others[:, 1] - box[3], box[1] - others[:, 3]).clip(0)
            gap_x = np.maximum(others[:, 0] - box[2], box[0] - others[:, 2]).clip(0)
            nearest.append(targets[int((gap_x + gap_y).argmin())])
    return nearest


def _with_descendants(regions: Iterable[int], parents: NDArray[np.int32]) -> list[int]:
    selected = set(regions)
    # A parent may come after its child.
    while (
        added := {child for child, parent in enumerate(parents.tolist()) if parent in selected}
        - selected
    ):
        selected |= added
    return sorted(selected)


def _on_side(page: Landmarks, sides: Sequence[str]) -> NDArray[np.float32]:
    """Return 1 for each region whose center is on all given sides of the page, else 0, (r,)."""
    x, y = (page.boxes[:, :2] + page.boxes[:, 2:]).T / 2
    on = {"top": y < 0.5, "bottom": y > 0.5, "left": x < 0.5, "right": x > 0.5}
    return np.asarray(np.all([on[side] for side in sides], axis=0), dtype=np.float32)
