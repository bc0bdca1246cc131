"""Tools for agents: the model reads text with citable ids; the program gets nodes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from copy import copy
from typing import Any, cast

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.llms.types import ContentBlock, ImageBlock, TextBlock
from llama_index.core.bridge.pydantic import BaseModel, Field, ValidationError
from llama_index.core.schema import NodeWithScore
from llama_index.core.tools import FunctionTool, ToolOutput

from snappy_core import agents
from snappy_core.fused_search import FusedSearch, open_indexes
from snappy_core.index import RegionIndex
from snappy_core.metadata import doubt_warning
from snappy_llamaindex.blocks import region_blocks
from snappy_llamaindex.mapping import to_node
from snappy_llamaindex.options import core_options
from snappy_llamaindex.retriever import SnappyRetriever


class _Search(BaseModel):
    query: str = Field(description=agents.QUERY)


class _SearchIn(_Search):
    documents: list[str] | str | None = Field(default=None, description=agents.DOCUMENTS)


class _Nothing(BaseModel):
    pass


class _Page(BaseModel):
    document: str = Field(description=agents.DOCUMENT)
    page: str | int = Field(description=agents.PAGE)


class _Region(BaseModel):
    region: str = Field(description=agents.REGION)


class RegionTool(FunctionTool):
    """A tool that returns nodes, which the model reads as content blocks, or a text.

    An error does not end the run: its output says what went wrong and what to do about it.
    """

    retriever: SnappyRetriever | None = None
    images_of: RegionIndex | None = None

    def call(self, *args: Any, **kwargs: Any) -> ToolOutput:
        try:
            return self._with_blocks(super().call(**self._checked(args, kwargs)))
        except agents.REPORTED_ERRORS as error:
            return self._error_output(kwargs, error)

    async def acall(self, *args: Any, **kwargs: Any) -> ToolOutput:
        try:
            output = await super().acall(**self._checked(args, kwargs))
            return await asyncio.to_thread(self._with_blocks, output)
        except agents.REPORTED_ERRORS as error:
            return self._error_output(kwargs, error)

    def _checked(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        schema = self.metadata.fn_schema
        assert schema is not None
        named = dict(zip(schema.model_fields, args, strict=False))
        return dict(schema.model_validate({**named, **kwargs}))

    def _error_output(self, arguments: Mapping[str, Any], error: Exception) -> ToolOutput:
        name = self.metadata.get_name()
        schema = self.metadata.fn_schema
        if isinstance(error, ValidationError) and schema is not None:
            fields = schema.model_fields.items()
            descriptions = {key: field.description or "" for key, field in fields}
            message = agents.arguments_message(name, error.errors(), descriptions)
        else:
            message = f"{name}: {agents.error_message(error)}"
        return ToolOutput(
            tool_name=name,
            content=message,
            raw_input={"args": (), "kwargs": dict(arguments)},
            raw_output=[],
            is_error=True,
            exception=error,
        )

    def _with_blocks(self, output: ToolOutput) -> ToolOutput:
        if isinstance(output.raw_output, list):
            nodes: list[NodeWithScore] = output.raw_output
            min_answerable = budget = None
            if self.retriever is not None:
                min_answerable = self.retriever.min_answerable
                budget = None if self.images_of is None else self.retriever.budget
            regions = region_blocks(nodes, self.images_of, budget)
            warning = doubt_warning(node.metadata for node in nodes)
            blocks = [TextBlock(text=warning)] if warning else []
            output.blocks = _merged([*blocks, *regions]) or [
                TextBlock(text=agents.no_hits_message(min_answerable))
            ]
        return output


def create_region_tool(
    retriever: BaseRetriever,
    *,
    name: str = "search_documents",
    description: str = agents.SEARCH,
    images: bool = False,
) -> FunctionTool:
    """Return a tool that searches for regions.

    The model reads the id, file and printed page of each region, its text, and the parts that
    answer the question, unless they are the whole region. A warning precedes the regions if
    `answerable` is below one half; a notice replaces them if the retriever's `min_answerable`
    withholds all. The program finds the nodes, with boxes and scores, in `ToolOutput.raw_output`.

    >>> from snappy_llamaindex import SnappyRetriever, create_region_tool
    >>> retriever = SnappyRetriever.from_files("examples/report.pdf", similarity_top_k=2)
    >>> output = create_region_tool(retriever).call(query="What coupon does the green bond carry?")
    >>> best = output.raw_output[0]
    >>> output.content.startswith(f"[{best.metadata['citation']}] report.pdf, page 3\\n")
    True

    The model chooses the question (`query`) and, with a `SnappyRetriever`, may restrict the search
    to some `documents`. An error is an output with `is_error` that says what went wrong and what to
    do about it.

    Args:
        retriever: a `SnappyRetriever`, or another retriever that returns its nodes, such as a
            fusion retriever.
        name, description: what the model reads about the tool; say which documents it searches.
        images: add a picture of each figure, cropped from its page, after its text. The `budget` of
            the retriever then covers texts and pictures together.

    Raises:
        TypeError: `images` with a retriever other than a `SnappyRetriever`.
    """
    if not isinstance(retriever, SnappyRetriever):
        if images:
            kind = type(retriever).__name__
            raise TypeError(f"images are those of a SnappyRetriever, not of a {kind}")

        # Retriever methods do not take the question as `query`, the name that models use.
        def retrieve(query: str) -> list[NodeWithScore]:
            return retriever.retrieve(query)

        async def aretrieve(query: str) -> list[NodeWithScore]:
            return await retriever.aretrieve(query)

        return _tool(retrieve, aretrieve, name, description, _Search)

    def restrict(documents: list[str] | str | None) -> SnappyRetriever:
        if not documents:
            return retriever
        restricted = copy(retriever)
        own_filter = core_options({"filter": retriever.filter})["filter"]
        restricted.filter = agents.restrict(retriever.index, own_filter, documents)
        return restricted

    def search(query: str, documents: list[str] | str | None = None) -> list[NodeWithScore]:
        return restrict(documents).retrieve(query)

    async def asearch(query: str, documents: list[str] | str | None = None) -> list[NodeWithScore]:
        restricted = await asyncio.to_thread(restrict, documents)
        return await restricted.aretrieve(query)

    tool = _tool(search, asearch, name, description, _SearchIn)
    tool.retriever = retriever
    tool.images_of = retriever.index if images else None
    return tool


def create_reading_tools(
    index: RegionIndex | FusedSearch | str | os.PathLike[str], *, images: bool = False
) -> list[FunctionTool]:
    """Return the tools "list_documents", "read_page" and "read_region", to go with the search tool.

    >>> from snappy_llamaindex import SnappyRetriever, create_reading_tools
    >>> retriever = SnappyRetriever.from_files("examples/report.pdf")
    >>> documents, page, region = create_reading_tools(retriever.index)
    >>> documents.call().content  # doctest: +ELLIPSIS
    'report.pdf~...: 7 pages'
    >>> page.call(document="report.pdf", page="3").content  # doctest: +ELLIPSIS
    '[report.pdf~...#p4r0] report.pdf, page 3\\n...'

    Args:
        index: an index or its path, or a `FusedSearch`, whose first index is read.
        images: as in `create_region_tool`.
    """
    region_index, _ = open_indexes(index)

    def list_documents() -> str:
        return agents.list_documents(region_index)

    def read_page(document: str, page: str | int) -> list[NodeWithScore]:
        return [to_node(hit) for hit in agents.read_page(region_index, document, str(page))]

    def read_region(region: str) -> list[NodeWithScore]:
        return [to_node(hit) for hit in agents.read_region(region_index, region)]

    # LlamaIndex runs these in a thread for `acall`.
    tools = [
        _tool(list_documents, None, "list_documents", agents.LIST_DOCUMENTS, _Nothing),
        _tool(read_page, None, "read_page", agents.READ_PAGE, _Page),
        _tool(read_region, None, "read_region", agents.READ_REGION, _Region),
    ]
    for tool in tools:
        tool.images_of = region_index if images else None
    return [*tools]


def _tool(
    function: Callable[..., Any],
    coroutine: Callable[..., Awaitable[Any]] | None,
    name: str,
    description: str,
    arguments: type[BaseModel],
) -> RegionTool:
    tool = RegionTool.from_defaults(
        function, name, description, fn_schema=arguments, async_fn=coroutine
    )
    return cast("RegionTool", tool)


def _merged(blocks: Iterable[TextBlock | ImageBlock]) -> list[ContentBlock]:
    """Join adjacent texts with a blank line, since many models accept only one text."""
    merged: list[ContentBlock] = []
    for block in blocks:
        if merged and isinstance(block, TextBlock) and isinstance(merged[-1], TextBlock):
            merged[-1] = TextBlock(text=f"{merged[-1].text}\n\n{block.text}")
        else:
            merged.append(block)
    return merged
