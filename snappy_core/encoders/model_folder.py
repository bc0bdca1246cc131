"""Files of text models, in a folder or on the Hugging Face Hub."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from snappy_core.errors import MissingDependencyError, ModelError

Kind = Literal["colbert", "onnx", "sentence"]

_CONFIGS = ["*.json", "*/config.json", "*.txt", "artifact.metadata"]
_ONNX = ("model.onnx", "onnx/model.onnx")
_WEIGHTS = {".json", ".safetensors", ".onnx", ".onnx_data", ".metadata"}
_DIGEST_BYTES = 1 << 20
"""Bytes hashed at each end of a file: reading gigabytes of weights would take too long."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model in a folder or in the Hub's cache.

    Attributes:
        path: the folder.
        source: its absolute path, or the hub id.
        version: a digest of the files, or the commit.
        local_only: nothing is downloaded.
    """

    path: Path
    source: str
    version: str
    local_only: bool

    @property
    def name(self) -> str:
        """The name that an index stores."""
        return f"{self.source}@{self.version}"

    @property
    def onnx(self) -> Path | None:
        """The ONNX file of the model; None if it has none."""
        self.fetch([f"{name}*" for name in _ONNX])
        return next((self.path / name for name in _ONNX if (self.path / name).is_file()), None)

    def read_json(self, name: str) -> Any:
        """Return the content of a JSON file; an empty dictionary if there is no such file."""
        path = self.path / name
        if not path.is_file():
            return {}
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ModelError(f"{path}: cannot be read ({error})") from error

    def kind(self) -> Kind | None:
        """Return the kind of text model; None if it is none of these kinds."""
        names = ("config_sentence_transformers.json", "onnx_config.json")
        if (self.path / "artifact.metadata").is_file() or any(
            "query_prefix" in self.read_json(name) for name in names
        ):
            return "colbert"
        if not (self.path / "tokenizer.json").is_file() or any(
            (self.path / name).is_file()
            for name in ("adapter_config.json", "preprocessor_config.json", "processor_config.json")
        ):
            return None  # vision models
        if self.onnx is not None:
            return "onnx"
        return "sentence" if (self.path / "modules.json").is_file() else None

    def fetch(self, patterns: Sequence[str]) -> None:
        """Download files, unless they are on this machine."""
        if self.source != str(self.path) and not self.local_only:
            _download(self.source, self.version, patterns, local_only=False)


def find_model(name: str, *, local_only: bool = False) -> ModelFolder | None:
    """Return the model of a folder or hub id, each optionally with "@" and a version.

    None if the name is neither.

    Raises:
        ModelError: the folder has another version; or the model is not on this machine and cannot
            be downloaded.
        MissingDependencyError: it is on the Hub, and huggingface_hub is missing.
    """
    source, _, version = name.rpartition("@") if "@" in name else (name, "", "")
    for folder, wanted in ((name, ""), (source, version)):
        if os.path.isdir(folder):
            path = Path(os.path.abspath(folder))
            digest = digest_files(path, _model_files(path))
            if wanted not in ("", digest):
                raise ModelError(f"{path}: the model has changed from version {wanted} to {digest}")
            return ModelFolder(path, str(path), digest, local_only=True)
    if source.count("/") != 1 or not all(source.split("/")) or source.startswith((".", "~")):
        return None
    path = _download(source, version or None, _CONFIGS, local_only=local_only)
    return ModelFolder(path, source, path.name, local_only)


def _download(
    source: str, revision: str | None, patterns: Sequence[str], *, local_only: bool
) -> Path:
    """Return the model's folder in the Hub's cache, .../snapshots/COMMIT."""
    try:
        import huggingface_hub
    except ImportError as error:
        raise MissingDependencyError(
            f"{source} is on the Hugging Face Hub: pip install huggingface-hub"
        ) from error
    try:
        return Path(
            huggingface_hub.snapshot_download(
                source,
                revision=revision,
                allow_patterns=list(patterns),
                local_files_only=local_only,
            )
        )
    except Exception as error:  # HTTP and validation errors share no base class
        if local_only:
            command = f"hf download {source}" + (f" --revision {revision}" if revision else "")
            raise ModelError(
                f"{source}: not on this machine; download it first: {command}"
            ) from error
        raise ModelError(f"{source}: cannot be downloaded from the Hub ({error})") from error


def _model_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in _WEIGHTS and path.is_file()]


def digest_files(folder: Path, files: Iterable[Path]) -> str:
    """Return 12 hexadecimal digits that identify files in a folder by name and content."""
    digest = hashlib.sha256()
    for path in sorted(files):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()} {size} ".encode())
        with path.open("rb") as file:
            digest.update(file.read(_DIGEST_BYTES))
            file.seek(max(file.tell(), size - _DIGEST_BYTES))
            digest.update(file.read())
    return digest.hexdigest()[:12]
