"""Plain chunks by LlamaIndex's splitter, which `snappy eval bench` compares with."""

from llama_index.core.node_parser import SentenceSplitter


def split(text: str, size: int) -> list[str]:
    """Divide a text into chunks of at most `size` words."""
    return SentenceSplitter(chunk_size=size, chunk_overlap=0, tokenizer=str.split).split_text(text)
