"""Snappy for LangChain: a retriever whose documents are regions of pages, with their boxes."""

try:
    from snappy_langchain.mapping import to_document
    from snappy_langchain.retriever import SnappyRetriever
except ModuleNotFoundError as error:
    from snappy_core.errors import MissingDependency

    if (error.name or "").partition(".")[0] != "langchain_core":
        raise
    raise MissingDependency(
        "snappy_langchain needs langchain-core: pip install 'snappy-retriever[langchain]'"
    ) from error

__all__ = ["SnappyRetriever", "to_document"]
