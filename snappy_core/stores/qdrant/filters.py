"""Filters applied by the server: the pages of one state, of some documents, with a term."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from snappy_core.stores.qdrant.collection import batches_of
from snappy_core.stores.qdrant.log import QdrantLog

if TYPE_CHECKING:
    from qdrant_client.models import FieldCondition, Filter

BATCH = 5000
"""Values per filter; more are split into several requests."""


def is_any(key: str, values: Sequence[Any]) -> FieldCondition:
    from qdrant_client.models import FieldCondition, MatchAny

    return FieldCondition(key=key, match=MatchAny(any=list(values)))


def all_of(conditions: Sequence[Any]) -> Filter:
    from qdrant_client.models import Filter

    return Filter(must=list(conditions))


def after(key: str, at: int) -> FieldCondition:
    from qdrant_client.models import FieldCondition, Range

    return FieldCondition(key=key, range=Range(gt=at))


def present(log: QdrantLog, *conditions: Any) -> Filter:
    """Match the pages that exist in the state of a log and meet the conditions."""
    from qdrant_client.models import FieldCondition, Filter, Range

    since = FieldCondition(key="since", range=Range(lte=log.last))
    writes = log.excluded_writes
    excluded: list[Any] | None = [is_any("write", writes)] if writes else None
    return Filter(must=[since, after("until", log.last), *conditions], must_not=excluded)


def of_writes(writes: Sequence[str], numbers: Sequence[int] | None = None) -> Iterator[list[Any]]:
    """Yield the conditions of each request for pages of these writes with these page numbers."""
    number_conditions = [] if numbers is None else [is_any("number", numbers)]
    for batch in batches_of(writes, BATCH):
        yield [is_any("write", batch), *number_conditions]


def of_pages(pages: Mapping[str, Sequence[int]]) -> Iterator[list[Any]]:
    """Yield the conditions of each request for pages, given as page numbers by write."""
    from qdrant_client.models import Filter

    alternatives: list[Any] = [
        Filter(must=[is_any("write", [write]), is_any("number", numbers)])
        for write, numbers in pages.items()
    ]
    for batch in batches_of(alternatives, BATCH // 5):  # each has several values
        yield [Filter(should=list(batch))]
