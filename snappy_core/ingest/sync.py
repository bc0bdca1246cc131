"""Synchronizes an index with a folder: adds new and changed files, removes deleted ones."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from snappy_core.encoders.base import Encoder
from snappy_core.filters import is_same_row
from snappy_core.ingest import plan
from snappy_core.ingest.describe import Describe
from snappy_core.ingest.report import IngestReport
from snappy_core.ingest.sources import hand_over, heir_of, is_there
from snappy_core.ingest.write import ingest
from snappy_core.metadata import check_metadata
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Source
from snappy_core.stores.base import DocumentRecord, Store
from snappy_core.terminal import plain
from snappy_core.types import NewMetadata

_log = logging.getLogger(__name__)


def sync(
    store: Store,
    encoder: Encoder,
    folder: str | os.PathLike[str],
    *,
    root: str | os.PathLike[str] | None,
    metadata: NewMetadata | None,
    password: str | None,
    reading: ReadingOptions,
    describe: Describe | None,
    dry_run: bool,
    **options: Any,
) -> IngestReport:
    """Make an index match a folder; see `RegionIndex.sync`."""
    if not os.path.isdir(folder):
        raise NotADirectoryError(f"{os.fspath(folder)} is no folder to synchronize with")
    root = folder if root is None else root
    skipped: list[str] = []
    documents = plan.name_documents(folder, password, root, skipped.append)
    if not documents:
        raise ValueError(
            f"{os.fspath(folder)} holds no documents; is it mounted? To empty an index, delete "
            "its documents"
        )
    gone = _gone(store, {name for name, _ in documents}, folder, root)
    if dry_run:
        report = _foresee(store, encoder, documents, metadata, reading, describe, gone)
    else:
        lost = [warning for name in gone for warning in hand_over(store, name)]
        report = ingest(
            store, encoder, documents, metadata=metadata, reading=reading,
            describe=describe, share=True, gone=gone,
            **options,
        )  # fmt: skip
        for name in gone:
            store.delete(name)
            _log.info("%s: removed, its file is gone", plain(name))
        _drop_aliases(store, [name for name, _ in documents])
        report = replace(report, warnings=(*lost, *report.warnings))
    return replace(report, removed=tuple(gone), skipped=tuple(skipped))


def _gone(
    store: Store,
    present: set[str],
    folder: str | os.PathLike[str],
    root: str | os.PathLike[str],
) -> list[str]:
    """Return the ids of the documents that are definitely no longer in the folder."""
    base, start = (f"{Source.from_path(path).name.rstrip('/')}/" for path in (root, folder))
    prefix = start.removeprefix(base)
    with store.read() as snapshot:
        return [
            document.document_id
            for document in snapshot.documents()
            if plan.is_of_root(document)
            and document.document_id.startswith(prefix)
            and document.document_id not in present
            and _is_known_gone(Path(base, document.document_id), Path(start))
        ]


def _is_known_gone(file: Path, folder: Path) -> bool:
    """Return whether a file not found in a folder is definitely not one of its documents."""
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:  # no permission, or the disk does not respond
        return False
    # It is no longer a document there, unless a folder could not be read.
    parents = takewhile(lambda parent: parent != folder.parent, file.parents)
    return all(os.access(parent, os.R_OK) for parent in parents)


def _drop_aliases(store: Store, names: list[str]) -> None:
    """Remove those other sources of documents that no longer exist."""
    for name in names:
        record = plan.stored_document(store, name)
        if record is not None and record.aliases:
            aliases = [source for source in record.aliases if is_there(source)]
            if len(aliases) < len(record.aliases):
                store.set_sources(name, [record.source, *aliases])


def _foresee(
    store: Store,
    encoder: Encoder,
    documents: list[tuple[str, Source]],
    metadata: NewMetadata | None,
    reading: ReadingOptions,
    describe: Describe | None,
    gone: list[str],
) -> IngestReport:
    """Return the report of adding documents, as far as it is known without reading them."""
    new_metadata = None if metadata is None else check_metadata(metadata)
    added, unchanged, duplicates = list[str](), list[str](), dict[str, str]()
    ingest_fingerprint = plan.fingerprint(encoder, reading, None, describe)
    heirs: dict[str, DocumentRecord] = {}  # documents handed over to their copies, by id
    for name in gone:
        _foresee_heir(store, name, heirs)
    for planned in plan.plan(
        store, documents, ingest_fingerprint, new_metadata, share=True, gone=gone
    ):
        record = planned.record
        document_id = record.document_id
        stored = heirs.get(document_id) or plan.stored_document(store, document_id)
        is_other = stored is not None and stored.content_hash != record.content_hash
        if planned.error is None and is_other:
            _foresee_heir(store, document_id, heirs)
        is_new = planned.error is None and plan.is_new(stored, record)
        if planned.same_as is not None and is_new:
            duplicates[planned.source.name] = planned.same_as
            continue
        has_new_keys = (
            stored and new_metadata is not None and not is_same_row(stored.metadata, new_metadata)
        )
        (added if is_new or has_new_keys else unchanged).append(document_id)
    return IngestReport(tuple(added), tuple(unchanged), (), (), 0, 0.0, duplicates)


def _foresee_heir(store: Store, document_id: str, heirs: dict[str, DocumentRecord]) -> None:
    with store.read() as snapshot:
        stored = snapshot.document(document_id)
        heir = None if stored is None else heir_of(snapshot, stored)
    if heir is not None:
        heirs[heir.document_id] = heir
