"""Connected components: which items belong together when some pairs of them do."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def connected_components(count: int, pairs: Iterable[tuple[int, int]]) -> NDArray[np.intp]:
    """Return a label for each of `count` items, shape (count,); connected items share theirs.

    Labels are numbered from 0 in the order of the first item of each component.

    >>> connected_components(5, [(4, 1), (1, 2)]).tolist()
    [0, 1, 1, 2, 1]
    """
    parents = list(range(count))

    def root(item: int) -> int:
        while parents[item] != item:
            parents[item] = item = parents[parents[item]]  # halves the path for later calls
        return item

    for a, b in pairs:
        parents[root(b)] = root(a)
    labels: dict[int, int] = {}
    return np.array(
        [labels.setdefault(root(item), len(labels)) for item in range(count)], dtype=np.intp
    )
