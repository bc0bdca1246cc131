"""One state of an index file, held by an open read transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from snappy_core.stores import codec
from snappy_core.stores.base import DocumentRecord, PageVectors
from snappy_core.stores.catalog import Catalog
from snappy_core.stores.first_stage import CatalogSnapshot
from snappy_core.stores.sqlite.catalog_cache import CatalogCache
from snappy_core.stores.sqlite.rows import select_documents
from snappy_core.types import Page, Patches


class SqliteSnapshot(CatalogSnapshot):
    """The snapshot of a connection's transaction; see `Snapshot`."""

    def __init__(self, connection: sqlite3.Connection, catalogs: CatalogCache) -> None:
        self._connection = connection
        self._catalogs = catalogs

    def documents(self) -> list[DocumentRecord]:
        return select_documents(self._connection)

    def document(self, document_id: str) -> DocumentRecord | None:
        documents = select_documents(self._connection, "WHERE document_id = ?", document_id)
        return documents[0] if documents else None

    def document_of(self, page_id: int) -> DocumentRecord:
        where = "WHERE id = (SELECT document FROM pages WHERE id = ?)"
        return select_documents(self._connection, where, page_id)[0]

    def page_ids(self, document_id: str) -> dict[int, int]:
        query = (
            "SELECT number, pages.id FROM pages JOIN documents ON documents.id = pages.document "
            "WHERE document_id = ? ORDER BY number"
        )
        return dict(self._connection.execute(query, (document_id,)).fetchall())

    def page_count(self) -> int:
        query = "SELECT coalesce(sum(pages), 0) FROM documents"
        return int(self._connection.execute(query).fetchone()[0])

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        query = "SELECT pages FROM terms WHERE term = ?"
        rows = {
            term: self._connection.execute(query, (codec.encode_term(term),)).fetchone()
            for term in terms
        }
        return {term: row[0] for term, row in rows.items() if row is not None}

    def catalog(self) -> Catalog:
        return self._catalogs.load(self._connection)

    def vectors(self, page_ids: Sequence[int]) -> list[PageVectors]:
        query = "SELECT arrays FROM scoring WHERE page = ?"
        return [codec.unpack_scoring(*self._row(query, page_id)) for page_id in page_ids]

    def page(self, page_id: int) -> Page:
        return codec.unpack_content(*self._row("SELECT content FROM pages WHERE id = ?", page_id))

    def patches(self, page_id: int) -> Patches:
        query = (
            "SELECT iif(patch_boxes IS NULL, content, NULL), patch_boxes, arrays "
            "FROM pages JOIN scoring ON page = id WHERE id = ?"
        )
        return codec.unpack_patches(*self._row(query, page_id))

    def _row(self, query: str, page_id: int) -> tuple[bytes, ...]:
        row: tuple[bytes, ...] | None = self._connection.execute(query, (page_id,)).fetchone()
        if row is None:
            raise KeyError(page_id)
        return row
