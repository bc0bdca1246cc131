"""A search tool for agents: the model reads text with ids to cite, the program gets documents."""

from __future__ import annotations

import asyncio
import os
from typing import Any, Unpack

from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from langchain_core.tools import StructuredTool, ToolException
from pydantic import BaseModel, Field

from snappy_core.errors import SnappyError
from snappy_core.index import RegionIndex
from snappy_core.metadata import doubt
from snappy_core.names import without_folders
from snappy_core.search.options import check_options
from snappy_langchain.blocks import region_blocks
from snappy_langchain.options import SearchOptions, core_options
from snappy_langchain.retriever import SnappyRetriever

DESCRIPTION = (
    "Searches the documents for the paragraphs, tables and rows that answer a question. "
    "Each passage begins with its id in square brackets; quote the id of what you use."
)
NOTHING = "No passage of the documents was found for this question."

Content = tuple[list[Any], list[Document]]


class _Input(BaseModel):
    query: str = Field(description="a question, or what to look for, in plain words")


def create_region_tool(
    retriever: SnappyRetriever | RegionIndex | str | os.PathLike[str],
    *,
    name: str = "search_documents",
    description: str = DESCRIPTION,
    images: bool = False,
    **options: Unpack[SearchOptions],
) -> StructuredTool:
    """Return a tool that searches for regions.

    The model reads a text block for each region, with its id, source and printed page; before them
    a warning if `answerable` is below one half. The program finds the documents in
    `ToolMessage.artifact`:

    >>> from snappy_langchain import SnappyRetriever, create_region_tool
    >>> retriever = SnappyRetriever.from_files("examples/report.pdf")
    >>> tool = create_region_tool(retriever, k=1)
    >>> args = {"query": "What coupon does the green bond carry?"}
    >>> message = tool.invoke({"type": "tool_call", "id": "1", "name": tool.name, "args": args})
    >>> message.artifact[0].metadata["page_number"]
    4
    >>> print(message.content[0]["text"])  # doctest: +ELLIPSIS
    [report.pdf~...#p4r...] report.pdf, page 3
    ...coupon of 4.85 per cent...

    The model chooses the question only. Errors are raised as `ToolException`; with
    `tool.handle_tool_error = True` the model reads them instead.

    Args:
        retriever: a retriever, or an index or its path.
        name, description: what the model reads about the tool.
        images: show figures as pictures, cut from their pages, after their text. A `budget` then
            holds for texts and pictures together.
        options: `k`, `budget`, `filter`, `score_threshold`, `per_page`, `scoring`, `pages`,
            `candidates`, `location_references`, `timeout` and `reranker`, which override those of
            the retriever.

    Raises:
        TypeError: an unknown option.
        ValueError: an option out of range.
    """
    if not isinstance(retriever, SnappyRetriever):
        retriever = SnappyRetriever.model_validate({"index": retriever})
    overrides = {name: value for name, value in options.items() if value is not None}
    check_options(core_options(overrides))
    index = retriever.index if images else None
    budget = (options.get("budget") or retriever.budget) if images else None

    def content(documents: list[Document]) -> Content:
        if not documents:
            return [{"type": "text", "text": NOTHING}], []
        warning = doubt(document.metadata for document in documents)
        blocks = [{"type": "text", "text": warning}] if warning else []
        return [*blocks, *region_blocks(documents, index, budget)], documents

    def search(query: str, callbacks: Callbacks = None) -> Content:
        try:
            return content(retriever.invoke(query, config={"callbacks": callbacks}, **overrides))
        except (SnappyError, ValueError, OSError) as error:
            raise ToolException(f"{name}: {without_folders(str(error))}") from error

    async def asearch(query: str, callbacks: Callbacks = None) -> Content:
        try:
            documents = await retriever.ainvoke(query, config={"callbacks": callbacks}, **overrides)
            return await asyncio.to_thread(content, documents)
        except (SnappyError, ValueError, OSError) as error:
            raise ToolException(f"{name}: {without_folders(str(error))}") from error

    return StructuredTool.from_function(
        search,
        asearch,
        name=name,
        description=description,
        args_schema=_Input,
        response_format="content_and_artifact",
    )
