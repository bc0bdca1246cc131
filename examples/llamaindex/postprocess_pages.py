"""From the pages that another retriever finds to the regions on them that answer.

python examples/llamaindex/postprocess_pages.py
"""

from pathlib import Path

import pypdfium2
from bm25 import BM25Retriever
from chat import chat_model
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import TextNode

from snappy_llamaindex import RegionPostprocessor

FOLDER = Path(__file__).parent.parent
QUESTION = "How fast may the stream run when a diver enters the water?"
ANSWER = "Not above 0.8 knots."  # offline


def pages(path: Path) -> list[TextNode]:
    """Load a PDF as LlamaIndex's reader does: one node for each page, with its printed label."""
    with pypdfium2.PdfDocument(path) as pdf:
        return [
            TextNode(
                text=page.get_textpage().get_text_range(),
                metadata={"file_path": str(path), "page_label": pdf.get_page_label(number)},
            )
            for number, page in enumerate(pdf)
        ]


def main() -> None:
    """Search pages, then the regions on them, and print how many words each returns."""
    retriever = BM25Retriever(pages(FOLDER / "report.pdf"), similarity_top_k=3)
    # Only files in this folder are read, whatever path a node names.
    regions = RegionPostprocessor(root=FOLDER, top_n=3)
    for name, postprocessors in {"pages": [], "regions": [regions]}.items():
        engine = RetrieverQueryEngine.from_args(
            retriever, llm=chat_model(ANSWER), node_postprocessors=[*postprocessors]
        )
        answer = engine.query(QUESTION)
        words = sum(len(node.text.split()) for node in answer.source_nodes)
        print(f"{len(answer.source_nodes)} {name}, {words} words")
    print(f"\n{answer}\n{answer.source_nodes[0].text}")


if __name__ == "__main__":
    main()
