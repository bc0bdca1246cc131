"""Postprocessors: replace pages with their regions, and keep nodes within a token budget."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import llama_index.core.instrumentation as instrument
from llama_index.core.bridge.pydantic import ConfigDict, Field, PrivateAttr
from llama_index.core.callbacks import CBEventType, EventPayload
from llama_index.core.instrumentation.events.rerank import ReRankEndEvent, ReRankStartEvent
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle
from llama_index.core.vector_stores.types import MetadataFilters

from snappy_core.boxes import overlap_by_half
from snappy_core.encoders.base import Encoder
from snappy_core.filters import Filter
from snappy_core.index import RegionIndex
from snappy_core.metadata import SCHEMA, read_box
from snappy_core.page_search import PageSearch, page_reference
from snappy_core.search.context import estimate_tokens
from snappy_core.search.options import DEFAULT_K, PAGE_SEARCH_OPTIONS, Widen, check_options
from snappy_llamaindex.judging import AnyJudge
from snappy_llamaindex.mapping import to_node, to_question
from snappy_llamaindex.options import core_options
from snappy_llamaindex.reranking import AnyReranker

_dispatcher = instrument.get_dispatcher(__name__)  # type: ignore[attr-defined]  # re-exported


class RegionPostprocessor(BaseNodePostprocessor):
    """Replaces page nodes from any retriever with the regions that answer the question.

    >>> from llama_index.core.schema import NodeWithScore, TextNode
    >>> page = TextNode(text="(a whole page)", metadata={"file_path": "report.pdf", "page": 3})
    >>> regions = RegionPostprocessor(root="examples", page_key="page", page_base=0, top_n=1)
    >>> [node] = regions.postprocess_nodes(
    ...     [NodeWithScore(node=page)], query_str="What coupon does the green bond carry?"
    ... )
    >>> node.metadata["page_number"], "coupon of 4.85 per cent" in node.text
    (4, True)

    The regions are nodes like those of `SnappyRetriever`; metadata of the page nodes is not copied.
    A node that does not name its page, or names one that does not exist, is an error.

    Args:
        index, root, encoder: where to look up the pages, as in `PageSearch`: an index, or the
            folder with the files, of which only the pages of the nodes are read. Nothing outside
            the folder is opened, wherever paths and links lead.
        top_n: LlamaIndex's name for `k`, the maximum number of regions to return; by default 5, or
            with a budget as many as fit.
        source_key: the metadata key of the path or document id.
        page_key: the metadata key of the page. Under "page_label", which LlamaIndex's readers use,
            it is the page label as printed.
        page_base: the number of the first page under any other key, 0 or 1.
        k, budget, filter, score_threshold, min_answerable, per_page, scoring, candidates,
            location_references, widen, timeout: as in `RegionIndex.search`. `filter` may also be
            LlamaIndex's `MetadataFilters`.
        reranker: as there, or a node postprocessor that reranks.
        judge: as there, or a language model (see `chat_judge`).

    Raises:
        ValueError: both or neither of `index` and `root`, no `page_base` where one is needed, or
            an option that is unknown or out of range.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    k: int | None = None
    budget: int | None = None
    filter: Filter | MetadataFilters | None = None
    score_threshold: float | None = None
    min_answerable: float | None = None
    per_page: int | None = None
    scoring: str | None = None
    candidates: int | None = None
    location_references: bool = True
    widen: Widen | None = None
    timeout: float | None = None
    reranker: AnyReranker | None = Field(default=None, exclude=True)
    judge: AnyJudge | None = Field(default=None, exclude=True)
    source_key: str = "file_path"
    page_key: str = "page_label"
    page_base: int | None = None

    _pages: PageSearch = PrivateAttr()

    def __init__(
        self,
        index: RegionIndex | None = None,
        *,
        root: str | os.PathLike[str] | None = None,
        encoder: Encoder | None = None,
        top_n: int | None = None,
        **fields: Any,
    ) -> None:
        if top_n is not None:
            if "k" in fields:
                raise ValueError("k and top_n are the same option: give one of them")
            fields["k"] = top_n
        super().__init__(**fields)
        check_options(self._options())
        if self.page_key != "page_label" and self.page_base not in (0, 1):
            raise ValueError(f"give page_base: is the first page under {self.page_key!r} 0 or 1?")
        self._pages = PageSearch(index, root=root, encoder=encoder)

    @property
    def top_n(self) -> int | None:
        """LlamaIndex's name for `k`."""
        return self.k

    @classmethod
    def class_name(cls) -> str:
        return "RegionPostprocessor"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        # LlamaIndex runs this in a thread when it is called from async code.
        if query_bundle is None:
            raise ValueError("regions need a question: give query_str or query_bundle")
        model = self._pages.index.encoder.name
        top_n = DEFAULT_K if self.k is None else self.k
        _dispatcher.event(
            ReRankStartEvent(query=query_bundle, nodes=nodes, top_n=top_n, model_name=model)
        )
        payload: dict[str, Any] = {
            EventPayload.NODES: nodes,
            EventPayload.MODEL_NAME: model,
            EventPayload.QUERY_STR: query_bundle.query_str,
            EventPayload.TOP_K: top_n,
        }
        with self.callback_manager.event(CBEventType.RERANKING, payload=payload) as event:
            pages = [
                page_reference(
                    node.metadata,
                    page_key=self.page_key,
                    page_base=self.page_base or 0,
                    source_keys=[self.source_key],
                )
                for node in nodes
            ]
            hits = self._pages.search(to_question(query_bundle), pages, **self._options())
            regions = [to_node(hit, hits.answerable) for hit in hits]
            event.on_end(payload={EventPayload.NODES: regions})
        _dispatcher.event(ReRankEndEvent(nodes=regions))
        return regions

    def _options(self) -> dict[str, Any]:
        return core_options({name: getattr(self, name) for name in PAGE_SEARCH_OPTIONS})


class TokenBudgetPostprocessor(BaseNodePostprocessor):
    """Keeps the nodes that together fit a token budget, best first.

    The tokens of a node are those of its text and of the metadata that the model reads. A node that
    does not fit is skipped, as is a region that lies inside a kept one or overlaps it by half. The
    first node is always kept.

    Args:
        budget: the maximum number of tokens, at least 1.
        count: counts the tokens of a text; `estimate_tokens` by default.

    Raises:
        ValueError: a budget below 1.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    budget: int = Field(ge=1)
    count: Callable[[str], int] = Field(default=estimate_tokens, exclude=True)

    @classmethod
    def class_name(cls) -> str:
        return "TokenBudgetPostprocessor"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        selected: list[NodeWithScore] = []
        total = 0
        for node in nodes:
            tokens = self.count(node.get_content(MetadataMode.LLM))
            fits = not selected or total + tokens <= self.budget
            if fits and not any(_overlaps(node, other) for other in selected):
                selected.append(node)
                total += tokens
        return selected


def _overlaps(node: NodeWithScore, other: NodeWithScore) -> bool:
    if node.node_id == other.node_id:
        return True
    a, b = node.metadata, other.metadata
    keys = ("schema", "document_id", "page_number")
    if a.get("schema") != SCHEMA or any(a[key] != b.get(key) for key in keys):
        return False
    return overlap_by_half(read_box(a), read_box(b))
