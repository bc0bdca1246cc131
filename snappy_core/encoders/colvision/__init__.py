"""Vision-language retrievers of the ColPali family: patches of the picture of a page.

Importing this imports no torch: the libraries come with the first model.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, Literal

from snappy_core.encoders.colvision import pages as _pages
from snappy_core.encoders.colvision import queries as _queries
from snappy_core.encoders.colvision.families import FAMILIES, Backend, Family, find
from snappy_core.encoders.colvision.load import Dtype, Loaded, is_out_of_memory, load_model
from snappy_core.errors import ModelError
from snappy_core.types import Page, Patches, Query

__all__ = ["FAMILIES", "ColVisionEncoder", "Family"]


class ColVisionEncoder:
    """Patches of the picture of a page, and tokens of questions, by a model of the ColPali family.

    ColPali, ColQwen2, ColQwen2.5, ColQwen3, ColQwen3.5, ColIdefics3 (ColSmol), ColModernVBert and
    ColGemma3, whole or as an adapter. The grid of a page is what its model saw of it; a global
    tile, and tokens that are no image, count for the page alone.

    Example, which fetches 8 GB:
        encoder = ColVisionEncoder("vidore/colqwen2.5-v0.2", device="cuda")
        with RegionIndex.open("papers.snappy", encoder) as index:
            index.add("paper.pdf")

    It pickles: another process loads the model again, when it first needs it.

    Args:
        model: a folder, which is read without the network, or a hub id, perhaps with "@" and a
            revision.
        backend: the library; by default the one whose format the checkpoint has. "colpali" is
            colpali-engine, "hf" transformers, for ColPali, ColQwen2 and ColModernVBert in
            their own format (such as vidore/colqwen2-v1.0-hf).
        device: "cpu", "cuda", "cuda:1", "mps"; by default the best there is.
        dtype: of the weights; by default bfloat16, and float32 on a CPU.
        batch_size: pages that go through the model together. When they do not fit into memory,
            it is halved.
        max_visual_tokens: about how many patches a page may have at most, less being faster and
            coarser; by default what the model's processor says.

    Attributes:
        name: the model and its version: the commit on the hub, or a digest of a folder's files.
            `ColVisionEncoder(name)` opens it again.
        dim: length of the vectors.

    Raises:
        ModelError: no such model; no late-interaction retriever, or of no known family; weights
            are missing or left over; the processor does not fit.
        MissingDependencyError: the library is missing, too old, or of another build than torch.
        ValueError: a backend, device, dtype or number that cannot be.
    """

    def __init__(
        self,
        model: str | os.PathLike[str],
        backend: Backend | Literal["auto"] = "auto",
        device: str = "auto",
        dtype: Dtype = "auto",
        batch_size: int = 4,
        max_visual_tokens: int | None = None,
    ) -> None:
        for option, value in (("batch_size", batch_size), ("max_visual_tokens", max_visual_tokens)):
            if value is not None and value < 1:
                raise ValueError(f"{option} must be at least 1, not {value}")
        self._checkpoint = find(model, backend)
        self._options = device, dtype, max_visual_tokens
        self.batch_size = batch_size
        self.name = f"{self._checkpoint.source}@{self._checkpoint.version}"
        _pages.try_out(self._loaded)
        self._empty = _queries.process("", self._loaded)[1]
        self.dim = _queries.find_dim(self._loaded)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_loaded"}

    @cached_property
    def _loaded(self) -> Loaded:
        return load_model(self._checkpoint, *self._options)

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Return the patches of each page: its grid row by row, then what is not local.

        Pages are drawn and prepared in a thread while the model runs on those before them.

        Raises:
            ValueError: a page has no renderer.
            ModelError: a vector is zero or not finite, or a single page needs too much memory.
        """
        made: list[Patches] = []
        with ThreadPoolExecutor(1) as ahead:
            start, end = 0, self.batch_size
            waiting = ahead.submit(_pages.prepare, pages[start:end], self._loaded)
            while start < len(pages):
                batch = waiting.result()
                following = end + self.batch_size
                if end < len(pages):
                    waiting = ahead.submit(_pages.prepare, pages[end:following], self._loaded)
                made += self._run(batch, pages[start:end])
                start, end = end, following
        return made

    def _run(self, batch: _pages.Batch, pages: Sequence[Page]) -> list[Patches]:
        """Run the model on a batch, or on halves of it when it does not fit into memory."""
        try:
            return _pages.encode(batch, self._loaded, self.dim)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            if len(pages) == 1:
                raise ModelError(
                    f"{self.name}: page {pages[0].number} alone does not fit into the memory of "
                    f"{self._loaded.device}; give a smaller max_visual_tokens"
                ) from error
        # Outside of the handler, whose traceback still holds what filled the memory.
        self._loaded.free_memory()
        half = len(pages) // 2
        self.batch_size = min(self.batch_size, half)
        return [
            patches
            for part in (pages[:half], pages[half:])
            for patches in self._run(_pages.prepare(part, self._loaded), part)
        ]

    def encode_query(self, text: str) -> Query:
        """Return the vectors of all tokens that the model makes of a question.

        The special tokens, prefix and padding that the model is trained to add count for the
        score of a page; only the question's own tokens speak for the heat map.

        Raises:
            ValueError: the question is empty.
        """
        return _queries.encode(text, self._empty, self._loaded, self.dim)
