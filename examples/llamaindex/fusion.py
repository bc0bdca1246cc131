"""Late interaction and BM25 over the same regions, fused by rank.

python examples/llamaindex/fusion.py
"""

from pathlib import Path

from bm25 import BM25Retriever
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.retrievers.fusion_retriever import FUSION_MODES

from snappy_llamaindex import SnappyRetriever

REPORT = Path(__file__).parent.parent / "report.pdf"
QUESTION = "Which segment had the highest revenue?"


def main() -> None:
    """Print what each retriever finds, and the fusion of both."""
    snappy = SnappyRetriever.from_files(REPORT)
    everything = SnappyRetriever(snappy.index, similarity_top_k=10_000)
    regions = [node.node for node in everything.retrieve(QUESTION)]
    bm25 = BM25Retriever(regions)
    fusion = QueryFusionRetriever(
        [snappy, bm25],
        llm=MockLLM(),  # not called: it would generate more queries
        mode=FUSION_MODES.RECIPROCAL_RANK,
        num_queries=1,
        similarity_top_k=5,
        use_async=False,
    )
    for name, retriever in {"Snappy": snappy, "BM25": bm25, "both": fusion}.items():
        print(name)
        for node in retriever.retrieve(QUESTION):
            metadata = node.node.metadata
            text = node.text if len(node.text) < 70 else node.text[:67] + "..."
            print(f"  page {metadata['page_number']}, {metadata['region_label']}: {text}")


if __name__ == "__main__":
    main()
