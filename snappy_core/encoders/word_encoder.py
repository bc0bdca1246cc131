"""Base of text encoders that return one vector per word."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.windows import Window, cut_windows
from snappy_core.scoring.idf import term
from snappy_core.types import Page, Patches, Query
from snappy_core.vectors import quantize

BATCH = 4
"""Windows per run of the model: a larger batch needs more padding and is no faster on a CPU."""

_Texts: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]  # the context and the words of a window


class WordEncoder(ABC):
    """Encodes the words of a region together, for late interaction with words.

    Attributes:
        name, dim: as in every `Encoder`.
        window: the most tokens encoded together, without special tokens.
    """

    name: str
    dim: int
    window: int

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Return one patch for each word of a page, in the order of its words.

        The vector of a word without tokens, such as a control character, is zero. Identical
        windows, such as running heads, are encoded only once.
        """
        page_vectors = [np.zeros((len(page.words), self.dim), dtype=np.float32) for page in pages]
        windows = cut_windows(pages, self._count_tokens, self.window)
        windows.sort(key=lambda window: window.token_count)  # so that batches need less padding
        alike: dict[_Texts, list[Window]] = {}
        for window in windows:
            words = pages[window.page].words.texts
            texts = window.context, tuple(words[word] for word in window.words)
            alike.setdefault(texts, []).append(window)
        distinct = list(alike)
        for start in range(0, len(distinct), BATCH):
            batch = distinct[start : start + BATCH]
            encoded = self._encode([context + words for context, words in batch], is_query=False)
            for (context, words), vectors in zip(batch, encoded, strict=True):
                for window in alike[context, words]:
                    page_vectors[window.page][list(window.words)] = vectors[len(context) :]
        return [
            Patches(*quantize(vectors), page.words.boxes, np.ones(len(vectors), dtype=bool))
            for page, vectors in zip(pages, page_vectors, strict=True)
        ]

    def encode_query(self, text: str) -> Query:
        """Return a vector for each word of the question, cut to the length of a window."""
        words = text.split()[: self.window]
        if not words:
            raise ValueError("the question is empty")
        while len(words) > 1 and sum(self._count_tokens(words)) > self.window:
            words.pop()
        return word_query(text, words, self._encode([words], is_query=True)[0])

    @abstractmethod
    def _count_tokens(self, words: Sequence[str]) -> list[int]:
        """Return the number of tokens of each word."""

    @abstractmethod
    def _encode(
        self, texts: Sequence[Sequence[str]], *, is_query: bool
    ) -> list[NDArray[np.float32]]:
        """Return the vectors of each list of words, (words, dim) of length 1 (or 0)."""


def word_query(text: str, words: Sequence[str], vectors: NDArray[np.float32]) -> Query:
    """Return a question of words with vectors; stop words count if there are no other words."""
    terms = tuple(map(term, words))
    is_content = np.array([word_term is not None for word_term in terms])
    return Query(text, vectors, tuple(words), is_content | ~is_content.any(), terms)
