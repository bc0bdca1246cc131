"""Unit vectors, and their int8 form: a quarter of the bytes, cosines within .01."""

import numpy as np
from numpy.typing import NDArray


def normalize(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale vectors (n, d) to unit length; zero vectors stay zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled = np.zeros_like(vectors)
    np.divide(vectors, lengths, out=scaled, where=lengths > 0)
    return scaled


def quantize(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Normalize and quantize vectors (n, d): return int8 codes (n, d) and float32 scales (n,).

    `codes * scales[:, None]` approximates the unit vectors and has unit length itself. The
    largest component of each vector becomes +-127. Zero vectors get zero codes and scale 0.

    >>> codes, scales = quantize(np.array([[3.0, -4.0]], dtype=np.float32))
    >>> codes.tolist(), [round(x, 3) for x in (codes * scales[:, None])[0].tolist()]
    ([[95, -127]], [0.599, -0.801])

    Raises:
        ValueError: the shape is not (n, d), or a vector is not finite.
    """
    vectors = np.asarray(vectors, dtype=np.float32)
    if vectors.ndim != 2:
        raise ValueError(f"vectors must have the shape (n, d), not {vectors.shape}")
    if not np.isfinite(vectors).all():
        raise ValueError("vectors must be finite numbers")
    peak = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    with np.errstate(over="ignore"):  # 127 / denormal; such a row becomes zero below
        steps = np.divide(127, peak, out=np.zeros_like(peak), where=peak > 1e-30)
    codes = np.rint(vectors * steps).astype(np.int8)
    lengths = np.linalg.norm(codes.astype(np.float32), axis=1)
    scales = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return codes, scales
