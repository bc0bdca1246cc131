"""A search tool for agents."""

from __future__ import annotations

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore
from llama_index.core.tools import FunctionTool

from snappy_core.metadata import quotes

DESCRIPTION = (
    "Search the documents for passages and tables that answer a question. Each is returned with "
    "an id in square brackets; cite it after what you take from it."
)


def region_tool(
    retriever: BaseRetriever,
    *,
    name: str = "search_documents",
    description: str = DESCRIPTION,
) -> FunctionTool:
    """Return a tool that searches for regions.

    The model reads each region below its id, file and printed page, then the parts of it that
    answer, if these are not all of it. The program finds the nodes,
    with boxes and scores, in `ToolOutput.raw_output`.

    >>> from snappy_llamaindex import SnappyRetriever, region_tool
    >>> retriever = SnappyRetriever.from_files("examples/report.pdf", similarity_top_k=2)
    >>> output = region_tool(retriever).call(question="What coupon does the green bond carry?")
    >>> best = output.raw_output[0]
    >>> output.content.startswith(f"[{best.metadata['citation']}] report.pdf, page 3\\n")
    True

    Args:
        retriever: a `SnappyRetriever`, or another retriever of its nodes, such as a fusion.
        name, description: what the model reads about the tool; say which documents it searches.
    """

    def search(question: str) -> list[NodeWithScore]:
        return retriever.retrieve(question)

    async def asearch(question: str) -> list[NodeWithScore]:
        return await retriever.aretrieve(question)

    return FunctionTool.from_defaults(
        fn=search,
        async_fn=asearch,
        name=name,
        description=description,
        callback=_format_nodes,
    )


def _format_nodes(nodes: list[NodeWithScore]) -> str:
    if not nodes:
        return "Nothing was found."
    return "\n\n".join(
        f"[{node.metadata['citation']}] {node.metadata['file_name']}, "
        f"page {node.metadata['page_label']}\n{node.get_content()}{_quotes(node)}"
        for node in nodes
    )


def _quotes(node: NodeWithScore) -> str:
    lines = [f"\n> {quote}" for quote in quotes(node.metadata, node.get_content())]
    return "\nMost relevant:" + "".join(lines) if lines else ""
