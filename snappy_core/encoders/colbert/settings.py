"""Reads how a ColBERT model encodes questions and documents from its files.

PyLate writes `config_sentence_transformers.json`, its ONNX export also `onnx_config.json`, and
Stanford's library `artifact.metadata`. Missing settings get PyLate's defaults.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from snappy_core.encoders.model_folder import ModelFolder
from snappy_core.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@dataclass(frozen=True, slots=True)
class ColbertSettings:
    """The settings of a model.

    Attributes:
        query_marker, document_marker: token id after the first token; None for no marker.
        document_length: maximum tokens of a document, including special tokens.
        expansion: id of the token that pads questions, and the length to pad to; None unless the
            other tokens attend to it: only the words of a question get vectors, so it has no other
            effect.
        skipped: ids of document tokens that have no vector.
        lower_case: whether texts are lower-cased first.
    """

    query_marker: int | None
    document_marker: int | None
    document_length: int
    expansion: tuple[int, int] | None
    skipped: frozenset[int]
    lower_case: bool


def read_settings(folder: ModelFolder, tokenizer: Tokenizer) -> ColbertSettings:
    """Return the settings of the model in a folder.

    Raises:
        ModelError: a marker or the expansion token is not in the vocabulary.
    """
    values = _read_values(folder)

    def token_id(key: str, token: str) -> int | None:
        if not token:
            return None
        configured_id = values.get(key)
        if isinstance(configured_id, int):
            return configured_id
        vocabulary_id = tokenizer.token_to_id(token)
        if vocabulary_id is None:
            vocabulary_id = tokenizer.token_to_id(token.strip())
        if vocabulary_id is None:
            raise ModelError(f"{folder.source}: its tokenizer has no token {token!r}")
        return int(vocabulary_id)

    expansion = None
    if values.get("do_query_expansion", True) and values.get("attend_to_expansion_tokens"):
        mask = token_id("mask_token_id", _filling_token(folder))
        expansion = None if mask is None else (mask, int(values.get("query_length") or 32))
    skipped = map(tokenizer.token_to_id, values.get("skiplist_words", string.punctuation))
    lower_case = folder.read_json("sentence_bert_config.json").get("do_lower_case")
    return ColbertSettings(
        token_id("query_prefix_id", values.get("query_prefix", "[Q] ")),
        token_id("document_prefix_id", values.get("document_prefix", "[D] ")),
        int(values.get("document_length") or 180),
        expansion,
        frozenset(token for token in skipped if token is not None),
        bool(values.get("do_lower_case", lower_case)),
    )


def _read_values(folder: ModelFolder) -> dict[str, Any]:
    """Return the settings by PyLate's names."""
    if metadata := folder.read_json("artifact.metadata"):
        skiplist: Iterable[str] = string.punctuation if metadata.get("mask_punctuation") else ()
        return {
            "query_prefix": metadata.get("query_token_id", "[unused0]"),
            "document_prefix": metadata.get("doc_token_id", "[unused1]"),
            "query_length": metadata.get("query_maxlen"),
            "document_length": metadata.get("doc_maxlen"),
            "attend_to_expansion_tokens": metadata.get("attend_to_mask_tokens"),
            "skiplist_words": list(skiplist),
        }
    files = [
        folder.read_json(name) for name in ("config_sentence_transformers.json", "onnx_config.json")
    ]
    merged = {key: value for file in files for key, value in file.items() if value is not None}
    return dict(merged)


def _filling_token(folder: ModelFolder) -> str:
    """Return the mask token of a model, or its end-of-sequence token if it has none."""
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        tokens = folder.read_json(name)
        for kind in ("mask_token", "eos_token"):
            token = tokens.get(kind)
            token = token.get("content") if isinstance(token, dict) else token
            if isinstance(token, str) and token:
                return token
    raise ModelError(f"{folder.source}: names no mask token to expand questions with")
