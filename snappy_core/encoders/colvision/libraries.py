"""Import of the libraries that run vision models, with errors that say what to install."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.metadata import version
from typing import Any

from snappy_core.encoders.colvision.checkpoint import Checkpoint
from snappy_core.encoders.colvision.families import Backend
from snappy_core.errors import MissingDependencyError

_MODULES: dict[Backend, str] = {"colpali": "colpali_engine.models", "hf": "transformers"}

_MIN_VERSIONS: dict[Backend, tuple[str, tuple[int, ...]]] = {
    "colpali": ("colpali-engine", (0, 3, 18)),  # earlier versions lose weights silently
    "hf": ("transformers", (5, 3)),
}


def import_classes(checkpoint: Checkpoint) -> tuple[Any, Any]:
    """Return the classes of the model and the processor of a checkpoint.

    Raises:
        MissingDependencyError: the library is missing or too old, or torchvision does not fit
            torch.
    """
    try:
        import_module("torch")
        _check_version(checkpoint.backend)
        library = import_module(_MODULES[checkpoint.backend])
        if checkpoint.base is not None:
            import_module("peft")  # without it transformers silently ignores the adapter
        names = checkpoint.implementation
        return getattr(library, names.model), getattr(library, names.processor)
    except (ImportError, AttributeError, RuntimeError) as error:
        if advice := _torchvision_advice():
            raise MissingDependencyError(advice) from error
        raise MissingDependencyError(
            f"{checkpoint.source} is a {checkpoint.family.name}: pip install -U "
            f"'snappy-retriever[{checkpoint.backend}]' ({error})"
        ) from error


def _check_version(backend: Backend) -> None:
    package, minimum = _MIN_VERSIONS[backend]
    installed = version(package)
    if tuple(int(part) for part in re.findall(r"\d+", installed)[: len(minimum)]) < minimum:
        required = ".".join(map(str, minimum))
        raise ImportError(f"{package} {installed} is too old: at least {required}")


def _torchvision_advice() -> str:
    """Return how to replace a torchvision built for another torch; empty if it fits."""
    try:
        import torch
    except (ImportError, RuntimeError):
        return ""
    try:
        import_module("torchvision")
    except ImportError:
        return ""
    except (RuntimeError, OSError):
        build = torch.__version__.partition("+")[2] or "cpu"
        return (
            f"torchvision was built for another torch than {torch.__version__}: pip install "
            f"--force-reinstall --no-deps torchvision "
            f"--index-url https://download.pytorch.org/whl/{build}"
        )
    return ""
