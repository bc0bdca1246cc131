"""Encoders: what turns pages and questions into vectors of one space."""

from __future__ import annotations

import os

from snappy_core.encoders.base import Encoder
from snappy_core.encoders.onnx_text import MINILM, OnnxTextEncoder
from snappy_core.errors import ModelError

__all__ = ["MINILM", "Encoder", "is_encoder_name", "open_encoder"]


def open_encoder(name: str | None = None) -> Encoder:
    """Return the encoder with a name: the embedded one, or a vision model.

    Args:
        name: none, or `MINILM`, for the embedded text encoder (all-MiniLM-L6-v2, English, CPU);
            else the folder or hub id of a model of the ColPali family, such as
            "vidore/colqwen2.5-v0.2". The name that an index keeps of either opens it again.

    Raises:
        ModelError: there is no such encoder, or its files do not fit.
        MissingDependencyError: the model needs an extra that is not installed.
    """
    if name is None or name == MINILM:
        return OnnxTextEncoder.minilm()
    if not is_encoder_name(name):
        raise ModelError(
            f"{name!r}: no such encoder; give the folder or hub id of a ColPali-family model, such "
            f"as vidore/colqwen2.5-v0.2, or {MINILM}"
        )
    from snappy_core.encoders.colvision import ColVisionEncoder

    return ColVisionEncoder(name)


def is_encoder_name(name: str) -> bool:
    """Say whether `open_encoder` may open what has this name; nothing is opened or fetched."""
    return name == MINILM or "/" in name or os.path.isdir(name)
