"""A search tool for agents."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, cast

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.llms.types import ContentBlock, ImageBlock, TextBlock
from llama_index.core.schema import NodeWithScore
from llama_index.core.tools import FunctionTool, ToolOutput

from snappy_core.metadata import doubt
from snappy_llamaindex.blocks import region_blocks
from snappy_llamaindex.retriever import SnappyRetriever

DESCRIPTION = (
    "Search the documents for passages and tables that answer a question. Each is returned with "
    "an id in square brackets; cite it after what you take from it."
)


class RegionTool(FunctionTool):
    """A tool that returns nodes, which the model reads as content blocks."""

    images_of: SnappyRetriever | None = None

    def call(self, *args: Any, **kwargs: Any) -> ToolOutput:
        return self._with_blocks(super().call(*args, **kwargs))

    async def acall(self, *args: Any, **kwargs: Any) -> ToolOutput:
        output = await super().acall(*args, **kwargs)
        return await asyncio.to_thread(self._with_blocks, output)

    def _with_blocks(self, output: ToolOutput) -> ToolOutput:
        nodes: list[NodeWithScore] = output.raw_output
        source = self.images_of
        regions = region_blocks(nodes, *((source.index, source.budget) if source else ()))
        warning = doubt(node.metadata for node in nodes)
        blocks = [TextBlock(text=warning)] if warning else []
        output.blocks = _merged([*blocks, *regions]) or [TextBlock(text="Nothing was found.")]
        return output


def region_tool(
    retriever: BaseRetriever,
    *,
    name: str = "search_documents",
    description: str = DESCRIPTION,
    images: bool = False,
) -> FunctionTool:
    """Return a tool that searches for regions.

    The model reads each region below its id, file and printed page, then the parts of it that
    answer, if these are not all of it; before them a warning if `answerable` is below one half. The
    program finds the nodes, with boxes and scores, in `ToolOutput.raw_output`.

    >>> from snappy_llamaindex import SnappyRetriever, region_tool
    >>> retriever = SnappyRetriever.from_files("examples/report.pdf", similarity_top_k=2)
    >>> output = region_tool(retriever).call(question="What coupon does the green bond carry?")
    >>> best = output.raw_output[0]
    >>> output.content.startswith(f"[{best.metadata['citation']}] report.pdf, page 3\\n")
    True

    Args:
        retriever: a `SnappyRetriever`, or another retriever of its nodes, such as a fusion.
        name, description: what the model reads about the tool; say which documents it searches.
        images: show figures as pictures, cut from their pages, after their text. The `budget` of
            the retriever then holds for texts and pictures together.

    Raises:
        TypeError: images of another retriever than `SnappyRetriever`.
    """
    if not images:
        pictured = None
    elif isinstance(retriever, SnappyRetriever):
        pictured = retriever
    else:
        raise TypeError(f"images are those of a SnappyRetriever, not {type(retriever).__name__}")

    def search(question: str) -> list[NodeWithScore]:
        return retriever.retrieve(question)

    async def asearch(question: str) -> list[NodeWithScore]:
        return await retriever.aretrieve(question)

    tool = cast(
        "RegionTool",
        RegionTool.from_defaults(fn=search, async_fn=asearch, name=name, description=description),
    )
    tool.images_of = pictured
    return tool


def _merged(blocks: Iterable[TextBlock | ImageBlock]) -> list[ContentBlock]:
    """Join texts that follow each other, a blank line between them, as many models take one."""
    merged: list[ContentBlock] = []
    for block in blocks:
        if merged and isinstance(block, TextBlock) and isinstance(merged[-1], TextBlock):
            merged[-1] = TextBlock(text=f"{merged[-1].text}\n\n{block.text}")
        else:
            merged.append(block)
    return merged
