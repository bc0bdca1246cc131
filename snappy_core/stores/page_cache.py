"""Caches the vectors of recently scored pages, so that not every search reads and checks them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import count
from typing import ClassVar

from snappy_core.forks import fork_safe_lock
from snappy_core.stores.base import PageVectors

LIMIT = 64 << 20
"""The bytes kept by all indexes of a process together: about 350 pages."""

_NUMBERS = count()


class RecentPages:
    """The pages of one index that were read last.

    They are identified by ids that are never reused, so a cached page has not changed. All
    indexes of a process share `LIMIT`; threads may share a cache.
    """

    _kept: ClassVar[OrderedDict[tuple[int, int], tuple[PageVectors, int]]] = OrderedDict()
    _bytes = 0
    _lock = fork_safe_lock()

    def __init__(self) -> None:
        self._number = next(_NUMBERS)

    def vectors(
        self, page_ids: Sequence[int], read: Callable[[int], PageVectors]
    ) -> list[PageVectors]:
        """Return the vectors of pages, using `read` for those that are not cached."""
        cache = RecentPages._kept
        keys = [(self._number, page_id) for page_id in page_ids]
        with self._lock:
            cached = {key: cache[key][0] for key in keys if key in cache}
            for key in cached:
                cache.move_to_end(key)
        new = {key: read(key[1]) for key in keys if key not in cached}
        if new:
            with self._lock:
                for key, page in new.items():
                    self._keep(key, page)
        return [cached[key] if key in cached else new[key] for key in keys]

    def forget(self) -> None:
        """Free the pages of this index."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == self._number]:
                self._drop(key)

    def _keep(self, key: tuple[int, int], page: PageVectors) -> None:
        if key in self._kept:  # another thread has read it in the meantime
            return
        self._kept[key] = page, _size(page)
        RecentPages._bytes += self._kept[key][1]
        while RecentPages._bytes > LIMIT:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[int, int]) -> None:
        RecentPages._bytes -= self._kept.pop(key)[1]


def _size(page: PageVectors) -> int:
    members = page.membership
    arrays = (
        page.vectors, page.scales, page.labels, page.parents, *page.pooled,
        members.offsets, members.patches, members.iou, members.share, members.own,
    )  # fmt: skip
    return sum(array.nbytes for array in arrays)
