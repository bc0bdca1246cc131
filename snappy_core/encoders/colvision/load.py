"""From a checkpoint to a model that is known to be whole, on a device."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal, cast

from snappy_core.encoders.colvision import resolution
from snappy_core.encoders.colvision.families import Backend, Checkpoint
from snappy_core.errors import MissingDependencyError, ModelError

if TYPE_CHECKING:
    import torch

Dtype = Literal["auto", "float32", "float16", "bfloat16"]

_LEAST: dict[Backend, tuple[str, tuple[int, ...]]] = {
    "colpali": ("colpali-engine", (0, 3, 18)),  # earlier ones lose weights without a word
    "hf": ("transformers", (5, 3)),
}

_ATTENTION = re.compile("attention|attn|sdpa|flash", re.IGNORECASE)
_UNUSED = re.compile(r"(^|\.)(lm_head\.|rotary_emb\.inv_freq$|position_ids$)")
"""Weights that make no embedding: the head that writes text, and tables that are computed."""


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A model ready to run.

    Attributes:
        processor: makes its inputs of pictures and questions.
        image_token: id that stands for a piece of the picture.
    """

    checkpoint: Checkpoint
    model: Any
    processor: Any
    image_token: int
    device: torch.device

    def embed(self, inputs: Any) -> torch.Tensor:
        """Return what the model makes of processed pages or questions, (batch, sequence, dim).

        Raises:
            ModelError: the model cannot take them, or gives no vector for every token.
        """
        import torch

        with torch.inference_mode():
            try:
                return self.forward(inputs)
            except (ValueError, IndexError, RuntimeError) as error:
                if is_out_of_memory(error):
                    raise
                raise ModelError(
                    f"{self.checkpoint.source}: the model cannot run on what its processor made "
                    f"({error})"
                ) from error

    def forward(self, inputs: Any) -> torch.Tensor:
        """Do as `embed`, so that gradients can be had."""
        inputs = {key: value.to(self.device) for key, value in inputs.items() if key != "labels"}
        if "pixel_values" in inputs:
            inputs["pixel_values"] = inputs["pixel_values"].to(self.model.dtype)
        if self.checkpoint.backend == "colpali":
            made = self.model(**inputs)
        else:
            if "image_grid_thw" in inputs:
                inputs["position_ids"] = self._positions(inputs)
            made = self.model(**inputs).embeddings
        if made.shape[:-1] != inputs["input_ids"].shape:
            raise ModelError(f"{self.checkpoint.source}: does not give a vector for every token")
        return cast("torch.Tensor", made)

    def free_memory(self) -> None:
        """Give back what the device holds of an earlier batch."""
        import torch

        gc.collect()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        elif self.device.type == "mps":
            torch.mps.empty_cache()

    def _positions(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return the places of tokens in time, height and width, (3, batch, sequence).

        ColQwen2 was trained with them. The model in transformers 5 counts the tokens through
        unless they are given.
        """
        positions: torch.Tensor = self.model.vlm.get_rope_index(
            inputs["input_ids"],
            mm_token_type_ids=(inputs["input_ids"] == self.image_token).int(),
            image_grid_thw=inputs["image_grid_thw"],
            attention_mask=inputs["attention_mask"],
        )[0]
        return positions


def is_out_of_memory(error: Exception) -> bool:
    """Say whether a model failed for want of memory, on whatever device."""
    import torch

    if isinstance(error, (MemoryError, torch.cuda.OutOfMemoryError)):
        return True
    signs = "out of memory|can't allocate memory|not enough memory"  # MPS, CPU
    return isinstance(error, RuntimeError) and re.search(signs, str(error)) is not None


def load_model(
    checkpoint: Checkpoint, device: str, dtype: Dtype, max_visual_tokens: int | None
) -> Loaded:
    """Load a model and its processor.

    The fastest attention that the model can run is taken: flash, then sdpa, then eager.

    Raises:
        MissingDependencyError: the backend is not installed, or a part of it is of another build.
        ModelError: weights are missing or left over, or the processor is not the model's.
        ValueError: the device or dtype is not there.
    """
    with _explained(checkpoint):
        import torch

        _check_version(checkpoint.backend)
        model_class, processor_class = _classes(checkpoint)
    place = _device(device)
    kind = _dtype(dtype, place)
    processor = _load_processor(checkpoint, processor_class)
    if max_visual_tokens is not None:
        resolution.limit(processor, checkpoint.family, max_visual_tokens)
    model = _load_weights(checkpoint, model_class, place, kind)
    config = getattr(model.config, "vlm_config", model.config)
    token = getattr(config, "image_token_id", None)
    if token is None:
        token = config.image_token_index
    return Loaded(checkpoint, model.to(torch.device(place)).eval(), processor, token, place)


def _check_version(backend: Backend) -> None:
    package, least = _LEAST[backend]
    found = version(package)
    if tuple(int(part) for part in re.findall(r"\d+", found)[: len(least)]) < least:
        wanted = ".".join(map(str, least))
        raise ImportError(f"{package} {found} is too old: at least {wanted}")


def _classes(checkpoint: Checkpoint) -> tuple[Any, Any]:
    names = {"colpali": "colpali_engine.models", "hf": "transformers"}
    library = import_module(names[checkpoint.backend])
    if checkpoint.base is not None:
        import_module("peft")  # without it transformers says nothing and leaves the adapter out
    return getattr(library, checkpoint.port.model), getattr(library, checkpoint.port.processor)


@contextmanager
def _explained(checkpoint: Checkpoint) -> Iterator[None]:
    """Make what goes wrong in importing the libraries one line that says what to do."""
    try:
        yield
    except (ImportError, AttributeError, RuntimeError) as error:
        cure = f"pip install -U 'snappy-retriever[{checkpoint.backend}]'"
        if mismatch := _torchvision_mismatch():
            raise MissingDependencyError(mismatch) from error
        raise MissingDependencyError(
            f"{checkpoint.source} is a {checkpoint.family.name}: {cure} ({error})"
        ) from error


def _torchvision_mismatch() -> str:
    """Say how to put right a torchvision built for another torch; empty when it fits."""
    try:
        import torch
    except ImportError:
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


def _device(name: str) -> torch.device:
    import torch

    there = [
        kind
        for kind, found in (
            ("cuda", torch.cuda.is_available()),
            ("mps", torch.backends.mps.is_available()),
            ("cpu", True),
        )
        if found
    ]
    if name == "auto":
        return torch.device(there[0])
    kind, _, number = name.partition(":")
    known = kind in there and (not number or number.isdecimal())
    if not known or (kind == "cuda" and number and int(number) >= torch.cuda.device_count()):
        raise ValueError(
            f"device must be auto or one that torch {torch.__version__} has here "
            f"({', '.join(there)}), not {name!r}"
        )
    return torch.device(name)


def _dtype(name: str, device: torch.device) -> torch.dtype:
    import torch

    kinds = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
    if name == "auto":
        return torch.float32 if device.type == "cpu" else torch.bfloat16
    if name not in kinds:
        raise ValueError(f"dtype must be auto, {', '.join(kinds)}, not {name!r}")
    return kinds[name]


def _load_processor(checkpoint: Checkpoint, kind: Any) -> Any:
    try:
        return kind.from_pretrained(
            checkpoint.source, revision=checkpoint.revision, local_files_only=checkpoint.is_folder
        )
    except Exception as error:  # each library part complains in its own way
        raise ModelError(
            f"{checkpoint.source}: its processor does not load as a {kind.__name__} ({error})"
        ) from error


def _load_weights(checkpoint: Checkpoint, kind: Any, device: torch.device, dtype: Any) -> Any:
    import torch

    files = {"revision": checkpoint.revision, "local_files_only": checkpoint.is_folder}
    if checkpoint.base is not None:
        # Loading an adapter tells of the adapter's weights alone, and what the base lacks is
        # random. On "meta" no weight is read.
        here = {"local_files_only": checkpoint.is_folder, "device_map": "meta"}
        _, base = _from_pretrained(kind, checkpoint.base, device, dtype, here)
    model, found = _from_pretrained(kind, checkpoint.source, device, dtype, files)
    _check_keys(checkpoint.source, found["missing_keys"], found["unexpected_keys"])
    if checkpoint.base is not None:
        (settings,) = model.peft_config.values()
        saved = set(settings.modules_to_save or ())  # the adapter holds them as a whole
        missing = {key for key in base["missing_keys"] if not saved & set(key.split("."))}
        _check_keys(checkpoint.base, missing, base["unexpected_keys"])
    if hasattr(getattr(model, "model", None), "lm_head"):
        # ColPali's writes text: 257,000 numbers a token that nobody reads, half a gigabyte a page.
        model.model.lm_head = torch.nn.Identity()
    return model


def _from_pretrained(
    kind: Any, source: str, device: torch.device, dtype: Any, settings: dict[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """Return a model, and what is known of its keys."""
    settings = {**settings, "dtype": dtype, "output_loading_info": True}
    for attention in _attentions(device, dtype):
        try:
            return cast(
                "tuple[Any, dict[str, Any]]",
                kind.from_pretrained(source, attn_implementation=attention, **settings),
            )
        except Exception as error:  # transformers, peft, safetensors: each in its own way
            refused = isinstance(error, (ImportError, ValueError))
            if refused and attention != "eager" and _ATTENTION.search(str(error)):
                continue  # not for this model, device or installation
            raise ModelError(f"{source}: does not load as a {kind.__name__} ({error})") from error
    raise AssertionError("eager attention ends the list")


def _attentions(device: torch.device, dtype: Any) -> list[str]:
    import torch

    flash = (
        device.type == "cuda"
        and dtype != torch.float32
        and import_module("transformers.utils").is_flash_attn_2_available()
    )
    return [*(["flash_attention_2"] if flash else []), "sdpa", "eager"]


def _check_keys(source: str, missing: Any, unexpected: Any) -> None:
    """Raise rather than run with random weights."""
    for keys, wrong in ((missing, "missing from"), (unexpected, "left over from")):
        if left := sorted(key for key in keys if not _UNUSED.search(key)):
            raise ModelError(
                f"{source}: {len(left)} weights are {wrong} the checkpoint, such as {left[0]}; "
                "it is damaged, no late-interaction retriever, or of another version of the "
                "library"
            )
