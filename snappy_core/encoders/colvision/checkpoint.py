"""Model checkpoints in folders and on the Hugging Face Hub."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from snappy_core.encoders.colvision.families import Backend, Family, recognize
from snappy_core.encoders.model_folder import digest_files
from snappy_core.errors import MissingDependencyError, ModelError, install_hint

_MODEL_FILES = {".json", ".safetensors", ".bin", ".model", ".txt"}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model.

    Attributes:
        source: an absolute folder path, or a hub id.
        revision: the commit of a hub id; None for a folder.
        version: that commit, or a digest of the files in the folder.
        base: folder or hub id of the base model of an adapter; None for a full model.
        family: its architecture and the library that loads it.
        is_local: it is read without the network: from a folder or the Hub's cache.
    """

    source: str
    revision: str | None
    version: str
    base: str | None
    family: Family
    is_local: bool


def find_checkpoint(
    model: str | os.PathLike[str], backend: Backend | Literal["auto"], local_only: bool = False
) -> Checkpoint:
    """Return the checkpoint of a folder or hub id, each optionally with "@" and a version.

    Folders are read without the network, and so is everything with `local_only`.

    Raises:
        ModelError: there is no such model or version, its family is not supported, or it is not
            a retriever.
        MissingDependencyError: the model is on the Hub and huggingface_hub is not installed.
        ValueError: the backend cannot load the model.
    """
    source, revision = _parse_name(os.fspath(model))
    is_local = local_only or os.path.isabs(source)
    adapter, commit = _read_json(source, revision, "adapter_config.json", is_local)
    if adapter is None:
        base = None
        config, commit = _read_json(source, revision, "config.json", is_local)
    else:
        base = _base_of(source, adapter)
        config, _ = _read_json(base, None, "config.json", is_local)
    if config is None:
        raise ModelError(f"{base or source}: is not a model; it has no config.json")
    family = recognize(source, config, base is not None)
    if backend not in ("auto", "colpali", "hf"):
        raise ValueError(f"backend must be auto, colpali or hf, not {backend!r}")
    if backend not in ("auto", family.backend):
        raise ValueError(f"{source}: this {family.name} needs the backend {family.backend!r}")
    version = commit or digest_files(Path(source), _model_files(Path(source)))
    if commit is None and revision not in (None, version):
        raise ModelError(f"{source}: the model has changed from version {revision} to {version}")
    return Checkpoint(source, commit, version, base, family, is_local)


def _parse_name(name: str) -> tuple[str, str | None]:
    """Return an absolute folder or a hub id, and the version after "@" or None."""
    if os.path.isdir(name):
        return os.path.abspath(name), None
    source, _, version = name.rpartition("@")
    if os.path.isdir(source):
        return os.path.abspath(source), version
    if not source:  # no "@"
        source, version = version, ""
    if source.count("/") != 1 or not all(source.split("/")) or source.startswith((".", "~")):
        raise ModelError(f"{name}: is neither a folder nor a hub id (owner/name)")
    return source, version or None


def _base_of(source: str, adapter: dict[str, Any]) -> str:
    base = adapter.get("base_model_name_or_path")
    if not isinstance(base, str) or not base:
        raise ModelError(f"{source}: its adapter_config.json names no base model")
    if os.path.isfile(os.path.join(source, "config.json")):
        # transformers would also load base weights from here, and not report missing ones.
        raise ModelError(f"{source}: contains a model and an adapter; remove one of them")
    return os.path.abspath(base) if os.path.isdir(base) else base


def _model_files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix in _MODEL_FILES and path.is_file()]


def _read_json(
    source: str, revision: str | None, name: str, offline: bool
) -> tuple[dict[str, Any] | None, str | None]:
    """Return a JSON file of a model (None if it has none) and, from the Hub, its commit."""
    is_folder = os.path.isabs(source)
    path = Path(source) / name if is_folder else _download(source, revision, name, offline)
    if path is None or not path.is_file():
        return None, None
    try:
        config = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read ({error})") from error
    if not isinstance(config, dict):
        raise ModelError(f"{path}: is not a model configuration")
    return config, None if is_folder else path.parent.name  # .../snapshots/COMMIT/config.json


def _download(source: str, revision: str | None, name: str, offline: bool) -> Path | None:
    """Return a file of a model on the Hub, from the cache if possible.

    None, or a path without a file, if the model has no file of this name.
    """
    try:
        import huggingface_hub
        from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError
    except ImportError as error:
        raise MissingDependencyError(
            f"{source} is on the Hugging Face Hub: {install_hint('colpali')}"
        ) from error
    try:
        path = huggingface_hub.hf_hub_download(
            source, name, revision=revision, local_files_only=offline
        )
        return Path(path)
    except LocalEntryNotFoundError as error:
        with suppress(Exception):  # offline: if a cached snapshot lacks the file, so does the model
            folder = huggingface_hub.snapshot_download(
                source, revision=revision, local_files_only=True
            )
            return Path(folder) / name
        advice = f"download it first: hf download {source}" if offline else "is there a network?"
        raise ModelError(f"{source}: neither on this machine nor downloaded; {advice}") from error
    except EntryNotFoundError:
        return None
    except Exception as error:  # HTTP and validation errors share no base class
        raise ModelError(f"{source}: cannot be downloaded from the Hub ({error})") from error
