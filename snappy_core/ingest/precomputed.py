"""A document whose patches are given, in the place of an encoder's work."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress

from snappy_core import parsing
from snappy_core.encoders import Encoder
from snappy_core.errors import UnreadableDocumentError
from snappy_core.parsing import Source
from snappy_core.types import Page, Patches, Query


class GivenPatches:
    """Gives the pages of one document, by their number, patches that somebody made before."""

    def __init__(self, encoder: Encoder, patches: Sequence[Patches]) -> None:
        # The name is part of the document's fingerprint: other patches, another document.
        self.name = f"{encoder.name}, patches {_digest(patches)}"
        self.dim = encoder.dim
        self.encoder = encoder
        self._patches = patches

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Return the patches of these pages."""
        return [self._patches[page.number - 1] for page in pages]

    def encode_query(self, text: str) -> Query:
        """Do as the encoder of the index."""
        return self.encoder.encode_query(text)


def with_patches(encoder: Encoder, patches: Sequence[Patches], source: Source) -> GivenPatches:
    """Return what stands in for the encoder while a document with given patches is added.

    Raises:
        ValueError: not one `Patches` for each page of the document, or vectors of another length
            than the encoder's.
    """
    with suppress(UnreadableDocumentError):  # which is reported as of any other document
        if (pages := parsing.count_pages(source)) != len(patches):
            raise ValueError(f"{source.name} has {pages} pages, but patches of {len(patches)}")
    for number, page in enumerate(patches, start=1):
        if (dim := page.vectors.shape[1]) != encoder.dim:
            raise ValueError(
                f"the patches of page {number} have {dim} dimensions, the encoder "
                f"{encoder.name} has {encoder.dim}"
            )
    return GivenPatches(encoder, patches)


def _digest(patches: Sequence[Patches]) -> str:
    digest = hashlib.sha256()
    for page in patches:
        for part in (page.vectors, page.scales, page.boxes, page.local):
            digest.update(part.tobytes())
    return digest.hexdigest()[:16]
