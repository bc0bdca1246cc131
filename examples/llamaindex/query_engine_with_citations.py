"""A query engine that cites regions: the answer has numbers, and each leads to a place on a page.

python examples/llamaindex/query_engine_with_citations.py
"""

from pathlib import Path

from chat import chat_model
from llama_index.core.query_engine import CitationQueryEngine

from snappy_core.metadata import read_box
from snappy_llamaindex import SnappyRetriever

REPORT = Path(__file__).parent.parent / "report.pdf"
QUESTION = "What coupon does the green bond carry, and what may it be spent on?"
ANSWER = "It carries 4.85 per cent and may be spent on Skerry Narrows alone [1]."  # offline


def main() -> None:
    """Ask, and print the answer with the regions it cites."""
    retriever = SnappyRetriever.from_files(REPORT, budget=400)
    engine = CitationQueryEngine(retriever, llm=chat_model(ANSWER))
    answer = engine.query(QUESTION)
    print(answer)
    for number, source in enumerate(answer.source_nodes, start=1):
        if f"[{number}]" not in str(answer):
            continue
        metadata = source.node.metadata
        left, top, right, bottom = read_box(metadata)
        print(f"\n{source.node.get_content()}")
        print(f"    {metadata['source']}#page={metadata['page_number']}")
        print(f"    printed page {metadata['page_label']}, region {metadata['region_id']}")
        print(f"    box ({left:.2f}, {top:.2f}, {right:.2f}, {bottom:.2f})")


if __name__ == "__main__":
    main()
