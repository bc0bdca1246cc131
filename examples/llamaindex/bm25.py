"""A BM25 retriever over any nodes, for the examples that need another retriever."""

import asyncio
from collections.abc import Sequence

import bm25s
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import BaseNode, NodeWithScore, QueryBundle


class BM25Retriever(BaseRetriever):
    """Ranks nodes by the words they share with the question (the library bm25s)."""

    def __init__(self, nodes: Sequence[BaseNode], similarity_top_k: int = 5) -> None:
        self.nodes = nodes
        self.similarity_top_k = similarity_top_k
        self.ranker = bm25s.BM25()
        texts = [node.get_content() for node in nodes]
        self.ranker.index(bm25s.tokenize(texts, show_progress=False), show_progress=False)
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        words = bm25s.tokenize(query_bundle.query_str, return_ids=False, show_progress=False)
        scores = self.ranker.get_scores(words[0])
        best = scores.argsort()[::-1][: self.similarity_top_k]
        return [NodeWithScore(node=self.nodes[index], score=scores[index]) for index in best]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)
