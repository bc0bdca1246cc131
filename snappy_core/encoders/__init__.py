"""Encoders: models that turn pages and questions into vectors in the same space.

An index stores the name of its encoder and opens the encoder by that name if it is on this
machine: nothing is downloaded just because an index names it. To have your own encoder opened,
too, register it:

    ENCODERS.register("my-encoder-1", MyEncoder)  # the class, or a function without arguments

Packages register theirs in the entry point group "snappy.encoders". The name must be the `name`
of the encoder. If the encoder of an index is not registered, open the index with `encoder=`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from snappy_core.encoders.base import Encoder
from snappy_core.encoders.embeddings import EmbeddingEncoder
from snappy_core.encoders.minilm import MINILM
from snappy_core.errors import ModelError
from snappy_core.registry import Registry

__all__ = ["ENCODERS", "MINILM", "EmbeddingEncoder", "Encoder", "can_open", "open_encoder"]

ENCODERS = Registry[Callable[[], Encoder]](
    "encoder", "snappy.encoders", {MINILM: "snappy_core.encoders.minilm:MiniLMEncoder"}
)


def open_encoder(name: str = MINILM, *, local_only: bool = False) -> Encoder:
    """Load an encoder by its name, by default the embedded text encoder.

    A model on the Hugging Face Hub is downloaded unless it is cached.

    Args:
        name: a name in `ENCODERS`; or a folder or Hugging Face Hub id, optionally with "@" and a
            version. That may be a text model of the ColBERT family, such as
            "lightonai/GTE-ModernColBERT-v1", a text model in ONNX, a model of
            sentence-transformers, or a vision model of the ColPali family, such as
            "vidore/colqwen2.5-v0.2".
        local_only: do not download anything.

    Raises:
        ModelError: there is no encoder with this name, or its files are missing or invalid.
        MissingDependencyError: the encoder needs a package that is not installed.
    """
    if name in ENCODERS:
        return ENCODERS.get(name)()
    if not _is_model_path(name):
        raise ModelError(
            f"{name!r}: no such encoder; use {', '.join(ENCODERS.names())}, or the folder or hub "
            "id of a model, such as lightonai/GTE-ModernColBERT-v1 or vidore/colqwen2.5-v0.2"
        )
    from snappy_core.encoders.text_models import open_text_model

    if (encoder := open_text_model(name, local_only=local_only)) is not None:
        return encoder
    from snappy_core.encoders.colvision import ColVisionEncoder

    return ColVisionEncoder(name, local_only=local_only)


def can_open(name: str) -> bool:
    """Return whether `open_encoder` accepts a name, without loading or downloading anything."""
    return name in ENCODERS or _is_model_path(name)


def _is_model_path(name: str) -> bool:
    # "OpenAIEmbeddings:owner/model" is an encoder that only code can create.
    return os.path.isdir(name) or ("/" in name and not re.match(r"\w{2,}:", name))
