"""Snappy for LlamaIndex: a retriever, a tool and postprocessors that return regions of pages."""

try:
    from snappy_llamaindex.blocks import region_blocks
    from snappy_llamaindex.filters import to_filter, to_metadata_filters
    from snappy_llamaindex.grounding import GroundedQueryEngine, GroundingPostprocessor
    from snappy_llamaindex.judging import chat_judge
    from snappy_llamaindex.mapping import RegionNode, to_node
    from snappy_llamaindex.postprocessor import RegionPostprocessor, TokenBudgetPostprocessor
    from snappy_llamaindex.retriever import SnappyRetriever
    from snappy_llamaindex.tool import create_reading_tools, create_region_tool
except ModuleNotFoundError as error:
    from snappy_core.errors import MissingDependencyError, install_hint

    if (error.name or "").partition(".")[0] != "llama_index":
        raise
    raise MissingDependencyError(
        f"snappy_llamaindex needs llama-index-core: {install_hint('llamaindex')}"
    ) from error

__all__ = [
    "GroundedQueryEngine",
    "GroundingPostprocessor",
    "RegionNode",
    "RegionPostprocessor",
    "SnappyRetriever",
    "TokenBudgetPostprocessor",
    "chat_judge",
    "create_reading_tools",
    "create_region_tool",
    "region_blocks",
    "to_filter",
    "to_metadata_filters",
    "to_node",
]
