"""The LangChain retriever over a Snappy index."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Any, Unpack

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever, LangSmithRetrieverParams
from pydantic import ConfigDict, Field, PrivateAttr, model_validator

from snappy_core.encoders.base import Encoder
from snappy_core.from_files import FromFiles
from snappy_core.fused_search import FusedSearch, open_indexes
from snappy_core.index import RegionIndex
from snappy_core.ingest.report import IngestReport
from snappy_core.search.page_references import PageReference
from snappy_langchain.mapping import to_document
from snappy_langchain.options import SearchFields, SearchOptions, core_options


class SnappyRetriever(SearchFields, FromFiles, BaseRetriever):
    """Retrieves the regions of pages that answer a question, each as a document with its box.

    Instantiate from files:

    >>> from snappy_langchain import SnappyRetriever
    >>> retriever = SnappyRetriever.from_files("examples/report.pdf", k=3)

    or from an existing index, with `SnappyRetriever.from_index("reports.snappy")`. To add and
    delete documents, use `retriever.index`. The report shows what was added, and which pages have
    no text:

    >>> len(retriever.report.added), retriever.report.failed, retriever.report.warnings
    (1, (), ())

    Search:

    >>> documents = retriever.invoke("What coupon does the green bond carry?")
    >>> len(documents), "coupon of 4.85 per cent" in documents[0].page_content
    (3, True)

    The metadata gives the location of a region. Every document has all keys of
    `snappy_core.metadata.KEYS`; the box is in fractions of the page, from its top left:

    >>> metadata = documents[0].metadata
    >>> metadata["page_number"], metadata["region_label"], metadata["rank"], metadata["score"] > 0.3
    (4, 'paragraph', 1, True)
    >>> 0 <= metadata["bbox_x0"] < metadata["bbox_x1"] <= 1
    True

    Search with other options of `RegionIndex.search`:

    >>> tables = {"region_label": ["table", "table_row"]}
    >>> [document] = retriever.invoke("How high was net debt in 2023?", k=1, filter=tables)
    >>> "84.9" in document.page_content
    True

    Fill a token budget with the regions that are worth the most for their length:

    >>> documents = retriever.invoke("What coupon does the green bond carry?", k=99, budget=200)
    >>> len(documents) > 1
    True

    `ainvoke`, `batch` and `configurable_fields` take the same options.

    `Document.id` and `metadata["region_id"]` are the same. Pass `id_key="region_id"` to retrievers
    that merge documents, such as `EnsembleRetriever`: by default they merge regions with the same
    text, such as equal table cells on two pages.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    encoder: Encoder | None = Field(default=None, repr=False, exclude=True)
    """The encoder of an index given as a path, if it should not be opened by its name."""
    # Kept out of reprs, traces and dumps: it holds a model and perhaps all vectors.
    index: RegionIndex = Field(repr=False, exclude=True)
    """The index to search, or its path, which is opened with the encoder that created the index.
    With a `FusedSearch`, this is its first index, which is read, displayed and added to."""
    fused: FusedSearch | None = Field(default=None, repr=False, exclude=True)
    """Searches several indexes instead of one."""
    pages: Sequence[PageReference] | None = None
    """Search these pages only, each `(document id or source, page number)`."""
    _report: IngestReport | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _open(cls, fields: Any) -> Any:
        index = fields.get("index")
        if not isinstance(index, (RegionIndex, FusedSearch, str, os.PathLike)):
            return fields  # pydantic reports the wrong type
        index, fused = open_indexes(index, fields.get("encoder"))
        # LangChain rebuilds a retriever from its fields, for example for `configurable_fields`.
        fused = fused or fields.get("fused")
        return {**fields, "index": index, "fused": fused, "encoder": None}

    # LangChain passes the options of `invoke(question, k=3)` on only if the signature of
    # `_get_relevant_documents` has a parameter for them.
    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        **options: Unpack[SearchOptions],
    ) -> list[Document]:
        # None does not override a field: `filter={}` removes the filter for one call.
        overrides = {name: value for name, value in options.items() if value is not None}
        merged = core_options(self._search_options() | overrides, run_manager.get_child())
        hits = (self.fused or self.index).search(query.strip(), **merged)
        return [to_document(hit, hits.answerable) for hit in hits]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, **options: Any
    ) -> list[Document]:
        return await asyncio.to_thread(
            self._get_relevant_documents, query, run_manager=run_manager.get_sync(), **options
        )

    def _get_ls_params(self, **kwargs: Any) -> LangSmithRetrieverParams:
        params = super()._get_ls_params(**kwargs)
        params["ls_vector_store_provider"] = "snappy"
        params["ls_embedding_model"] = self.index.encoder.name
        return params
