"""Two retrievers over the same regions, by meaning and by words, fused by their ranks.

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
    regions = snappy.invoke(QUESTION, k=10_000)  # all there are, whatever the question
    words = BM25Retriever(documents=regions, k=5)
    # By `region_id`: merged by their text, equal cells of two tables would be one document.
    both = EnsembleRetriever(retrievers=[snappy, words], weights=[0.5, 0.5], id_key="region_id")
    for name, retriever in {"Snappy": snappy, "BM25": words, "both": both}.items():
        print(f"\n{name}")
        for document in retriever.invoke(QUESTION)[:3]:
            place = document.metadata
            print(f"  page {place['page_number']}, {place['region_label']}: ", end="")
            print(document.page_content[:90])


if __name__ == "__main__":
    main()
