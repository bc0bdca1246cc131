"""The documents of an index: adding, changing and removing them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from snappy_core._async import async_twin
from snappy_core.cancellation import time_limit
from snappy_core.filters import Filter, is_same_row
from snappy_core.index.opened import OpenIndex
from snappy_core.ingest.report import IngestReport, warn_of
from snappy_core.metadata import check_metadata
from snappy_core.parsing.options import ReadingOptions
from snappy_core.search.filters import find_documents
from snappy_core.stores.base import DocumentRecord
from snappy_core.types import NewMetadata, Patches

# Methods that read and write documents import what they need for it; searching needs none of it.
if TYPE_CHECKING:
    from snappy_core.formats import SuppliedRegions
    from snappy_core.ingest.describe import Describe
    from snappy_core.ingest.executor import Executor
    from snappy_core.ingest.keep import Keep
    from snappy_core.ingest.progress import ShowProgress
    from snappy_core.parsing.source import Sources

_LATE = "adding took longer than {} seconds (timeout); finished documents are in the index"


class Documents(OpenIndex):
    """Adds, changes and removes documents."""

    def add(
        self,
        paths: Sources | Iterable[Sources],
        *,
        root: str | os.PathLike[str] | None = None,
        metadata: NewMetadata | None = None,
        password: str | None = None,
        reading: ReadingOptions = ReadingOptions(),
        describe: Describe | None = None,
        keep: Keep | None = None,
        executor: Executor | None = None,
        progress: ShowProgress = None,
        timeout: float | None = None,
    ) -> IngestReport:
        """Add documents: files, folders, bytes, or `Source.from_bytes(data, name)`.

        Unchanged documents are skipped and changed ones are replaced, each in one transaction:
        after an interruption, add again to finish. A document that cannot be read is reported, and
        the others are still added. Unreadable documents and pages without text are also an
        `IngestWarning`.

        A file with the same bytes and metadata as another document becomes an additional source of
        that document. If the document's bytes change later, the sources that still have the old
        bytes keep them as a document.

        Args:
            root: a folder: the document id of a file below it is its path relative to the folder,
                so that ids stay the same if the folder moves. By default ids are absolute paths.
            metadata: your own keys, part of every hit in these documents: text, numbers, bools,
                dates, and lists of these. None keeps the metadata of documents that are already in
                the index; {} removes it.
            password: opens encrypted documents.
            reading: OCR, languages, reader, layout model, pooling and limits.
            describe: a function that describes a figure in words, given its image and its context
                (headings, caption, the words in it), so that searches find the figure by these
                words. It runs in this process, one figure at a time. Its errors become warnings.
            keep: what the index keeps in addition to what searching needs, so that pages can be
                drawn without the file: "source" keeps the bytes (equal bytes once), "pages" a
                picture of each page. It is deleted with the document. To keep this for a document
                that is already in the index, add it again with `keep`.
            executor: where documents are read and encoded: `Workers(4)` for processes, or
                `Ray(address)` for a cluster. By default this process, which a hostile file can
                hang or crash.
            progress: whether to draw a progress bar; None draws it if standard error is a terminal.
                A function is called instead with the counts (`IngestProgress`: documents, done,
                failed, pages, expected_pages) after each page and document.
            timeout: seconds after which no further page is started; no limit by default.

        Raises:
            ValueError: metadata is nested or uses reserved keys, or two documents share a name.
            TimeLimitError: the time is up; the documents that were finished are in the index.
            TypeError: the encoder cannot be pickled and sent to the executor.
            MissingDependencyError, ConnectionError: Ray is not installed, or no cluster answers.
        """
        from snappy_core.ingest import plan
        from snappy_core.ingest.write import ingest

        skipped: list[str] = []
        with time_limit(timeout, _LATE):
            report = ingest(
                self._store,
                self.encoder,
                plan.name_documents(paths, password, root, skipped.append),
                metadata=metadata,
                reading=reading,
                describe=describe,
                keep=keep,
                executor=executor,
                progress=progress,
                share=True,
            )
        warn_of(report)
        return replace(report, skipped=tuple(skipped))

    def sync(
        self,
        folder: str | os.PathLike[str],
        *,
        root: str | os.PathLike[str] | None = None,
        metadata: NewMetadata | None = None,
        password: str | None = None,
        reading: ReadingOptions = ReadingOptions(),
        describe: Describe | None = None,
        keep: Keep | None = None,
        executor: Executor | None = None,
        progress: ShowProgress = None,
        timeout: float | None = None,
        dry_run: bool = False,
    ) -> IngestReport:
        """Make the index match a folder: add new files, update changed ones, remove deleted ones.

        Only documents whose id is a path relative to the root, added here or by `add(root=...)`,
        are removed; if the folder is below the root, only those below the folder. Documents that
        were added as bytes, under an absolute path or under an id of your own stay, as do those
        that may still be in a folder that cannot be listed.

        Args:
            root: as in `add`; by default the folder.
            dry_run: only report what would be done; unreadable files are not detected.

        The other arguments are as in `add`.

        Raises:
            NotADirectoryError: there is no such folder.
            ValueError: the folder holds no documents: it may not be mounted.
        """
        from snappy_core.ingest.sync import sync

        with time_limit(timeout, _LATE):
            report = sync(
                self._store,
                self.encoder,
                folder,
                root=root,
                metadata=metadata,
                password=password,
                reading=reading,
                describe=describe,
                keep=keep,
                executor=executor,
                progress=progress,
                dry_run=dry_run,
            )
        warn_of(report)
        return report

    def add_document(
        self,
        source: Sources,
        *,
        document_id: str | None = None,
        regions: SuppliedRegions | None = None,
        regions_format: str | None = None,
        patches: Sequence[Patches] | None = None,
        metadata: NewMetadata | None = None,
        password: str | None = None,
        reading: ReadingOptions = ReadingOptions(),
        describe: Describe | None = None,
        keep: Keep | None = None,
        executor: Executor | None = None,
        progress: ShowProgress = None,
        timeout: float | None = None,
    ) -> IngestReport:
        """Add one document, under an id of your own, or with regions or patches you already have.

        Everything else is as in `add`.

        Args:
            document_id: by default the absolute path or the name of the source.
            regions: regions from another tool instead of Snappy's: a file of Docling, hOCR, ALTO,
                Unstructured or DeepSeek-OCR, or a list of dictionaries (docs/formats.md). Pages
                without words get the words of the regions.
            regions_format: a name in `snappy_core.formats.FORMATS`, if it cannot be detected.
            patches: the embeddings of each page, instead of the encoder's.
                `snappy_core.encoders.precomputed` creates them from arrays.

        Raises:
            ValueError: as `add`; also an empty id, a folder with several documents, or patches
                that do not match the pages of the document.
            FormatError: the format or coordinates of the regions are unknown, or they are for other
                pages.
        """
        from snappy_core.ingest import plan
        from snappy_core.ingest.precomputed import with_patches
        from snappy_core.ingest.write import ingest

        document = plan.name_document(source, document_id, password)
        encoder = self.encoder
        with time_limit(timeout, _LATE):
            report = ingest(
                self._store,
                encoder if patches is None else with_patches(encoder, patches, document[1]),
                [document],
                metadata=metadata,
                reading=reading,
                describe=describe,
                keep=keep,
                executor=executor,
                supplied=plan.supplied_pages(regions, regions_format),
                progress=progress,
            )
        warn_of(report)
        return report

    def documents(self, *, where: Filter | None = None) -> list[DocumentRecord]:
        """Return the documents of the index, ordered by id.

        Args:
            where: only documents that match this filter.

        Raises:
            ValueError: a filter on pages or regions.
        """
        with self._store.read() as snapshot:
            documents = snapshot.documents()
            if where is None:
                return documents
            ids = find_documents(snapshot, where)
        return [document for document in documents if document.document_id in ids]

    def delete(self, document_ids: str | Iterable[str] = (), *, where: Filter | None = None) -> int:
        """Remove documents, each in one transaction; return how many were removed.

        Args:
            document_ids: one id or several; additional sources of a document are not ids.
            where: also remove the documents that match this filter.

        Raises:
            ValueError: neither ids nor a filter, or a filter on pages or regions.
        """
        if isinstance(document_ids, str):
            if where is None:
                return self._store.delete(document_ids)
            document_ids = [document_ids]
        return sum(map(self._store.delete, self._select(document_ids, where)))

    def update_metadata(
        self,
        metadata: NewMetadata,
        document_ids: str | Iterable[str] = (),
        *,
        where: Filter | None = None,
    ) -> int:
        """Set metadata keys of documents and keep their other keys; return how many were changed.

        Args:
            metadata: as in `add`.
            document_ids, where: as in `delete`.
        """
        changes = check_metadata(metadata)
        names = [document_ids] if isinstance(document_ids, str) else document_ids
        changed = 0
        for name in self._select(names, where):
            with self._store.read() as snapshot:
                record = snapshot.document(name)
            if record is None:
                continue
            updated = {**record.metadata, **changes}
            if not is_same_row(updated, record.metadata):
                self._store.set_metadata(name, updated)
                changed += 1
        return changed

    def _select(self, document_ids: Iterable[str], where: Filter | None) -> list[str]:
        """Return document ids, given or found by a filter, each once."""
        names = list(document_ids)
        if where is not None:
            with self._store.read() as snapshot:
                names += sorted(find_documents(snapshot, where))
        elif not names:
            raise ValueError("give document ids, or where=, a filter ({} for all documents)")
        return list(dict.fromkeys(names))

    aadd = async_twin(add)
    aadd_document = async_twin(add_document)
    adocuments = async_twin(documents)
    adelete = async_twin(delete)
    aupdate_metadata = async_twin(update_metadata)
