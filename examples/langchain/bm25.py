"""A BM25 retriever over any documents, for the examples that need another retriever."""

import bm25s
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import PrivateAttr


class BM25Retriever(BaseRetriever):
    """Ranks documents by the words they share with the question (the library bm25s)."""

    documents: list[Document]
    k: int = 5
    _ranker: bm25s.BM25 = PrivateAttr(default_factory=bm25s.BM25)

    def model_post_init(self, context: object) -> None:
        texts = [document.page_content for document in self.documents]
        self._ranker.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        words = bm25s.tokenize(query, return_ids=False, show_progress=False)
        scores = self._ranker.get_scores(words[0])
        return [self.documents[index] for index in scores.argsort()[::-1][: self.k]]
