"""What the server is to look at: the pages of one state, of documents, with a term."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from snappy_core.stores.qdrant.event_log import Log

if TYPE_CHECKING:
    from qdrant_client.models import FieldCondition, Filter

BATCH = 5000
"""Values that one filter holds."""


def is_any(key: str, values: Sequence[Any]) -> FieldCondition:
    from qdrant_client.models import FieldCondition, MatchAny

    return FieldCondition(key=key, match=MatchAny(any=list(values)))


def all_of(conditions: Sequence[Any]) -> Filter:
    from qdrant_client.models import Filter

    return Filter(must=list(conditions))


def after(key: str, least: int) -> FieldCondition:
    from qdrant_client.models import FieldCondition, Range

    return FieldCondition(key=key, range=Range(gt=least))


def present(log: Log, *conditions: Any) -> Filter:
    """Let pages pass that are there in the state of a log, and agree with conditions."""
    from qdrant_client.models import FieldCondition, Filter, Range

    began = FieldCondition(key="since", range=Range(lte=log.last))
    hidden: list[Any] | None = [is_any("write", log.hidden)] if log.hidden else None
    return Filter(must=[began, after("until", log.last), *conditions], must_not=hidden)


def of_writes(writes: Sequence[str], numbers: Sequence[int] | None) -> Iterator[list[Any]]:
    """Yield conditions for the pages of writes, those with these numbers; each for a request."""
    numbered = [] if numbers is None else [is_any("number", numbers)]
    for start in range(0, len(writes), BATCH):
        yield [is_any("write", writes[start : start + BATCH]), *numbered]


def of_pages(pages: Mapping[str, Sequence[int]]) -> Iterator[list[Any]]:
    """Yield conditions for pages, given as numbers by write; each for a request."""
    from qdrant_client.models import Filter

    each: list[Any] = [
        Filter(must=[is_any("write", [write]), is_any("number", numbers)])
        for write, numbers in pages.items()
    ]
    for start in range(0, len(each), BATCH // 5):
        yield [Filter(should=each[start : start + BATCH // 5])]
