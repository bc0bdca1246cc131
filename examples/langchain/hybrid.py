"""Late interaction and BM25 over the same regions, fused by rank.

python examples/langchain/hybrid.py
"""

from pathlib import Path

from bm25 import BM25Retriever
from langchain_classic.retrievers import EnsembleRetriever

from snappy_langchain import SnappyRetriever

REPORT = Path(__file__).parent.parent / "report.pdf"
QUESTION = "What did grid services earn in the third quarter?"


def main() -> None:
    """Ask each retriever, then both."""
    snappy = SnappyRetriever.from_files(REPORT, k=5)
    regions = snappy.invoke(QUESTION, k=10_000)  # all regions, whatever the question
    words = BM25Retriever(documents=regions, k=5)
    # By `region_id`: by text, equal cells of two tables would count as one document.
    both = EnsembleRetriever(retrievers=[snappy, words], weights=[0.5, 0.5], id_key="region_id")
    for name, retriever in {"Snappy": snappy, "BM25": words, "both": both}.items():
        print(f"\n{name}")
        for document in retriever.invoke(QUESTION)[:3]:
            metadata = document.metadata
            print(f"  page {metadata['page_number']}, {metadata['region_label']}: ", end="")
            print(document.page_content[:90])


if __name__ == "__main__":
    main()
