"""From the pages of somebody else's retriever to the regions on them that answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from pydantic import ConfigDict, Field, PrivateAttr, model_validator

from snappy_core.encoders.base import Encoder
from snappy_core.index import RegionIndex
from snappy_core.page_search import PageReference, PageSearch, page_reference
from snappy_core.scoring.propagation import Scoring
from snappy_core.search.context import within_token_budget
from snappy_core.search.engine import check_options
from snappy_core.search.filters import Filter
from snappy_langchain.mapping import to_document

PageBase = Literal[0, 1]


def regions_of(
    documents: Sequence[Document],
    query: str,
    pages: PageSearch,
    *,
    page_base: PageBase,
    k: int = 5,
    filter: Filter | None = None,
    score_threshold: float | None = None,
    per_page: int | None = None,
    scoring: Scoring | None = None,
    token_budget: int | None = None,
) -> list[Document]:
    """Return the regions that answer a question, from the pages that documents stand for.

    What `RegionCompressor` does, as a function for chains:

    >>> from functools import partial
    >>> from langchain_core.runnables import RunnableLambda
    >>> from snappy_core.page_search import PageSearch
    >>> from snappy_langchain import regions_of
    >>> shorten = partial(regions_of, pages=PageSearch(root="examples"), page_base=0, k=1)
    >>> chain = RunnableLambda(lambda found: shorten(found["documents"], found["question"]))
    >>> page = Document("(a page of text)", metadata={"source": "report.pdf", "page": 3})
    >>> question = "What coupon does the green bond carry?"
    >>> [region] = chain.invoke({"documents": [page], "question": question})
    >>> region.metadata["page_number"], "coupon of 4.85 per cent" in region.page_content
    (4, True)

    Args:
        documents: each names its file (`source`, `file_path` or `document_id`) and its page in
            the metadata: `page_number`, which starts at 1 everywhere, else `page`.
        pages: where the pages are found: an index, or the files of one folder.
        page_base: what the first page of a file is under `page`: 0 (PyPDF and its kin) or 1.
        k, filter, score_threshold, per_page, scoring, token_budget: as in `SnappyRetriever`.

    Raises:
        ValueError: documents that name no page, or one that is not there; all are named.
    """
    references = [_reference(document.metadata, page_base) for document in documents]
    if not references:
        return []
    hits = pages.search(
        query.strip(),
        references,
        k=k,
        filter=filter,
        score_threshold=score_threshold,
        per_page=per_page,
        scoring=scoring,
    )
    return [to_document(hit) for hit in within_token_budget(hits, token_budget)]


class RegionCompressor(BaseDocumentCompressor):
    """Takes the pages another retriever found, and returns the regions on them that answer.

    With `root`, the folder that holds the files; nothing outside of it is opened, whatever the
    documents say:

    >>> from snappy_langchain import RegionCompressor
    >>> compressor = RegionCompressor(root="examples", page_base=0, k=2)
    >>> pages = [Document("...", metadata={"source": "report.pdf", "page": n}) for n in (1, 3)]
    >>> regions = compressor.compress_documents(pages, "What coupon does the green bond carry?")
    >>> len(regions), regions[0].metadata["page_number"]
    (2, 4)
    >>> "coupon of 4.85 per cent" in regions[0].page_content
    True

    Files are read when a page of theirs first comes, and kept in memory; a changed one is read
    again. With `index` instead, documents are looked up in it by source or document id, and no
    file is opened. Either way a document that is not there is an error that names it.

    `ContextualCompressionRetriever(base_compressor=compressor, base_retriever=...)` puts it behind
    a retriever; in a chain of your own, use `regions_of`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    page_base: PageBase
    """What the first page is under the key `page` of the documents; loaders do not agree, so it
    has to be said: 0 for PyPDF, PyMuPDF, PDFium, 1 for Textract and Azure. A `page_number` counts
    from 1 everywhere, and goes first."""
    index: RegionIndex | None = Field(default=None, repr=False, exclude=True)
    """Holds the pages."""
    root: Path | None = None
    """The folder that holds the files; relative sources start there, or at the working folder."""
    encoder: Encoder | None = Field(default=None, repr=False, exclude=True)
    """For `root`; the embedded default unless given."""
    k: int = 5
    """At most so many documents, over all pages."""
    filter: Filter | None = None
    """As in `SnappyRetriever`, for example `{"region_label": ["table", "table_row"]}`."""
    score_threshold: float | None = None
    """Leave out regions that score less (-1..1)."""
    per_page: int | None = None
    """At most so many documents from one page."""
    scoring: Scoring | None = None
    """"maxsim", or the paper's "iou_weighted", "max" or "mean"; by default "maxsim" for words,
    "iou_weighted" for the patches of a vision encoder."""
    token_budget: int | None = Field(default=None, ge=1)
    """As in `SnappyRetriever`."""

    _pages: PageSearch = PrivateAttr()

    @model_validator(mode="after")
    def _open(self) -> Self:
        check_options(self.k, self.score_threshold, self.per_page, self.scoring)
        self._pages = PageSearch(self.index, root=self.root, encoder=self.encoder)
        return self

    # LangChain runs it in a thread for `acompress_documents`.
    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        """Return the regions of these pages that answer best, best first."""
        return regions_of(
            documents,
            query,
            self._pages,
            page_base=self.page_base,
            k=self.k,
            filter=self.filter,
            score_threshold=self.score_threshold,
            per_page=self.per_page,
            scoring=self.scoring,
            token_budget=self.token_budget,
        )


def _reference(metadata: Mapping[str, Any], page_base: PageBase) -> PageReference:
    numbered = metadata.get("page_number") is not None
    return page_reference(
        metadata,
        page_key="page_number" if numbered else "page",
        page_base=1 if numbered else page_base,
        source_keys=("source", "file_path", "document_id"),
    )
