"""The layers of a ColBERT model that project the hidden states of its tokens."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snappy_core.encoders.model_folder import ModelFolder
from snappy_core.errors import MissingDependencyError, ModelError, install_hint

Array = NDArray[np.float32]

_erf = np.frompyfunc(math.erf, 1, 1)

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "Identity": lambda x: x,
    "ReLU": lambda x: np.maximum(x, 0),
    "Tanh": np.tanh,
    "SiLU": lambda x: x / (1 + np.exp(-x)),
    "GELU": lambda x: x * (1 + _erf(x / math.sqrt(2)).astype(np.float32)) / 2,
}


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """`activation(x weight' + bias)`, plus x itself or `x residual'` if there is a residual."""

    weight: Array
    bias: Array | None
    activation: Callable[[Array], Array]
    residual: Array | bool

    def __call__(self, states: Array) -> Array:
        projected = states @ self.weight.T
        projected = self.activation(projected if self.bias is None else projected + self.bias)
        if isinstance(self.residual, np.ndarray):
            return projected + states @ self.residual.T
        return projected + states if self.residual else projected


def read_layers(folder: ModelFolder) -> tuple[Layer, ...]:
    """Return the projection layers of a model, if its files have any.

    Raises:
        ModelError: a layer is missing, or has an unknown activation function.
    """
    modules = folder.read_json("modules.json") or []
    paths = [module["path"] for module in modules if module["type"].endswith(".Dense")]
    if paths:
        folder.fetch([f"{path}/*" for path in paths])
        return tuple(_read_dense(folder, path) for path in paths)
    if (folder.path / "artifact.metadata").is_file():
        folder.fetch(["model.safetensors"])
        weights = _read_weights(folder.path / "model.safetensors", ["linear.weight"])
        return (Layer(weights["linear.weight"], None, ACTIVATIONS["Identity"], False),)
    return ()


def _read_dense(folder: ModelFolder, path: str) -> Layer:
    config = folder.read_json(f"{path}/config.json")
    name = str(config.get("activation_function", "Identity")).rpartition(".")[2]
    if name not in ACTIVATIONS:
        raise ModelError(f"{folder.source}: {path} has the unknown activation function {name}")
    weights = _read_weights(folder.path / path / "model.safetensors")
    if "linear.weight" not in weights:
        raise ModelError(f"{folder.source}: {path} has no linear.weight")
    residual = weights.get("residual.weight", True) if config.get("use_residual") else False
    return Layer(weights["linear.weight"], weights.get("linear.bias"), ACTIVATIONS[name], residual)


def _read_weights(path: Path, names: Sequence[str] | None = None) -> dict[str, Array]:
    try:
        from safetensors import safe_open
    except ImportError as error:
        raise MissingDependencyError(
            f"the layers of a ColBERT model need safetensors: {install_hint('colbert')}"
        ) from error
    try:
        with _open(safe_open, path) as file:
            return {
                name: _to_array(file.get_tensor(name))
                for name in (file.keys() if names is None else names)
            }
    except Exception as error:  # safetensors raises its own error and file errors
        raise ModelError(f"{path}: cannot be read ({error})") from error


def _open(safe_open: Any, path: Path) -> Any:
    try:
        import torch  # noqa: F401 - numpy has no bfloat16
    except ImportError:
        return safe_open(str(path), "np")
    return safe_open(str(path), "pt")


def _to_array(tensor: Any) -> Array:
    values = tensor if isinstance(tensor, np.ndarray) else tensor.float().numpy()
    return np.asarray(values, dtype=np.float32)
