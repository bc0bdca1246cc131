"""The index: documents in, regions out. Wiring only; the work is done by the modules it names."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from snappy_core._async import async_twin
from snappy_core.display.render import crop, draw_page, draw_stored_page
from snappy_core.encoders import Encoder, can_open, open_encoder
from snappy_core.errors import IndexMismatchError
from snappy_core.formats import SuppliedPage, SuppliedRegions
from snappy_core.ingest import plan
from snappy_core.ingest.executor import Executor
from snappy_core.ingest.precomputed import with_patches
from snappy_core.ingest.report import IngestReport
from snappy_core.ingest.write import ingest
from snappy_core.metadata import check_metadata
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Source, Sources
from snappy_core.search import engine, explain
from snappy_core.search.hits import HeatMap, Hit, Hits, TokenMatch
from snappy_core.search.options import SearchOptions, check_options
from snappy_core.stores import MemoryStore, Store, open_store
from snappy_core.stores.base import DocumentRecord
from snappy_core.types import Patches, Scalar

if TYPE_CHECKING:
    from types import TracebackType

    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index is and holds."""

    location: str
    encoder: str
    dim: int
    documents: int
    pages: int
    bytes: int | None
    """Size on disk, None in memory."""


class RegionIndex:
    """Finds the regions of documents that answer a question.

    Open one with `RegionIndex.open`, or make one in memory with `RegionIndex()`. It may be used
    from several threads; one file may be read by many processes while one writes. Every method
    that works for long has an async twin (`aadd`, `asearch`, ...) that runs in a thread.

    Example:
        with RegionIndex.open("reports.snappy") as index:
            index.add(["q3.pdf", "archive/"], metadata={"team": "finance"})
            for hit in index.search("What was Q3 revenue?", k=5):
                print(hit.page_number, hit.region.label, hit.region.box, hit.region.text)

    Args:
        store: where it is kept; in memory by default.
        encoder: by default the one that made the index, which knows its name and opens it when
            it is first needed; for a new index the embedded one (all-MiniLM-L6-v2, English,
            CPU). `snappy_core.encoders.open_encoder` opens others.

    Raises:
        IndexMismatchError: the index was made by another encoder, or by one that has to be given.
    """

    def __init__(self, store: Store | None = None, encoder: Encoder | None = None) -> None:
        self._store: Store = MemoryStore() if store is None else store
        self._opening = threading.Lock()
        made_by = self._store.encoder()
        if encoder is None and made_by is None:
            encoder = open_encoder()
        if encoder is not None:
            self._store.bind_encoder(encoder.name, encoder.dim)
        elif made_by is not None and not can_open(made_by[0]):
            raise IndexMismatchError(
                f"{self._store.location}: made by the encoder {made_by[0]} ({made_by[1]} "
                "dimensions), which Snappy cannot open by its name; give it as `encoder`"
            )
        self._encoder = encoder

    @property
    def encoder(self) -> Encoder:
        """What encodes pages and questions.

        Raises:
            MissingDependencyError, ModelError: the encoder of the index cannot be opened here.
            IndexMismatchError: what its name opens is another one now.
        """
        with self._opening:
            if self._encoder is None:
                made_by = self._store.encoder()
                assert made_by is not None  # a new index opens its encoder at once
                opened = open_encoder(made_by[0])
                self._store.bind_encoder(opened.name, opened.dim)
                self._encoder = opened
            return self._encoder

    @classmethod
    def open(
        cls,
        location: str | os.PathLike[str],
        encoder: Encoder | None = None,
        *,
        create: bool = True,
    ) -> RegionIndex:
        """Open the index in a file, or make it; ":memory:" keeps it in memory.

        Raises:
            FileNotFoundError: no such index and `create` is false, or no such folder.
            IndexMismatchError: the file is no index, or one of another encoder or schema.
        """
        store = open_store(location, create=create)
        try:
            return cls(store, encoder)
        except BaseException:
            store.close()
            raise

    def add(
        self,
        paths: Sources | Iterable[Sources],
        *,
        metadata: Mapping[str, Scalar] | None = None,
        password: str | None = None,
        reading: ReadingOptions = ReadingOptions(),
        executor: Executor | None = None,
        progress: bool | None = None,
    ) -> IngestReport:
        """Add documents: files, folders, or `Source.from_bytes(data, name)`.

        A document that the index holds with the same bytes, read with the same options, is
        skipped; a changed one is replaced in one transaction. If adding is interrupted, the
        documents written so far stay, and adding again does the rest. A document that cannot be
        read is reported, and the others are still added.

        Args:
            metadata: your own keys, part of every hit in these documents. None keeps the
                metadata of documents that are already in the index; {} removes it.
            password: opens encrypted documents.
            reading: OCR, layout model and pooling.
            executor: where documents are read and encoded: `Workers(4)` for processes of this
                machine, `Ray(address)` for a cluster. None does it in this process, where
                nothing stops a document that hangs, crashes or outgrows the memory.
            progress: draw a progress bar; None draws it when standard error is a terminal.

        Raises:
            ValueError: metadata is nested or uses reserved keys, or two documents share a name.
            TypeError: the encoder does not pickle and cannot be sent to the executor.
            MissingDependencyError, ConnectionError: Ray is not installed, or no cluster answers.
        """
        documents = plan.name_documents(paths, None, password)
        return self._ingest(documents, metadata, reading, executor, progress)

    def add_document(
        self,
        source: Sources,
        *,
        document_id: str | None = None,
        regions: SuppliedRegions | None = None,
        regions_format: str | None = None,
        patches: Sequence[Patches] | None = None,
        metadata: Mapping[str, Scalar] | None = None,
        password: str | None = None,
        reading: ReadingOptions = ReadingOptions(),
        executor: Executor | None = None,
        progress: bool | None = None,
    ) -> IngestReport:
        """Add one document, under an id of your own, or with regions or patches you already have.

        Everything else is as in `add`.

        Args:
            document_id: by default the absolute path or the name of the source.
            regions: the regions of the document as another tool found them: a file of Docling
                (JSON), hOCR, ALTO, Unstructured or DeepSeek-OCR, or a list of dictionaries
                (`snappy_core.formats`). They replace Snappy's regions on the pages they are for.
                The words of these pages are still read from the document; where a page has none,
                as a scan without OCR, the words of the regions are used, and their boxes are
                estimated. Adding the document with other regions, or none, reads it again.
            regions_format: the format of `regions` where it cannot be detected: "docling",
                "hocr", "alto", "unstructured", "deepseek", "plain", or one of your own
                (`snappy_core.formats.FORMATS`).
            patches: the embeddings of each page, computed elsewhere: the encoder is not called.
                `snappy_core.encoders.precomputed` makes them from arrays.

        Raises:
            ValueError: as `add`; also an empty id, a folder with several documents, or patches
                that do not match the pages of the document.
            FormatError: the regions are in no known format or coordinates, or for other pages.
        """
        documents = plan.name_documents(source, document_id, password)
        if len(documents) != 1:
            raise ValueError(f"{source} holds {len(documents)} documents; add it with `add`")
        supplied = plan.supplied_pages(regions, regions_format)
        encoder = self.encoder
        if patches is not None:
            encoder = with_patches(encoder, patches, documents[0][1])
        return self._ingest(documents, metadata, reading, executor, progress, encoder, supplied)

    def _ingest(
        self,
        documents: Sequence[tuple[str, Source]],
        metadata: Mapping[str, Scalar] | None,
        reading: ReadingOptions,
        executor: Executor | None,
        progress: bool | None,
        encoder: Encoder | None = None,
        supplied: Mapping[int, SuppliedPage] | None = None,
    ) -> IngestReport:
        return ingest(
            self._store,
            encoder or self.encoder,
            documents,
            metadata=None if metadata is None else check_metadata(metadata),
            reading=reading,
            executor=executor,
            supplied=supplied,
            progress=progress,
        )

    def search(self, question: str, **options: Unpack[SearchOptions]) -> Hits:
        """Return the regions that answer a question best, over all pages.

        Args:
            k: the most hits to return; 5 by default.
            filter: `{key: value or list of values}` over your metadata, `document_id`, `source`,
                `page_number` and `region_label`.
            score_threshold: the least score of a hit, -1..1.
            per_page: the most hits from one page.
            scoring: "maxsim" (late interaction inside the region), the paper's "iou_weighted",
                "max" or "mean" over its heat map, or a rule you registered. By default "maxsim"
                for text encoders and "iou_weighted" for vision encoders.
            pages: search these pages only, each `(document id or source, page number)`.
            candidates: the number of pages that are scored exactly, chosen by their pooled
                vectors. By default 200, more in a large index (Qdrant: 50). With as many as there
                are pages the search is exact.

        Raises:
            ValueError: an empty question, an option out of range, or a page that is not in the
                index.
            TypeError: an unknown option.
        """
        check_options(options)
        if not question.strip():
            raise ValueError("the question is empty")
        query = self.encoder.encode_query(question)
        with self._store.read() as snapshot:
            return engine.search(snapshot, query, **options)

    def heatmap(self, hit: Hit, token: int | str | None = None) -> HeatMap:
        """Return the relevance of each patch of a hit's page to the question.

        Args:
            token: a token of the question, by index or as text; by default the maximum over its
                content tokens.

        Raises:
            PageUnavailableError: the page is no longer in the index, or has changed.
            ValueError: the token is not in the question.
        """
        query = self.encoder.encode_query(hit.query)
        with self._store.read() as snapshot:
            return explain.heatmap(snapshot, query, hit, token)

    def heatmap_image(
        self,
        hit: Hit,
        token: int | str | None = None,
        dpi: float = 150,
        password: str | None = None,
    ) -> Image:
        """Draw the page of a hit with its heat map, and a box around the hit.

        `snappy_core.display.render.draw_page` draws several hits of one page, or no heat.

        Raises:
            PageUnavailableError: as `page_image`.
            ValueError: the token is not in the question, or `dpi` is not positive.
        """
        heat = self.heatmap(hit, token)
        return draw_page(self.page_image(hit, dpi, password), heat, [hit])

    def explain(self, hit: Hit) -> tuple[TokenMatch, ...]:
        """Return the weight of each token of the question and its best match in the region.

        The weighted sum of the similarities is the region's "maxsim" score.

        Raises:
            PageUnavailableError: the page is no longer in the index, or has changed.
        """
        query = self.encoder.encode_query(hit.query)
        with self._store.read() as snapshot:
            return explain.explain(snapshot, query, hit)

    def page_image(self, hit: Hit, dpi: float = 150, password: str | None = None) -> Image:
        """Draw the page of a hit again from its source.

        Raises:
            PageUnavailableError: the source was given as bytes, is gone or has changed, or the hit
                is no longer in the index as it was found.
            ValueError: `dpi` is not positive.
        """
        with self._store.read() as snapshot:
            explain.find_page(snapshot, hit)
            document = snapshot.document(hit.document_id)
        assert document is not None
        return draw_stored_page(document, hit.page_number, dpi, password)

    def region_image(
        self, region_id: str, text: str, dpi: float = 150, password: str | None = None
    ) -> Image:
        """Draw a region again from its source, cut out of its page with a little margin.

        What is needed of a hit is its id and its text, which every framework hands on.

        Raises:
            PageUnavailableError: as `page_image`, or the region now reads otherwise.
            ValueError: `dpi` is not positive.
        """
        with self._store.read() as snapshot:
            document, page, region = explain.find_region(snapshot, region_id, text)
        return crop(draw_stored_page(document, page.number, dpi, password), region.box)

    def documents(self) -> list[DocumentRecord]:
        """Return the documents of the index, ordered by id."""
        with self._store.read() as snapshot:
            return snapshot.documents()

    def delete(self, document_id: str) -> bool:
        """Remove a document; say whether there was one."""
        return self._store.delete(document_id)

    def compact(self) -> None:
        """Give back the room of deleted and replaced documents; others may read meanwhile.

        Without it, documents to come use the room in a file; elsewhere it stays taken.
        """
        self._store.compact()

    def info(self) -> IndexInfo:
        """Return what the index is and holds."""
        with self._store.read() as snapshot:
            documents = snapshot.documents()
        made_by = self._store.encoder()
        assert made_by is not None  # since it was opened
        path = Path(self._store.location)
        return IndexInfo(
            location=self._store.location,
            encoder=made_by[0],
            dim=made_by[1],
            documents=len(documents),
            pages=sum(document.pages for document in documents),
            bytes=_size(path) if path.is_file() else None,
        )

    def close(self) -> None:
        """Close the files of the index."""
        self._store.close()

    def __enter__(self) -> RegionIndex:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    aadd = async_twin(add)
    aadd_document = async_twin(add_document)
    asearch = async_twin(search)
    aheatmap = async_twin(heatmap)
    aheatmap_image = async_twin(heatmap_image)
    aexplain = async_twin(explain)
    apage_image = async_twin(page_image)
    aregion_image = async_twin(region_image)
    adocuments = async_twin(documents)
    adelete = async_twin(delete)
    acompact = async_twin(compact)


def _size(path: Path) -> int:
    """Return the bytes of an index with what has not yet moved into the file itself."""
    log = path.with_name(path.name + "-wal")
    return path.stat().st_size + (log.stat().st_size if log.is_file() else 0)
