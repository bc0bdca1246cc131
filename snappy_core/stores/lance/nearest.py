"""Finds candidates with an index of pooled vectors on disk, not in memory."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.stores.catalog import Catalog
from snappy_core.stores.first_stage import pooled_scores
from snappy_core.stores.lance.errors import lance_errors

_PROBES = 15  # partitions read per token
_OVERFETCH = "LANCE_XTR_OVERFETCH", "3"
"""Vectors fetched per token for each requested page, a setting that LanceDB reads once.

Its default, 10, takes twice the time and hardly finds more."""

_SPARE = 1.2  # factor on the number of nearest pages that, on average, leaves enough after a filter
_RANGES = 1000  # of page ids in a condition, at most; Lance checks them twice as fast as a list
_MORE = 1.5  # times as many pages are compared exactly if the index cannot apply the weights


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """A table of pooled vectors with an index.

    Attributes:
        page_ids: (p,) of its pages, ascending.
    """

    table: Any
    location: str
    page_ids: NDArray[np.int64]

    def candidates(
        self,
        query: NDArray[np.float32],
        weights: NDArray[np.float32],
        allowed: NDArray[np.int64],
        count: int,
        new: Catalog,
        load: Callable[[NDArray[np.int64]], Catalog],
    ) -> NDArray[np.int64]:
        """Return the ids of the `count` best of some pages, ascending.

        Args:
            query, weights: as in `Snapshot.candidates`.
            allowed: (p,) ids of pages, more than `count`, ascending.
            new: all pages that this table lacks.
            load: returns pages by their ids, with the pooled vectors.
        """
        indexed = allowed
        if not np.array_equal(allowed, self.page_ids):
            indexed = allowed[np.isin(allowed, self.page_ids, assume_unique=True)]
        has_new = len(new.page_ids) > 0 and bool(np.isin(new.page_ids, allowed).any())
        if len(indexed) > _MORE * count:
            is_ranked = len(np.unique(weights[weights > 0])) == 1  # Lance has no weights
            limit = count if is_ranked else math.ceil(_MORE * count)
            indexed = self._search(query[weights > 0], indexed, limit)
            if is_ranked and not has_new:
                return indexed
        catalogs = [load(indexed), new]
        ids = np.concatenate([catalog.page_ids for catalog in catalogs])
        scores = np.concatenate([pooled_scores(c, query, weights) for c in catalogs])
        is_allowed = np.isin(ids, allowed)
        ids, scores = ids[is_allowed], scores[is_allowed]
        return np.sort(ids[np.argsort(-scores, kind="stable")[:count]])

    def _search(
        self, tokens: NDArray[np.float32], allowed: NDArray[np.int64], count: int
    ) -> NDArray[np.int64]:
        """Return the ids of the `count` nearest of some pages of this table, ascending.

        All tokens (m, d) count equally.
        """
        others = len(self.page_ids) - len(allowed)
        nearest_ids = np.zeros(0, dtype=np.int64)
        if others <= len(allowed):  # fetching more pages is cheaper than a condition
            enough = math.ceil(_SPARE * count * len(self.page_ids) / len(allowed))
            nearest_ids = self._ask(tokens, min(enough, count + others))
            if others:
                nearest_ids = nearest_ids[np.isin(nearest_ids, allowed)][:count]
        if others and len(nearest_ids) < count:
            nearest_ids = self._ask(tokens, count, _condition(self.page_ids, allowed))
        if len(nearest_ids) < count:  # the nearest vectors come from fewer pages
            rest = np.setdiff1d(allowed, nearest_ids, assume_unique=True)
            nearest_ids = np.append(nearest_ids, rest[: count - len(nearest_ids)])
        return np.sort(nearest_ids)

    def _ask(
        self, tokens: NDArray[np.float32], count: int, condition: str = ""
    ) -> NDArray[np.int64]:
        """Return the ids of the nearest pages that meet a condition, best first."""
        os.environ.setdefault(*_OVERFETCH)
        query = self.table.search(tokens).select(["page_id", "_distance"]).distance_type("cosine")
        query = query.nprobes(_PROBES).limit(count)
        if condition:
            query = query.where(condition, prefilter=True)
        with lance_errors(self.location):
            return np.asarray(query.to_arrow()["page_id"].to_numpy(), dtype=np.int64)


def _condition(page_ids: NDArray[np.int64], allowed: NDArray[np.int64]) -> str:
    """Return SQL that selects the allowed pages of a table; both are ascending."""
    starts = np.flatnonzero(np.diff(np.searchsorted(page_ids, allowed), prepend=-2) != 1)
    if len(starts) <= _RANGES:
        runs = zip(allowed[starts], allowed[np.append(starts[1:], len(allowed)) - 1], strict=True)
        return " OR ".join(f"page_id BETWEEN {first} AND {last}" for first, last in runs)
    others = np.setdiff1d(page_ids, allowed, assume_unique=True)
    if len(others) < len(allowed):
        return f"page_id NOT IN ({_listed(others)})"
    return f"page_id IN ({_listed(allowed)})"


def _listed(ids: NDArray[np.int64]) -> str:
    return ", ".join(map(str, ids.tolist()))
