"""Postprocessors: from the pages of another index to their regions, and down to a budget."""

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

from snappy_core.boxes import overlap_by_half
from snappy_core.encoders.base import Encoder
from snappy_core.index import RegionIndex
from snappy_core.metadata import SCHEMA
from snappy_core.page_search import PageSearch, page_reference
from snappy_core.search.context import estimate_tokens
from snappy_core.search.engine import check_options
from snappy_llamaindex.mapping import to_node, to_question

_dispatcher = instrument.get_dispatcher(__name__)  # type: ignore[attr-defined]  # re-exported


class RegionPostprocessor(BaseNodePostprocessor):
    """Puts the regions that answer in the place of page nodes, whatever retriever found these.

    >>> from llama_index.core.schema import NodeWithScore, TextNode
    >>> page = TextNode(text="(a whole page)", metadata={"file_path": "report.pdf", "page": 3})
    >>> regions = RegionPostprocessor(root="examples", page_key="page", page_base=0, top_n=1)
    >>> [found] = regions.postprocess_nodes(
    ...     [NodeWithScore(node=page)], query_str="What coupon does the green bond carry?"
    ... )
    >>> found.metadata["page_number"], "coupon of 4.85 per cent" in found.text
    (4, True)

    The regions come from exactly the pages given and are nodes as `SnappyRetriever` makes them;
    the metadata of the page nodes stays behind. A page that is unknown, or outside of `root`, is
    an error, as is a node that does not say its page.

    Args:
        index: holds the documents of these pages, as their id or source.
        root: or else the folder that holds the files; nothing outside of it is opened, wherever
            paths and links point. They are read when first asked for and kept in memory.
        encoder: for `root`; the embedded default unless given.
        top_n: at most so many regions.
        per_page: at most so many regions from one page.
        source_key: the metadata key of the path or document id.
        page_key: the metadata key of the page; under "page_label", as LlamaIndex's readers write
            it, the number as printed.
        page_base: the number of the first page under any other key, 0 or 1.

    Raises:
        ValueError: both or neither of `index` and `root`, no `page_base` where one is needed, or
            an option unknown or out of range.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    top_n: int = 5
    per_page: int | None = None
    source_key: str = "file_path"
    page_key: str = "page_label"
    page_base: int | None = None

    _search: PageSearch = PrivateAttr()

    def __init__(
        self,
        index: RegionIndex | None = None,
        *,
        root: str | os.PathLike[str] | None = None,
        encoder: Encoder | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        check_options(self.top_n, None, self.per_page, "maxsim")
        if self.page_key != "page_label" and self.page_base not in (0, 1):
            raise ValueError(
                f"is the first page 0 or 1 under {self.page_key!r}? Give it as page_base"
            )
        self._search = PageSearch(index, root=root, encoder=encoder)

    @classmethod
    def class_name(cls) -> str:
        """Return the name LlamaIndex knows it by."""
        return "RegionPostprocessor"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        # LlamaIndex runs this in a thread when it is called from async code.
        if query_bundle is None:
            raise ValueError("regions are found by a question: give query_str or query_bundle")
        model = self._search.index.encoder.name
        _dispatcher.event(
            ReRankStartEvent(query=query_bundle, nodes=nodes, top_n=self.top_n, model_name=model)
        )
        payload: dict[str, Any] = {
            EventPayload.NODES: nodes,
            EventPayload.MODEL_NAME: model,
            EventPayload.QUERY_STR: query_bundle.query_str,
            EventPayload.TOP_K: self.top_n,
        }
        with self.callback_manager.event(CBEventType.RERANKING, payload=payload) as event:
            hits = self._search.search(
                to_question(query_bundle),
                [
                    page_reference(
                        node.metadata,
                        page_key=self.page_key,
                        page_base=self.page_base or 0,
                        source_keys=[self.source_key],
                    )
                    for node in nodes
                ],
                k=self.top_n,
                per_page=self.per_page,
            )
            regions = [to_node(hit) for hit in hits]
            event.on_end(payload={EventPayload.NODES: regions})
        _dispatcher.event(ReRankEndEvent(nodes=regions))
        return regions


class TokenBudgetPostprocessor(BaseNodePostprocessor):
    """Keeps nodes, in the order they come (best first), while they fit a budget of tokens.

    What counts is all the model reads of a node, its metadata included. A node that no longer
    fits is passed over, as is a region that is nested in, or overlaps by half with, one already
    kept. The first is always kept.

    Args:
        budget: the most tokens.
        count: counts the tokens of a text; an estimate unless given.

    Raises:
        ValueError: a budget below 1.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    budget: int = Field(ge=1)
    count: Callable[[str], int] = Field(default=estimate_tokens, exclude=True)

    @classmethod
    def class_name(cls) -> str:
        """Return the name LlamaIndex knows it by."""
        return "TokenBudgetPostprocessor"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        kept: list[NodeWithScore] = []
        spent = 0
        for node in nodes:
            cost = self.count(node.get_content(MetadataMode.LLM))
            fits = not kept or spent + cost <= self.budget
            if fits and not any(_repeats(node, other) for other in kept):
                kept.append(node)
                spent += cost
        return kept


def _repeats(node: NodeWithScore, other: NodeWithScore) -> bool:
    """Say whether two nodes are one, or regions that share half the area of the smaller."""
    if node.node_id == other.node_id:
        return True
    mine, theirs = node.metadata, other.metadata
    keys = ("schema", "document_id", "page_number")
    if mine.get("schema") != SCHEMA or any(mine[key] != theirs.get(key) for key in keys):
        return False
    edges = [f"bbox_{edge}" for edge in ("x0", "y0", "x1", "y1")]
    return overlap_by_half([mine[edge] for edge in edges], [theirs[edge] for edge in edges])
