"""Pages as bytes: the common format of the SQLite, Lance and Qdrant stores.

A page is packed into parts that are read separately: see `PackedPage`. Each part begins with its
checksum, and everything that is read is checked: an index may be damaged or crafted.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from itertools import chain, pairwise
from operator import attrgetter, index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, grid_cells
from snappy_core.scoring.idf import page_terms
from snappy_core.scoring.membership import Membership
from snappy_core.stores.base import PageRecord, PageVectors, region_arrays
from snappy_core.stores.catalog import PooledVectors
from snappy_core.stores.checks import check_page, check_patches, check_scales, check_vectors
from snappy_core.stores.packing import pack, unpack
from snappy_core.types import Box, Cell, Page, Patches, Region, Words

# The types of the arrays of each part. Wide ones come first, so that all are aligned.
_CONTENT = (  # boxes of regions and of table cells; boxes and confidences of words;
    np.float64, np.float32, np.float32,
    np.int32, np.int32, np.uint8,  # words, context and cells of regions, their offsets; JSON
)  # fmt: skip
_PATCH_BOXES = (np.int64, np.float32, np.bool_)  # grid, boxes, local
_SCORING = (  # dimension; membership: offsets, patches, iou, share; scales, parents;
    np.int64, np.int64, np.int32, np.float32, np.float32, np.float32, np.int32,
    np.bool_, np.uint8, np.int8,  # membership: own; labels, vectors
)  # fmt: skip
_POOLED = (np.int64, np.float32, np.int8)  # dimension, scales, vectors

_region_fields = attrgetter(
    "text",
    "label",
    "order",
    "parent",
    "section",
    "structure",
    "origin",
    "level",
    "description",
    "language",
)
_cell_fields = attrgetter("text", "row", "column", "row_span", "column_span", "is_header")
_to_json = json.JSONEncoder(check_circular=False, default=index).encode  # accepts NumPy's integers
_NO_BOX = (math.nan,) * 4  # of a header cell that is on the previous page


@dataclass(frozen=True, slots=True)
class PackedPage:
    """The parts of a page, packed.

    Attributes:
        number: page number.
        content: words and regions.
        patch_boxes: grid, boxes and local mask of the patches; None if each patch is a word.
        scoring: vectors, membership, labels and parents: what scoring reads.
        pooled: the vectors of the first stage.
        terms: the distinct terms of its words; see `encode_term`.
        label: the page label; like the next two, for filters.
        region_labels, sections: the distinct ones of its regions, ascending.
    """

    number: int
    content: bytes
    patch_boxes: bytes | None
    scoring: bytes
    pooled: bytes
    terms: frozenset[str]
    label: str
    region_labels: tuple[str, ...]
    sections: tuple[str, ...]


def pack_page(record: PageRecord) -> PackedPage:
    page = record.page
    terms = page_terms(page.words.texts)
    if not "".join(terms).isascii():
        terms = frozenset(map(encode_term, terms))
    return PackedPage(
        page.number,
        _pack_content(page),
        _pack_patch_boxes(record.patches, page.words.boxes),
        _pack_scoring(record),
        pack_pooled(record.pooled),
        terms,
        encode_text(page.label),
        tuple(sorted({region.label for region in page.regions})),
        tuple(sorted({encode_text(region.section) for region in page.regions})),
    )


def encode_text(text: str) -> str:
    """Return a text as stores compare it: like `encode_term`, but without NUL, which ends SQL."""
    return encode_term(text).replace("\0", "\\x00")


def encode_term(term: str) -> str:
    """Return a term as stores keep it; lone surrogates, as PDFs have, are not valid UTF-8."""
    return term if term.isascii() else term.encode("utf-8", "backslashreplace").decode()


def unpack_content(content: Any) -> Page:
    """Return the page packed in `PackedPage.content`, even by an older schema without cells."""
    region_boxes, boxes, confidences, indices, offsets, document = unpack(content, _CONTENT)
    values = json.loads(document.tobytes())
    has_confidences = values.pop("confidences")
    words = Words(
        tuple(values.pop("texts")), boxes.reshape(-1, 4), confidences if has_confidences else None
    )
    boxes_in_rows = region_boxes.reshape(-1, 4).tolist()
    cell_fields, region_fields = values.pop("cells", None), values.pop("regions")
    parts_per_region = 2 if cell_fields is None else 3
    cells = [
        Cell(text, _unpack_box(box), *place)
        for box, (text, *place) in zip(
            boxes_in_rows[len(region_fields) :], cell_fields or (), strict=True
        )
    ]
    all_indices = indices.tolist()
    parts = [tuple(all_indices[i:j]) for i, j in pairwise(offsets.tolist())]
    words_of, context_of, *cells_of = (parts[n::parts_per_region] for n in range(parts_per_region))
    regions = [
        Region(
            tuple(box), text, region_words, label, order, parent, section, context,
            tuple(cells[cell] for cell in region_cells), *structure,
        )
        for box, region_words, context, region_cells, (
            text, label, order, parent, section, *structure,
        ) in zip(
            boxes_in_rows[: len(region_fields)], words_of, context_of,
            cells_of[0] if cells_of else [()] * len(region_fields), region_fields, strict=True,
        )
    ]  # fmt: skip
    user_space = values.pop("user_space")
    page = Page(
        words=words,
        regions=tuple(regions),
        user_space=None if user_space is None else tuple(user_space),
        **values,
    )
    check_page(page)
    return page


def unpack_patches(content: Any, patch_boxes: Any, scoring: Any) -> Patches:
    """Return the patches packed in three parts of a `PackedPage`."""
    vectors, scales = _patch_vectors(unpack(scoring, _SCORING))
    if patch_boxes is None:
        word_boxes = unpack(content, _CONTENT)[1].reshape(-1, 4)
        return check_patches(Patches(vectors, scales, word_boxes, np.ones(len(vectors), bool)))
    grid, boxes, local = unpack(patch_boxes, _PATCH_BOXES)
    if not len(local):
        local = np.ones(len(vectors), bool)
    shape = (int(grid[0]), int(grid[1])) if len(grid) else None
    if shape is not None and not len(boxes):
        boxes = _grid_boxes(local, shape)
    return check_patches(Patches(vectors, scales, boxes.reshape(-1, 4), local, shape))


def unpack_scoring(scoring: Any, pooled: Any, dim: int | None = None) -> PageVectors:
    """Return the arrays packed in `PackedPage.scoring` and `PackedPage.pooled`.

    `dim` is the length that the vectors must have, if it is known.
    """
    arrays = unpack(scoring, _SCORING)
    _, offsets, patches, iou, share, _, parents, own, labels, _ = arrays
    membership = Membership(offsets, patches, iou, share, own)
    vectors, scales = _patch_vectors(arrays)
    page = PageVectors(vectors, scales, membership, labels, parents, unpack_pooled(pooled))
    check_vectors(page, dim)
    return page


def pack_pooled(pooled: PooledVectors) -> bytes:
    vectors, scales = pooled
    return pack((np.array([vectors.shape[1]]), scales, vectors), _POOLED)


def unpack_pooled(pooled: Any, dim: int | None = None) -> PooledVectors:
    """Return the vectors packed by `pack_pooled`; `dim` is as in `unpack_scoring`."""
    (length,), scales, vectors = unpack(pooled, _POOLED)
    vectors = vectors.reshape(-1, length)
    check_scales(vectors, scales, dim)
    return vectors, scales


def _unpack_box(box: list[float]) -> Box | None:
    x0, y0, x1, y1 = box
    return None if math.isnan(x0) else (x0, y0, x1, y1)


def _pack_content(page: Page) -> bytes:
    confidences = page.words.confidences
    # A cell is in a table, maybe in a section of it, and in a row: it is stored only once.
    cells = {cell: 0 for region in page.regions for cell in region.cells}
    cells = {cell: number for number, cell in enumerate(cells)}
    values = {
        "number": page.number,
        "label": page.label,
        "width": float(page.width),
        "height": float(page.height),
        "unit": page.unit,
        "texts": page.words.texts,
        "confidences": confidences is not None,
        "regions": list(map(_region_fields, page.regions)),
        "cells": list(map(_cell_fields, cells)),
        "user_space": None if page.user_space is None else list(map(float, page.user_space)),
    }
    indices = [
        part
        for region in page.regions
        for part in (region.words, region.context, [cells[cell] for cell in region.cells])
    ]
    boxed: list[Region | Cell] = [*page.regions, *cells]
    arrays = (
        np.array([part.box or _NO_BOX for part in boxed], np.float64),
        page.words.boxes,
        np.zeros(0, np.float32) if confidences is None else confidences,
        np.fromiter(chain.from_iterable(indices), np.int32),
        np.cumsum([0, *map(len, indices)]),
        np.frombuffer(_to_json(values).encode(), np.uint8),
    )
    return pack(arrays, _CONTENT)


def _pack_patch_boxes(patches: Patches, word_boxes: Boxes) -> bytes | None:
    boxes, local = patches.boxes, patches.local
    if patches.grid is None:
        if local.all() and np.array_equal(boxes, word_boxes):
            return None
    elif np.array_equal(boxes, _grid_boxes(local, patches.grid)):
        boxes = boxes[:0]  # implied by the grid
    return pack(
        (np.array(patches.grid or ()), boxes, local[:0] if local.all() else local), _PATCH_BOXES
    )


def _grid_boxes(local: NDArray[np.bool_], grid: tuple[int, int]) -> NDArray[np.float32]:
    """Return the cells of a grid that covers the page; the page for patches that are not local."""
    boxes = np.tile(np.array([0, 0, 1, 1], dtype=np.float32), (len(local), 1))
    rows, columns = grid
    if local.sum() == rows * columns:  # checked first: a crafted grid may be larger than memory
        boxes[local] = grid_cells(rows, columns)
    return boxes


def _pack_scoring(record: PageRecord) -> bytes:
    patches, membership = record.patches, record.membership
    labels, parents = region_arrays(record.page.regions)
    arrays = (
        np.array([patches.vectors.shape[1]]), membership.offsets, membership.patches,
        membership.iou, membership.share, patches.scales, parents, membership.own, labels,
        patches.vectors,
    )  # fmt: skip
    return pack(arrays, _SCORING)


def _patch_vectors(scoring: list[NDArray[Any]]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    (dim,), scales, vectors = scoring[0], scoring[5], scoring[-1]
    return vectors.reshape(-1, dim), scales
