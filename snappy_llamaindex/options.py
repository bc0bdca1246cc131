"""The options of a search, with LlamaIndex's filters, rerankers and models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from snappy_core.search.options import RankingOptions
from snappy_core.search.page_references import PageReference
from snappy_llamaindex.filters import to_filter
from snappy_llamaindex.judging import AnyJudge, to_judge
from snappy_llamaindex.reranking import AnyReranker, to_reranker


class SearchOptions(RankingOptions, total=False):
    """The options of a search."""

    pages: Iterable[PageReference] | None
    reranker: AnyReranker | None
    judge: AnyJudge | None


def core_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options in the form that `RegionIndex.search` takes."""
    return {
        **options,
        "filter": to_filter(options.get("filter")),
        "reranker": to_reranker(options.get("reranker")),
        "judge": to_judge(options.get("judge")),
    }
