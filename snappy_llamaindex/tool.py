"""A tool for agents: a question in, regions with their citations out."""

from __future__ import annotations

import ntpath
from collections.abc import Sequence

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore
from llama_index.core.tools import FunctionTool

NAME = "search_documents"
DESCRIPTION = (
    "Search the documents for passages and tables that answer a question. Each is returned with "
    "an id in square brackets; cite it after what you take from it."
)


def region_tool(
    retriever: BaseRetriever, *, name: str = NAME, description: str = DESCRIPTION
) -> FunctionTool:
    """Return a tool that searches with a retriever of regions.

    The model reads each region under its id, file and page as printed; the nodes themselves, with
    boxes and scores, are the `raw_output`, where the cited ids are looked up.

    >>> from snappy_llamaindex import SnappyRetriever, region_tool
    >>> retriever = SnappyRetriever.from_files("examples/report.pdf", similarity_top_k=2)
    >>> output = region_tool(retriever).call(question="What coupon does the green bond carry?")
    >>> best = output.raw_output[0]
    >>> output.content.startswith(f"[{best.node_id}] report.pdf, page 3\\n")
    True

    Args:
        retriever: a `SnappyRetriever`, or another one over such nodes, as a fusion is.
        name, description: what the model reads of the tool; say which documents it searches.
    """

    def search(question: str) -> list[NodeWithScore]:
        return retriever.retrieve(question)

    async def asearch(question: str) -> list[NodeWithScore]:
        return await retriever.aretrieve(question)

    async def acited(nodes: Sequence[NodeWithScore]) -> str:
        return cited(nodes)

    return FunctionTool.from_defaults(
        fn=search,
        async_fn=asearch,
        name=name,
        description=description,
        callback=cited,
        async_callback=acited,
    )


def cited(nodes: Sequence[NodeWithScore]) -> str:
    """Return the text of regions, each under its id, file and page."""
    if not nodes:
        return "Nothing was found."
    return "\n\n".join(
        f"[{node.node_id}] {ntpath.basename(node.metadata['source'])}, "
        f"page {node.metadata['page_label']}\n{node.get_content()}"
        for node in nodes
    )
