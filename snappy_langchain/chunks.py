"""Plain chunks by LangChain's splitter, which `snappy eval bench` compares with."""

from langchain_text_splitters import RecursiveCharacterTextSplitter

from snappy_core.unspaced import count_words


def split(text: str, size: int) -> list[str]:
    """Divide a text into chunks of at most `size` words."""
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=size, chunk_overlap=0, length_function=count_words
    )
    return splitter.split_text(text)
