"""The LlamaIndex retriever over a Snappy index."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from typing import Any, Unpack

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks import CallbackManager
from llama_index.core.schema import IndexNode, NodeWithScore, QueryBundle
from llama_index.core.vector_stores.types import MetadataFilters

from snappy_core.encoders.base import Encoder
from snappy_core.filters import Filter
from snappy_core.from_files import FromFiles
from snappy_core.fused_search import FusedSearch, open_indexes
from snappy_core.index import RegionIndex
from snappy_core.ingest.report import IngestReport
from snappy_core.search.options import SEARCH_OPTIONS, Widen, check_options
from snappy_core.search.page_references import PageReference
from snappy_llamaindex.judging import AnyJudge
from snappy_llamaindex.mapping import to_node, to_question
from snappy_llamaindex.options import SearchOptions, core_options
from snappy_llamaindex.reranking import AnyReranker


class SnappyRetriever(FromFiles, BaseRetriever):
    """Retrieves the regions of pages that answer a question, each as a node with its box.

    Instantiate from files:

    >>> from snappy_llamaindex import SnappyRetriever
    >>> retriever = SnappyRetriever.from_files("examples/report.pdf", similarity_top_k=3)

    or from an existing index, with `SnappyRetriever.from_index("reports.snappy")`. To add and
    delete documents, use `retriever.index`. The report shows what was added, and which pages have
    no text:

    >>> len(retriever.report.added), retriever.report.failed, retriever.report.warnings
    (1, (), ())

    Search:

    >>> nodes = retriever.retrieve("What coupon does the green bond carry?")
    >>> len(nodes), "coupon of 4.85 per cent" in nodes[0].text, nodes[0].score > 0.3
    (3, True, True)

    The metadata gives the location of a region. Every node has all keys of
    `snappy_core.metadata.KEYS`; the box is in fractions of the page, from its top left:

    >>> metadata = nodes[0].metadata
    >>> metadata["page_number"], metadata["region_label"]
    (4, 'paragraph')
    >>> 0 <= metadata["bbox_x0"] < metadata["bbox_x1"] <= 1
    True

    Search with other options: LlamaIndex cannot pass any for a single call, so change the
    attributes, or create another retriever over the same index, which is cheap:

    >>> tables = SnappyRetriever(
    ...     retriever.index, k=1, filter={"region_label": ["table", "table_row"]}
    ... )
    >>> [node] = tables.retrieve("How high was net debt in 2023?")
    >>> "84.9" in node.text
    True

    Async, in a thread: `await retriever.aretrieve(question)`.

    For a `QueryBundle` with `custom_embedding_strs` (HyDE), these strings, joined by line breaks,
    replace the question. Its `embedding` is ignored: late interaction needs a vector for each word.
    An `image_path` is an error.

    Args:
        index: the index to search, or its path, which is opened with the encoder that created the
            index. Or a `FusedSearch`, whose first index becomes `retriever.index`.
        encoder: the encoder of an index given as a path, if it should not be opened by its name.
        similarity_top_k: LlamaIndex's name for `k`, the maximum number of nodes to return; by
            default 5, or with a budget as many as fit.
        callback_manager, object_map, objects, verbose: as in every LlamaIndex retriever.
        options: `k`, `budget`, `filter`, `score_threshold`, `min_answerable`, `per_page`,
            `scoring`, `pages`, `candidates`, `location_references`, `widen`, `timeout`, `reranker`
            and `judge`, as in `RegionIndex.search`. The reranker can also be a node postprocessor
            that reranks; used here, it reads more nodes than are returned, and scores and budgets
            stay comparable. The judge can also be a language model (see `chat_judge`). `filter` may
            also be LlamaIndex's `MetadataFilters`.

    Raises:
        FileNotFoundError: there is no index at that path.
        TypeError: an unknown option.
        ValueError: an option out of range, or both `k` and `similarity_top_k`.
    """

    k: int | None = None
    budget: int | None = None
    filter: Filter | MetadataFilters | None = None
    score_threshold: float | None = None
    min_answerable: float | None = None
    per_page: int | None = None
    scoring: str | None = None
    pages: Iterable[PageReference] | None = None
    candidates: int | None = None
    location_references: bool = True
    widen: Widen | None = None
    timeout: float | None = None
    reranker: AnyReranker | None = None
    judge: AnyJudge | None = None
    _report: IngestReport | None = None

    def __init__(
        self,
        index: RegionIndex | FusedSearch | str | os.PathLike[str],
        *,
        encoder: Encoder | None = None,
        similarity_top_k: int | None = None,
        callback_manager: CallbackManager | None = None,
        object_map: dict[str, Any] | None = None,
        objects: list[IndexNode] | None = None,
        verbose: bool = False,
        **options: Unpack[SearchOptions],
    ) -> None:
        if similarity_top_k is not None:
            if "k" in options:
                raise ValueError("k and similarity_top_k are the same option: give one of them")
            options["k"] = similarity_top_k
        check_options(core_options(options))
        pages = options.get("pages")
        if pages is not None:
            options["pages"] = tuple(pages)  # an iterator would only last for one search
        self.index, self.fused = open_indexes(index, encoder)
        for name, value in options.items():
            setattr(self, name, value)
        super().__init__(callback_manager, object_map, objects, verbose)

    @property
    def similarity_top_k(self) -> int | None:
        """LlamaIndex's name for `k`."""
        return self.k

    @similarity_top_k.setter
    def similarity_top_k(self, k: int | None) -> None:
        self.k = k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return self._search(query_bundle)

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        # LlamaIndex's default would block the event loop.
        return await asyncio.to_thread(self._search, query_bundle)

    def _search(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        options = {name: getattr(self, name) for name in SEARCH_OPTIONS}
        hits = (self.fused or self.index).search(to_question(query_bundle), **core_options(options))
        return [to_node(hit, hits.answerable) for hit in hits]
