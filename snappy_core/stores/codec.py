"""Pages packed into bytes: rows of the Lance store, payloads of the Qdrant store.

Each part is one read: `page` (words and regions), `places` (where the patches lie), `scoring`
(vectors and the patches of regions), `pooled` (the first stage) and `terms` (distinct, of its
words). An `event` tells what a write did: see `lance_log`.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.idf import page_terms
from snappy_core.scoring.membership import Membership
from snappy_core.stores.base import PageRecord, PageVectors, region_arrays
from snappy_core.types import Page, Patches, Region, Words

_REGION = [field.name for field in fields(Region)]
_SCORING = (
    np.int64, np.int8, np.float32, np.int64, np.int32, np.float32, np.float32, np.bool_,
    np.uint8, np.int32,
)  # fmt: skip


def event_row(write: int, event: dict[str, Any]) -> dict[str, Any]:
    return {"write": write, "event": json.dumps(event)}


def page_row(write: int, record: PageRecord) -> dict[str, Any]:
    patches = record.patches
    words = patches.grid is None and patches.local.all()  # then they lie where the words do
    codes, scales = record.pooled
    texts = record.page.words.texts
    return {
        "write": write,
        "number": record.page.number,
        "page": _pack_page(record.page),
        "places": None if words else _pack_places(patches),
        "scoring": _pack_scoring(record),
        "pooled": pack(np.array([codes.shape[1]]), codes, scales.astype(np.float32)),
        "terms": [encode_term(term) for term in sorted(page_terms(texts))],
    }


def size(row: dict[str, Any]) -> int:
    """Return about how many bytes a row takes."""
    return sum(len(value) for value in row.values() if isinstance(value, bytes))


def encode_term(term: str) -> bytes:
    """Return a term as the table holds it; a PDF may give half a surrogate pair."""
    return term.encode("utf-8", "surrogatepass")


def read_page(blob: Any) -> Page:
    text, boxes, confidences = unpack(blob, np.uint8, np.float32, np.float32)
    page = json.loads(text.tobytes())
    words = Words(
        tuple(page["texts"]), boxes.reshape(-1, 4), confidences if page["confidences"] else None
    )
    regions = tuple(map(_read_region, page["regions"]))
    space = page["user_space"]
    return Page(
        page["number"],
        page["label"],
        page["width"],
        page["height"],
        page["unit"],
        words,
        regions,
        user_space=None if space is None else tuple(space),
    )


def _read_region(held: dict[str, Any]) -> Region:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in held.items()}
    return Region(**values)


def read_patches(page: Any, places: Any, scoring: Any) -> Patches:
    vectors, scales = _vectors(unpack(scoring, *_SCORING))
    if places is None:
        words = read_page(page).words
        return Patches(vectors, scales, words.boxes, np.ones(len(vectors), bool))
    grid, boxes, local = unpack(places, np.int64, np.float32, np.bool_)
    shape = (int(grid[0]), int(grid[1])) if len(grid) else None
    return Patches(vectors, scales, boxes.reshape(-1, 4), local, shape)


def read_vectors(blob: Any) -> PageVectors:
    parts = unpack(blob, *_SCORING)
    return PageVectors(*_vectors(parts), Membership(*parts[3:8]), *parts[8:])


def read_pooled(blob: Any) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    return _vectors(unpack(blob, np.int64, np.int8, np.float32))


def _vectors(parts: list[NDArray[Any]]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    (dim,), codes, scales = parts[:3]
    return codes.reshape(-1, dim), scales


def _pack_page(page: Page) -> bytes:
    confidences = page.words.confidences
    text = json.dumps(
        {
            "number": page.number,
            "label": page.label,
            "width": page.width,
            "height": page.height,
            "unit": page.unit,
            "texts": page.words.texts,
            "confidences": confidences is not None,
            "regions": [{name: getattr(r, name) for name in _REGION} for r in page.regions],
            "user_space": page.user_space,
        }
    )
    return pack(
        np.frombuffer(text.encode(), np.uint8),
        page.words.boxes.astype(np.float32),
        np.zeros(0, np.float32) if confidences is None else confidences.astype(np.float32),
    )


def _pack_places(patches: Patches) -> bytes:
    grid = np.array(patches.grid or (), dtype=np.int64)
    return pack(grid, patches.boxes.astype(np.float32), patches.local.astype(np.bool_))


def _pack_scoring(record: PageRecord) -> bytes:
    patches, membership = record.patches, record.membership
    parts: tuple[NDArray[Any], ...] = (
        np.array([patches.vectors.shape[1]]), patches.vectors, patches.scales, membership.offsets,
        membership.patches, membership.iou, membership.share, membership.own,
        *region_arrays(record.page.regions),
    )  # fmt: skip
    return pack(*(part.astype(kind) for part, kind in zip(parts, _SCORING, strict=True)))


def pack(*arrays: NDArray[Any]) -> bytes:
    """Return arrays in one piece: how many bytes each has (int64), then their bytes.

    >>> unpack(pack(np.array([1.5]), np.array([2, 3])), float, np.int64)
    [array([1.5]), array([2, 3])]
    """
    sizes = np.array([array.nbytes for array in arrays], dtype=np.int64)
    return b"".join([sizes.tobytes(), *(array.tobytes() for array in arrays)])


def unpack(blob: Any, *kinds: Any) -> list[NDArray[Any]]:
    """Return flat arrays of these types out of one piece, without a copy where they can lie."""
    end = 8 * len(kinds)
    arrays = []
    for kind, length in zip(kinds, np.frombuffer(blob, np.int64, len(kinds)).tolist(), strict=True):
        kept = np.frombuffer(blob, np.uint8, length, end).view(kind)
        arrays.append(np.require(kept, requirements="A"))
        end += length
    return arrays
