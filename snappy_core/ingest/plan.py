"""Plans what to do with each document: add it, replace it, or only change its metadata."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from snappy_core.encoders.base import Encoder
from snappy_core.errors import SnappyError
from snappy_core.filters import is_same_row
from snappy_core.formats import (
    SuppliedPage,
    SuppliedRegions,
    digest,
    read_regions,
)
from snappy_core.ingest.describe import Describe
from snappy_core.parsing.layout.layout_model import select_layout_model
from snappy_core.parsing.layout.regions import VERSION
from snappy_core.parsing.ocr.engine import DEFAULT_ENGINE
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.reader import AUTO, BUILT_IN, expand, reader_name
from snappy_core.parsing.source import Source, Sources
from snappy_core.scoring.pooling import GRID_BLOCK
from snappy_core.stores.base import DocumentRecord, Store
from snappy_core.types import Metadata


@dataclass(frozen=True, slots=True)
class PlannedDocument:
    """A document and what to do with it.

    Attributes:
        record: what will be stored for it, without metadata.
        is_new: whether it has to be read: it is not in the index, or not with this content and
            fingerprint.
        is_there: whether the index has a document with its id, or may have by the time of writing.
        is_shared: whether that document has other sources, or was inherited from another one.
        same_as: the id of another document with the same bytes, of which this is another source.
        error: why its file cannot be read at all.
    """

    source: Source
    record: DocumentRecord
    is_new: bool = False
    is_there: bool = False
    is_shared: bool = False
    same_as: str | None = None
    error: SnappyError | None = None


def plan(
    store: Store,
    documents: Sequence[tuple[str, Source]],
    fingerprint: str,
    metadata: Metadata | None = None,
    *,
    reader: str = AUTO,
    share: bool = False,
    gone: Collection[str] = (),
) -> Iterator[PlannedDocument]:
    """Yield a plan for each document, given as (document id, source), on demand.

    Args:
        fingerprint: extended by the name of the document's reader, if that is not built in.
        metadata: new metadata of the documents; None to keep what they have.
        reader: the reader chosen.
        share: make documents with the same bytes and metadata one document with several sources.
            Documents that are in the index come first: they may lose the bytes they share.
        gone: ids of documents that will be removed, so that none becomes another source of them.
    """
    owners: dict[tuple[str, str], DocumentRecord] = {}  # by content and fingerprint
    keys_before: dict[str, tuple[str, str]] = {}  # of owners in the index, by document id
    if share:
        with store.read() as snapshot:
            records = snapshot.documents()
        owners = {(r.content_hash, r.fingerprint): r for r in records if r.document_id not in gone}
        keys_before = {r.document_id: key for key, r in owners.items()}
        indexed_ids = {record.document_id for record in records}
        documents = sorted(documents, key=lambda document: document[0] not in indexed_ids)
    later = dict(documents)
    heirs: dict[str, Metadata] = {}  # of sources that will take over an earlier version
    for document_id, source in documents:
        del later[document_id]
        record = DocumentRecord(
            document_id, source.name, "", fingerprint + _read_by(source, reader)
        )
        try:
            record = replace(record, content_hash=source.content_hash())
        except SnappyError as error:
            yield PlannedDocument(source, record, error=error)
            continue
        stored = stored_document(store, document_id)
        is_heir = source.name in heirs  # although it may not be there yet
        document = PlannedDocument(
            source,
            record,
            is_new(stored, record),
            is_there=stored is not None or is_heir,
            is_shared=is_heir or (stored is not None and bool(stored.aliases)),
        )
        if stored is not None and document.is_new:
            heirs.update(dict.fromkeys(stored.aliases, stored.metadata))
        if metadata is None:  # a document keeps what it has
            values = heirs.get(source.name) if stored is None else stored.metadata
        else:
            values = metadata
        key = record.content_hash, record.fingerprint
        if not (share and document.is_new):
            # It may be a version taken over from an earlier document.
            if share and stored is not None:
                owners.setdefault(key, replace(stored, metadata=values or {}))
            yield document
            continue
        owner = owners.get(key)
        key_before = keys_before.get(document_id)
        if key_before is not None and owners[key_before].document_id == document_id:
            del owners[key_before]  # its previous bytes
        if owner is not None and owner.document_id in later:
            owner = None if _has_changed(owner, later[owner.document_id]) else owner
        is_same = values is None or owner is None or is_same_row(values, owner.metadata)
        if owner is not None and owner.document_id != document_id and is_same:
            yield replace(document, is_new=False, same_as=owner.document_id)
        else:
            owners[key] = replace(record, metadata=values or {})
            yield document


def fingerprint(
    encoder: Encoder,
    options: ReadingOptions,
    supplied: Mapping[int, SuppliedPage] | None = None,
    describe: Describe | None = None,
) -> str:
    """Return a text that differs if the same bytes would be read or encoded differently."""
    regions = "" if supplied is None else f", regions {digest(supplied)}"
    engine = "" if options.ocr_engine == DEFAULT_ENGINE else f" by {options.ocr_engine}"
    ocr = f"ocr {options.ocr} {options.languages}{engine}"
    layout_model = select_layout_model(options.layout_model)
    model = "" if layout_model is None else f" with {layout_model.name}"
    pooled = "" if options.pool_block == GRID_BLOCK else f", pooled by {options.pool_block}"
    described = "" if describe is None else f", described by {_name(describe)}"
    return f"layout {VERSION}{model}, {ocr}, {encoder.name}{regions}{pooled}{described}"


def _read_by(source: Source, reader: str) -> str:
    try:
        name = reader_name(source, reader)
    except Exception:  # also of a plugin; the job that opens the document reports it
        return ""
    return "" if name in BUILT_IN else f", read by {name}"


def _name(describe: Describe) -> str:
    named = describe if hasattr(describe, "__qualname__") else type(describe)
    return f"{named.__module__}.{named.__qualname__}"


def name_documents(
    paths: Sources | Iterable[Sources],
    password: str | None = None,
    root: str | os.PathLike[str] | None = None,
    on_skip: Callable[[str], object] = lambda _: None,
) -> list[tuple[str, Source]]:
    """Return (document id, source) of every document given by `paths`, each once.

    The id of a document is the name of its source; with a `root`, the id of a file is its path
    relative to the root. `on_skip` is called as in `expand`.

    Raises:
        ValueError: two different documents have the same name, or a file is not below the root.
    """
    prefix = None if root is None else Source.from_path(root).name.rstrip("/") + "/"
    documents: dict[str, Source] = {}
    for source in expand(paths, password, on_skip):
        name = source.name
        if prefix is not None and source.path is not None:
            if not name.startswith(prefix):
                raise ValueError(f"{name} is not in the root folder {prefix}")
            name = name.removeprefix(prefix)
        if documents.setdefault(name, source) != source:
            raise ValueError(f"two different documents are called {name!r}")
    return list(documents.items())


def is_of_root(document: DocumentRecord) -> bool:
    """Return whether a document is a file that was named by its path relative to a root."""
    return document.source.endswith(f"/{document.document_id}")


def name_document(
    source: Sources, document_id: str | None = None, password: str | None = None
) -> tuple[str, Source]:
    """Return (document id, source) of a single document.

    Raises:
        ValueError: the id is empty or not valid Unicode, or the source is a folder with several
            documents or none.
    """
    if document_id == "":
        raise ValueError("document_id must not be empty")
    documents = name_documents(source, password)
    if len(documents) != 1:
        raise ValueError(f"{source!s} holds {len(documents)} documents; add it with `add`")
    name, document = documents[0]
    if document_id is not None:
        document_id.encode("utf-8")  # a lone surrogate fails here rather than in the store
        name = document_id
    return name, document


def supplied_pages(
    regions: SuppliedRegions | None, regions_format: str | None
) -> dict[int, SuppliedPage] | None:
    """Return the pages described by `regions`, by page number; None without regions.

    Raises:
        FormatError: as in `read_regions`.
        ValueError: a format is given without regions.
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


def is_new(stored: DocumentRecord | None, document: DocumentRecord) -> bool:
    """Return whether a document is not stored, or stored with other content or fingerprint."""
    return stored is None or (
        (stored.content_hash, stored.fingerprint) != (document.content_hash, document.fingerprint)
    )


def _has_changed(document: DocumentRecord, source: Source) -> bool:
    """Return whether a document will be replaced by the current content of its source."""
    try:
        return source.content_hash() != document.content_hash
    except SnappyError:  # it cannot be read, so the stored version stays
        return False


def update_metadata(store: Store, document: DocumentRecord) -> bool:
    """Store the metadata of a document in the index; return whether it has changed."""
    stored = stored_document(store, document.document_id)
    if stored is None or is_same_row(stored.metadata, document.metadata):
        return False
    store.set_metadata(document.document_id, document.metadata)
    return True
