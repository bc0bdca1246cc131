"""The points of a Qdrant index: a page as vectors that the server ranks, and its packed parts.

The vectors are rounded, since the server only ranks pages by them. Data that is scored and shown
is packed by `codec`, so that it is read back exactly.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from snappy_core.errors import StoreError
from snappy_core.stores import codec
from snappy_core.stores.base import PageRecord

if TYPE_CHECKING:
    from qdrant_client.models import PointStruct

MULTIVECTOR = 1_048_575
"""The maximum number of elements that the server accepts in one multivector."""

REQUEST = 32_000_000
"""The maximum size of a request in bytes; by default, the server accepts 32 MiB."""

BATCH = 16_000_000
"""The size in bytes above which no more pages are added to a request."""

ENDLESS = 2**53 - 1
"""`until` of valid pages; filters compare floats, and this number is exact as a float."""

_PARTS = ("content", "patch_boxes", "scoring", "pooled")  # of `codec.PackedPage`
_DIGITS = 5  # more than float16 has for a component of a vector of length 1
_BYTES_PER_ELEMENT = 10  # of JSON, at most: a sign, a point, digits, a comma, brackets
_NAMESPACE = UUID("6f1d9f0e-7b1c-5f43-9a55-3d3f2c6f8a10")


def point_id(index: str, write: str, position: int, part: int = 0) -> str:
    """Return the id of the point of a page at this position in its write."""
    return str(uuid5(_NAMESPACE, f"{index}/{write}/{position}/{part}"))


def event_id(index: str, kind: str, write: str) -> str:
    return str(uuid5(_NAMESPACE, f"{index}/{kind}/{write}"))


def page_points(
    index: str, document_id: str, write: str, since: int, position: int, record: PageRecord
) -> list[tuple[PointStruct, int]]:
    """Return the points of a page, each with its maximum size in a request in bytes.

    There are several if the page has more patches than fit into one multivector. The first one
    holds the packed parts.

    Args:
        since: time from which the page is valid.
        position: index of the page in its write.
    """
    from qdrant_client.models import PointStruct

    page = codec.pack_page(record)
    blobs = {name: getattr(page, name) for name in _PARTS}
    packed = {
        name: base64.b64encode(blob).decode() for name, blob in blobs.items() if blob is not None
    }
    patches = _multivectors(record.patches.vectors, record.patches.scales)
    pooled = _multivectors(*record.pooled)
    common: dict[str, Any] = {
        "document": codec.encode_term(document_id),
        "number": page.number,
        "write": write,
        "index": position,
        "since": since,
        "until": ENDLESS,
        "label": page.label,
        "region_labels": list(page.region_labels),
        "sections": list(page.sections),
    }
    points = []
    for part in range(max(len(patches), len(pooled), 1)):
        payload = common if part else {**common, "terms": sorted(page.terms), **packed}
        vectors = {  # every point needs both kinds, or the server would not find it
            name: rows[part % len(rows)].tolist()
            for name, rows in (("patches", patches), ("pooled", pooled))
            if rows
        }
        id_ = point_id(index, write, position, part)
        point = PointStruct(id=id_, vector=vectors, payload=payload)
        elements = sum(len(rows) * len(rows[0]) for rows in vectors.values())
        points.append((point, _BYTES_PER_ELEMENT * elements + _payload_size(payload)))
    return points


def batches(points: Iterable[tuple[PointStruct, int]], location: str) -> Iterator[list[Any]]:
    """Yield the points of each request, as soon as it is full.

    Raises:
        StoreError: one point is too large for a request.
    """
    batch: list[Any] = []
    size = 0
    for point, point_size in points:
        if point_size > REQUEST:
            payload = point.payload or {}
            raise StoreError(
                f"{location}: page {payload['number']} of {payload['document']} takes {point_size} "
                f"bytes, the server accepts {REQUEST}; split the page"
            )
        if batch and size + point_size > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(point)
        size += point_size
    if batch:
        yield batch


def packed_part(payload: dict[str, Any], name: str) -> bytes | None:
    """Return a packed part of a payload, or None."""
    text = payload.get(name)
    return None if text is None else base64.b64decode(text)


def _multivectors(
    vectors: NDArray[np.int8], scales: NDArray[np.float32]
) -> list[NDArray[np.float64]]:
    """Return vectors (n, d) split into multivectors that the server accepts; none if n is 0."""
    size = MULTIVECTOR // max(vectors.shape[1], 1)
    rows = np.round(vectors.astype(np.float64) * scales[:, None], _DIGITS)
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _payload_size(payload: dict[str, Any]) -> int:
    """Return the maximum size of a payload in bytes, with the id and names of a point."""
    texts = [payload["document"], payload["label"], *payload.get("terms", ())]
    texts += [*payload["region_labels"], *payload["sections"]]
    packed = sum(len(payload.get(name, "")) for name in _PARTS)
    # JSON writes a control character as six bytes.
    return 1000 + packed + sum(6 * len(text.encode()) + 3 for text in texts)
