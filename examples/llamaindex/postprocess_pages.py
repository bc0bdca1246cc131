"""A retriever of whole pages that you already have, shortened to the regions that answer.

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
    """Load a PDF as LlamaIndex's reader does: a node a page, under the label printed on it."""
    with pypdfium2.PdfDocument(path) as pdf:
        return [
            TextNode(
                text=page.get_textpage().get_text_range(),
                metadata={"file_path": str(path), "page_label": pdf.get_page_label(number)},
            )
            for number, page in enumerate(pdf)
        ]


def main() -> None:
    """Ask the pages, then the regions on them, and print how much there is to read."""
    retriever = BM25Retriever(pages(FOLDER / "report.pdf"), similarity_top_k=3)
    # Files are read from this folder only, whatever path a node claims.
    regions = RegionPostprocessor(root=FOLDER, top_n=3)
    for name, postprocessors in {"pages": [], "regions": [regions]}.items():
        engine = RetrieverQueryEngine.from_args(
            retriever, llm=chat_model(ANSWER), node_postprocessors=postprocessors
        )
        answer = engine.query(QUESTION)
        words = sum(len(found.text.split()) for found in answer.source_nodes)
        print(f"{len(answer.source_nodes)} {name}, {words} words")
    print(f"\n{answer}\n{answer.source_nodes[0].text}")


if __name__ == "__main__":
    main()
