"""The families of vision models that retrieve by late interaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from snappy_core.errors import ModelError

Backend = Literal["colpali", "hf"]
"""The library that runs a model: colpali-engine or transformers."""

Geometry = Literal["square", "merged", "tiled"]
"""How image tokens are arranged; one function each in `snappy_core.encoders.grids`."""


@dataclass(frozen=True, slots=True)
class Family:
    """Models of one architecture, as one library implements them.

    Attributes:
        name: as in publications.
        geometry: how the image tokens are arranged.
        backend: the library; transformers has its own checkpoint format.
        model_type: the model type in `config.json`.
        model, processor: names of the classes that load a checkpoint.
    """

    name: str
    geometry: Geometry
    backend: Backend
    model_type: str
    model: str
    processor: str


FAMILIES = (
    Family("ColPali", "square", "colpali", "paligemma", "ColPali", "ColPaliProcessor"),
    Family("ColPali", "square", "hf", "colpali", "ColPaliForRetrieval", "ColPaliProcessor"),
    Family("ColQwen2", "merged", "colpali", "qwen2_vl", "ColQwen2", "ColQwen2Processor"),
    Family("ColQwen2", "merged", "hf", "colqwen2", "ColQwen2ForRetrieval", "ColQwen2Processor"),
    Family("ColQwen2.5", "merged", "colpali", "qwen2_5_vl", "ColQwen2_5", "ColQwen2_5_Processor"),
    Family("ColQwen3", "merged", "colpali", "qwen3_vl", "ColQwen3", "ColQwen3Processor"),
    Family("ColQwen3.5", "merged", "colpali", "qwen3_5", "ColQwen3_5", "ColQwen3_5Processor"),
    Family("ColIdefics3", "tiled", "colpali", "idefics3", "ColIdefics3", "ColIdefics3Processor"),
    Family("ColModernVBert", "tiled", "colpali", "modernvbert", "ColModernVBert",
           "ColModernVBertProcessor"),
    Family("ColModernVBert", "tiled", "hf", "colmodernvbert", "ColModernVBertForRetrieval",
           "ColModernVBertProcessor"),
    Family("ColGemma3", "square", "colpali", "gemma3", "ColGemma3", "ColGemmaProcessor3"),
)  # fmt: skip
"""ColSmol is a ColIdefics3."""

FAMILY_NAMES = ", ".join(dict.fromkeys(family.name for family in FAMILIES))
"""The names of the families, for messages."""


def recognize(source: str, config: dict[str, Any], is_adapted: bool) -> Family:
    """Return the family of a model by its configuration.

    Args:
        source: the name of the model, for error messages.
        config: its `config.json`, or that of the base model of an adapter.
        is_adapted: the model is an adapter; its base model need not be a retriever.

    Raises:
        ModelError: the family of the model is not supported, or it is not a retriever.
    """
    model_type = config.get("model_type")
    family = next((family for family in FAMILIES if family.model_type == model_type), None)
    if family is None:
        raise ModelError(
            f"{source}: model type {model_type!r} is not supported; families are {FAMILY_NAMES}"
        )
    architectures = config.get("architectures") or []
    is_retriever = any(name.startswith("Col") for name in architectures)
    if architectures and not is_retriever and not is_adapted:
        raise ModelError(
            f"{source}: {architectures[0]} is not a late-interaction retriever; use a "
            f"{family.name} model"
        )
    return family
