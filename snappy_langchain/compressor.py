"""Narrows the pages that another retriever found to the regions that answer the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self, Unpack

from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from pydantic import ConfigDict, Field, PrivateAttr, model_validator

from snappy_core.encoders.base import Encoder
from snappy_core.index import RegionIndex
from snappy_core.page_search import PageReference, PageSearch, page_reference
from snappy_langchain.mapping import to_document
from snappy_langchain.options import PageSearchOptions, SearchFields, core_options

PageBase = Literal[0, 1]


def find_regions(
    documents: Sequence[Document],
    query: str,
    page_search: PageSearch,
    *,
    page_base: PageBase,
    **options: Unpack[PageSearchOptions],
) -> list[Document]:
    """Return the regions that answer a question on the pages of some documents.

    `RegionCompressor` as a function, for chains:

    >>> from functools import partial
    >>> from langchain_core.runnables import RunnableLambda
    >>> from snappy_core.page_search import PageSearch
    >>> from snappy_langchain import find_regions
    >>> shorten = partial(find_regions, page_search=PageSearch(root="examples"), page_base=0, k=1)
    >>> chain = RunnableLambda(lambda inputs: shorten(inputs["documents"], inputs["question"]))
    >>> page = Document("(a page of text)", metadata={"source": "report.pdf", "page": 3})
    >>> question = "What coupon does the green bond carry?"
    >>> [region] = chain.invoke({"documents": [page], "question": question})
    >>> region.metadata["page_number"], "coupon of 4.85 per cent" in region.page_content
    (4, True)

    Args:
        documents: each names its file in the metadata (`source`, `file_path` or `document_id`) and
            its page: `page_number`, which always starts at 1, or else `page`.
        page_search: where to look up the pages: in an index, or in the files of a folder.
        page_base: the number of the first page under the key `page`, 0 (as in PyPDF) or 1.
        options: `k`, `budget`, `filter`, `score_threshold`, `min_answerable`, `per_page`,
            `scoring`, `candidates`, `location_references`, `widen`, `timeout`, `reranker` and
            `judge`.

    Raises:
        ValueError: a document names no page, or pages do not exist; the message lists all of them.
    """
    return _search(documents, query, page_search, page_base, core_options(options))


def _search(
    documents: Sequence[Document],
    query: str,
    page_search: PageSearch,
    page_base: PageBase,
    options: Mapping[str, Any],
) -> list[Document]:
    """Search with the options of the core."""
    references = [_reference(document.metadata, page_base) for document in documents]
    if not references:
        return []
    hits = page_search.search(query.strip(), references, **options)
    return [to_document(hit, hits.answerable) for hit in hits]


def _reference(metadata: Mapping[str, Any], page_base: PageBase) -> PageReference:
    has_number = metadata.get("page_number") is not None
    return page_reference(
        metadata,
        page_key="page_number" if has_number else "page",
        page_base=1 if has_number else page_base,
        source_keys=("source", "file_path", "document_id"),
    )


class RegionCompressor(SearchFields, BaseDocumentCompressor):
    """Replaces the pages that another retriever found with the regions that answer the question.

    Instantiate with `root`, the folder that contains the files. Nothing outside it is opened,
    whatever the documents say:

    >>> from snappy_langchain import RegionCompressor
    >>> compressor = RegionCompressor(root="examples", page_base=0, k=2)

    or with `index`, where documents are looked up by source or document id and no file is opened:

    >>> pages = [Document("...", metadata={"source": "report.pdf", "page": n}) for n in (1, 3)]
    >>> regions = compressor.compress_documents(pages, "What coupon does the green bond carry?")
    >>> len(regions), regions[0].metadata["page_number"]
    (2, 4)
    >>> "coupon of 4.85 per cent" in regions[0].page_content
    True

    Only the pages of the documents are read, each by itself when it is first needed. They are kept
    in memory and read again if their file changes. A document whose page does not exist raises an
    error that names it. Use the compressor in a `ContextualCompressionRetriever`; in a chain of
    your own, use the function `find_regions`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    page_base: PageBase
    """The number of the first page under the key `page`. Loaders differ, so it has no default: 0
    for PyPDF, PyMuPDF and PDFium, 1 for Textract and Azure. `page_number` takes precedence over
    `page` and always starts at 1."""
    index: RegionIndex | None = Field(default=None, repr=False, exclude=True)
    """An index that contains the pages."""
    root: Path | None = None
    """The folder that contains the files. Relative sources are looked up there, or in the
    working directory."""
    encoder: Encoder | None = Field(default=None, repr=False, exclude=True)
    """With `root`, the encoder; the embedded one (MiniLM) by default."""

    _page_search: PageSearch = PrivateAttr()

    @model_validator(mode="after")
    def _open(self) -> Self:
        self._page_search = PageSearch(self.index, root=self.root, encoder=self.encoder)
        return self

    # LangChain runs this in a thread for `acompress_documents`.
    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> list[Document]:
        options = core_options(self._search_options(), callbacks)
        return _search(documents, query, self._page_search, self.page_base, options)
