"""Snappy for LangChain: a retriever, a tool and a compressor that return regions of pages."""

try:
    from snappy_langchain.blocks import (
        REGION_PROMPT,
        citation,
        page_link,
        region_blocks,
        search_result,
    )
    from snappy_langchain.compressor import RegionCompressor, find_regions
    from snappy_langchain.grounding import ground_documents, grounding_check
    from snappy_langchain.judging import chat_judge
    from snappy_langchain.mapping import to_document
    from snappy_langchain.retriever import SnappyRetriever
    from snappy_langchain.tool import create_reading_tools, create_region_tool
except ModuleNotFoundError as error:
    from snappy_core.errors import MissingDependencyError, install_hint

    if (error.name or "").partition(".")[0] != "langchain_core":
        raise
    raise MissingDependencyError(
        f"snappy_langchain needs langchain-core: {install_hint('langchain')}"
    ) from error

__all__ = [
    "REGION_PROMPT",
    "RegionCompressor",
    "SnappyRetriever",
    "chat_judge",
    "citation",
    "create_reading_tools",
    "create_region_tool",
    "find_regions",
    "ground_documents",
    "grounding_check",
    "page_link",
    "region_blocks",
    "search_result",
    "to_document",
]
