"""The index: add documents, search their regions. It only connects the modules it imports."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Unpack, cast

from snappy_core._async import async_twin
from snappy_core.bound_encoder import BoundEncoder
from snappy_core.display.render import crop, draw_page, draw_stored_page
from snappy_core.encoders import Encoder
from snappy_core.filters import Filter
from snappy_core.formats import SuppliedRegions
from snappy_core.info import IndexInfo, read_info
from snappy_core.ingest import plan
from snappy_core.ingest.describe import Describe
from snappy_core.ingest.executor import Executor
from snappy_core.ingest.precomputed import with_patches
from snappy_core.ingest.report import IngestReport
from snappy_core.ingest.sync import sync
from snappy_core.ingest.write import ingest
from snappy_core.metadata import check_metadata
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Sources
from snappy_core.search import engine, explain
from snappy_core.search.filters import find_documents
from snappy_core.search.grounding.in_index import ground_in_index
from snappy_core.search.grounding.passages import Source as GroundingSource
from snappy_core.search.grounding.report import Grounding
from snappy_core.search.hits import Explanation, HeatMap, Hit, Hits
from snappy_core.search.locations.landmarks import LandmarkCache
from snappy_core.search.options import SearchOptions, check_options
from snappy_core.search.reranking import deepen, rerank
from snappy_core.stores import MemoryStore, Store, open_store
from snappy_core.stores.base import DocumentRecord
from snappy_core.stores.closed import ClosedStore
from snappy_core.types import NewMetadata, Patches

if TYPE_CHECKING:
    from PIL.Image import Image


class RegionIndex:
    """A searchable index of documents and their regions.

    Open one with `RegionIndex.open`, or create one in memory with `RegionIndex()`. It can be used
    from several threads, and many processes can read an index file while one writes. Long-running
    methods have async twins (`aadd`, `asearch`, ...) that run in a thread; a cancelled `aadd`
    keeps the documents it has added and begins no other.

    Example:
        with RegionIndex.open("reports.snappy") as index:
            index.add(["q3.pdf", "archive/"], metadata={"team": "finance"})
            for hit in index.search("What was Q3 revenue?", k=5):
                print(hit.page_number, hit.region.label, hit.region.box, hit.region.text)

    Args:
        store: where the index is kept, or a location as in `open`; in memory by default.
        encoder: by default the encoder that created the index, opened by its name when it is
            first needed, if it is on this machine: pass one to have it downloaded. A new index
            uses the embedded one (all-MiniLM-L6-v2, English, CPU).

    Raises:
        IndexMismatchError: the index was created by another encoder, or by one that cannot be
            opened by its name.
    """

    def __init__(
        self,
        store: Store | str | os.PathLike[str] | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        if isinstance(store, (str, os.PathLike)):
            store = open_store(store)
        self._store: Store = MemoryStore() if store is None else store
        self._encoder = BoundEncoder(self._store, encoder)
        self._landmarks = LandmarkCache()

    @property
    def encoder(self) -> Encoder:
        """The encoder of pages and questions; raises as `open_encoder` if it cannot be opened."""
        return self._encoder.get()

    @classmethod
    def open(
        cls,
        location: str | os.PathLike[str],
        encoder: Encoder | None = None,
        *,
        create: bool = True,
    ) -> RegionIndex:
        """Open an index, or create it: a file, ":memory:", or a URL as in `open_store`.

        Raises:
            FileNotFoundError: its folder does not exist, or the index, and `create` is false.
            IndexMismatchError: the file is not an index, or one of another encoder or schema.
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
        root: str | os.PathLike[str] | None = None,
        metadata: NewMetadata | None = None,
        password: str | None = None,
        reading: ReadingOptions = ReadingOptions(),
        describe: Describe | None = None,
        executor: Executor | None = None,
        progress: bool | None = None,
    ) -> IngestReport:
        """Add documents: files, folders, bytes, or `Source.from_bytes(data, name)`.

        Unchanged documents are skipped and changed ones replaced, each in one transaction: after
        an interruption, adding again does the rest. A document that cannot be read is reported,
        and the others are still added.

        A file with the bytes and metadata of another document becomes one more source of it.

        Args:
            root: a folder: files below it have their path from there as document id, so that they
                are the same documents when it has moved. By default ids are absolute paths.
            metadata: your own keys, part of every hit in these documents: text, numbers, bools,
                dates, and lists of these. None keeps the metadata of documents that are already in
                the index; {} removes it.
            password: opens encrypted documents.
            reading: OCR, layout model and pooling.
            describe: says in words what a figure shows, given its image and its context (headings,
                caption, the words in it), so that it is found by them. It is called in this
                process, one figure after the other. What it raises becomes a warning.
            executor: where documents are read and encoded: `Workers(4)` for processes, or
                `Ray(address)` for a cluster. By default this process, which a hostile file can
                hang or crash.
            progress: draw a progress bar; None draws it when standard error is a terminal.

        Raises:
            ValueError: metadata is nested or uses reserved keys, or two documents share a name.
            TypeError: the encoder does not pickle and cannot be sent to the executor.
            MissingDependencyError, ConnectionError: Ray is not installed, or no cluster answers.
        """
        return ingest(
            self._store,
            self.encoder,
            plan.name_documents(paths, password, root),
            metadata=metadata,
            reading=reading,
            describe=describe,
            executor=executor,
            progress=progress,
            share=True,
        )

    def sync(
        self,
        folder: str | os.PathLike[str],
        *,
        root: str | os.PathLike[str] | None = None,
        metadata: NewMetadata | None = None,
        password: str | None = None,
        reading: ReadingOptions = ReadingOptions(),
        describe: Describe | None = None,
        executor: Executor | None = None,
        progress: bool | None = None,
        dry_run: bool = False,
    ) -> IngestReport:
        """Make the index hold what a folder holds: add new files, update changed, remove gone ones.

        Only files that were named from a root, here or by `add(root=...)`, are removed, and of
        these, if the folder is below the root, only those below the folder. What came as bytes,
        under an absolute path or under an id of your own stays.

        Args:
            root: as in `add`; by default the folder.
            dry_run: only report what would be done; a file that cannot be read is not noticed.

        The others are as in `add`.

        Raises:
            NotADirectoryError: there is no such folder.
            ValueError: the folder holds no documents: it may not be mounted.
        """
        return sync(
            self._store,
            self.encoder,
            folder,
            root=root,
            metadata=metadata,
            password=password,
            reading=reading,
            describe=describe,
            executor=executor,
            progress=progress,
            dry_run=dry_run,
        )

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
        executor: Executor | None = None,
        progress: bool | None = None,
    ) -> IngestReport:
        """Add one document, under an id of your own, or with regions or patches you already have.

        Everything else is as in `add`.

        Args:
            document_id: by default the absolute path or the name of the source.
            regions: regions that another tool found, instead of Snappy's: a file of Docling, hOCR,
                ALTO, Unstructured or DeepSeek-OCR, or a list of dictionaries (docs/formats.md).
                Pages without words of their own get the words of the regions.
            regions_format: a name in `snappy_core.formats.FORMATS`, if it cannot be detected.
            patches: the embeddings of each page, instead of the encoder's.
                `snappy_core.encoders.precomputed` makes them from arrays.

        Raises:
            ValueError: as `add`; also an empty id, a folder with several documents, or patches
                that do not match the pages of the document.
            FormatError: the regions are in no known format or coordinates, or for other pages.
        """
        document = plan.name_document(source, document_id, password)
        encoder = self.encoder
        return ingest(
            self._store,
            encoder if patches is None else with_patches(encoder, patches, document[1]),
            [document],
            metadata=metadata,
            reading=reading,
            describe=describe,
            executor=executor,
            supplied=plan.supplied_pages(regions, regions_format),
            progress=progress,
        )

    def search(self, question: str, **options: Unpack[SearchOptions]) -> Hits:
        """Return the regions that answer a question best, over all pages.

        Args:
            k: the most hits to return; by default 5, or with a budget as many as fit.
            budget: the most tokens of all hits together, estimated for English by
                `context.estimate_tokens`. It is filled with those worth most for their length.
            filter: `{key: value, list of values, or {"$gte": value}}` over your metadata and the
                keys of regions, and `$and`, `$or`, `$not`; see `snappy_core.filters.Filter`.
            score_threshold: the least score of a hit, -1..1.
            per_page: the most hits from one page.
            scoring: "maxsim" (late interaction inside the region), the paper's "iou_weighted",
                "max" or "mean" over its heat map, or a rule you registered. By default "maxsim"
                for text encoders and "iou_weighted" for vision encoders.
            pages: search these pages only, each `(document id or source, page number)`.
            candidates: the number of pages that are scored exactly, chosen by their pooled
                vectors. By default 200, more in a large index (Qdrant: 50).
            location_references: prefer the places that the question names: "page 14", "Figure 3",
                "the last table", "at the top right". See `Hit.locations`.
            reranker: a function of the question and a sequence of hits that returns a number for
                each, such as the score of a cross-encoder: higher for better ones, `-math.inf` to
                leave one out. It reads four times the hits or tokens asked for, of which the best
                are returned; see `Hit.rerank_score`.

        Raises:
            ValueError: an empty question, an option out of range, a page that is not in the index,
                or a reranker that does not return a number for each hit.
            TypeError: an unknown option, or a question that is no text.
        """
        check_options(options)
        if not isinstance(question, str):
            raise TypeError(f"a question is a text, not {type(question).__name__}")
        if not question.strip():
            raise ValueError("the question is empty")
        query = self.encoder.encode_query(question)
        with self._store.read() as snapshot:
            hits = engine.search(snapshot, query, landmarks=self._landmarks, **deepen(options))
        return rerank(hits, options)

    def heatmap(self, hit: Hit, token: int | str | None = None) -> HeatMap:
        """Return the relevance of each patch of a hit's page to the question.

        Args:
            token: one token of the question, by index or as text; by default the best of all.

        Raises:
            PageUnavailableError: the page is no longer in the index, or has changed.
            ValueError: the question has no such token.
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
        """Draw the page of a hit with its heat map and a box around the hit.

        Raises as `heatmap` and `page_image`. `display.render.draw_page` draws several hits.
        """
        heat = self.heatmap(hit, token)
        return draw_page(self.page_image(hit, dpi, password), heat, [hit])

    def explain(self, hit: Hit, scoring: str | None = None) -> Explanation:
        """Return each token of the question with its best match, and the share of each signal.

        The weighted sum of the similarities is the region's "maxsim" score, the sum of the shares
        the score of the hit. `locations` are the places named in the question in which the region
        stands, and the share "location" is what they add.

        Args:
            scoring: that of the search.

        Raises:
            PageUnavailableError: the page is no longer in the index, or has changed.
        """
        query = self.encoder.encode_query(hit.query)
        with self._store.read() as snapshot:
            return explain.explain(snapshot, query, hit, scoring)

    def ground(
        self, answer: str, sources: Iterable[Hit | GroundingSource] | None = None
    ) -> Grounding:
        """Return which claims of a generated answer stand in the index, and where.

        As the function `ground`, with exact boxes of the words.

        Args:
            sources: the hits, or other texts, that the answer was made of; by default the whole
                index, which is searched for each claim.
        """
        with self._store.read() as snapshot:
            return ground_in_index(
                snapshot,
                answer,
                sources,
                self.encoder,
                lambda claim, k: engine.search(
                    snapshot, self.encoder.encode_query(claim), k=k, location_references=False
                ),
            )

    def page_image(self, hit: Hit, dpi: float = 150, password: str | None = None) -> Image:
        """Draw the page of a hit from its source file.

        Raises:
            PageUnavailableError: the source was bytes, is gone or has changed, or so is the page.
        """
        with self._store.read() as snapshot:
            explain.find_page(snapshot, hit)
            document = snapshot.document(hit.document_id)
        assert document is not None
        return draw_stored_page(document, hit.page_number, dpi, password)

    def region_image(
        self, region_id: str, text: str, dpi: float = 150, password: str | None = None
    ) -> Image:
        """Draw a region from its source file, cropped from its page with a small margin.

        Raises as `page_image`, also if the region with this id now has another text.
        """
        with self._store.read() as snapshot:
            document, page, region = explain.find_region(snapshot, region_id, text)
        return crop(draw_stored_page(document, page.number, dpi, password), region.box)

    def documents(self) -> list[DocumentRecord]:
        """Return the documents of the index, ordered by id."""
        with self._store.read() as snapshot:
            return snapshot.documents()

    def delete(self, document_ids: str | Iterable[str] = (), *, where: Filter | None = None) -> int:
        """Remove documents, each in one transaction; return how many there were.

        Args:
            document_ids: one id or several; other sources of a document are no ids.
            where: remove also what meets this filter on documents.

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
        """Set metadata keys of documents, whose other keys stay; return how many were changed.

        Args:
            metadata: as in `add`.
            document_ids, where: as in `delete`.
        """
        changes = check_metadata(metadata)
        names = [document_ids] if isinstance(document_ids, str) else document_ids
        changed = 0
        for name in self._select(names, where):
            record = plan.stored_document(self._store, name)
            if record is not None and {**record.metadata, **changes} != dict(record.metadata):
                self._store.set_metadata(name, {**record.metadata, **changes})
                changed += 1
        return changed

    def _select(self, document_ids: Iterable[str], where: Filter | None) -> list[str]:
        """Return ids of documents, given or found by a filter, each once."""
        names = list(document_ids)
        if where is not None:
            with self._store.read() as snapshot:
                names += sorted(find_documents(snapshot, where))
        elif not names:
            raise ValueError("give document ids, or where=, a filter ({} for all documents)")
        return list(dict.fromkeys(names))

    def compact(self) -> None:
        """Reclaim the space of deleted and replaced documents; readers are not interrupted."""
        self._store.compact()

    def info(self) -> IndexInfo:
        """Return the location, encoder and size of the index."""
        return read_info(self._store)

    def close(self) -> None:
        """Close the files of the index; later calls raise StoreError."""
        store, self._store = self._store, cast("Store", ClosedStore(self._store.location))
        store.close()

    def __enter__(self) -> RegionIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    aadd = async_twin(add)
    aadd_document = async_twin(add_document)
    asearch = async_twin(search)
    aheatmap = async_twin(heatmap)
    aheatmap_image = async_twin(heatmap_image)
    aexplain = async_twin(explain)
    aground = async_twin(ground)
    apage_image = async_twin(page_image)
    aregion_image = async_twin(region_image)
    adocuments = async_twin(documents)
    adelete = async_twin(delete)
    aupdate_metadata = async_twin(update_metadata)
    acompact = async_twin(compact)
