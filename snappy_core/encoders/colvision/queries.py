"""Questions: inputs of a model, and which of its tokens carry the content of the question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.colvision.model import LoadedModel
from snappy_core.errors import ModelError
from snappy_core.types import Query
from snappy_core.vectors import normalize


def tokenize(text: str, loaded: LoadedModel) -> tuple[Any, NDArray[np.intp]]:
    """Return the inputs of the model for a question, and its token ids (m,)."""
    argument = "queries" if loaded.checkpoint.family.backend == "colpali" else "text"
    try:
        inputs = loaded.processor.process_queries(**{argument: [text]})
    except Exception as error:  # processors raise errors of many kinds
        raise ModelError(
            f"{loaded.checkpoint.source}: its processor fails on a question ({error})"
        ) from error
    return inputs, inputs["input_ids"][0].numpy()


def encode_query(text: str, empty_ids: NDArray[np.intp], loaded: LoadedModel, dim: int) -> Query:
    """Do as `ColVisionEncoder.encode_query`, given the token ids of the empty question."""
    tokenizer = loaded.processor.tokenizer
    for special_token in tokenizer.all_special_tokens:
        text = text.replace(special_token, " ")  # else the model would see an image or padding
    text = " ".join(text.split())
    inputs, ids = tokenize(text, loaded)
    is_content = _inside_template(ids, empty_ids) & ~np.isin(ids, tokenizer.all_special_ids)
    if not text or not is_content.any():
        raise ValueError("the question is empty")
    is_attended = inputs["attention_mask"][0].numpy().astype(bool)
    vectors = loaded.embed(inputs)[0].float().cpu().numpy()[is_attended]
    vectors = normalize(loaded.check_vectors(vectors, dim, "the question"))
    tokens = _token_texts(ids[is_attended].tolist(), tokenizer)
    return Query(text, vectors, tokens, is_content[is_attended])


def _inside_template(ids: NDArray[np.intp], empty_ids: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return a mask (m,) of the tokens that are not the common beginning and end of questions."""
    shorter = min(len(ids), len(empty_ids))
    start = _common_prefix_length(ids[:shorter], empty_ids[:shorter])
    remaining = shorter - start
    after = _common_prefix_length(
        ids[len(ids) - remaining :][::-1], empty_ids[len(empty_ids) - remaining :][::-1]
    )
    mask = np.zeros(len(ids), dtype=bool)
    mask[start : len(ids) - after] = True
    return mask


def _common_prefix_length(a: NDArray[np.intp], b: NDArray[np.intp]) -> int:
    return int(np.append(a == b, False).argmin())


def _token_texts(ids: Sequence[int], tokenizer: Any) -> tuple[str, ...]:
    """Return the text of each token; tokens that are bytes of one character all have its text."""
    texts = [str(tokenizer.decode([token])) for token in ids]
    start = 0
    while start < len(ids):
        end = start + 1
        if "\ufffd" in texts[start]:  # an incomplete character
            while end < len(ids) and "\ufffd" in texts[end]:
                end += 1
            texts[start:end] = [str(tokenizer.decode(ids[start:end]))] * (end - start)
        start = end
    return tuple(text.strip() or text for text in texts)
