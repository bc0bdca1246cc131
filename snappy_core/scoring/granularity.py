"""Granularity: whether a table or its rows, a list or its items are returned.

Late interaction never scores a region below its parts, because it takes the best patch of all that
the region contains. These rules choose between levels:

* With `scoring="maxsim"`, lists are penalized for their length: `score - SIZE_PENALTY ln n` for n
  patches (`penalize_size`). A list then beats its items only if the other items add more than that.
  Paragraphs are not penalized: a penalty was no better on the development bench, and questions
  about a long paragraph went to a short neighbor. "mixture" has learned weights for kinds of
  regions.
* Tables are decided by length alone, since rows are read with the table's header and caption and
  match nearly everything that the table matches. A table (or a section of one) of up to `MAX_ROWS`
  rows is returned whole, a longer one as its sections and rows (`rankable`).
* Headings belong to the text below them and are returned only if there is none (`answering`).
* Of a region and the region that contains it, only the better ranked is returned (`drop_nested`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.membership import Membership
from snappy_core.types import LABELS, LISTINGS

SIZE_PENALTY = 0.02
"""Cosine that a list loses each time it is e times as long. On the development bench, .01 to .03
give the same results; at 0 the share of questions whose best region has IoU >= .5 falls from .73
to .65."""

MAX_ROWS = 15
"""Rows of the largest table that is returned whole. On the development bench, results are
as good at 20, and worse at 8 and 30."""

HEADING_PENALTY = 0.06
"""Cosine that titles and headings lose: the answer is in the text below them."""

_TABLE, _ROW = LABELS.index("table"), LABELS.index("table_row")
_LIST = LABELS.index("list")
_NO_ANSWERS = [LABELS.index(label) for label in ("header", "footer", *LISTINGS)]
_HEADINGS = (LABELS.index("title"), LABELS.index("heading"))


def penalize_size(
    scores: NDArray[np.float32], membership: Membership, labels: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Subtract a length penalty from the scores of lists and a fixed penalty from headings, (r,).

    Args:
        scores: (r,) region scores.
        labels: (r,) indices into `LABELS`.
    """
    own_before = np.concatenate([[0], np.cumsum(membership.own)])
    patch_counts = np.diff(own_before[membership.offsets])
    penalty = np.where(labels == _LIST, SIZE_PENALTY * np.log(np.maximum(patch_counts, 1)), 0)
    penalty += HEADING_PENALTY * np.isin(labels, _HEADINGS)
    return (scores - penalty).astype(np.float32)


def rankable(
    labels: NDArray[np.uint8], parents: NDArray[np.int64], only: frozenset[int] | None = None
) -> NDArray[np.bool_]:
    """Return which regions may be returned by a search, a mask of shape (r,).

    Without `only` these are all regions except running headers and footers, contents, indexes and
    references, anything inside them, the rows of a table of up to `MAX_ROWS` rows, and larger
    tables. With `only`, they are exactly the regions with these labels.

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
    no_answer = np.isin(labels, _NO_ANSWERS)
    mask = (short_table | (labels != _TABLE)) & ~no_answer
    ancestors = parents.copy()
    while (nested := np.flatnonzero(ancestors >= 0)).size:
        mask[nested] &= ~(short_table | no_answer)[ancestors[nested]]
        ancestors[nested] = parents[ancestors[nested]]
    return np.asarray(mask, dtype=bool)


def answering(
    labels: NDArray[np.uint8], parents: NDArray[np.int64], offsets: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which regions may answer a question, a mask of shape (r,).

    These are the regions of `rankable`, but titles and headings only on pages without anything
    else: a heading belongs to the text below it, which is read together with it.

    Args:
        labels: (r,) indices into `LABELS`.
        parents: (r,) index of the region that contains each one, -1 for none.
        offsets: (p + 1,), page i owns the regions `offsets[i]:offsets[i + 1]`.

    >>> heading, paragraph = LABELS.index("heading"), LABELS.index("paragraph")
    >>> labels = np.array([heading, paragraph, heading], np.uint8)
    >>> answering(labels, np.full(3, -1), np.array([0, 2, 3])).tolist()
    [False, True, True]
    """
    mask = rankable(labels, parents)
    is_heading = np.isin(labels, _HEADINGS)
    pages = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    has_more = np.zeros(len(offsets) - 1, dtype=bool)
    has_more[pages[mask & ~is_heading]] = True
    return np.asarray(mask & ~(is_heading & has_more[pages]), dtype=bool)


def drop_nested(ranked: NDArray[np.intp], parents: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return a mask of the ranked regions that neither contain nor lie in a better one.

    Args:
        ranked: (n,) regions, best first.
        parents: (r,) index of the region that contains each one, -1 for none.

    >>> drop_nested(np.array([2, 0, 1, 3]), np.array([-1, 0, 0, -1]))
    array([ True, False,  True,  True])
    """
    mask = np.ones(len(ranked), dtype=bool)
    has_relatives = parents >= 0
    has_relatives[parents[parents >= 0]] = True
    accepted: set[int] = set()
    ancestors_of_accepted: set[int] = set()
    positions = np.flatnonzero(has_relatives[ranked])
    parent_of = parents.tolist()  # reading single items is faster from a list
    for position, region in zip(positions.tolist(), ranked[positions].tolist(), strict=True):
        ancestors = ancestors_of(region, parent_of)
        if region in ancestors_of_accepted or not accepted.isdisjoint(ancestors):
            mask[position] = False
        else:
            accepted.add(region)
            ancestors_of_accepted.update(ancestors)
    return mask


def ancestors_of(region: int, parents: Sequence[int]) -> list[int]:
    """Return the regions that contain a region, nearest first."""
    ancestors = []
    while (region := parents[region]) >= 0:
        ancestors.append(region)
    return ancestors
