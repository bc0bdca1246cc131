"""The LangChain retriever over a Snappy index."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, Unpack

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever, LangSmithRetrieverParams
from pydantic import ConfigDict, Field, field_validator

from snappy_core.encoders.base import Encoder
from snappy_core.index import RegionIndex
from snappy_core.parsing.source import Sources
from snappy_core.search.context import within_token_budget
from snappy_core.search.filters import PageReference
from snappy_core.search.options import SearchOptions
from snappy_core.types import Scalar
from snappy_langchain.mapping import to_document
from snappy_langchain.options import SearchFields


class SnappyRetriever(SearchFields, BaseRetriever):
    """Retrieves the regions of pages that answer a question, each as a document with its box.

    Setup:
        `pip install 'snappy-retriever[langchain]'`

    Instantiate from files:

    >>> from snappy_langchain import SnappyRetriever
    >>> retriever = SnappyRetriever.from_files("examples/report.pdf", k=3)

    or from an existing index, with `SnappyRetriever(index="reports.snappy")`. To add and delete
    documents, use `retriever.index`.

    Search:

    >>> documents = retriever.invoke("What coupon does the green bond carry?")
    >>> len(documents), "coupon of 4.85 per cent" in documents[0].page_content
    (3, True)

    The metadata says where a region is. Every document has all keys of
    `snappy_core.metadata.KEYS`; the box is in fractions of the page, from its top left:

    >>> metadata = documents[0].metadata
    >>> metadata["page_number"], metadata["region_label"], metadata["rank"], metadata["score"] > 0.3
    (4, 'paragraph', 1, True)
    >>> 0 <= metadata["bbox_x0"] < metadata["bbox_x1"] <= 1
    True

    Search with other options, which are those of `RegionIndex.search` and `token_budget`:

    >>> tables = {"region_label": ["table", "table_row"]}
    >>> [document] = retriever.invoke("How high was net debt in 2023?", k=1, filter=tables)
    >>> "84.9" in document.page_content
    True

    Async, and the same with `batch` and `configurable_fields`:

    >>> import asyncio
    >>> len(asyncio.run(retriever.ainvoke("Who leaves the car at home?", k=2)))
    2

    `Document.id` and `metadata["region_id"]` are the same. Give `id_key="region_id"` to retrievers
    that merge documents, such as `EnsembleRetriever`: by default they take regions with the same
    text, such as equal table cells of two pages, for one.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    # Kept out of reprs, traces and dumps: it holds a model and perhaps all vectors.
    index: RegionIndex = Field(repr=False, exclude=True)
    """The index to search, or its path: it is then opened with the encoder that made it."""
    pages: Sequence[PageReference] | None = None
    """Search these pages only, each `(document id or source, page number)`."""

    @field_validator("index", mode="before")
    @classmethod
    def _open(cls, index: object) -> object:
        if isinstance(index, (str, os.PathLike)):
            return RegionIndex.open(index, create=False)
        return index

    @classmethod
    def from_files(
        cls,
        paths: Sources | Iterable[Sources],
        *,
        index_path: str | os.PathLike[str] = ":memory:",
        metadata: Mapping[str, Scalar] | None = None,
        password: str | None = None,
        encoder: Encoder | None = None,
        **fields: Any,
    ) -> Self:
        """Add files to an index and return a retriever over the whole index.

        Args:
            paths: files, folders, or `Source.from_bytes(data, name)`.
            index_path: the file of the index; in memory by default.
            metadata: keys of your own for all regions of these files.
            password: opens encrypted files.
            encoder: the encoder of the index; for a new index the embedded one by default
                (all-MiniLM-L6-v2, English, CPU).
            fields: fields of the retriever (`k`, `filter`, `tags`, ...). Its own `metadata`, which
                callbacks receive, can be set on the result.

        Raises:
            UnreadableDocumentError: a file cannot be read; the others are in the index.
            ValueError: an unknown field, a value out of range, or reserved metadata.
        """
        index = RegionIndex.open(index_path, encoder)
        try:
            retriever = cls(index=index, **fields)  # checks the fields before files are read
            index.add(paths, metadata=metadata, password=password).raise_failed()
        except BaseException:
            index.close()
            raise
        return retriever

    # LangChain passes the options of `invoke(question, k=3)` on only if the signature of
    # `_get_relevant_documents` has a parameter for them.
    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        token_budget: int | None = None,
        **options: Unpack[SearchOptions],
    ) -> list[Document]:
        return self._search(query, token_budget, options)

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,
        token_budget: int | None = None,
        **options: Unpack[SearchOptions],
    ) -> list[Document]:
        return await asyncio.to_thread(self._search, query, token_budget, options)

    def _search(
        self, query: str, token_budget: int | None, options: SearchOptions
    ) -> list[Document]:
        """Search with the options of one call, which override the fields unless they are None.

        So `filter={}` removes the retriever's filter for one call; `filter=None` does not.
        """
        overrides = {name: value for name, value in options.items() if value is not None}
        hits = self.index.search(query.strip(), **(self._search_options() | overrides))
        budget = self.token_budget if token_budget is None else token_budget
        return [to_document(hit) for hit in within_token_budget(hits, budget)]

    def _get_ls_params(self, **kwargs: Any) -> LangSmithRetrieverParams:
        """Return what LangSmith traces record about this retriever."""
        params = super()._get_ls_params(**kwargs)
        params["ls_vector_store_provider"] = "snappy"
        params["ls_embedding_model"] = self.index.encoder.name
        return params
