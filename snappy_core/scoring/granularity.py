"""Which level of a page answers: a table or one of its rows, a list or one of its items.

Late interaction never scores a region below its parts: it takes the best patch of all it holds.
So a list pays for its size, `rel(q, r) - PENALTY ln n` for n patches: it wins over its items only
where the others add more than that to the score. What holds a better region, or is held by one, is
then left out.

Rows do not compete with their table in that way, for they are read with its header and caption and
so match nearly all that the table matches. There size alone decides: a table (or a section of
one) of up to `MAX_ROWS` rows answers as a whole, a longer one by its sections and rows.

Paragraphs pay nothing: that they did was no better on the development bench, and a question about
a long paragraph was answered by a short one beside it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.membership import Membership
from snappy_core.types import LABELS

PENALTY = 0.02
"""Cosine that a list pays each time it is e times as large. From .01 to .03 the development bench
is the same; at 0 its IoU@.5 of the best region falls from .73 to .65."""

MAX_ROWS = 15
"""Rows of a table that answers as a whole; the bench is as good at 20, worse at 8 and at 30."""

HEADING = 0.06
"""Cosine that a heading pays: what it is about stands below it."""

_TABLE, _ROW = LABELS.index("table"), LABELS.index("table_row")
_LIST = LABELS.index("list")
_RUNNING = (LABELS.index("header"), LABELS.index("footer"))
_HEADINGS = (LABELS.index("title"), LABELS.index("heading"))


def penalize_size(
    scores: NDArray[np.float32], members: Membership, labels: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Return region scores (r,) less what lists pay for their size, and headings for being some.

    Args:
        labels: (r,) places in `LABELS`.
    """
    own = np.concatenate([[0], np.cumsum(members.own)])
    count = np.diff(own[members.offsets])
    paid = np.where(labels == _LIST, PENALTY * np.log(np.maximum(count, 1)), 0)
    paid += HEADING * np.isin(labels, _HEADINGS)
    return (scores - paid).astype(np.float32)


def rankable(
    labels: NDArray[np.uint8], parents: NDArray[np.int64], only: frozenset[int] | None = None
) -> NDArray[np.bool_]:
    """Return which regions may be returned by a search, a mask of shape (r,).

    Without `only` these are all regions but running headers and footers, the rows of a table of
    up to `MAX_ROWS` rows, and larger tables. With `only`, exactly the regions of these labels.

    Args:
        labels: (r,) indices into `LABELS`.
        parents: (r,) index of the region that contains each one, -1 for none.
        only: the labels that a filter asks for, as indices into `LABELS`.

    >>> table, row = LABELS.index("table"), LABELS.index("table_row")
    >>> labels = np.array([table, row, row, table] + [row] * 16, np.uint8)
    >>> mask = rankable(labels, np.array([-1, 0, 0, -1] + [3] * 16))
    >>> mask[:4], bool(mask[4:].all())
    (array([ True, False, False, False]), True)
    """
    if only is not None:
        return np.isin(labels, list(only))
    row_counts = np.zeros(len(labels), dtype=np.int64)
    ancestors = parents[labels == _ROW]
    while (ancestors := ancestors[ancestors >= 0]).size:
        np.add.at(row_counts, ancestors, 1)
        ancestors = parents[ancestors]
    short_table = (labels == _TABLE) & (row_counts <= MAX_ROWS)
    mask = (short_table | (labels != _TABLE)) & ~np.isin(labels, _RUNNING)
    ancestors = parents.copy()
    while (nested := np.flatnonzero(ancestors >= 0)).size:
        mask[nested] &= ~short_table[ancestors[nested]]
        ancestors[nested] = parents[ancestors[nested]]
    return np.asarray(mask, dtype=bool)


def drop_nested(ranked: NDArray[np.intp], parents: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which ranked regions neither hold one ranked before them nor are held by one.

    Args:
        ranked: (n,) regions, best first.
        parents: (r,) the region that holds each, -1 for none.

    >>> drop_nested(np.array([2, 0, 1, 3]), np.array([-1, 0, 0, -1]))
    array([ True, False,  True,  True])
    """
    kept = np.ones(len(ranked), dtype=bool)
    holds = np.zeros(len(parents), dtype=bool)
    holds[parents[parents >= 0]] = True
    related = holds | (parents >= 0)
    taken: set[int] = set()
    above: set[int] = set()  # all that holds something taken
    for place in np.flatnonzero(related[ranked]).tolist():
        region = int(ranked[place])
        chain = _ancestors(region, parents)
        if region in above or not taken.isdisjoint(chain):
            kept[place] = False
        else:
            taken.add(region)
            above.update(chain)
    return kept


def promote_to_parent(
    selected: NDArray[np.intp], labels: NDArray[np.uint8], parents: NDArray[np.int64]
) -> NDArray[np.intp]:
    """Return selected regions, best first, with rows that make up half of their table (two at
    least) replaced by it, in the place of the best of them.

    Args:
        selected: (n,) regions, none of which holds another.
        labels: (r,) places in `LABELS`.
        parents: (r,) the region that holds each, -1 for none.

    >>> labels = np.array([_TABLE, _ROW, _ROW, _ROW, 0], np.uint8)
    >>> promote_to_parent(np.array([4, 2, 3]), labels, np.array([-1, 0, 0, 0, -1])).tolist()
    [4, 0]
    """
    taken = list(dict.fromkeys(selected.tolist()))
    parts = np.bincount(parents[parents >= 0], minlength=len(parents))
    while True:
        held = [int(parents[region]) for region in taken]
        tables = {p for p in held if p >= 0 and labels[p] == _TABLE}
        whole = {p for p in tables if held.count(p) > 1 and 2 * held.count(p) >= parts[p]}
        if not whole:
            return np.array(taken, dtype=np.intp)
        wider = [p if p in whole else region for region, p in zip(taken, held, strict=True)]
        taken = list(dict.fromkeys(wider))


def _ancestors(region: int, parents: NDArray[np.int64]) -> list[int]:
    chain = []
    while (region := int(parents[region])) >= 0:
        chain.append(region)
    return chain
