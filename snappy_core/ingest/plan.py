"""What is to be done with each document: add it, replace it, or only change its metadata."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from snappy_core import parsing
from snappy_core.encoders.base import Encoder
from snappy_core.errors import SnappyError
from snappy_core.formats import (
    SuppliedPage,
    SuppliedRegions,
    digest,
    read_regions,
)
from snappy_core.ingest.describe import Describe
from snappy_core.parsing.layout.layout_model import select_layout_model
from snappy_core.parsing.ocr.engine import DEFAULT_ENGINE
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.reader import expand
from snappy_core.parsing.source import Source, Sources
from snappy_core.scoring.pooling import GRID_BLOCK
from snappy_core.stores.base import DocumentRecord, Store


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """A document and what is to be done with it.

    Attributes:
        record: what will be stored of it, without metadata.
        is_new: whether it has to be read: it is not in the index, or not with this content,
            source and fingerprint.
        error: why its file cannot be read at all.
    """

    source: Source
    record: DocumentRecord
    is_new: bool = False
    error: SnappyError | None = None


def plan(
    store: Store, documents: Sequence[tuple[str, Source]], fingerprint: str
) -> Iterator[PlannedDocument]:
    """Yield a plan for each document, given as (document id, source), when it is asked for."""
    for document_id, source in documents:
        record = DocumentRecord(document_id, source.name, "", fingerprint)
        try:
            record = replace(record, content_hash=source.content_hash())
        except SnappyError as error:
            yield PlannedDocument(source, record, error=error)
        else:
            yield PlannedDocument(source, record, is_new(store, record))


def fingerprint(
    encoder: Encoder,
    options: ReadingOptions,
    supplied: Mapping[int, SuppliedPage] | None = None,
    describe: Describe | None = None,
) -> str:
    """Return a text that differs when the same bytes would be read or encoded differently."""
    regions = "" if supplied is None else f", regions {digest(supplied)}"
    engine = "" if options.ocr_engine == DEFAULT_ENGINE else f" by {options.ocr_engine}"
    ocr = f"ocr {options.ocr} {options.languages}{engine}"
    layout_model = select_layout_model(options.layout_model)
    model = "" if layout_model is None else f" with {layout_model.name}"
    pooled = "" if options.pool_block == GRID_BLOCK else f", pooled by {options.pool_block}"
    described = "" if describe is None else f", described by {_name(describe)}"
    return f"layout {parsing.VERSION}{model}, {ocr}, {encoder.name}{regions}{pooled}{described}"


def _name(describe: Describe) -> str:
    named = describe if hasattr(describe, "__qualname__") else type(describe)
    return f"{named.__module__}.{named.__qualname__}"


def name_documents(
    paths: Sources | Iterable[Sources], password: str | None = None
) -> list[tuple[str, Source]]:
    """Return (document id, source) of every document that `paths` name, each once.

    The id of a document is the name of its source.

    Raises:
        ValueError: two different documents have the same name.
    """
    documents: dict[str, Source] = {}
    for source in expand(paths, password):
        if documents.setdefault(source.name, source) != source:
            raise ValueError(f"two different documents are called {source.name!r}")
    return list(documents.items())


def name_document(
    source: Sources, document_id: str | None = None, password: str | None = None
) -> tuple[str, Source]:
    """Return (document id, source) of a single document.

    Raises:
        ValueError: the id is empty or not valid Unicode, or the source is a folder that holds
            several documents or none.
    """
    if document_id == "":
        raise ValueError("document_id must not be empty")
    documents = name_documents(source, password)
    if len(documents) != 1:
        raise ValueError(f"{source} holds {len(documents)} documents; add it with `add`")
    name, document = documents[0]
    if document_id is not None:
        document_id.encode("utf-8")  # a lone surrogate is an error here rather than in the store
        name = document_id
    return name, document


def supplied_pages(
    regions: SuppliedRegions | None, regions_format: str | None
) -> dict[int, SuppliedPage] | None:
    """Return the pages that `regions` describe by page number, None without regions.

    Raises:
        FormatError: as `read_regions`.
        ValueError: a format without regions.
    """
    if regions is None:
        if regions_format is not None:
            raise ValueError(f"regions_format {regions_format!r} is given without regions")
        return None
    return read_regions(regions, regions_format)


def stored_document(store: Store, document_id: str) -> DocumentRecord | None:
    """Return the record of a document in the index, None if there is none."""
    with store.read() as snapshot:
        return snapshot.document(document_id)


def is_new(store: Store, document: DocumentRecord) -> bool:
    """Say whether the index lacks a document, or has it with other content or fingerprint."""
    stored = stored_document(store, document.document_id)
    return stored is None or (
        (stored.content_hash, stored.fingerprint, stored.source)
        != (document.content_hash, document.fingerprint, document.source)
    )


def update_metadata(store: Store, document: DocumentRecord) -> bool:
    """Store the metadata of a document that is in the index; return whether it has changed."""
    stored = stored_document(store, document.document_id)
    if stored is None or dict(stored.metadata) == dict(document.metadata):
        return False
    store.set_metadata(document.document_id, document.metadata)
    return True
