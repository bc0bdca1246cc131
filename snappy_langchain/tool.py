"""Tools for agents: the model reads text with citable ids; the program gets documents."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Unpack

from langchain_core.callbacks import Callbacks
from langchain_core.documents import Document
from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import BaseModel, Field

from snappy_core import agents
from snappy_core.fused_search import FusedSearch, open_indexes
from snappy_core.index import RegionIndex
from snappy_core.metadata import doubt_warning
from snappy_core.search.hits import Hit
from snappy_core.search.options import check_options
from snappy_langchain.blocks import region_blocks
from snappy_langchain.mapping import to_document
from snappy_langchain.options import SearchOptions, core_options
from snappy_langchain.retriever import SnappyRetriever

Content = tuple[list[Any], list[Document]]


class _Search(BaseModel):
    query: str = Field(description=agents.QUERY)
    documents: list[str] | str | None = Field(default=None, description=agents.DOCUMENTS)


class _Nothing(BaseModel):
    pass


class _Page(BaseModel):
    document: str = Field(description=agents.DOCUMENT)
    page: str | int = Field(description=agents.PAGE)


class _Region(BaseModel):
    region: str = Field(description=agents.REGION)


def create_region_tool(
    retriever: SnappyRetriever | RegionIndex | FusedSearch | str | os.PathLike[str],
    *,
    name: str = "search_documents",
    description: str = agents.SEARCH,
    images: bool = False,
    **options: Unpack[SearchOptions],
) -> StructuredTool:
    """Return a tool that searches for regions.

    The model reads a text block for each region, with its id, source and printed page. A warning
    precedes them if `answerable` is below one half; a notice replaces them if `min_answerable`
    withholds all hits. The program finds the documents in `ToolMessage.artifact`:

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

    The model chooses the question (`query`) and may restrict the search to some `documents`. An
    error reaches it as a message of status "error" that says what went wrong and what to do about
    it; with `tool.handle_tool_error = False`, a `ToolException` is raised instead.

    Args:
        retriever: a retriever, an index or its path, or a `FusedSearch`.
        name, description: what the model reads about the tool.
        images: add a picture of each figure, cropped from its page, after its text. A `budget` then
            covers texts and pictures together.
        options: `k`, `budget`, `filter`, `score_threshold`, `min_answerable`, `per_page`,
            `scoring`, `pages`, `candidates`, `location_references`, `widen`, `timeout`, `reranker`
            and `judge`, which override those of the retriever.

    Raises:
        TypeError: an unknown option.
        ValueError: an option out of range.
    """
    if not isinstance(retriever, SnappyRetriever):
        retriever = SnappyRetriever.model_validate({"index": retriever})
    overrides: dict[str, Any] = {k: value for k, value in options.items() if value is not None}
    check_options(core_options(overrides))
    if "pages" in overrides:
        overrides["pages"] = tuple(overrides["pages"])  # an iterator would only last for one search
    index = retriever.index if images else None
    min_answerable = overrides.get("min_answerable", retriever.min_answerable)
    budget = overrides.get("budget", retriever.budget) if images else None

    def restrict(documents: list[str] | str | None) -> dict[str, Any]:
        if not documents:
            return overrides
        own_filter = overrides.get("filter", retriever.filter)
        return {**overrides, "filter": agents.restrict(retriever.index, own_filter, documents)}

    def content(documents: list[Document]) -> Content:
        if not documents:
            return [{"type": "text", "text": agents.no_hits_message(min_answerable)}], []
        warning = doubt_warning(document.metadata for document in documents)
        blocks = [{"type": "text", "text": warning}] if warning else []
        return [*blocks, *region_blocks(documents, index, budget)], documents

    def search(
        query: str, documents: list[str] | str | None = None, callbacks: Callbacks = None
    ) -> Content:
        with _tool_errors(name):
            call_options = restrict(documents)
            return content(retriever.invoke(query, {"callbacks": callbacks}, **call_options))

    async def asearch(
        query: str, documents: list[str] | str | None = None, callbacks: Callbacks = None
    ) -> Content:
        with _tool_errors(name):
            call_options = await asyncio.to_thread(restrict, documents)
            results = await retriever.ainvoke(query, {"callbacks": callbacks}, **call_options)
            return await asyncio.to_thread(content, results)

    return _tool(search, asearch, name, description, _Search)


def create_reading_tools(
    index: RegionIndex | FusedSearch | str | os.PathLike[str], *, images: bool = False
) -> list[BaseTool]:
    """Return the tools "list_documents", "read_page" and "read_region", to go with the search tool.

    The model and the program get the same kinds of output as with `create_region_tool`.

    >>> from snappy_langchain import SnappyRetriever, create_reading_tools
    >>> retriever = SnappyRetriever.from_files("examples/report.pdf")
    >>> documents, page, region = create_reading_tools(retriever.index)
    >>> documents.invoke({})  # doctest: +ELLIPSIS
    'report.pdf~...: 7 pages'
    >>> page.invoke({"document": "report.pdf", "page": "3"})[0]["text"]  # doctest: +ELLIPSIS
    '[report.pdf~...#p4r0] report.pdf, page 3\\n...'

    Args:
        index: an index or its path, or a `FusedSearch`, whose first index is read.
        images: as in `create_region_tool`.
    """
    region_index, _ = open_indexes(index)

    def content(hits: list[Hit]) -> Content:
        blocks = region_blocks(hits, region_index if images else None)
        return [*blocks], [to_document(hit) for hit in hits]

    def list_documents() -> tuple[str, list[Document]]:
        with _tool_errors("list_documents"):
            return agents.list_documents(region_index), []

    def read_page(document: str, page: str | int) -> Content:
        with _tool_errors("read_page"):
            return content(agents.read_page(region_index, document, str(page)))

    def read_region(region: str) -> Content:
        with _tool_errors("read_region"):
            return content(agents.read_region(region_index, region))

    # LangChain runs these in a thread for `ainvoke`.
    return [
        _tool(list_documents, None, "list_documents", agents.LIST_DOCUMENTS, _Nothing),
        _tool(read_page, None, "read_page", agents.READ_PAGE, _Page),
        _tool(read_region, None, "read_region", agents.READ_REGION, _Region),
    ]


def _tool(
    function: Callable[..., Any],
    coroutine: Callable[..., Awaitable[Any]] | None,
    name: str,
    description: str,
    arguments: type[BaseModel],
) -> StructuredTool:
    descriptions = {key: field.description or "" for key, field in arguments.model_fields.items()}

    def explain_arguments(error: Any) -> str:  # a ValidationError of pydantic 2 or of 1
        return agents.arguments_message(name, error.errors(), descriptions)

    return StructuredTool.from_function(
        function,
        coroutine,
        name=name,
        description=description,
        args_schema=arguments,
        response_format="content_and_artifact",
        handle_tool_error=True,
        handle_validation_error=explain_arguments,
    )


@contextmanager
def _tool_errors(name: str) -> Iterator[None]:
    """Raise errors as the exceptions LangChain expects, with a message for the model."""
    try:
        yield
    except agents.REPORTED_ERRORS as error:
        raise ToolException(f"{name}: {agents.error_message(error)}") from error
