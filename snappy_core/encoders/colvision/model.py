"""A loaded vision model and how to run it."""

from __future__ import annotations

import gc
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.colvision.checkpoint import Checkpoint
from snappy_core.errors import ModelError

if TYPE_CHECKING:
    import torch

_OUT_OF_MEMORY = re.compile("out of memory|can't allocate memory|not enough memory")  # MPS, CPU


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """A model on a device, with its processor and the id of its image tokens."""

    checkpoint: Checkpoint
    model: Any
    processor: Any
    image_token: int
    device: torch.device

    def embed(self, inputs: Any) -> torch.Tensor:
        """Return the vectors of all tokens of a batch, (batch, sequence, dim).

        Raises:
            ModelError: the model fails for a reason other than lack of memory.
        """
        import torch

        with torch.inference_mode():
            try:
                return self.forward(inputs)
            except (ValueError, IndexError, RuntimeError) as error:
                if is_out_of_memory(error):
                    raise
                raise ModelError(
                    f"{self.checkpoint.source}: the model fails on the output of its processor "
                    f"({error})"
                ) from error

    def forward(self, inputs: Any) -> torch.Tensor:
        """Run the model like `embed`, but with gradients."""
        inputs = {key: value.to(self.device) for key, value in inputs.items() if key != "labels"}
        if "pixel_values" in inputs:
            inputs["pixel_values"] = inputs["pixel_values"].to(self.model.dtype)
        if self.checkpoint.family.backend == "colpali":
            vectors = self.model(**inputs)
        else:
            if "image_grid_thw" in inputs:
                inputs["position_ids"] = self._position_ids(inputs)
            vectors = self.model(**inputs).embeddings
        if vectors.shape[:-1] != inputs["input_ids"].shape:
            raise ModelError(f"{self.checkpoint.source}: does not return a vector for each token")
        return cast("torch.Tensor", vectors)

    def check_vectors(
        self, vectors: NDArray[np.float32], dim: int, subject: str
    ) -> NDArray[np.float32]:
        """Return the vectors (n, dim) unchanged.

        Raises:
            ModelError: a vector of the subject ("page 3") is zero, not finite or of another length.
        """
        source = self.checkpoint.source
        if vectors.shape[1] != dim:
            raise ModelError(
                f"{source}: {subject}: vectors of {vectors.shape[1]} dimensions, not {dim}"
            )
        for is_invalid, problem in (
            (~np.isfinite(vectors).all(axis=1), "not finite"),
            (~vectors.any(axis=1), "zero"),
        ):
            if is_invalid.any():
                raise ModelError(
                    f"{source}: {subject}: {is_invalid.sum()} of {len(vectors)} vectors are "
                    f"{problem}; try dtype='float32', otherwise the weights are damaged"
                )
        return vectors

    def free_memory(self) -> None:
        """Release the device memory of earlier batches."""
        import torch

        gc.collect()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        elif self.device.type == "mps":
            torch.mps.empty_cache()

    def _position_ids(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return the positions of tokens in time, height and width, (3, batch, sequence).

        ColQwen2 was trained with them; without them, the model in transformers 5 numbers the
        tokens consecutively.
        """
        position_ids: torch.Tensor = self.model.vlm.get_rope_index(
            inputs["input_ids"],
            mm_token_type_ids=(inputs["input_ids"] == self.image_token).int(),
            image_grid_thw=inputs["image_grid_thw"],
            attention_mask=inputs["attention_mask"],
        )[0]
        return position_ids


def is_out_of_memory(error: Exception) -> bool:
    """Return whether an error means that a device is out of memory."""
    import torch

    if isinstance(error, (MemoryError, torch.cuda.OutOfMemoryError)):
        return True
    return isinstance(error, RuntimeError) and _OUT_OF_MEMORY.search(str(error)) is not None
