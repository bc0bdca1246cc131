"""What has to be done: which documents are new, changed, or the same but for their metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from snappy_core import parsing
from snappy_core.encoders.base import Encoder
from snappy_core.formats import (
    SuppliedPage,
    SuppliedRegions,
    digest,
    read_regions,
)
from snappy_core.parsing.layout.layout_model import select_layout_model
from snappy_core.parsing.ocr.engine import DEFAULT_ENGINE
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.reader import expand
from snappy_core.parsing.source import Source, Sources
from snappy_core.scoring.pooling import GRID_BLOCK
from snappy_core.stores.base import DocumentRecord, Store
from snappy_core.types import Scalar


def fingerprint(
    encoder: Encoder,
    options: ReadingOptions,
    supplied: Mapping[int, SuppliedPage] | None = None,
) -> str:
    """Return what, besides its bytes, decides how a document comes out."""
    regions = "" if supplied is None else f", regions {digest(supplied)}"
    engine = "" if options.ocr_engine == DEFAULT_ENGINE else f" by {options.ocr_engine}"
    ocr = f"ocr {options.ocr} {options.languages}{engine}"
    layout_model = select_layout_model(options.layout_model)
    model = "" if layout_model is None else f" with {layout_model.name}"
    pooled = "" if options.pool_block == GRID_BLOCK else f", pooled by {options.pool_block}"
    return f"layout {parsing.VERSION}{model}, {ocr}, {encoder.name}{regions}{pooled}"


def name_documents(
    paths: Sources | Iterable[Sources], document_id: str | None, password: str | None
) -> list[tuple[str, Source]]:
    """Return the documents that `paths` name with their ids, each once.

    Raises:
        ValueError: one document id or name for several documents, or an empty one.
    """
    sources = list(dict.fromkeys(expand(paths, password)))
    if document_id is None:
        named = {source.name: source for source in sources}
        for source in sources:
            if named[source.name] is not source:
                raise ValueError(f"two different documents are called {source.name!r}")
        return list(named.items())
    if not document_id:
        raise ValueError("document_id must not be empty")
    document_id.encode("utf-8")  # a lone surrogate is an error here rather than in the store
    if len(sources) != 1:
        raise ValueError(f"document_id {document_id!r} is for one document, not {len(sources)}")
    return [(document_id, sources[0])]


def supplied_pages(
    regions: SuppliedRegions | None, regions_format: str | None
) -> dict[int, SuppliedPage] | None:
    """Return the pages that `regions` describe, None for none.

    Raises:
        FormatError: as `read_regions`.
        ValueError: a format without regions.
    """
    if regions is None:
        if regions_format is not None:
            raise ValueError(f"regions_format {regions_format!r} is given without regions")
        return None
    return read_regions(regions, regions_format)


def known_metadata(store: Store, document_id: str) -> Mapping[str, Scalar]:
    """Return the metadata a document has in the index; none for one that is not there."""
    with store.read() as snapshot:
        known = snapshot.document(document_id)
    return {} if known is None else known.metadata


def is_new(store: Store, document: DocumentRecord) -> bool:
    """Say whether a document is not in the index as it is: other bytes, reader or encoder."""
    with store.read() as snapshot:
        known = snapshot.document(document.document_id)
    return known is None or (
        (known.content_hash, known.fingerprint, known.source)
        != (document.content_hash, document.fingerprint, document.source)
    )


def relabel(store: Store, document: DocumentRecord) -> bool:
    """Give a known document its new metadata; say whether there was anything to change."""
    with store.read() as snapshot:
        known = snapshot.document(document.document_id)
    if known is None or dict(known.metadata) == dict(document.metadata):
        return False
    store.set_metadata(document.document_id, document.metadata)
    return True
