"""The families of vision models that retrieve by late interaction, and how they are told apart."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from snappy_core.errors import MissingDependencyError, ModelError

Backend = Literal["colpali", "hf"]
Geometry = Literal["square", "merged", "tiled"]

_PARTS = {".json", ".safetensors", ".bin", ".model", ".txt"}
_END = 1 << 20


@dataclass(frozen=True, slots=True)
class Port:
    """A family in one library.

    Attributes:
        model_type: what `config.json` says.
        model, processor: the classes that load it.
    """

    model_type: str
    model: str
    processor: str


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of model.

    Attributes:
        name: as papers write it.
        geometry: how its image tokens lie on the page; see `snappy_core.encoders.grids`.
        colpali: in colpali-engine.
        hf: in transformers itself, which has some of them, in checkpoints of their own.
    """

    name: str
    geometry: Geometry
    colpali: Port
    hf: Port | None = None


FAMILIES = (
    Family(
        "ColPali",
        "square",
        Port("paligemma", "ColPali", "ColPaliProcessor"),
        Port("colpali", "ColPaliForRetrieval", "ColPaliProcessor"),
    ),
    Family(
        "ColQwen2",
        "merged",
        Port("qwen2_vl", "ColQwen2", "ColQwen2Processor"),
        Port("colqwen2", "ColQwen2ForRetrieval", "ColQwen2Processor"),
    ),
    Family("ColQwen2.5", "merged", Port("qwen2_5_vl", "ColQwen2_5", "ColQwen2_5_Processor")),
    Family("ColQwen3", "merged", Port("qwen3_vl", "ColQwen3", "ColQwen3Processor")),
    Family("ColQwen3.5", "merged", Port("qwen3_5", "ColQwen3_5", "ColQwen3_5Processor")),
    Family("ColIdefics3", "tiled", Port("idefics3", "ColIdefics3", "ColIdefics3Processor")),
    Family(
        "ColModernVBert",
        "tiled",
        Port("modernvbert", "ColModernVBert", "ColModernVBertProcessor"),
        Port("colmodernvbert", "ColModernVBertForRetrieval", "ColModernVBertProcessor"),
    ),
    Family("ColGemma3", "square", Port("gemma3", "ColGemma3", "ColGemmaProcessor3")),
)
"""ColSmol is a ColIdefics3."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model as it lies in a folder or on the Hugging Face hub.

    Attributes:
        source: an absolute folder, or a hub id.
        revision: the commit of a hub id; None for a folder.
        version: that commit, or a digest of the files of a folder.
        base: the folder or hub id that an adapter changes; None for a whole model.
        backend: which library can load it.
    """

    source: str
    revision: str | None
    version: str
    base: str | None
    family: Family
    backend: Backend

    @property
    def is_folder(self) -> bool:
        return os.path.isabs(self.source)

    @property
    def port(self) -> Port:
        port = self.family.colpali if self.backend == "colpali" else self.family.hf
        assert port is not None  # `find` saw to it
        return port


def find(model: str | os.PathLike[str], backend: Backend | Literal["auto"]) -> Checkpoint:
    """Return what a folder or hub id holds; either may end in "@" and its version.

    A folder is read without the network. The family is that of the configuration, or of the
    base model of an adapter.

    Raises:
        ModelError: there is no such model, or not in this version, or it is of no known family,
            or no retriever.
        MissingDependencyError: a hub id, and huggingface_hub is not installed.
        ValueError: the backend cannot load a model of that family.
    """
    source, revision = _split(os.fspath(model))
    adapter, commit = _read(source, revision, "adapter_config.json")
    if adapter is None:
        config, commit = _read(source, revision, "config.json")
        base = None
    else:
        found = adapter.get("base_model_name_or_path")
        if not isinstance(found, str) or not found:
            raise ModelError(f"{source}: its adapter_config.json names no base model")
        base = os.path.abspath(found) if os.path.isdir(found) else found
        if os.path.isfile(os.path.join(source, "config.json")):
            # transformers would take the weights of the model from here too, and say nothing of
            # those that are missing
            raise ModelError(f"{source}: holds a model and an adapter; keep one of the two here")
        config, _ = _read(base, None, "config.json", offline=os.path.isabs(source))
    if config is None:
        raise ModelError(f"{base or source}: no model, it holds no config.json")
    family, fitting = _recognise(source, config, base is not None)
    if backend not in ("auto", "colpali", "hf"):
        raise ValueError(f"backend must be auto, colpali or hf, not {backend!r}")
    if backend not in ("auto", fitting):
        raise ValueError(f"{source}: a {family.name} in the format of the backend {fitting!r}")
    if commit is not None:
        return Checkpoint(source, commit, commit, base, family, fitting)
    version = _digest(source)
    if revision not in (None, version):
        raise ModelError(f"{source}: the model in it is no longer {revision}, but {version}")
    return Checkpoint(source, None, version, base, family, fitting)


def _split(model: str) -> tuple[str, str | None]:
    """Return a folder as an absolute path, or a hub id, and the version wanted."""
    if os.path.isdir(model):
        return os.path.abspath(model), None
    source, _, version = model.rpartition("@")
    if os.path.isdir(source):
        return os.path.abspath(source), version
    source, version = (source, version) if source else (version, "")
    if source.count("/") != 1 or not all(source.split("/")) or source.startswith((".", "~")):
        raise ModelError(f"{model}: no such folder, and no hub id (owner/name)")
    return source, version or None


def _digest(folder: str) -> str:
    """Return what tells the models of a folder apart: 12 hexadecimal digits.

    Of large files only their size and their ends count: reading gigabytes takes long.
    """
    digest = hashlib.sha256()
    for path in sorted(Path(folder).iterdir()):
        if path.suffix in _PARTS and path.is_file():
            with path.open("rb") as file:
                digest.update(f"{path.name} {path.stat().st_size} ".encode())
                digest.update(file.read(_END))
                file.seek(max(file.tell(), path.stat().st_size - _END))
                digest.update(file.read())
    return digest.hexdigest()[:12]


def _recognise(source: str, config: dict[str, Any], adapted: bool) -> tuple[Family, Backend]:
    found = config.get("model_type")
    for family in FAMILIES:
        ports: dict[Backend, Port | None] = {"colpali": family.colpali, "hf": family.hf}
        for backend, port in ports.items():
            if port is not None and port.model_type == found:
                made = config.get("architectures") or []
                if not adapted and made and not any(kind.startswith("Col") for kind in made):
                    raise ModelError(
                        f"{source}: a {made[0]} is no late-interaction retriever; a "
                        f"{family.name} is wanted"
                    )
                return family, backend
    known = ", ".join(family.name for family in FAMILIES)
    raise ModelError(f"{source}: a model of type {found!r} is none of the families {known}")


def _read(
    source: str, revision: str | None, file: str, offline: bool = False
) -> tuple[dict[str, Any] | None, str | None]:
    """Return a JSON file of a model, None if it has none, and the commit that it is of."""
    if os.path.isabs(source):
        path, commit = Path(source) / file, None
        if not path.is_file():
            return None, None
    else:
        fetched = _fetch(source, revision, file, offline)
        if fetched is None:
            return None, None
        path, commit = fetched, fetched.parent.name  # .../snapshots/COMMIT/config.json
    try:
        made = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read ({error})") from error
    if not isinstance(made, dict):
        raise ModelError(f"{path}: is no configuration of a model")
    return made, commit


def _fetch(source: str, revision: str | None, file: str, offline: bool) -> Path | None:
    try:
        import huggingface_hub
        from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError
    except ImportError as error:
        raise MissingDependencyError(
            f"{source} is on the Hugging Face hub: pip install 'snappy-retriever[colpali]'"
        ) from error
    try:
        found = huggingface_hub.hf_hub_download(
            source, file, revision=revision, local_files_only=offline
        )
    except LocalEntryNotFoundError as error:
        with suppress(Exception):  # without a network, what was fetched earlier is all there is
            folder = huggingface_hub.snapshot_download(
                source, revision=revision, local_files_only=True
            )
            return path if (path := Path(folder) / file).is_file() else None
        way = f"fetch it first: hf download {source}" if offline else "is there a network?"
        raise ModelError(f"{source}: not on this machine, and not fetched; {way}") from error
    except EntryNotFoundError:
        return None
    except Exception as error:  # HTTP and validation errors share no base class
        raise ModelError(f"{source}: cannot be fetched from the hub ({error})") from error
    return Path(found)
