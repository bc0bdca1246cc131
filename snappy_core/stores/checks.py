"""Checks of data read from an index, which may be damaged or maliciously crafted.

The checksum of a page detects disk errors; these checks detect what only an attacker would write:
loops of parents, words and patches that do not exist, numbers that are not numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import as_boxes
from snappy_core.errors import StoreError
from snappy_core.stores.base import DocumentRecord, PageVectors
from snappy_core.types import LABELS, Page, Patches, Region

Unpacked = TypeVar("Unpacked")

_SCALARS = (str, int, float, bool, type(None))

DAMAGE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError)
"""Errors raised by reading a damaged or crafted page."""


def unpack_page(
    unpack: Callable[..., Unpacked], parts: Iterable[Any], locate: Callable[[], tuple[str, int]]
) -> Unpacked:
    """Return the contents of the parts of a page, as every store reads them.

    Args:
        unpack: a function of `codec`, called with the parts.
        locate: returns the document and number of the page, for the error.

    Raises:
        StoreError: the page is damaged; the message names it and says what to do.
    """
    try:
        return unpack(*parts)
    except DAMAGE as error:
        document_id, number = locate()
        raise StoreError(
            f"page {number} of {document_id} is damaged in the index ({error}); "
            "delete the document and add it again"
        ) from error


def check_rows(rows: Iterable[tuple[Any, ...]], *types: type) -> list[Any]:
    """Return rows of numbers and texts; StoreError unless all values have these types."""
    checked = list(rows)
    for row in checked:
        if tuple(map(type, row)) != types:
            raise StoreError(
                f"the index is damaged: it has {row!r:.80} where it should have "
                f"{', '.join(kind.__name__ for kind in types)}; add its documents to a new one"
            )
    return checked


def check_record(record: DocumentRecord) -> DocumentRecord:
    """Return a document record; TypeError or ValueError if it could not have been written."""
    texts = record.document_id, record.content_hash, record.fingerprint, *record.sources
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("its name or source is no text")
    if type(record.pages) is not int or record.pages < 0:
        raise ValueError("its number of pages is none")
    for key, value in record.metadata.items():
        for element in value if isinstance(value, list) else [value]:
            if not isinstance(element, _SCALARS):
                raise TypeError(f"its metadata {key!r} is neither a scalar nor a list of them")
    return record


def check_scales(
    vectors: NDArray[np.int8], scales: NDArray[np.float32], dim: int | None = None
) -> None:
    """Raise ValueError unless each vector (n, dim) has a finite scale (n,)."""
    if dim is not None and vectors.shape[1] != dim:
        raise ValueError(f"its vectors have {vectors.shape[1]} dimensions, not {dim}")
    if len(vectors) != len(scales):
        raise ValueError("there is not one scale for each vector")
    if not np.isfinite(scales).all():
        raise ValueError("a scale is not a finite number")


def check_vectors(page: PageVectors, dim: int | None) -> None:
    """Raise ValueError for arrays that do not fit together, or vectors not of length `dim`."""
    members, parents, count = page.membership, page.parents, len(page.labels)
    if len(parents) != count or len(members.offsets) != count + 1:
        raise ValueError("the numbers of its regions differ")
    if not np.all((parents >= -1) & (parents < np.arange(count))):  # else there could be a loop
        raise ValueError("a region is not after its parent")
    if not np.all(page.labels < len(LABELS)):
        raise ValueError("a region has an unknown label")
    entries = {len(array) for array in (members.patches, members.iou, members.share, members.own)}
    if (
        entries != {int(members.offsets[-1])}
        or members.offsets[0] != 0
        or np.any(np.diff(members.offsets) < 0)
    ):
        raise ValueError("the patches of its regions are not where they should be")
    patches = members.patches
    if len(patches) and not 0 <= patches.min() <= patches.max() < len(page.vectors):
        raise ValueError("a region has a patch that does not exist")
    if not (np.isfinite(members.iou).all() and np.isfinite(members.share).all()):
        raise ValueError("the share of a patch is not a finite number")
    check_scales(page.vectors, page.scales, dim)
    check_scales(*page.pooled, dim)


def check_patches(patches: Patches) -> Patches:
    """Return the patches; ValueError unless their numbers are finite and their grid has cells."""
    if patches.grid is not None and min(patches.grid) < 0:
        raise ValueError("its grid has no cells")
    as_boxes(patches.boxes)
    check_scales(patches.vectors, patches.scales)
    return patches


def check_page(page: Page) -> None:
    """Raise ValueError or TypeError for a page that no document could have produced."""
    if page.number < 1:
        raise ValueError("its number is not positive")
    if not (0 < page.width < math.inf and 0 < page.height < math.inf):
        raise ValueError("its size is not positive")
    if page.user_space is not None:
        a, b, c, d, e, f = page.user_space
        if not all(map(math.isfinite, (a, b, c, d, e, f))):
            raise ValueError("its coordinates are not finite numbers")
    if not all(isinstance(text, str) for text in (page.label, page.unit, *page.words.texts)):
        raise TypeError("a word is no text")
    as_boxes([region.box for region in page.regions])
    as_boxes([cell.box for region in page.regions for cell in region.cells if cell.box is not None])
    for index, region in enumerate(page.regions):
        _check_region(region, index, len(page.words))


def _check_region(region: Region, index: int, word_count: int) -> None:
    if region.parent is not None and not 0 <= region.parent < index:
        raise ValueError("a region is not after its parent")
    if region.label not in LABELS:
        raise ValueError("a region has an unknown label")
    if not (isinstance(region.text, str) and isinstance(region.section, str)):
        raise TypeError("the text of a region is no text")
    indices = (*region.words, *region.context)
    if indices and not 0 <= min(indices) <= max(indices) < word_count:
        raise ValueError("a region has a word that does not exist")
    for cell in region.cells:
        if not isinstance(cell.text, str):
            raise TypeError("the text of a cell is no text")
        if min(cell.row, cell.column) < 0 or min(cell.row_span, cell.column_span) < 1:
            raise ValueError("a cell is outside of its table")
