"""Sources of documents in an index: identical files are one document with several sources."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import replace

from snappy_core.errors import StoreError
from snappy_core.filters import parse
from snappy_core.ingest.plan import is_new, is_of_root, stored_document
from snappy_core.stores.base import DocumentRecord, PageRecord, Snapshot, Store
from snappy_core.stores.copy import read_pages


def is_there(source: str) -> bool:
    """Return whether a source may still exist: an existing file, or a source that is not a file."""
    if not os.path.isabs(source):
        return True
    try:
        return stat.S_ISREG(os.stat(source).st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL byte
        return False
    except OSError:  # no permission, or the disk does not respond
        return True


def other_sources(stored: DocumentRecord, source: str) -> tuple[str, ...]:
    """Return the other sources of a document, besides a given one, that still exist."""
    return tuple(name for name in stored.aliases if name != source and is_there(name))


def update_sources(store: Store, document: DocumentRecord) -> None:
    """Store the current location of a document if it has changed: its folder may have moved."""
    stored = stored_document(store, document.document_id)
    if stored is not None and stored.source != document.source:
        others = other_sources(stored, document.source)
        store.set_sources(document.document_id, [document.source, *others])


def add_source(store: Store, document_id: str, copy: DocumentRecord) -> bool:
    """Add a copy as a source of a document; return whether that is stored with the same bytes."""
    stored = stored_document(store, document_id)
    if stored is None or is_new(stored, copy):
        return False
    if copy.source not in stored.sources:
        store.set_sources(document_id, [*stored.sources, copy.source])
    return True


def heir_of(snapshot: Snapshot, stored: DocumentRecord) -> DocumentRecord | None:
    """Return the record of a document under its next other source, if that one needs it."""
    document_id = stored.document_id
    heirs = [
        source
        for source in other_sources(stored, stored.source)
        if snapshot.document(_document_id(stored, source)) is None
        and snapshot.documents_where(parse({"source": source})) <= {document_id}
    ]
    if not heirs:
        return None
    source, *others = heirs
    name = _document_id(stored, source)
    return replace(stored, document_id=name, source=source, aliases=tuple(others))


def hand_over(store: Store, document_id: str) -> list[str]:
    """Hand the stored version of a document over to its next other source, if that needs it.

    Called before the document is replaced or deleted. Returns warnings: if its pages cannot be
    read, the other sources are lost.
    """
    with store.read() as snapshot:
        stored = snapshot.document(document_id)
        heir = None if stored is None else heir_of(snapshot, stored)
    if stored is None or heir is None:
        return []
    damage: list[StoreError] = []
    try:
        with closing(_pages(store, stored, damage)) as pages:
            store.write(heir, pages)
    except StoreError:
        if not damage:
            raise
    return [f"{name}: is lost, add it again ({error})" for error in damage for name in heir.sources]


def drop_sources(store: Store, owners: Mapping[str, str]) -> None:
    """Remove other sources of documents that belong to another one, given its id by source."""
    with store.read() as snapshot:
        ids = sorted(snapshot.documents_where(parse({"source": list(owners)})))
        documents = [snapshot.document(document_id) for document_id in ids]
    for document in filter(None, documents):
        document_id = document.document_id
        aliases = [
            name for name in document.aliases if owners.get(name, document_id) == document_id
        ]
        if len(aliases) < len(document.aliases):
            store.set_sources(document_id, [document.source, *aliases])


def _pages(store: Store, stored: DocumentRecord, damage: list[StoreError]) -> Generator[PageRecord]:
    """Yield the pages of a document; collect the reason if they cannot be read.

    They use a separate snapshot, which ends with them: SQLite may not be able to write while one
    is open.
    """
    with store.read() as snapshot:
        if is_new(snapshot.document(stored.document_id), stored):
            raise StoreError(f"{stored.document_id}: was changed meanwhile; add it again")
        try:
            yield from read_pages(snapshot, stored.document_id)
        except StoreError as error:
            damage.append(error)
            raise


def _document_id(stored: DocumentRecord, source: str) -> str:
    """Return the id for another source of a document, relative to the same root if it has one."""
    if not is_of_root(stored):
        return source
    return source.removeprefix(stored.source.removesuffix(stored.document_id))
