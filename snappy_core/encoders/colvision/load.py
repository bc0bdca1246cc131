"""Loads a checkpoint onto a device with its library, and verifies that all weights are used."""

from __future__ import annotations

import math
import re
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, cast

from snappy_core.encoders.colvision.checkpoint import Checkpoint
from snappy_core.encoders.colvision.families import Backend, Family
from snappy_core.encoders.colvision.model import LoadedModel
from snappy_core.errors import MissingDependencyError, ModelError, install_hint

if TYPE_CHECKING:
    import torch

Dtype = Literal["auto", "float32", "float16", "bfloat16"]

_LIBRARIES: dict[Backend, tuple[str, str, tuple[int, ...]]] = {
    "colpali": ("colpali_engine.models", "colpali-engine", (0, 3, 18)),  # older ones lose weights
    "hf": ("transformers", "transformers", (5, 3)),
}
"""The module with the model classes, its package, and the oldest version that works."""

_ATTENTION = re.compile("attention|attn|sdpa|flash", re.IGNORECASE)
_IRRELEVANT_WEIGHTS = re.compile(r"(^|\.)(lm_head\.|rotary_emb\.inv_freq$|position_ids$)")
"""Weights without effect on embeddings: the head that generates text, and computed tables."""


def require_torch(model: str) -> None:
    """Raise MissingDependencyError if no vision model can run, before one is downloaded."""
    if find_spec("torch") is None:
        raise MissingDependencyError(
            f"{model}: vision models need torch: {install_hint('colpali')}, or with [hf] for "
            "models in the format of transformers"
        )


def load_model(
    checkpoint: Checkpoint, device_name: str, dtype_name: Dtype, max_visual_tokens: int | None
) -> LoadedModel:
    """Load a model and its processor; the errors are those of `ColVisionEncoder`."""
    model_class, processor_class = _import_classes(checkpoint)
    device = _parse_device(device_name)
    dtype = _parse_dtype(dtype_name, device)
    processor = _load_processor(checkpoint, processor_class)
    if max_visual_tokens is not None:
        _limit_visual_tokens(processor, checkpoint.family, max_visual_tokens)
    model = _load_weights(checkpoint, model_class, device, dtype)
    config = getattr(model.config, "vlm_config", model.config)
    image_token = getattr(config, "image_token_id", None)
    if image_token is None:
        image_token = config.image_token_index
    return LoadedModel(checkpoint, model.to(device).eval(), processor, image_token, device)


def _import_classes(checkpoint: Checkpoint) -> tuple[Any, Any]:
    family = checkpoint.family
    module, package, minimum = _LIBRARIES[family.backend]
    try:
        import_module("torch")
        installed = version(package)
        if tuple(map(int, re.findall(r"\d+", installed)[: len(minimum)])) < minimum:
            required = ".".join(map(str, minimum))
            raise ImportError(f"{package} {installed} is too old: at least {required}")
        library = import_module(module)
        if checkpoint.base is not None:
            import_module("peft")  # without it transformers silently ignores the adapter
        return getattr(library, family.model), getattr(library, family.processor)
    except (ImportError, AttributeError, RuntimeError) as error:
        raise MissingDependencyError(
            _torchvision_advice()
            or f"{checkpoint.source} is a {family.name}: {install_hint(family.backend)} ({error})"
        ) from error


def _torchvision_advice() -> str:
    """Return how to replace a torchvision built for another torch; empty if it matches."""
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


def _parse_device(name: str) -> torch.device:
    import torch

    available = ["cpu"]
    if torch.backends.mps.is_available():
        available.insert(0, "mps")
    if torch.cuda.is_available():
        available.insert(0, "cuda")
    if name == "auto":
        return torch.device(available[0])
    kind, _, number = name.partition(":")
    is_available = kind in available and (not number or number.isdecimal())
    if not is_available or (kind == "cuda" and int(number or 0) >= torch.cuda.device_count()):
        raise ValueError(
            f"device must be auto or one that torch {torch.__version__} has here "
            f"({', '.join(available)}), not {name!r}"
        )
    return torch.device(name)


def _parse_dtype(name: str, device: torch.device) -> torch.dtype:
    import torch

    dtypes = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
    if name == "auto":
        return torch.float32 if device.type == "cpu" else torch.bfloat16
    if name not in dtypes:
        raise ValueError(f"dtype must be auto, {', '.join(dtypes)}, not {name!r}")
    return dtypes[name]


def _load_processor(checkpoint: Checkpoint, processor_class: Any) -> Any:
    try:
        return processor_class.from_pretrained(
            checkpoint.source, revision=checkpoint.revision, local_files_only=checkpoint.is_local
        )
    except Exception as error:  # the libraries raise errors of many kinds
        raise ModelError(
            f"{checkpoint.source}: its processor does not load as a {processor_class.__name__} "
            f"({error})"
        ) from error


def _limit_visual_tokens(processor: Any, family: Family, max_tokens: int) -> None:
    """Configure a processor to make at most `max_tokens` image tokens per page."""
    image_processor = processor.image_processor
    match family.geometry:
        case "square":
            minimum = processor.image_seq_length
        case "merged":
            minimum = 1
            max_area = max_tokens * (image_processor.patch_size * image_processor.merge_size) ** 2
            size = image_processor.size  # areas in pixels, despite the names
            size["longest_edge"] = max_area
            size["shortest_edge"] = min(size["shortest_edge"], max_area)
        case "tiled":
            minimum = processor.image_seq_len
            # The tiles of a square page, which has the most, plus a thumbnail of the page.
            tile_count = max(max_tokens // minimum - 1, 1)
            edge = math.isqrt(tile_count) * image_processor.max_image_size["longest_edge"]
            size = image_processor.size
            size["longest_edge"] = min(size["longest_edge"], edge)
    if max_tokens < minimum:
        raise ValueError(
            f"max_visual_tokens must be at least {minimum} for a {family.name}, not {max_tokens}"
        )


def _load_weights(
    checkpoint: Checkpoint, model_class: Any, device: torch.device, dtype: torch.dtype
) -> Any:
    import torch

    local = {"local_files_only": checkpoint.is_local}
    if checkpoint.base is not None:
        # Loading an adapter reports only its own keys; missing keys of the base model would be
        # random. On the device "meta" no weights are read.
        on_meta = {**local, "device_map": "meta"}
        _, base_keys = _from_pretrained(model_class, checkpoint.base, device, dtype, on_meta)
    options = {**local, "revision": checkpoint.revision}
    model, keys = _from_pretrained(model_class, checkpoint.source, device, dtype, options)
    _check_keys(checkpoint.source, keys["missing_keys"], keys["unexpected_keys"])
    if checkpoint.base is not None:
        (adapter_config,) = model.peft_config.values()
        in_adapter = set(adapter_config.modules_to_save or ())  # stored there in full
        missing = {key for key in base_keys["missing_keys"] if not in_adapter & set(key.split("."))}
        _check_keys(checkpoint.base, missing, base_keys["unexpected_keys"])
    if hasattr(getattr(model, "model", None), "lm_head"):
        # ColPali would compute 257,000 unused logits per token: half a gigabyte per page.
        model.model.lm_head = torch.nn.Identity()
    return model


def _from_pretrained(
    model_class: Any, source: str, device: torch.device, dtype: torch.dtype, options: dict[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """Return a model and the loading report on its keys."""
    options = {**options, "dtype": dtype, "output_loading_info": True}
    attentions = ["sdpa", "eager"]
    if (
        device.type == "cuda"
        and dtype.itemsize < 4  # flash attention has no float32
        and import_module("transformers.utils").is_flash_attn_2_available()
    ):
        attentions.insert(0, "flash_attention_2")
    for attention in attentions:
        try:
            return cast(
                "tuple[Any, dict[str, Any]]",
                model_class.from_pretrained(source, attn_implementation=attention, **options),
            )
        except Exception as error:  # the libraries raise errors of many kinds
            is_unsupported = isinstance(error, (ImportError, ValueError))
            if is_unsupported and attention != "eager" and _ATTENTION.search(str(error)):
                continue  # not available for this model, device or installation
            raise ModelError(
                f"{source}: does not load as a {model_class.__name__} ({error})"
            ) from error
    raise AssertionError("eager attention is the last")


def _check_keys(source: str, missing: Any, unexpected: Any) -> None:
    """Raise ModelError unless all weights of the model come from the checkpoint."""
    for keys, problem in ((missing, "missing from"), (unexpected, "unexpected in")):
        relevant = sorted(key for key in keys if not _IRRELEVANT_WEIGHTS.search(key))
        if relevant:
            raise ModelError(
                f"{source}: {len(relevant)} weights are {problem} the checkpoint, such as "
                f"{relevant[0]}; it is damaged, not a late-interaction retriever, or needs "
                "another version of the library"
            )
