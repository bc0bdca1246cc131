"""The encoder for vision-language retrievers of the ColPali family."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.colvision.checkpoint import find_checkpoint
from snappy_core.encoders.colvision.families import Backend
from snappy_core.encoders.colvision.load import Dtype, load_model, require_torch
from snappy_core.encoders.colvision.model import LoadedModel, is_out_of_memory
from snappy_core.encoders.colvision.pages import Batch, check_processor, encode_batch, prepare
from snappy_core.errors import ModelError
from snappy_core.types import Page, Patches, Query
from snappy_core.vectors import normalize


class ColVisionEncoder:
    """Patches of page images and tokens of questions, from a model of the ColPali family.

    Supports ColPali, ColQwen2, ColQwen2.5, ColQwen3, ColQwen3.5, ColIdefics3 (ColSmol),
    ColModernVBert and ColGemma3, as full models or adapters. The grid of a page is the one that
    the model uses for it; tokens of a thumbnail and special tokens are not local.

    Example, which downloads 8 GB:
        encoder = ColVisionEncoder("vidore/colqwen2.5-v0.2", device="cuda")
        with RegionIndex.open("papers.snappy", encoder) as index:
            index.add("paper.pdf")

    Unpickled in another process, the encoder loads the model on first use.

    Args:
        model: a folder, which is read without the network, or a hub id, optionally with "@" and
            a revision.
        backend: the library, "colpali" (colpali-engine) or "hf" (transformers; for ColPali,
            ColQwen2 and ColModernVBert in its own format, such as vidore/colqwen2-v1.0-hf); by
            default the one that the format of the checkpoint needs.
        device: "cpu", "cuda", "cuda:1", "mps"; by default the fastest available.
        dtype: of the weights; by default float32 on a CPU, else bfloat16.
        batch_size: pages per run of the model; halved whenever they do not fit in memory.
        max_visual_tokens: approximate maximum of patches per page; fewer are faster and coarser.
            By default the limit of the model's processor.
        local_only: do not use the network: the model is in a folder, or was downloaded before.

    Attributes:
        name: the model and its version: the commit on the Hub, or a digest of a folder's files.
            `ColVisionEncoder(name)` opens it again.

    Raises:
        ModelError: there is no such model, it is not a retriever of a supported family, or its
            weights or its processor do not match.
        MissingDependencyError: the library is missing, too old or does not fit torch.
    """

    def __init__(
        self,
        model: str | os.PathLike[str],
        backend: Backend | Literal["auto"] = "auto",
        device: str = "auto",
        dtype: Dtype = "auto",
        batch_size: int = 4,
        max_visual_tokens: int | None = None,
        *,
        local_only: bool = False,
    ) -> None:
        for option, value in (("batch_size", batch_size), ("max_visual_tokens", max_visual_tokens)):
            if value is not None and value < 1:
                raise ValueError(f"{option} must be at least 1, not {value}")
        require_torch(os.fspath(model))
        self._checkpoint = find_checkpoint(model, backend, local_only)
        self._options = device, dtype, max_visual_tokens
        self.batch_size = batch_size
        self.name = f"{self._checkpoint.source}@{self._checkpoint.version}"
        check_processor(self._loaded)
        self._empty_ids = _tokenize("", self._loaded)[1]
        self.dim = int(self._loaded.embed(_tokenize("a", self._loaded)[0]).shape[2])

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_loaded"}

    @cached_property
    def _loaded(self) -> LoadedModel:
        return load_model(self._checkpoint, *self._options)

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Return the patches of each page: the cells of its grid in raster order, then the rest.

        A thread draws and processes the next batch while the model runs.
        """
        patches: list[Patches] = []
        with ThreadPoolExecutor(1) as thread:
            start, end = 0, self.batch_size
            next_batch = thread.submit(prepare, pages[start:end], self._loaded)
            while start < len(pages):
                batch = next_batch.result()
                next_end = end + self.batch_size  # the batch size may have been reduced
                if end < len(pages):
                    next_batch = thread.submit(prepare, pages[end:next_end], self._loaded)
                patches += self._encode(batch, pages[start:end])
                start, end = end, next_end
        return patches

    def _encode(self, batch: Batch, pages: Sequence[Page]) -> list[Patches]:
        """Run the model on a batch, or on halves of it if it does not fit in memory."""
        try:
            return encode_batch(batch, self._loaded, self.dim)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            if len(pages) == 1:
                raise ModelError(
                    f"{self.name}: page {pages[0].number} alone does not fit into the memory of "
                    f"{self._loaded.device}; use a smaller max_visual_tokens"
                ) from error
        # Not in the handler, since the error's traceback keeps the tensors alive.
        self._loaded.free_memory()
        half = len(pages) // 2
        self.batch_size = min(self.batch_size, half)
        return [
            patches
            for part in (pages[:half], pages[half:])
            for patches in self._encode(prepare(part, self._loaded), part)
        ]

    def encode_query(self, text: str) -> Query:
        """Return the vectors of all tokens of a question.

        Special tokens, the prefix and the padding that the model was trained with count in the
        page score; only tokens of the question itself count for heat maps.
        """
        loaded, tokenizer = self._loaded, self._loaded.processor.tokenizer
        for special_token in tokenizer.all_special_tokens:
            text = text.replace(special_token, " ")  # or the model would see an image or padding
        text = " ".join(text.split())
        inputs, ids = _tokenize(text, loaded)
        in_template = _inside_template(ids, self._empty_ids)
        is_content = in_template & ~np.isin(ids, tokenizer.all_special_ids)
        if not text or not is_content.any():
            raise ValueError("the question is empty")
        is_attended = inputs["attention_mask"][0].numpy().astype(bool)
        vectors = loaded.embed(inputs)[0].float().cpu().numpy()[is_attended]
        vectors = normalize(loaded.check_vectors(vectors, self.dim, "the question"))
        tokens = _token_texts(ids[is_attended].tolist(), tokenizer)
        return Query(text, vectors, tokens, is_content[is_attended])


def _tokenize(text: str, loaded: LoadedModel) -> tuple[Any, NDArray[np.intp]]:
    """Return the inputs of the model for a question, and its token ids (m,)."""
    argument = "queries" if loaded.checkpoint.family.backend == "colpali" else "text"
    try:
        inputs = loaded.processor.process_queries(**{argument: [text]})
    except Exception as error:  # processors raise errors of many kinds
        raise ModelError(
            f"{loaded.checkpoint.source}: its processor fails on a question ({error})"
        ) from error
    return inputs, inputs["input_ids"][0].numpy()


def _inside_template(ids: NDArray[np.intp], empty_ids: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return a mask (m,) of the tokens that are not the common start and end of all questions."""
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
    """Return the text of each token; tokens that are bytes of one character all get its text."""
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
