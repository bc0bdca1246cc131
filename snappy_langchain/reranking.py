"""LangChain's rerankers, which are document compressors, as rerankers of a search."""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor

from snappy_core.search.hits import Hit
from snappy_core.search.options import Reranker
from snappy_core.search.reranking import scores_of_selection
from snappy_langchain.mapping import to_document

AnyReranker = Reranker | BaseDocumentCompressor


def to_reranker(
    reranker: AnyReranker | None, callbacks: Callbacks | None = None
) -> Reranker | None:
    """Return a document compressor as a reranker; others are returned as they are.

    Hits that the compressor does not return are left out. The scores of the others are its
    `relevance_score`, or the reciprocal rank if it gives none.

    Raises:
        ValueError: when it runs, if it changes documents or creates new ones.
    """
    if not isinstance(reranker, BaseDocumentCompressor):
        return reranker

    def rerank(question: str, hits: Sequence[Hit]) -> Sequence[float]:
        documents = [to_document(hit) for hit in hits]
        indices = {document.id: index for index, document in enumerate(documents)}
        selected = reranker.compress_documents(documents, question, callbacks)
        # Many rerankers return copies that keep the metadata but not the id.
        ids = [document.id or document.metadata.get("region_id") for document in selected]
        texts = set(zip(ids, (document.page_content for document in selected), strict=True))
        if not texts <= {(hit.region_id, hit.text) for hit in hits}:
            raise ValueError(
                f"{type(reranker).__name__} changes documents instead of reranking them; put it "
                "in a ContextualCompressionRetriever around the retriever"
            )
        return scores_of_selection(
            len(hits),
            [indices[region_id] for region_id in ids],
            [document.metadata.get("relevance_score") for document in selected],
        )

    return rerank
