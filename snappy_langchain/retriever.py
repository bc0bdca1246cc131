"""The LangChain retriever: options in, documents out; the work is done by the index."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from typing import Any, Self

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever, LangSmithRetrieverParams
from pydantic import ConfigDict, Field, field_validator, model_validator

from snappy_core.encoders.base import Encoder
from snappy_core.index import RegionIndex
from snappy_core.parsing.source import Sources
from snappy_core.scoring.propagation import Scoring
from snappy_core.search.context import within_token_budget
from snappy_core.search.engine import check_options
from snappy_core.search.filters import Filter
from snappy_core.types import Scalar
from snappy_langchain.mapping import to_document


class SnappyRetriever(BaseRetriever):
    """Returns the regions of pages that answer a question, each a document with its box.

    Make one from files, and ask:

    >>> from snappy_langchain import SnappyRetriever
    >>> retriever = SnappyRetriever.from_files("examples/report.pdf", k=3)
    >>> documents = retriever.invoke("What coupon does the green bond carry?")
    >>> len(documents), "coupon of 4.85 per cent" in documents[0].page_content
    (3, True)

    Where a region stands is in the metadata (`snappy_core.metadata.KEYS`, on every document; the
    box in fractions of the page, from its top left):

    >>> found = documents[0].metadata
    >>> found["page_number"], found["region_label"], found["rank"], found["score"] > 0.3
    (4, 'paragraph', 1, True)
    >>> 0 <= found["bbox_x0"] < found["bbox_x1"] <= 1
    True

    Each option can be given for one call:

    >>> tables = {"region_label": ["table", "table_row"]}
    >>> [document] = retriever.invoke("How high was net debt in 2023?", k=1, filter=tables)
    >>> "84.9" in document.page_content
    True

    `ainvoke`, `batch` and `configurable_fields` work with the same options:

    >>> import asyncio
    >>> len(asyncio.run(retriever.ainvoke("Who leaves the car at home?", k=2)))
    2

    To read an index that is already there, `SnappyRetriever(index="reports.snappy")`; to add and
    delete documents, `retriever.index`.

    Region ids are both `Document.id` and `metadata["region_id"]`. Give `id_key="region_id"` to
    what merges documents (`EnsembleRetriever`): by their text, equal cells of two pages are one.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    # Neither in reprs and traces nor in dumps: it holds a model and perhaps all vectors.
    index: RegionIndex = Field(repr=False, exclude=True)
    """Where to search; given the path of an index, that is opened with its own encoder."""
    k: int = 5
    """At most so many documents."""
    filter: Filter | None = None
    """`{key: value or list of values}` over your metadata, `document_id`, `source`,
    `page_number` and `region_label`."""
    score_threshold: float | None = None
    """Leave out regions that score less (-1..1)."""
    per_page: int | None = None
    """At most so many documents from one page."""
    scoring: Scoring | None = None
    """"maxsim", or the paper's "iou_weighted", "max" or "mean"; by default "maxsim" for words,
    "iou_weighted" for the patches of a vision encoder."""
    token_budget: int | None = Field(default=None, ge=1)
    """Keep of the `k` documents, best first, those whose texts fit so many tokens together, as
    `snappy_core.search.context` estimates them. The first is kept even when it alone is longer."""

    @field_validator("index", mode="before")
    @classmethod
    def _open(cls, index: object) -> object:
        if isinstance(index, (str, os.PathLike)):
            return RegionIndex.open(index, create=False)
        return index

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_options(self.k, self.score_threshold, self.per_page, self.scoring)
        return self

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
        """Index files and return a retriever over them and what the index already held.

        Args:
            paths: files, folders, or `Source.from_bytes(data, name)`.
            index_path: the file that keeps the index; in memory by default.
            metadata: keys of your own, given to every region of these files.
            password: opens encrypted files.
            encoder: that of the index, or for a new one the embedded default (all-MiniLM-L6-v2,
                English, CPU), unless given.
            fields: of the retriever (`k`, `filter`, `tags`, ...). Its `metadata`, which goes to
                callbacks, can be set on what is returned.

        Raises:
            UnreadableDocumentError: a file cannot be read; those that can are in the index.
            ValueError: an unknown or wrong field, or reserved metadata.
        """
        index = RegionIndex.open(index_path, encoder)
        try:
            retriever = cls(index=index, **fields)  # before the long work: it checks the fields
            index.add(paths, metadata=metadata, password=password).raise_failed()
        except BaseException:
            index.close()
            raise
        return retriever

    # Both hooks must name the same options: LangChain reads the signature of the first to see
    # whether `invoke(question, k=3)` is passed on, and then passes it on to the second as well.
    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        filter: Filter | None = None,
        score_threshold: float | None = None,
        per_page: int | None = None,
        scoring: Scoring | None = None,
        token_budget: int | None = None,
    ) -> list[Document]:
        given: dict[str, Any] = {"k": k, "filter": filter, "score_threshold": score_threshold}
        given |= {"per_page": per_page, "scoring": scoring, "token_budget": token_budget}
        return self._search(query, given)

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,
        k: int | None = None,
        filter: Filter | None = None,
        score_threshold: float | None = None,
        per_page: int | None = None,
        scoring: Scoring | None = None,
        token_budget: int | None = None,
    ) -> list[Document]:
        given: dict[str, Any] = {"k": k, "filter": filter, "score_threshold": score_threshold}
        given |= {"per_page": per_page, "scoring": scoring, "token_budget": token_budget}
        return await asyncio.to_thread(self._search, query, given)

    def _search(self, query: str, given: Mapping[str, Any]) -> list[Document]:
        """Search with the options of one call, and the field's value for each that is None.

        So `filter={}` lifts the filter of the retriever for one call, `filter=None` does not.
        """
        options = {k: getattr(self, k) if value is None else value for k, value in given.items()}
        budget = options.pop("token_budget")
        hits = self.index.search(query.strip(), **options)
        return [to_document(hit) for hit in within_token_budget(hits, budget)]

    def _get_ls_params(self, **kwargs: Any) -> LangSmithRetrieverParams:
        """Return what traces say of this retriever."""
        params = super()._get_ls_params(**kwargs)
        params["ls_vector_store_provider"] = "snappy"
        params["ls_embedding_model"] = self.index.encoder.name
        return params
