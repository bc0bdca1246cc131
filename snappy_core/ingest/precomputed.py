"""An encoder for one document whose patches were computed elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress

from snappy_core import parsing
from snappy_core.encoders import Encoder
from snappy_core.errors import UnreadableDocumentError
from snappy_core.parsing import Source
from snappy_core.types import Page, Patches, Query


class PrecomputedPages:
    """Returns patches of the pages of one document, in place of the encoder of the index.

    Args:
        encoder: of the index; encodes questions.
        patches: for each page, in order.
    """

    def __init__(self, encoder: Encoder, patches: Sequence[Patches]) -> None:
        # The name is part of the document's fingerprint: other patches replace the document.
        self.name = f"{encoder.name}, patches {_digest(patches)}"
        self.dim = encoder.dim
        self.encoder = encoder
        self._patches = patches

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        return [self._patches[page.number - 1] for page in pages]

    def encode_query(self, text: str) -> Query:
        return self.encoder.encode_query(text)


def with_patches(encoder: Encoder, patches: Sequence[Patches], source: Source) -> PrecomputedPages:
    """Return an encoder that returns the patches of a document.

    Raises:
        ValueError: there is not one `Patches` per page, or the length of their vectors is not
            that of the encoder's.
    """
    with suppress(UnreadableDocumentError):  # it is reported when the document is added
        if (pages := parsing.count_pages(source)) != len(patches):
            raise ValueError(f"{source.name} has {pages} pages, but patches of {len(patches)}")
    for number, page in enumerate(patches, start=1):
        if (dim := page.vectors.shape[1]) != encoder.dim:
            raise ValueError(
                f"the patches of page {number} have {dim} dimensions, the encoder "
                f"{encoder.name} has {encoder.dim}"
            )
    return PrecomputedPages(encoder, patches)


def _digest(patches: Sequence[Patches]) -> str:
    digest = hashlib.sha256()
    for page in patches:
        for array in (page.vectors, page.scales, page.boxes, page.local):
            digest.update(array.tobytes())
    return digest.hexdigest()[:16]
