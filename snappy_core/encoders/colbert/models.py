"""Runs the transformer of a ColBERT model in ONNX Runtime or torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.model_folder import ModelFolder
from snappy_core.encoders.onnx_text import INPUTS, shared_session
from snappy_core.errors import MissingDependencyError, ModelError, install_hint
from snappy_core.forks import ProcessModel


class TokenModel(Protocol):
    """Returns the hidden states (batch, sequence, dim) of tokens."""

    def __call__(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]: ...


class OnnxTokenModel:
    """An ONNX export; its first output is the hidden states of the tokens, projected or not."""

    def __init__(self, path: Path, threads: int) -> None:
        self._path = path
        self._model = shared_session(path, threads)
        self._inputs = [item.name for item in self._model.get().get_inputs()]
        if "input_ids" not in self._inputs or not set(self._inputs) <= INPUTS:
            raise ModelError(f"{path}: takes {self._inputs}, not input_ids and attention_mask")

    def __call__(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._model.get().run(None, {name: feeds[name] for name in self._inputs})[0]
        if states.ndim != 3:
            raise ModelError(f"{self._path}: has no vectors of tokens, but {states.shape}")
        return np.asarray(states, dtype=np.float32)


class TorchTokenModel:
    """The transformer in a folder, on the CPU; code that comes with the model is never run."""

    def __init__(self, folder: ModelFolder) -> None:
        folder.fetch(["*.safetensors", "*.json"])
        self._folder = folder
        self._model = ProcessModel(("colbert", folder.path, folder.version), self._load)
        self._model.get()

    def __call__(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            inputs = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
            states = self._model.get()(**inputs).last_hidden_state
        return np.asarray(states.float().numpy(), dtype=np.float32)

    def _load(self) -> Any:
        source = self._folder.source
        try:
            import torch
            from transformers import AutoModel
        except ImportError as error:
            raise MissingDependencyError(
                f"{source} has no ONNX file, and torch to run it is missing: "
                f"{install_hint('colbert')}"
            ) from error
        try:
            model, keys = AutoModel.from_pretrained(
                self._folder.path,
                local_files_only=True,
                dtype=torch.float32,
                output_loading_info=True,
                trust_remote_code=False,
            )
        except Exception as error:  # the library raises errors of many kinds
            raise ModelError(
                f"{source}: does not load with transformers ({error}); its ONNX export would do"
            ) from error
        missing = sorted(key for key in keys["missing_keys"] if "pooler" not in key)
        if missing:
            raise ModelError(
                f"{source}: {len(missing)} weights are missing, such as {missing[0]}; it is "
                "damaged, or needs another version of transformers"
            )
        return model.eval()
