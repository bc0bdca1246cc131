"""Plain chunks from LangChain's splitter, a baseline of `snappy eval bench`."""

from langchain_text_splitters import RecursiveCharacterTextSplitter

from snappy_core.unspaced import count_words


def split(text: str, size: int) -> list[str]:
    """Divide a text into chunks of at most `size` words."""
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=size, chunk_overlap=0, length_function=count_words
    )
    return splitter.split_text(text)
