"""The LlamaIndex retriever: options in, nodes out; the work is done by the index."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Self

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks import CallbackManager
from llama_index.core.schema import IndexNode, NodeWithScore, QueryBundle

from snappy_core.encoders.base import Encoder
from snappy_core.index import RegionIndex
from snappy_core.parsing.source import Sources
from snappy_core.scoring.propagation import Scoring
from snappy_core.search.context import within_token_budget
from snappy_core.search.engine import check_options
from snappy_core.search.filters import Filter
from snappy_core.search.hits import Hits
from snappy_core.types import Scalar
from snappy_llamaindex.mapping import to_node, to_question


class SnappyRetriever(BaseRetriever):
    """Returns the regions of pages that answer a question, each a node with its box.

    Make one from files, and ask:

    >>> from snappy_llamaindex import SnappyRetriever
    >>> retriever = SnappyRetriever.from_files("examples/report.pdf", similarity_top_k=3)
    >>> nodes = retriever.retrieve("What coupon does the green bond carry?")
    >>> len(nodes), "coupon of 4.85 per cent" in nodes[0].text, nodes[0].score > 0.3
    (3, True, True)

    Where a region stands is in the metadata (`snappy_core.metadata.KEYS`, on every node; the box
    in fractions of the page, from its top left):

    >>> found = nodes[0].metadata
    >>> found["page_number"], found["region_label"]
    (4, 'paragraph')
    >>> 0 <= found["bbox_x0"] < found["bbox_x1"] <= 1
    True

    Options are attributes, as LlamaIndex has none for a single call; or make another retriever
    over the same index, which costs nothing:

    >>> tables = SnappyRetriever(
    ...     retriever.index, similarity_top_k=1, filter={"region_label": ["table", "table_row"]}
    ... )
    >>> [node] = tables.retrieve("How high was net debt in 2023?")
    >>> "84.9" in node.text
    True

    `aretrieve` searches in a thread and leaves the event loop free:

    >>> import asyncio
    >>> len(asyncio.run(retriever.aretrieve("Who leaves the car at home?")))
    3

    To read an index that is already there, `SnappyRetriever("reports.snappy")`; to add and delete
    documents, `retriever.index`.

    A `QueryBundle` with `custom_embedding_strs` (HyDE) is searched with these, joined by line
    breaks, in place of the question. Its `embedding` is passed over: it is one vector, and late
    interaction needs one for each word. An `image_path` is an error.

    Args:
        index: where to search; given the path of an index, that is opened with its own encoder.
        similarity_top_k: at most so many nodes, 1 or more; the `k` of `RegionIndex.search`.
        filter: `{key: value or list of values}` over your metadata, `document_id`, `source`,
            `page_number` and `region_label`.
        score_threshold: leave out regions that score less (-1..1).
        token_budget: at most so many tokens of text in all, estimated
            (`snappy_core.search.context.estimate_tokens`); the best node is always returned.
        per_page: at most so many nodes from one page.
        scoring: "maxsim", or the paper's "iou_weighted", "max" or "mean"; by default "maxsim"
            for words, "iou_weighted" for the patches of a vision encoder.
        callback_manager, object_map, objects, verbose: as in every LlamaIndex retriever.

    Raises:
        FileNotFoundError: there is no index at that path.
        ValueError: an option out of range.
    """

    def __init__(
        self,
        index: RegionIndex | str | os.PathLike[str],
        *,
        similarity_top_k: int = 5,
        filter: Filter | None = None,
        score_threshold: float | None = None,
        token_budget: int | None = None,
        per_page: int | None = None,
        scoring: Scoring | None = None,
        callback_manager: CallbackManager | None = None,
        object_map: dict[str, Any] | None = None,
        objects: list[IndexNode] | None = None,
        verbose: bool = False,
    ) -> None:
        check_options(similarity_top_k, score_threshold, per_page, scoring)
        within_token_budget((), token_budget)  # checks it
        if not isinstance(index, RegionIndex):
            index = RegionIndex.open(index, create=False)
        self.index = index
        self.similarity_top_k = similarity_top_k
        self.filter = filter
        self.score_threshold = score_threshold
        self.token_budget = token_budget
        self.per_page = per_page
        self.scoring: Scoring | None = scoring
        super().__init__(
            callback_manager=callback_manager,
            object_map=object_map,
            objects=objects,
            verbose=verbose,
        )

    @classmethod
    def from_files(
        cls,
        paths: Sources | Iterable[Sources],
        *,
        index_path: str | os.PathLike[str] = ":memory:",
        metadata: Mapping[str, Scalar] | None = None,
        password: str | None = None,
        encoder: Encoder | None = None,
        **options: Any,
    ) -> Self:
        """Index files and return a retriever over them and what the index already held.

        Args:
            paths: files, folders, or `Source.from_bytes(data, name)`.
            index_path: the file that keeps the index; in memory by default.
            metadata: keys of your own, given to every region of these files.
            password: opens encrypted files.
            encoder: that of the index, or for a new one the embedded default (all-MiniLM-L6-v2,
                English, CPU), unless given.
            options: of the retriever (`similarity_top_k`, `filter`, ...).

        Raises:
            UnreadableDocumentError: a file cannot be read; those that can are in the index.
            TypeError: an unknown option.
            ValueError: an option out of range, or reserved metadata.
        """
        index = RegionIndex.open(index_path, encoder)
        try:
            retriever = cls(index, **options)  # before the long work: it checks the options
            index.add(paths, metadata=metadata, password=password).raise_failed()
        except BaseException:
            index.close()
            raise
        return retriever

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return self._nodes(self.index.search(to_question(query_bundle), **self._options()))

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        # The default of LlamaIndex would search on the event loop and hold it up.
        return self._nodes(await self.index.asearch(to_question(query_bundle), **self._options()))

    def _nodes(self, hits: Hits) -> list[NodeWithScore]:
        return [to_node(hit) for hit in within_token_budget(hits, self.token_budget)]

    def _options(self) -> dict[str, Any]:
        return {
            "k": self.similarity_top_k,
            "filter": self.filter,
            "score_threshold": self.score_threshold,
            "per_page": self.per_page,
            "scoring": self.scoring,
        }
