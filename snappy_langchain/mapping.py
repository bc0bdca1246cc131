"""Converts hits to LangChain documents."""

from __future__ import annotations

from langchain_core.documents import Document

from snappy_core.metadata import region_metadata
from snappy_core.search.hits import Hit


def to_document(hit: Hit, answerable: float | None = None) -> Document:
    """Return a hit as a document with the region's text and metadata of JSON scalars.

    The metadata is `snappy_core.metadata.region_metadata` plus `score`, `page_score`, `rank` and
    `page`, the page number from 0 as in LangChain's PDF loaders; and, if known, `rerank_score` and
    `answerable`, which is the same for all hits of a search.
    """
    optional = {"rerank_score": hit.rerank_score, "answerable": answerable}
    return Document(
        id=hit.region_id,
        page_content=hit.text,
        metadata={
            **region_metadata(hit),
            "page": hit.page_number - 1,
            "score": hit.score,
            "page_score": hit.page_score,
            "rank": hit.rank,
            **{key: value for key, value in optional.items() if value is not None},
        },
    )
