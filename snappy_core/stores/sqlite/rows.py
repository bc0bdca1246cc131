"""The rows of documents, pages and terms."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping

from snappy_core.scoring.idf import page_terms
from snappy_core.stores import codec
from snappy_core.stores.base import DocumentRecord
from snappy_core.stores.codec import PackedPage
from snappy_core.types import Scalar


def insert_document(connection: sqlite3.Connection, document: DocumentRecord) -> int:
    """Insert a document without pages, and return the id of its row."""
    cursor = connection.execute(
        "INSERT INTO documents (document_id, source, content_hash, fingerprint, pages, metadata) "
        "VALUES (?, ?, ?, ?, 0, ?)",
        (
            document.document_id,
            document.source,
            document.content_hash,
            document.fingerprint,
            json.dumps(dict(document.metadata)),
        ),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def insert_page(connection: sqlite3.Connection, document: int, page: PackedPage) -> None:
    """Insert a page of the document with this row id."""
    page_id = connection.execute(
        "INSERT INTO pages (document, number, content, patch_boxes) VALUES (?, ?, ?, ?)",
        (document, page.number, page.content, page.patch_boxes),
    ).lastrowid
    connection.execute("INSERT INTO scoring VALUES (?, ?)", (page_id, page.scoring))
    connection.execute("INSERT INTO pooled VALUES (?, ?)", (page_id, page.pooled))


def set_page_count(connection: sqlite3.Connection, document: int, pages: int) -> None:
    connection.execute("UPDATE documents SET pages = ? WHERE id = ?", (pages, document))


def set_metadata(
    connection: sqlite3.Connection, document_id: str, metadata: Mapping[str, Scalar]
) -> None:
    connection.execute(
        "UPDATE documents SET metadata = ? WHERE document_id = ?",
        (json.dumps(dict(metadata)), document_id),
    )


def add_terms(connection: sqlite3.Connection, counts: Counter[str]) -> None:
    """Add the number of new pages that contain each term."""
    connection.executemany(
        "INSERT INTO terms VALUES (?, ?) "
        "ON CONFLICT (term) DO UPDATE SET pages = pages + excluded.pages",
        sorted(counts.items()),
    )


def delete_document(connection: sqlite3.Connection, document_id: str) -> bool:
    """Delete a document with its pages and terms; return whether it existed."""
    query = "SELECT id FROM documents WHERE document_id = ?"
    row = connection.execute(query, (document_id,)).fetchone()
    if row is None:
        return False
    counts: Counter[str] = Counter()
    for (content,) in connection.execute("SELECT content FROM pages WHERE document = ?", row):
        words = codec.unpack_content(content).words
        counts.update(map(codec.encode_term, page_terms(words.texts)))
    connection.executemany(
        "UPDATE terms SET pages = pages - ? WHERE term = ?",
        [(pages, term) for term, pages in counts.items()],
    )
    connection.execute("DELETE FROM terms WHERE pages <= 0")
    connection.execute("DELETE FROM documents WHERE id = ?", row)
    return True


def select_documents(
    connection: sqlite3.Connection, where: str = "", *values: str | int
) -> list[DocumentRecord]:
    """Return the documents that match a WHERE clause, ordered by id."""
    query = (
        "SELECT document_id, source, content_hash, fingerprint, pages, metadata "
        f"FROM documents {where} ORDER BY document_id"
    )
    return [
        DocumentRecord(row[0], row[1], row[2], row[3], row[4], json.loads(row[5]))
        for row in connection.execute(query, values)
    ]
