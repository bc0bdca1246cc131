"""The options of a search as fields of LangChain's pydantic models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from langchain_core.callbacks import Callbacks
from pydantic import BaseModel, ConfigDict, Field, model_validator

from snappy_core.filters import Filter
from snappy_core.search.options import SEARCH_OPTIONS, RankingOptions, Widen, check_options
from snappy_core.search.page_references import PageReference
from snappy_langchain.judging import AnyJudge, to_judge
from snappy_langchain.reranking import AnyReranker, to_reranker


class PageSearchOptions(RankingOptions, total=False):
    """The options of a search on given pages."""

    reranker: AnyReranker | None
    judge: AnyJudge | None


class SearchOptions(PageSearchOptions, total=False):
    """The options of a search."""

    pages: Iterable[PageReference] | None


class SearchFields(BaseModel):
    """The options that the retriever and the compressor share, named as in `RegionIndex.search`."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    k: int | None = None
    """The maximum number of documents; by default 5, or with a budget as many as fit."""
    budget: int | None = None
    """The maximum number of tokens of all documents together, estimated for English. It is filled
    with the documents worth the most for their length; the first one that does not fit is cut."""
    filter: Filter | None = None
    """`{key: value, list of values, or {"$gte": value}}` over your metadata and the keys of
    regions, and `$and`, `$or`, `$not`, as in `RegionIndex.search`."""
    score_threshold: float | None = None
    """The minimum score of a document, -1..1."""
    min_answerable: float | None = None
    """Return nothing if `answerable`, by the judge if there is one, is below this, 0..1."""
    per_page: int | None = None
    """The maximum number of documents from one page."""
    scoring: str | None = None
    """The scoring rule, as in `RegionIndex.search`."""
    candidates: int | None = None
    """The number of pages that are scored exactly; by default 200, more in a large index."""
    location_references: bool = True
    """Prefer the places that the question names: "page 14", "Figure 3", "at the top right"."""
    widen: Widen | None = None
    """Return the "table", "section" or "page" that contains a region, each once."""
    timeout: float | None = None
    """Seconds after which an unfinished search raises `TimeLimitError`."""
    reranker: AnyReranker | None = Field(default=None, repr=False, exclude=True)
    """A `BaseDocumentCompressor` that reranks, or a function as in `RegionIndex.search`."""
    judge: AnyJudge | None = Field(default=None, repr=False, exclude=True)
    """A chat model that reads the hits and says whether they answer (see `chat_judge`), or a
    function as in `RegionIndex.search`."""

    @model_validator(mode="after")
    def _check_options(self) -> Self:
        check_options(core_options(self._search_options()))
        return self

    def _search_options(self) -> dict[str, Any]:
        fields = type(self).model_fields
        return {name: getattr(self, name) for name in SEARCH_OPTIONS if name in fields}


def core_options(options: Mapping[str, Any], callbacks: Callbacks | None = None) -> dict[str, Any]:
    """Return options in the form that `RegionIndex.search` takes."""
    return {
        **options,
        "reranker": to_reranker(options.get("reranker"), callbacks),
        "judge": to_judge(options.get("judge"), callbacks),
    }
