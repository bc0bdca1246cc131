"""Points of the Qdrant store: a page as vectors that the server searches, and all else packed.

The vectors are floats of few digits: the server only ranks pages by them. What is scored and
shown is packed as in `blobs`, so that it is read back to the bit.
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
"""Elements that the server takes in one multivector."""
REQUEST = 32_000_000
"""Bytes that it takes in one request; by default its limit is 32 MiB."""
BATCH = 16_000_000
"""Bytes after which no more pages are put into a request."""
ENDLESS = 2**53 - 1
"""`until` of pages that are there; numbers in filters are floats, and this is exact as one."""

_DIGITS = 5  # float16 keeps less of a component of a vector of length 1
_PER_ELEMENT = 10  # bytes of JSON at most: a sign, a point, digits, a comma, brackets
_NAMESPACE = UUID("6f1d9f0e-7b1c-5f43-9a55-3d3f2c6f8a10")


def point_id(index: str, write: str, place: int, part: int = 0) -> str:
    """Return the id of (a part of) a page, the one at this place of what a write brought."""
    return str(uuid5(_NAMESPACE, f"{index}/{write}/{place}/{part}"))


def event_id(index: str, kind: str, write: str) -> str:
    return str(uuid5(_NAMESPACE, f"{index}/{kind}/{write}"))


def encode_term(term: str) -> str:
    """Return a term as the server takes it; a PDF may give half a surrogate pair."""
    return term.encode("utf-8", "backslashreplace").decode()


def page_points(
    index: str, document_id: str, write: str, since: int, place: int, record: PageRecord
) -> list[tuple[PointStruct, int]]:
    """Return the points of a page, each with the bytes it takes at most in a request.

    There are several when the page has more patches than fit into one multivector. The first
    holds all that is packed.
    """
    from qdrant_client.models import PointStruct

    row = codec.page_row(0, record)
    packed = {
        name: base64.b64encode(row[name]).decode()
        for name in ("page", "places", "scoring", "pooled")
        if row[name] is not None
    }
    terms = [encode_term(term.decode("utf-8", "surrogatepass")) for term in row["terms"]]
    patches = _cut(record.patches.vectors, record.patches.scales)
    pooled = _cut(*record.pooled)
    points = []
    for part in range(max(len(patches), len(pooled), 1)):
        payload: dict[str, Any] = {
            "document": encode_term(document_id),
            "number": record.page.number,
            "write": write,
            "place": place,
            "since": since,
            "until": ENDLESS,
        }
        vectors: dict[str, Any] = {}
        if patches:  # each part has both, or it would be no candidate
            vectors["patches"] = patches[part % len(patches)].tolist()
        if pooled:
            vectors["pooled"] = pooled[part % len(pooled)].tolist()
        if part == 0:
            payload |= {"terms": terms, **packed}
        point = PointStruct(id=point_id(index, write, place, part), vector=vectors, payload=payload)
        elements = sum(len(rows) * len(rows[0]) for rows in vectors.values())
        points.append((point, _PER_ELEMENT * elements + _size(payload)))
    return points


def batches(points: Iterable[tuple[PointStruct, int]], location: str) -> Iterator[list[Any]]:
    """Yield points by requests, as soon as each is full.

    Raises:
        StoreError: one point is too large for a request.
    """
    held: list[Any] = []
    size = 0
    for point, bytes_ in points:
        if bytes_ > REQUEST:
            payload = point.payload or {}
            raise StoreError(
                f"{location}: page {payload['number']} of {payload['document']} takes {bytes_} "
                f"bytes, the server takes {REQUEST}; split the page"
            )
        if held and size + bytes_ > BATCH:
            yield held
            held, size = [], 0
        held.append(point)
        size += bytes_
    if held:
        yield held


def unpack(payload: dict[str, Any], name: str) -> bytes | None:
    """Return what is packed in a payload under a name; None if nothing is."""
    held = payload.get(name)
    return None if held is None else base64.b64decode(held)


def _cut(codes: NDArray[np.int8], scales: NDArray[np.float32]) -> list[NDArray[np.float64]]:
    """Return vectors (n, d) as multivectors that the server takes; none if n is 0."""
    most = MULTIVECTOR // max(codes.shape[1], 1)
    vectors = np.round(codes.astype(np.float64) * scales[:, None], _DIGITS)
    return [vectors[start : start + most] for start in range(0, len(vectors), most)]


def _size(payload: dict[str, Any]) -> int:
    """Return how many bytes a payload takes at most, with the id and names of a point."""
    texts = [payload["document"], *payload.get("terms", ())]
    packed = sum(len(payload.get(name, "")) for name in ("page", "places", "scoring", "pooled"))
    # A control character is written as six.
    return 1000 + packed + sum(6 * len(text.encode()) + 3 for text in texts)
