"""Plain chunks from LlamaIndex's splitter, a baseline of `snappy eval bench`."""

from llama_index.core.node_parser import SentenceSplitter

from snappy_core.unspaced import split_words


def split(text: str, size: int) -> list[str]:
    """Divide a text into chunks of at most `size` words."""
    splitter = SentenceSplitter(chunk_size=size, chunk_overlap=0, tokenizer=split_words)
    return splitter.split_text(text)
