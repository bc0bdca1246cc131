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
class Implementation:
    """A family in one library.

    Attributes:
        model_type: the model type in `config.json`.
        model, processor: names of the classes that load a checkpoint.
    """

    model_type: str
    model: str
    processor: str


@dataclass(frozen=True, slots=True)
class Family:
    """Models of one architecture.

    Attributes:
        name: as in publications.
        geometry: how its image tokens are arranged.
        colpali: its implementation in colpali-engine.
        hf: its implementation in transformers, whose checkpoints have their own format; or None.
    """

    name: str
    geometry: Geometry
    colpali: Implementation
    hf: Implementation | None = None


FAMILIES = (
    Family(
        "ColPali",
        "square",
        Implementation("paligemma", "ColPali", "ColPaliProcessor"),
        Implementation("colpali", "ColPaliForRetrieval", "ColPaliProcessor"),
    ),
    Family(
        "ColQwen2",
        "merged",
        Implementation("qwen2_vl", "ColQwen2", "ColQwen2Processor"),
        Implementation("colqwen2", "ColQwen2ForRetrieval", "ColQwen2Processor"),
    ),
    Family(
        "ColQwen2.5",
        "merged",
        Implementation("qwen2_5_vl", "ColQwen2_5", "ColQwen2_5_Processor"),
    ),
    Family("ColQwen3", "merged", Implementation("qwen3_vl", "ColQwen3", "ColQwen3Processor")),
    Family("ColQwen3.5", "merged", Implementation("qwen3_5", "ColQwen3_5", "ColQwen3_5Processor")),
    Family(
        "ColIdefics3", "tiled", Implementation("idefics3", "ColIdefics3", "ColIdefics3Processor")
    ),
    Family(
        "ColModernVBert",
        "tiled",
        Implementation("modernvbert", "ColModernVBert", "ColModernVBertProcessor"),
        Implementation("colmodernvbert", "ColModernVBertForRetrieval", "ColModernVBertProcessor"),
    ),
    Family("ColGemma3", "square", Implementation("gemma3", "ColGemma3", "ColGemmaProcessor3")),
)
"""ColSmol is a ColIdefics3."""


def recognize(source: str, config: dict[str, Any], is_adapted: bool) -> tuple[Family, Backend]:
    """Return the family and backend of a model by its configuration.

    Args:
        source: the model in error messages.
        config: its `config.json`, or that of the base model of an adapter.
        is_adapted: the model is an adapter; its base model need not be a retriever.

    Raises:
        ModelError: the model is of no supported family, or is not a retriever.
    """
    model_type = config.get("model_type")
    for family in FAMILIES:
        implementations: dict[Backend, Implementation | None] = {
            "colpali": family.colpali,
            "hf": family.hf,
        }
        for backend, implementation in implementations.items():
            if implementation is None or implementation.model_type != model_type:
                continue
            architectures = config.get("architectures") or []
            is_retriever = any(name.startswith("Col") for name in architectures)
            if architectures and not is_retriever and not is_adapted:
                raise ModelError(
                    f"{source}: {architectures[0]} is not a late-interaction retriever; use a "
                    f"{family.name} model"
                )
            return family, backend
    names = ", ".join(family.name for family in FAMILIES)
    raise ModelError(f"{source}: model type {model_type!r} is not supported; families are {names}")
