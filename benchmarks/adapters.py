"""The retrievers of both frameworks against `index.search`: at most 5% or 2 ms slower."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from benchmarks.measure import REPORT, Result, alternate, slowdown
from snappy_core import RegionIndex

QUESTION = "What coupon does the green bond carry?"
RATIO = 1.05  # of a search through a framework to a direct one
SECONDS = 0.002  # or this much more, which is more than 5% of such a fast search


def run() -> list[Result]:
    """Search the sample report directly and through each installed framework."""
    index = RegionIndex()
    index.add(REPORT, progress=False).raise_failed()
    adapters: dict[str, Callable[[], object]] = {}
    if find_spec("langchain_core"):
        from snappy_langchain import SnappyRetriever as LangChainRetriever

        langchain = LangChainRetriever(index=index)
        adapters["LangChain invoke"] = lambda: langchain.invoke(QUESTION)
    if find_spec("llama_index"):
        from snappy_llamaindex import SnappyRetriever as LlamaIndexRetriever

        llamaindex = LlamaIndexRetriever(index)
        adapters["LlamaIndex retrieve"] = lambda: llamaindex.retrieve(QUESTION)
    direct, *times = alternate(lambda: index.search(QUESTION), *adapters.values(), rounds=101)
    bound = max(RATIO, 1 + SECONDS / direct)
    return [
        slowdown(
            f"{name} / index.search, {RATIO - 1:.0%} or {SECONDS * 1000:g} ms over it",
            seconds,
            direct,
            round(bound, 2),
        )
        for name, seconds in zip(adapters, times, strict=True)
    ]
