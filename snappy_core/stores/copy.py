"""From one store into another, document by document, read back and compared."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.stores.base import (
    Catalog,
    DocumentRecord,
    PageRecord,
    Snapshot,
    Store,
    region_arrays,
)

Pooled = tuple[NDArray[np.int8], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What came of copying an index.

    Attributes:
        copied: ids of documents that were written, then read back and found equal.
        unchanged: ids of documents that the target had already.
        pages: pages written.
        seconds: wall time.
    """

    copied: tuple[str, ...]
    unchanged: tuple[str, ...]
    pages: int
    seconds: float


def copy(source: Store, target: Store, *, progress: bool | None = None) -> CopyReport:
    """Copy all documents of one index into another, which may hold others.

    One state of the source is copied, whatever is written to it meanwhile. A document that the
    target has with the same content, fingerprint, pages and first stage is passed over, so that
    a copy that was cut off goes on where it was; another one of the same id is replaced. What
    was written is read back page by page, and in the end all documents are counted and the
    vectors of the first stage compared. Memory holds a few pages, and those vectors.

    Args:
        progress: draw a progress bar; by default when standard error is a terminal.

    Raises:
        IndexMismatchError: the target was made by another encoder.
        StoreError: what was read back is not what was written; also as the stores.
    """
    started = time.monotonic()
    made_by = source.encoder()
    if made_by is not None:
        _check(source, target, made_by)
    copied: list[str] = []
    unchanged: list[str] = []
    written = 0
    with source.read() as snapshot:
        documents = snapshot.documents()
        first_stage = _FirstStage(snapshot.catalog())
        with target.read() as before:
            held = {record.document_id: record for record in before.documents()}
            theirs = _FirstStage(before.catalog())
        total = sum(record.pages for record in documents)
        with _progress(progress) as bar:
            task = bar.add_task("copying", total=total)
            for record in documents:
                name = record.document_id
                there = held.get(name)
                if _same(record, there) and first_stage.digest(name) == theirs.digest(name):
                    unchanged.append(name)
                    if there is not None and there.metadata != record.metadata:
                        target.set_metadata(name, record.metadata)
                    bar.advance(task, record.pages)
                else:
                    _copy_document(snapshot, target, record, first_stage, lambda: bar.advance(task))
                    copied.append(name)
                    written += record.pages
        _check_all(target, documents, first_stage)
    return CopyReport(tuple(copied), tuple(unchanged), written, time.monotonic() - started)


class _FirstStage:
    """The pooled vectors of an index by document and page number."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._places: dict[str, dict[int, int]] = {}
        numbers = catalog.page_numbers.tolist()
        for place, (name, number) in enumerate(zip(catalog.document_ids, numbers, strict=True)):
            self._places.setdefault(name, {})[number] = place

    def of(self, document_id: str, number: int) -> Pooled:
        place = self._places[document_id][number]
        own = slice(*self._catalog.offsets[place : place + 2].tolist())
        return self._catalog.vectors[own], self._catalog.scales[own]

    def digest(self, document_id: str) -> bytes:
        """Return a checksum over the pages of a document."""
        checksum = hashlib.blake2b()
        for number in sorted(self._places.get(document_id, ())):
            vectors, scales = self.of(document_id, number)
            checksum.update(f"{number} {vectors.shape}".encode())
            checksum.update(vectors.tobytes())
            checksum.update(scales.tobytes())
        return checksum.digest()


def _check(source: Store, target: Store, made_by: tuple[str, int]) -> None:
    found = target.encoder()
    if found is not None and found != made_by:
        raise IndexMismatchError(
            f"{target.location}: made by the encoder {found[0]} ({found[1]} dimensions), but "
            f"{source.location} by {made_by[0]} ({made_by[1]}); copy it to a new place"
        )
    target.bind_encoder(*made_by)


def _same(record: DocumentRecord, there: DocumentRecord | None) -> bool:
    """Say whether two records are equal but for their metadata."""
    return there is not None and replace(there, metadata={}) == replace(record, metadata={})


def _copy_document(
    snapshot: Snapshot,
    target: Store,
    record: DocumentRecord,
    first_stage: _FirstStage,
    advance: Callable[[], object],
) -> None:
    name = record.document_id
    sums: list[bytes] = []

    def watched() -> Iterator[PageRecord]:
        for number, page in _pages(snapshot, name):
            complete = replace(page, pooled=first_stage.of(name, number))
            sums.append(_digest(page))
            yield complete
            advance()

    target.write(record, watched())
    with target.read() as after:
        found = after.document(name)
        if found != record:
            raise StoreError(
                f"{target.location}: {name} is not there as it was written; is another process "
                "writing to it? copy again"
            )
        back = [_digest(page) for _, page in _pages(after, name)]
    if back != sums:
        wrong = [n for n, (a, b) in enumerate(zip(sums, back, strict=False), start=1) if a != b]
        where = f"page {wrong[0]}" if wrong else f"{len(back)} pages, not {len(sums)}"
        raise StoreError(
            f"{target.location}: {name} does not read as it was written ({where}); copy again, "
            "and check the disk if that does not help"
        )


def _pages(snapshot: Snapshot, document_id: str) -> Iterator[tuple[int, PageRecord]]:
    """Give the pages of a document by number, without their pooled vectors, one at a time."""
    for number, place in snapshot.page_ids(document_id).items():
        patches = snapshot.patches(place)
        (vectors,) = snapshot.vectors([place])
        nothing = vectors.vectors[:0], vectors.scales[:0]
        yield number, PageRecord(snapshot.page(place), patches, vectors.membership, nothing)


def _digest(record: PageRecord) -> bytes:
    """Return a checksum over all of a page but its pooled vectors."""
    page, patches, membership = record.page, record.patches, record.membership
    confidences = page.words.confidences
    texts = {
        "page": (page.number, page.label, float(page.width), float(page.height), page.unit),
        "space": None if page.user_space is None else list(map(float, page.user_space)),
        "words": (page.words.texts, confidences is not None),
        "regions": [(list(map(float, r.box)), *astuple(r)[1:]) for r in page.regions],
        "patches": (patches.vectors.shape, patches.grid),
    }
    checksum = hashlib.blake2b(json.dumps(texts).encode())
    arrays: Iterable[NDArray[np.generic] | None] = (
        page.words.boxes, confidences, patches.vectors, patches.scales, patches.boxes,
        patches.local, membership.offsets, membership.patches, membership.iou,
        membership.share, membership.own,
        *region_arrays(page.regions),
    )  # fmt: skip
    for array in arrays:
        if array is not None:
            checksum.update(f"{array.dtype} {array.shape}".encode())
            checksum.update(array.tobytes())
    return checksum.digest()


def _check_all(target: Store, documents: list[DocumentRecord], first_stage: _FirstStage) -> None:
    """Count and compare all that should be there now."""
    with target.read() as after:
        there = {record.document_id: record for record in after.documents()}
        theirs = _FirstStage(after.catalog())
    for record in documents:
        name = record.document_id
        same = _same(record, there.get(name))
        if not same or first_stage.digest(name) != theirs.digest(name):
            raise StoreError(
                f"{target.location}: {name} is not there as it was copied; is another process "
                "writing to it? copy again"
            )


def _progress(show: bool | None) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} pages"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not (sys.stderr.isatty() if show is None else show),
    )
