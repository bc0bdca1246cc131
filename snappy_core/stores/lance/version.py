"""One version of the table, for reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.stores.lance.errors import lance_errors


class Version:
    """One version of the table; later writes do not change it."""

    def __init__(self, table: Any, location: str) -> None:
        self._table = table
        self._location = location
        self.number: int = table.version
        self.rows: int = table.count_rows()

    def scan(self, columns: Sequence[str], offset: int = 0, where: str | None = None) -> Any:
        """Return columns and `_rowid` of all rows from an offset on that match a condition."""
        with lance_errors(self._location):
            query = self._table.search().select(list(columns)).with_row_id(True)
            if where is not None:
                query = query.where(where)
            return query.offset(offset).limit(None).to_arrow()

    def take(self, row_ids: NDArray[np.int64], columns: Sequence[str]) -> Any:
        """Return columns of the rows with these ids, in their order.

        Raises:
            KeyError: there is no such row.
        """
        with lance_errors(self._location):
            query = self._table.take_row_ids(np.unique(row_ids).tolist())
            table = query.select(list(columns)).with_row_id().to_arrow()
        return select_rows(table, row_ids)

    def column(self, row_ids: NDArray[np.int64], column: str) -> Any:
        """Return a column of pages (p,), in their order; scans the table when they are many."""
        if 2 * len(row_ids) < self.rows:
            return self.take(row_ids, [column])[column]
        return select_rows(self.scan([column], where="number IS NOT NULL"), row_ids)[column]


def select_rows(table: Any, row_ids: NDArray[np.int64]) -> Any:
    """Return the rows of an Arrow table with these ids, in their order.

    Raises:
        KeyError: there is no such row.
    """
    available = table["_rowid"].to_numpy().astype(np.int64)
    order = np.argsort(available)
    indices = np.searchsorted(available[order], row_ids)
    missing = indices == len(available)
    missing[~missing] = available[order][indices[~missing]] != row_ids[~missing]
    if missing.any():
        raise KeyError(int(row_ids[missing][0]))
    return table.take(order[indices])
