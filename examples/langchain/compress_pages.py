"""From the pages that another retriever finds to the regions on them that answer.

python examples/langchain/compress_pages.py
"""

from pathlib import Path

import pypdfium2
from bm25 import BM25Retriever
from langchain_classic.retrievers import ContextualCompressionRetriever
from langchain_core.documents import Document

from snappy_langchain import RegionCompressor

FOLDER = Path(__file__).parent.parent
QUESTION = "How fast may the stream run when a diver enters the water?"


def pages(path: Path) -> list[Document]:
    """Load a PDF as the loaders of LangChain do: one document for each page, numbered from 0."""
    with pypdfium2.PdfDocument(path) as pdf:
        return [
            Document(
                page.get_textpage().get_text_range(), metadata={"source": str(path), "page": number}
            )
            for number, page in enumerate(pdf)
        ]


def main() -> None:
    """Search pages, then the regions on them, and print how many words each returns."""
    by_page = BM25Retriever(documents=pages(FOLDER / "report.pdf"), k=3)
    by_region = ContextualCompressionRetriever(
        base_retriever=by_page,
        # Only files in this folder are read, whatever path a document names.
        base_compressor=RegionCompressor(root=FOLDER, page_base=0, k=3),
    )
    for name, retriever in {"pages": by_page, "regions": by_region}.items():
        documents = retriever.invoke(QUESTION)
        words = sum(len(document.page_content.split()) for document in documents)
        print(f"{len(documents)} {name}, {words} words")
    print(f"\n{documents[0].page_content}")


if __name__ == "__main__":
    main()
