"""LlamaIndex's rerankers, which are node postprocessors, as rerankers of a search."""

from __future__ import annotations

from collections.abc import Sequence

from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import QueryBundle

from snappy_core.search.hits import Hit
from snappy_core.search.options import Reranker
from snappy_core.search.reranking import scores_of_selection
from snappy_llamaindex.mapping import to_node

AnyReranker = Reranker | BaseNodePostprocessor


def to_reranker(reranker: AnyReranker | None) -> Reranker | None:
    """Return a node postprocessor as a reranker; others are returned as they are.

    Nodes that the postprocessor does not return are left out. The others get its scores, or the
    reciprocal rank if a score is missing or the scores do not match its order.

    Raises:
        ValueError: when it runs, if it changes nodes or creates new ones.
    """
    if not isinstance(reranker, BaseNodePostprocessor):
        return reranker

    def rerank(question: str, hits: Sequence[Hit]) -> Sequence[float]:
        nodes = [to_node(hit) for hit in hits]
        indices = {node.node_id: index for index, node in enumerate(nodes)}
        selected = reranker.postprocess_nodes(nodes, QueryBundle(question))
        texts = {(node.node_id, node.text) for node in selected}
        if not texts <= {(hit.region_id, hit.text) for hit in hits}:
            raise ValueError(
                f"{reranker.class_name()} changes nodes instead of reranking them; give it to the "
                "query engine as a node postprocessor"
            )
        return scores_of_selection(
            len(hits),
            [indices[node.node_id] for node in selected],
            [node.score for node in selected],
        )

    return rerank
