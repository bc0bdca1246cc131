"""Rows of the SQLite store and the dataclasses they hold."""

from __future__ import annotations

import json
import sqlite3
from array import array
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import grid_cells
from snappy_core.scoring.membership import Membership
from snappy_core.stores.base import (
    DocumentRecord,
    PageRecord,
    PageVectors,
    region_arrays,
)
from snappy_core.types import Page, Patches, Region, Words


def insert_document(connection: sqlite3.Connection, document: DocumentRecord) -> int:
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


def insert_page(connection: sqlite3.Connection, document: int, record: PageRecord) -> None:
    page, patches, membership = record.page, record.patches, record.membership
    confidences = page.words.confidences
    cursor = connection.execute(
        "INSERT INTO pages (document, number, label, width, height, unit, texts, boxes, "
        "confidences, user_space) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            document,
            page.number,
            page.label,
            page.width,
            page.height,
            page.unit,
            json.dumps(page.words.texts),
            _blob(page.words.boxes, np.float32),
            None if confidences is None else _blob(confidences, np.float32),
            None if page.user_space is None else json.dumps(page.user_space),
        ),
    )
    number = cursor.lastrowid
    connection.executemany(
        "INSERT INTO regions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                number,
                place,
                region.label,
                *region.box,
                region.text,
                array("i", region.words).tobytes(),
                region.order,
                region.parent,
                region.section,
                array("i", region.context).tobytes(),
            )
            for place, region in enumerate(page.regions)
        ],
    )
    words = patches.grid is None
    labels, parents = region_arrays(page.regions)
    connection.execute(
        "INSERT INTO patches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            patches.vectors.shape[1],
            *(patches.grid or (None, None)),
            # Words have their own boxes; those of a grid are mostly what its shape says.
            None if words or _lies_as_usual(patches) else _blob(patches.boxes, np.float32),
            None if patches.local.all() else _blob(patches.local, np.bool_),
            _blob(patches.scales, np.float32),
            _blob(membership.offsets, np.int64),
            _blob(membership.patches, np.int32),
            _blob(membership.iou, np.float32),
            _blob(membership.share, np.float32),
            _blob(membership.own, np.bool_),
            _blob(labels, np.uint8),
            _blob(parents, np.int32),
            _blob(patches.vectors, np.int8),
        ),
    )
    codes, scales = record.pooled
    connection.execute(
        "INSERT INTO pooled VALUES (?, ?, ?)",
        (number, _blob(scales, np.float32), _blob(codes, np.int8)),
    )


def select_documents(
    connection: sqlite3.Connection, where: str = "", *values: str | int
) -> list[DocumentRecord]:
    query = (
        "SELECT document_id, source, content_hash, fingerprint, pages, metadata "
        f"FROM documents {where} ORDER BY document_id"
    )
    return [
        DocumentRecord(row[0], row[1], row[2], row[3], row[4], json.loads(row[5]))
        for row in connection.execute(query, values)
    ]


def select_vectors(connection: sqlite3.Connection, page: int) -> PageVectors:
    query = (
        "SELECT dim, scales, offsets, members, iou, share, own, labels, parents, vectors "
        "FROM patches WHERE page = ?"
    )
    row = connection.execute(query, (page,)).fetchone()
    dim, scales, offsets, members, iou, share, own, labels, parents, vectors = row
    return PageVectors(
        np.frombuffer(vectors, np.int8).reshape(-1, dim),
        np.frombuffer(scales, np.float32),
        Membership(
            np.frombuffer(offsets, np.int64),
            np.frombuffer(members, np.int32),
            np.frombuffer(iou, np.float32),
            np.frombuffer(share, np.float32),
            np.frombuffer(own, np.bool_),
        ),
        np.frombuffer(labels, np.uint8),
        np.frombuffer(parents, np.int32),
    )


def select_page(connection: sqlite3.Connection, page: int) -> Page:
    query = (
        "SELECT number, label, width, height, unit, texts, boxes, confidences, user_space "
        "FROM pages WHERE id = ?"
    )
    number, label, width, height, unit, texts, boxes, confidences, user_space = connection.execute(
        query, (page,)
    ).fetchone()
    words = Words(
        tuple(json.loads(texts)),
        np.frombuffer(boxes, np.float32).reshape(-1, 4),
        None if confidences is None else np.frombuffer(confidences, np.float32),
    )
    query = (
        "SELECT x0, y0, x1, y1, text, words, label, reading_order, parent, section, context "
        "FROM regions WHERE page = ? ORDER BY place"
    )
    regions = tuple(
        Region(
            box=tuple(row[:4]),
            text=row[4],
            words=_integers(row[5]),
            label=row[6],
            order=row[7],
            parent=row[8],
            section=row[9],
            context=_integers(row[10]),
        )
        for row in connection.execute(query, (page,))
    )
    return Page(
        number,
        label,
        width,
        height,
        unit,
        words,
        regions,
        user_space=None if user_space is None else tuple(json.loads(user_space)),
    )


def select_patches(connection: sqlite3.Connection, page: int) -> Patches:
    query = (
        "SELECT dim, rows, columns, iif(rows IS NULL, pages.boxes, patches.boxes), local, scales, "
        "vectors FROM patches JOIN pages ON pages.id = patches.page WHERE page = ?"
    )
    dim, rows, columns, boxes, local, scales, vectors = connection.execute(
        query, (page,)
    ).fetchone()
    held = np.frombuffer(scales, np.float32)
    inside = np.ones(len(held), bool) if local is None else np.frombuffer(local, np.bool_)
    return Patches(
        np.frombuffer(vectors, np.int8).reshape(-1, dim),
        held,
        _usual_boxes(inside, rows, columns)
        if boxes is None
        else np.frombuffer(boxes, np.float32).reshape(-1, 4),
        inside,
        None if rows is None else (rows, columns),
    )


def _lies_as_usual(patches: Patches) -> bool:
    """Say whether the boxes need not be stored."""
    assert patches.grid is not None
    rows, columns = patches.grid
    return int(patches.local.sum()) == rows * columns and np.array_equal(
        patches.boxes, _usual_boxes(patches.local, rows, columns)
    )


def _usual_boxes(local: NDArray[np.bool_], rows: int, columns: int) -> NDArray[np.float32]:
    """Return the cells of a grid that covers the page, and the page for what is not local."""
    boxes = np.tile(np.array([0, 0, 1, 1], dtype=np.float32), (len(local), 1))
    boxes[local] = grid_cells(rows, columns)
    return boxes


def _integers(blob: bytes) -> tuple[int, ...]:
    return tuple(np.frombuffer(blob, np.int32).tolist())


def _blob(values: NDArray[Any], kind: type) -> bytes:
    return np.ascontiguousarray(values, dtype=kind).tobytes()
