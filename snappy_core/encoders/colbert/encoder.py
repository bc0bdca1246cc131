"""Text models of the ColBERT family as encoders of words."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.colbert.models import OnnxTokenModel, TokenModel, TorchTokenModel
from snappy_core.encoders.colbert.projection import read_layers
from snappy_core.encoders.colbert.settings import read_settings
from snappy_core.encoders.model_folder import find_model
from snappy_core.encoders.onnx_text import load_tokenizer
from snappy_core.encoders.word_encoder import WordEncoder
from snappy_core.encoders.word_tokens import (
    WordTokens,
    count_tokens,
    pad,
    tokenize,
    word_vectors,
)
from snappy_core.errors import ModelError

LONGEST = 512
"""The most tokens in a window: time and memory grow with its square."""


class ColbertEncoder(WordEncoder):
    """Contextual word vectors from a late-interaction text model, such as GTE-ModernColBERT.

    Texts are encoded as in the model's training: with markers, projection, skip list and query
    expansion. The vector of a word is the normalized mean of those of its tokens; document tokens
    on the skip list (punctuation) do not count, and a word consisting only of such tokens has a
    zero vector. Special tokens have no patch.

    The model runs in ONNX Runtime if it has a file `model.onnx` or `onnx/model.onnx`, else in
    torch (extra `[colbert]`), on the CPU.

    Args:
        model: a folder or hub id, optionally with "@" and a version, in the format of PyLate or of
            Stanford's library.
        threads: of ONNX Runtime, as in `OnnxTextEncoder`.
        local_only: do not use the network.

    Raises:
        ModelError: there is no such model, it is not a ColBERT model, or it does not load.
        MissingDependencyError: the extra is missing.
    """

    def __init__(
        self, model: str | os.PathLike[str], *, threads: int = 0, local_only: bool = False
    ) -> None:
        folder = find_model(os.fspath(model), local_only=local_only)
        if folder is None or folder.kind() != "colbert":
            raise ModelError(f"{os.fspath(model)}: is no ColBERT model that is here or on the Hub")
        self.name = folder.name
        self._tokenizer = load_tokenizer(folder.path / "tokenizer.json")
        self._settings = read_settings(folder, self._tokenizer)
        self._model: TokenModel = (
            TorchTokenModel(folder)
            if (path := folder.onnx) is None
            else OnnxTokenModel(path, threads)
        )
        single_token = np.ones((1, 1), dtype=np.int64)
        width = self._model(single_token, single_token).shape[2]
        layers = read_layers(folder)
        # An export may or may not include the projection layers.
        self._layers = layers if layers and layers[0].weight.shape[1] == width else ()
        if layers and not self._layers and layers[-1].weight.shape[0] != width:
            raise ModelError(
                f"{folder.source}: its vectors have {width} dimensions, and its projection is for "
                f"{layers[0].weight.shape[1]}"
            )
        self.dim = int(self._layers[-1].weight.shape[0] if self._layers else width)
        special = len(tokenize(self._tokenizer, [], in_text=True)) + 1
        self.window = max(min(self._settings.document_length, LONGEST) - special, 1)
        self._load_again = partial(type(self), self.name, threads=threads, local_only=True)

    def __reduce__(self) -> tuple[Callable[[], ColbertEncoder], tuple[()]]:
        return self._load_again, ()

    def _count_tokens(self, words: Sequence[str]) -> list[int]:
        return count_tokens(self._tokenizer, self._read(words), in_text=True)

    def _read(self, words: Sequence[str]) -> Sequence[str]:
        return [word.lower() for word in words] if self._settings.lower_case else words

    def _encode(
        self, texts: Sequence[Sequence[str]], *, is_query: bool
    ) -> list[NDArray[np.float32]]:
        batch = [self._tokenize(words, is_query) for words in texts]
        longest = self.window + max(int((tokens.words < 0).sum()) for tokens in batch)
        states = self._model(*pad(batch, longest))
        for layer in self._layers:
            states = layer(states)
        return [
            word_vectors(token_states, self._owners(tokens, is_query), len(words))
            for token_states, tokens, words in zip(states, batch, texts, strict=True)
        ]

    def _tokenize(self, words: Sequence[str], is_query: bool) -> WordTokens:
        settings = self._settings
        tokens = tokenize(self._tokenizer, self._read(words), in_text=True)
        marker = settings.query_marker if is_query else settings.document_marker
        if marker is not None:
            tokens = tokens.insert(1, [marker])
        if is_query and settings.expansion is not None:
            token, length = settings.expansion
            tokens = tokens.insert(len(tokens), [token] * max(length - len(tokens), 0))
        return tokens

    def _owners(self, tokens: WordTokens, is_query: bool) -> NDArray[np.int64]:
        if is_query:
            return tokens.words
        skipped = np.isin(tokens.ids, list(self._settings.skipped))
        return np.where(skipped, -1, tokens.words)
