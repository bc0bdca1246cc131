"""Tokens of words, and vectors of words from those of their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from snappy_core.vectors import normalize

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True, eq=False)
class WordTokens:
    """The n tokens of some words.

    Attributes:
        ids: (n,) int64.
        words: (n,) the index of the word of each token, ascending; -1 for special tokens.
    """

    ids: NDArray[np.int64]
    words: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def insert(self, position: int, ids: Sequence[int]) -> WordTokens:
        """Return the tokens with special tokens inserted at a position."""
        position = min(position, len(self))
        return WordTokens(
            np.insert(self.ids, position, ids), np.insert(self.words, position, [-1] * len(ids))
        )


def carries_spaces(tokenizer: Tokenizer) -> bool:
    """Return whether the tokens of a word depend on the space before it (BPE, Unigram)."""
    from tokenizers import models

    return isinstance(tokenizer.model, (models.BPE, models.Unigram))


def tokenize(
    tokenizer: Tokenizer, words: Sequence[str], *, in_text: bool, special: bool = True
) -> WordTokens:
    """Return the tokens of words.

    Args:
        in_text: tokenize the words with spaces between them, as `carries_spaces` requires; a token
            belongs to the word that has its last character.
        special: include the special tokens of the model.
    """
    if not in_text:
        encoding = tokenizer.encode(list(words), is_pretokenized=True, add_special_tokens=special)
        word_ids = [-1 if word is None else word for word in encoding.word_ids]
        return WordTokens(np.array(encoding.ids, np.int64), np.array(word_ids, np.int64))
    encoding = tokenizer.encode(" ".join(words), add_special_tokens=special)
    offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    lengths = np.array([len(word) for word in words], dtype=np.int64)
    starts = np.cumsum(lengths + 1) - lengths - 1
    last = offsets[:, 1] - 1
    owners = np.searchsorted(starts, last, side="right") - 1
    is_special = np.array(encoding.special_tokens_mask, dtype=bool)
    outside = is_special | (offsets[:, 1] <= offsets[:, 0]) | (owners < 0)
    if len(words):
        outside |= last >= (starts + lengths)[owners]  # only the space between words
    return WordTokens(np.array(encoding.ids, np.int64), np.where(outside, -1, owners))


def count_tokens(tokenizer: Tokenizer, words: Sequence[str], *, in_text: bool) -> list[int]:
    """Return the number of tokens of each word."""
    owners = tokenize(tokenizer, words, in_text=in_text, special=False).words
    counts: list[int] = np.bincount(owners[owners >= 0], minlength=len(words)).tolist()
    return counts


def pad(batch: Sequence[WordTokens], limit: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return token ids and attention mask, both (batch, sequence), of at most `limit` tokens."""
    lengths = np.array([len(tokens) for tokens in batch])
    length = min(int(lengths.max()), limit)
    ids = np.zeros((len(batch), length), dtype=np.int64)
    for row, tokens in zip(ids, batch, strict=True):
        row[: len(tokens)] = tokens.ids[:length]
    return ids, (np.arange(length) < lengths[:, None]).astype(np.int64)


def word_vectors(
    states: NDArray[np.float32], words: NDArray[np.int64], count: int
) -> NDArray[np.float32]:
    """Return the normalized mean of the normalized states (tokens, dim) of each word.

    Args:
        words: (tokens,) the word of each token, -1 for none; may be longer than the states.
        count: number of words; the vector of a word without tokens is zero.
    """
    words = words[: len(states)]
    tokens = np.flatnonzero(words >= 0)
    sums = np.zeros((count, states.shape[1]), dtype=np.float32)
    if len(tokens):
        words = words[tokens]  # ascending: tokens come in the order of their words
        starts = np.flatnonzero(np.diff(words, prepend=-1))
        sums[words[starts]] = np.add.reduceat(normalize(states[tokens]), starts, axis=0)
    return normalize(sums)
