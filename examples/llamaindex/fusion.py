"""Two retrievers as one: late interaction and BM25 over the same regions, ranks fused.

python examples/llamaindex/fusion.py
"""

from pathlib import Path

from bm25 import BM25Retriever
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever

from snappy_llamaindex import SnappyRetriever

REPORT = Path(__file__).parent.parent / "report.pdf"
QUESTION = "Which segment had the highest revenue?"


def main() -> None:
    """Print who found what, and what comes out of the fusion."""
    snappy = SnappyRetriever.from_files(REPORT)
    everything = SnappyRetriever(snappy.index, similarity_top_k=10_000)
    regions = [found.node for found in everything.retrieve(QUESTION)]
    bm25 = BM25Retriever(regions)
    fusion = QueryFusionRetriever(
        [snappy, bm25],
        llm=MockLLM(),  # never asked: it would write more queries
        mode="reciprocal_rerank",
        num_queries=1,
        similarity_top_k=5,
        use_async=False,
    )
    for name, retriever in {"Snappy": snappy, "BM25": bm25, "both": fusion}.items():
        print(name)
        for found in retriever.retrieve(QUESTION):
            place = found.node.metadata
            text = found.text if len(found.text) < 70 else found.text[:67] + "..."
            print(f"  page {place['page_number']}, {place['region_label']}: {text}")


if __name__ == "__main__":
    main()
