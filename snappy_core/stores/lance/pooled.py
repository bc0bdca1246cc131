"""Lance tables of pooled vectors, next to that of the index, each with a vector index.

A table is written once and never changed, and the newest one is used. It may lag behind, since
pages never change and their ids are never reused: pages that it lacks are scored exactly, and
pages that no longer exist are left out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.stores.catalog import Catalog
from snappy_core.stores.lance.errors import lance_errors, libraries
from snappy_core.stores.lance.nearest import Nearest
from snappy_core.stores.lance.table import LanceTable

MOST_EXACT = 50_000
"""Up to this number, all pages are scored exactly, from memory."""

_PREFIX = "pooled_"  # of table names, followed by the nanoseconds since 1970
_LAST = b"last page id"  # key in the metadata of a table
_INDEX = "nearest"
_BATCH = 2_500  # pages in memory at once while a table is written
_LAG = 0.1  # share of the pages that a table may lack, or have although they are gone
_PARTITION = 12_500  # vectors of one partition of the index
_BITS = 2  # per number; 1 finds less, 4 takes 50% more memory
_MARGIN = timedelta(minutes=1)


class LancePooled:
    """The pooled vectors of pages by page id; raises like `LanceStore`."""

    def __init__(self, table: LanceTable) -> None:
        self.location = table.location
        self._index = table
        self._lock = threading.Lock()
        self._nearest: Nearest | None = None
        self._version = -1  # the last version of the index at which tables were listed

    def nearest(self, page_count: int, version: int) -> Nearest | None:
        """Return the newest table; None if so few pages need none, or none is finished.

        Tables are listed once per version of the index, since each new table makes a version.
        """
        if page_count <= MOST_EXACT:
            return None
        with self._lock:
            if version > self._version:
                self._nearest = self._newest()
                self._version = version
            return self._nearest

    def was_dropped(self, nearest: Nearest) -> bool:
        """Return whether a table is gone; the next call of `nearest` then looks for another one."""
        with self._lock:
            is_gone = nearest.table.name not in self._index.other_names(_PREFIX)
            if is_gone and nearest is self._nearest:
                self._nearest, self._version = None, -1
            return is_gone

    def _newest(self) -> Nearest | None:
        with lance_errors(self.location):
            for name in reversed(self._index.other_names(_PREFIX)):
                if self._nearest is not None and self._nearest.table.name == name:
                    return self._nearest
                table = self._index.other_table(name)
                if table is not None and table.index_stats(_INDEX) is not None:
                    return Nearest(table, self.location, np.sort(_page_ids(table)))
        return None

    def update(
        self, page_ids: NDArray[np.int64], load: Callable[[NDArray[np.int64]], Catalog]
    ) -> bool:
        """Make a new table if there is none, or if enough pages were added or removed since.

        Args:
            page_ids: (p,) all pages of the index. For up to `MOST_EXACT`, no table is made.
            load: returns pages by their ids, with the pooled vectors.

        Returns:
            Whether there is a new table; readers see it with the next version of the index.
        """
        if len(page_ids) <= MOST_EXACT:
            return False
        latest = self._newest()
        if latest and not _lags(latest, page_ids):
            return False
        name = f"{_PREFIX}{time.time_ns()}"
        table: Any = None
        with lance_errors(self.location):
            for start in range(0, len(page_ids), _BATCH):
                rows = _rows(load(page_ids[start : start + _BATCH]), page_ids[-1])
                if len(rows) and table is None:
                    table = self._index.database.create_table(name, rows)
                elif len(rows):
                    table.add(rows)
            if table is not None:
                _build_index(table)
        return table is not None

    def drop_old(self, page_count: int, keep: timedelta) -> None:
        """Remove the tables that nobody needs or has needed within the time `keep`."""
        newest = None if page_count <= MOST_EXACT else self._newest()
        limit = time.time() - (keep + _MARGIN).total_seconds()
        with lance_errors(self.location):
            for name in self._index.other_names(_PREFIX):
                successor = name if newest is None else newest.table.name
                if _started(successor) <= limit and (newest is None or name < successor):
                    self._index.database.drop_table(name)


def _started(name: str) -> float:
    """Return when a table was started, in seconds since 1970."""
    return int(name.removeprefix(_PREFIX)) / 1e9


def _lags(latest: Nearest, page_ids: NDArray[np.int64]) -> bool:
    """Return whether enough pages are gone or new; those without vectors are neither."""
    gone = len(np.setdiff1d(latest.page_ids, page_ids))
    new = (page_ids > int(latest.table.schema.metadata[_LAST])).sum()
    return bool(gone + new > _LAG * len(page_ids))


def _rows(catalog: Catalog, last_id: int) -> Any:
    """Return pages as an Arrow table, without those that have no vectors.

    Args:
        last_id: the last page id of the index.
    """
    _, arrow = libraries()
    counts = np.diff(catalog.offsets)
    # Not float16, with half the disk space: without AVX-512, indexing takes 3.5 times as long.
    vectors = catalog.vectors * catalog.scales[:, None]
    dim = vectors.shape[1]
    offsets = np.append(0, np.cumsum(counts[counts > 0])).astype(np.int32)
    flat = arrow.FixedSizeListArray.from_arrays(arrow.array(vectors.ravel()), dim)
    kind = arrow.list_(arrow.list_(arrow.float32(), dim))
    columns = {
        "page_id": arrow.array(catalog.page_ids[counts > 0]),
        "vectors": arrow.ListArray.from_arrays(arrow.array(offsets), flat, type=kind),
    }
    return arrow.table(columns, metadata={_LAST: str(last_id)})


def _build_index(table: Any) -> None:
    from lancedb.index import BTree, IvfRq

    table.create_index("page_id", config=BTree())  # for filters; searches wait for the next one
    config = IvfRq(
        distance_type="cosine",
        num_partitions=max(1, _vector_count(table) // _PARTITION),
        num_bits=_BITS,
        sample_rate=64,
        max_iterations=15,
    )
    table.create_index("vectors", config=config, name=_INDEX)


def _page_ids(table: Any) -> NDArray[np.int64]:
    ids = table.search().select(["page_id"]).limit(None).to_arrow()["page_id"]
    return np.asarray(ids.to_numpy(), dtype=np.int64)


def _vector_count(table: Any, sample: int = 1000) -> int:
    """Return the approximate number of vectors in all rows, from the first ones."""
    lists = table.search().select(["vectors"]).limit(sample).to_arrow()["vectors"]
    return int(table.count_rows() * len(lists.combine_chunks().flatten()) / max(len(lists), 1))
