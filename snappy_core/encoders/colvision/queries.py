"""Questions as a model takes them: which of its tokens are the question's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.colvision.load import Loaded
from snappy_core.encoders.colvision.pages import check
from snappy_core.errors import ModelError
from snappy_core.types import Query
from snappy_core.vectors import normalize


def process(text: str, loaded: Loaded) -> tuple[Any, NDArray[np.intp]]:
    """Return the model's inputs for a question, and its token ids."""
    try:
        if loaded.checkpoint.backend == "colpali":
            inputs = loaded.processor.process_queries(queries=[text])
        else:
            inputs = loaded.processor.process_queries(text=[text])
    except Exception as error:  # the processors complain in many ways
        raise ModelError(
            f"{loaded.checkpoint.source}: its processor cannot take a question ({error})"
        ) from error
    return inputs, inputs["input_ids"][0].numpy()


def find_dim(loaded: Loaded) -> int:
    """Return the length of the vectors that the model makes."""
    return int(loaded.embed(process("a", loaded)[0]).shape[2])


def encode(text: str, empty: NDArray[np.intp], loaded: Loaded, dim: int) -> Query:
    """Return a question's token vectors, all that the model makes of it.

    The special tokens, the prefix and the padding that models are trained to add count for the
    score of a page; only the tokens of the question speak for the heat map.

    Args:
        empty: token ids of the empty question.

    Raises:
        ValueError: the question is empty.
    """
    tokenizer = loaded.processor.tokenizer
    for special in tokenizer.all_special_tokens:
        text = text.replace(special, " ")  # else it would stand for a picture, or for padding
    text = " ".join(text.split())
    inputs, ids = process(text, loaded)
    content_mask = _own(ids, empty) & ~np.isin(ids, tokenizer.all_special_ids)
    if not text or not content_mask.any():
        raise ValueError("the question is empty")
    vectors = loaded.embed(inputs)[0].float().cpu().numpy()
    kept = inputs["attention_mask"][0].numpy().astype(bool)
    vectors = normalize(check(vectors[kept], dim, "the question", loaded))
    return Query(text, vectors, _readable(ids[kept].tolist(), tokenizer), content_mask[kept])


def _own(ids: NDArray[np.intp], empty: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which tokens (m,) are not those that every question begins and ends with."""
    shorter = min(len(ids), len(empty))
    before = _agreeing(ids[:shorter], empty[:shorter])
    rest = shorter - before
    after = _agreeing(ids[len(ids) - rest :][::-1], empty[len(empty) - rest :][::-1])
    own = np.zeros(len(ids), dtype=bool)
    own[before : len(ids) - after] = True
    return own


def _agreeing(a: NDArray[np.intp], b: NDArray[np.intp]) -> int:
    """Return how many leading entries are the same."""
    return int(np.append(a == b, False).argmin())


def _readable(ids: Sequence[int], tokenizer: Any) -> tuple[str, ...]:
    """Return each token as text; those that share a character all show the whole of it."""
    texts = [str(tokenizer.decode([token])) for token in ids]
    start = 0
    while start < len(ids):
        end = start + 1
        if "\ufffd" in texts[start]:
            while end < len(ids) and "\ufffd" in texts[end]:
                end += 1
            texts[start:end] = [str(tokenizer.decode(ids[start:end]))] * (end - start)
        start = end
    return tuple(text.strip() or text for text in texts)
