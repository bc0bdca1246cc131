"""Single-vector embedding models as encoders: one vector per region or part of a region."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.windows import cut_windows
from snappy_core.types import Page, Patches, Query
from snappy_core.unspaced import count_words
from snappy_core.vectors import normalize, quantize

_NAMES = ("model_name", "model", "model_id", "deployment_name", "repo_id")
"""Attributes in which embedding models of the frameworks store the model's name."""

Embed = Callable[[list[str]], Any]


class EmbeddingEncoder:
    """Encodes regions and questions as one vector each, with a single-vector embedding model.

    The words of a region get the vector of the region, embedded after the heading above it. A
    region of more than `words` words is embedded in parts, and a long table row by row. Regions
    inside a part, such as the rows of a short table, share its vector, so highlights are just as
    coarse.

    Example:
        encoder = EmbeddingEncoder(OpenAIEmbeddings(model="text-embedding-3-small"))
        index = RegionIndex.open("reports.snappy", encoder)

    Args:
        model: an `Embeddings` of LangChain, a `BaseEmbedding` of LlamaIndex, or a
            `SentenceTransformer`.
        name: the name stored in the index; by default the class and the name of the model. Change
            it whenever the vectors change.
        words: the most words embedded together.

    Raises:
        TypeError: the model is none of these.
        ValueError: the model has no name attribute, and no name is given.
    """

    def __init__(self, model: Any, *, name: str | None = None, words: int = 200) -> None:
        if words < 1:
            raise ValueError(f"words must be at least 1, not {words}")
        self._embed_texts, self._embed_question = _functions(model)
        self.model = model
        self.name = name or _name_of(model)
        self.words = words

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if not key.startswith("_embed")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._embed_texts, self._embed_question = _functions(self.model)

    @cached_property
    def dim(self) -> int:
        """The length of the vectors; the first time, a text is embedded to find out."""
        return int(self._question("length").shape[1])

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Return one patch for each word of a page, with the vector of the words around it."""
        windows = cut_windows(pages, lambda words: list(map(count_words, words)), self.words)
        windows = [window for window in windows if window.words]
        texts = [
            [*window.context, *(pages[window.page].words.texts[word] for word in window.words)]
            for window in windows
        ]
        page_vectors = [np.zeros((len(page.words), self.dim), dtype=np.float32) for page in pages]
        for window, vector in zip(windows, self._vectors(texts), strict=True):
            page_vectors[window.page][list(window.words)] = vector
        return [
            Patches(*quantize(vectors), page.words.boxes, np.ones(len(vectors), dtype=bool))
            for page, vectors in zip(pages, page_vectors, strict=True)
        ]

    def encode_query(self, text: str) -> Query:
        """Return the question as one token."""
        if not text.strip():
            raise ValueError("the question is empty")
        return Query(text, self._question(text), (text,), np.ones(1, dtype=bool), (None,))

    def _vectors(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        vectors = self._embed_texts([" ".join(words) for words in texts])
        return normalize(np.asarray(vectors, dtype=np.float32))

    def _question(self, text: str) -> NDArray[np.float32]:
        return normalize(np.asarray(self._embed_question([text]), dtype=np.float32).reshape(1, -1))


def _functions(model: Any) -> tuple[Embed, Embed]:
    """Return functions of a model that embed texts, and a list of one question."""
    if hasattr(model, "embed_documents") and hasattr(model, "embed_query"):  # LangChain
        return model.embed_documents, lambda texts: model.embed_query(texts[0])
    if hasattr(model, "get_text_embedding_batch") and hasattr(model, "get_query_embedding"):
        return model.get_text_embedding_batch, lambda texts: model.get_query_embedding(texts[0])
    if hasattr(model, "encode_document") and hasattr(model, "encode_query"):
        return _quiet(model.encode_document), _quiet(model.encode_query)
    if hasattr(model, "encode"):
        return _quiet(model.encode), _quiet(model.encode)
    raise TypeError(
        f"{type(model).__name__} is no embedding model: give an Embeddings of LangChain, a "
        "BaseEmbedding of LlamaIndex or a SentenceTransformer"
    )


def _quiet(encode: Callable[..., Any]) -> Embed:
    return lambda texts: encode(texts, show_progress_bar=False)


def _name_of(model: Any) -> str:
    names: Iterable[Any] = [getattr(model, key, None) for key in _NAMES]
    if hasattr(model, "model_card_data"):  # sentence-transformers
        names = [model.model_card_data.base_model]
    name = next((value for value in names if isinstance(value, str) and value != "unknown"), None)
    if not name:
        raise ValueError(
            f"{type(model).__name__} does not say which model it is: give name=, which the index "
            "stores"
        )
    return f"{type(model).__name__}:{name}"
