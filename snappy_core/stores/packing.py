"""Packs arrays as bytes after a checksum: a part of a packed page."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SEAL = b"SNPY"  # begins each part, before its checksum


def pack(arrays: tuple[NDArray[Any], ...], kinds: tuple[Any, ...]) -> bytes:
    """Concatenate arrays, cast to these types: checksum, size of each in bytes (int64), contents.

    >>> unpack(pack((np.array([1.5]), np.array([2, 3])), (float, np.int8)), (float, np.int8))
    [array([1.5]), array([2, 3], dtype=int8)]
    """
    parts = [np.ascontiguousarray(a, dtype=kind) for a, kind in zip(arrays, kinds, strict=True)]
    sizes = np.array([part.nbytes for part in parts], dtype=np.int64)
    return seal(b"".join([sizes.data, *(part.data for part in parts)]))


def seal(packed: bytes) -> bytes:
    """Return bytes after a mark and a checksum, eight bytes together, so arrays stay aligned."""
    return _SEAL + zlib.crc32(packed).to_bytes(4, "little") + packed


def _unseal(blob: Any) -> memoryview:
    """Return the bytes after a checksum; those of an older schema have none.

    Those begin with the size of an array, which cannot equal the mark: it would be 1.5 GB.
    """
    view = memoryview(blob)
    if bytes(view[:4]) != _SEAL:
        return view
    if zlib.crc32(view[8:]).to_bytes(4, "little") != bytes(view[4:8]):
        raise ValueError("its checksum is wrong")
    return view[8:]


def unpack(blob: Any, kinds: tuple[Any, ...]) -> list[NDArray[Any]]:
    """Return flat arrays of these types from one blob, without copying if they are aligned.

    Raises:
        ValueError, TypeError: the blob is not what `pack` returned.
    """
    content = _unseal(blob)
    end = 8 * len(kinds)
    arrays = []
    for kind, size in zip(
        kinds, np.frombuffer(content, np.int64, len(kinds)).tolist(), strict=True
    ):
        array = np.frombuffer(content, np.uint8, size, end).view(kind)
        arrays.append(array if array.flags.aligned else array.copy())
        end += size
    return arrays
