"""Selects from the ranked regions of a page by the paper's rule."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from snappy_core.types import LABELS

TABLE, ROW = LABELS.index("table"), LABELS.index("table_row")


def above_percentile(scores: NDArray[np.float32], percentile: float = 50) -> NDArray[np.bool_]:
    """Return a mask of the scores that reach a percentile (0..100) of all; the paper uses 50."""
    threshold = np.percentile(scores, percentile) if len(scores) else 0
    return np.asarray(scores >= threshold, dtype=bool)


def promote_to_parent(
    selected: NDArray[np.intp], labels: NDArray[np.uint8], parents: NDArray[np.int64]
) -> NDArray[np.intp]:
    """Replace the selected rows of a table with the table if they are at least half of its rows.

    A single row is never replaced by its table. The table takes the rank of its best row.

    Args:
        selected: (n,) regions, best first, none of which contains another.
        labels: (r,) indices into `LABELS`.
        parents: (r,) index of the region that contains each one, -1 for none.

    >>> labels = np.array([TABLE, ROW, ROW, ROW, 0], np.uint8)
    >>> promote_to_parent(np.array([4, 2, 3]), labels, np.array([-1, 0, 0, 0, -1])).tolist()
    [4, 0]
    """
    regions = list(dict.fromkeys(selected.tolist()))
    child_counts = np.bincount(parents[parents >= 0], minlength=len(parents))
    while True:
        selected_children = Counter(int(parents[region]) for region in regions)
        promoted = {
            parent
            for parent, count in selected_children.items()
            if parent >= 0
            and labels[parent] == TABLE
            and count > 1
            and 2 * count >= child_counts[parent]
        }
        if not promoted:
            return np.array(regions, dtype=np.intp)
        regions = list(
            dict.fromkeys(
                int(parents[region]) if int(parents[region]) in promoted else region
                for region in regions
            )
        )
