"""From a hit to a LangChain document."""

from __future__ import annotations

from langchain_core.documents import Document

from snappy_core.metadata import region_metadata
from snappy_core.search.hits import Hit


def to_document(hit: Hit) -> Document:
    """Return a hit as a new document with metadata of its own, which holds JSON scalars only.

    To the metadata of the region come `page` (from 0, as the PDF loaders of LangChain count),
    `score`, `page_score` and `rank`.
    """
    return Document(
        id=hit.region_id,
        page_content=hit.region.text,
        metadata={
            **region_metadata(hit),
            "page": hit.page_number - 1,
            "score": hit.score,
            "page_score": hit.page_score,
            "rank": hit.rank,
        },
    )
