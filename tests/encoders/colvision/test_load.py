"""Complete models load; incomplete ones raise clear errors."""

import re
import shutil
import subprocess
import sys
import warnings

import numpy as np
import pytest

from snappy_core import MissingDependencyError, ModelError
from snappy_core.encoders.colvision import ColVisionEncoder
from snappy_core.errors import install_hint


@pytest.fixture
def copy(saved, tmp_path):
    """A function that returns a copy of a tiny model, to be broken."""
    return lambda name: shutil.copytree(saved(name), tmp_path / "copy")


def edit_weights(folder, change, file="model.safetensors"):
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / file)
    change(weights)
    save_file(weights, folder / file, {"format": "pt"})


def take(weights, end):
    """Remove a weight by the end of its name; prefixes differ between libraries."""
    (name,) = (key for key in weights if key.endswith(end))
    return weights.pop(name)


@pytest.mark.parametrize("name", ["ColQwen2.5", "native ColPali"])
def test_missing_weights_are_an_error(name, copy):
    folder = copy(name)
    last = "embedding_proj_layer" if name.startswith("native") else "custom_text_proj"
    edit_weights(folder, lambda weights: weights.pop(f"{last}.weight"))
    with pytest.raises(ModelError, match=rf"1 weights are missing from .* {last}\.weight; it is d"):
        ColVisionEncoder(folder)


def test_unexpected_weights_are_an_error(copy):
    folder = copy("ColIdefics3")
    edit_weights(folder, lambda weights: weights.update(stray=weights["linear.weight"].clone()))
    with pytest.raises(ModelError, match=r"1 weights are unexpected in .* stray"):
        ColVisionEncoder(folder)


def test_weights_under_other_names_are_an_error(copy):
    folder = copy("ColModernVBert")
    edit_weights(folder, lambda w: w.update(other=take(w, "custom_text_proj.bias")))
    with pytest.raises(ModelError, match=r"missing from .* custom_text_proj\.bias"):
        ColVisionEncoder(folder)


def test_the_language_model_head_is_ignored(copy, encoders):
    folder = copy("ColQwen2")
    edit_weights(folder, lambda w: w.update({"lm_head.weight": w["custom_text_proj.weight"] * 1}))
    found = ColVisionEncoder(folder).encode_query("a")
    assert np.array_equal(found.vectors, encoders("ColQwen2").encode_query("a").vectors)


def test_weights_of_another_shape_or_truncated(copy):
    folder = copy("ColQwen2")
    edit_weights(
        folder, lambda w: w.update({"custom_text_proj.bias": w["custom_text_proj.bias"][:9] * 1})
    )
    with pytest.raises(ModelError, match="does not load as a ColQwen2"):
        ColVisionEncoder(folder)
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ModelError, match="does not load as a ColQwen2"):
        ColVisionEncoder(folder)
    path.unlink()
    with pytest.raises(ModelError, match="does not load as a ColQwen2"):
        ColVisionEncoder(folder)


def test_a_language_model_is_not_a_retriever(copy):
    """The configuration may not name the architecture; the weights show it."""
    from tests.encoders.colvision.tiny import change_config

    folder = copy("ColQwen3")
    change_config(folder, architectures=None)
    edit_weights(
        folder, lambda w: [take(w, f"custom_text_proj.{part}") for part in ("weight", "bias")]
    )
    with pytest.raises(
        ModelError, match=r"2 weights are missing .* not a late-interaction retriever"
    ):
        ColVisionEncoder(folder)


@pytest.mark.parametrize(
    ("model", "processor"),
    [
        ("ColPali", "ColQwen2"),
        ("ColQwen2", "ColPali"),
        ("ColQwen2", "ColIdefics3"),
        ("ColIdefics3", "ColQwen2"),
        ("native ColModernVBert", "native ColPali"),
    ],
)
def test_a_processor_of_another_family(model, processor, copy, saved):
    folder = copy(model)
    for file in ("processor_config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(saved(processor) / file, folder / file)
    with pytest.raises(ModelError, match="processor"):
        ColVisionEncoder(folder)


def test_a_processor_with_another_number_of_tokens(copy, pages):
    from tests.encoders.colvision.tiny import change_config

    folder = copy("ColIdefics3")
    change_config(folder, "processor_config.json", image_seq_len=15)
    with pytest.raises(ModelError, match="does not fit the model: 15 image tokens do not form a s"):
        ColVisionEncoder(folder)
    change_config(folder, "processor_config.json", image_seq_len=25)
    with pytest.raises(ModelError, match="the model fails on the output of its processor"):
        ColVisionEncoder(folder).encode_pages(pages)


@pytest.fixture
def adapter(saved, tmp_path):
    """A function that returns an adapter of a tiny model, and vectors of a question by it."""
    torch = pytest.importorskip("torch")
    peft = pytest.importorskip("peft")

    def get(name, **changes):
        encoder = ColVisionEncoder(saved(name))
        settings = peft.LoraConfig(
            r=4, target_modules=["q_proj", "custom_text_proj"], init_lora_weights=False, **changes
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # peft's, over transformers
            model = peft.get_peft_model(encoder._loaded.model, settings)
        model.save_pretrained(tmp_path / "adapter")
        encoder._loaded.processor.save_pretrained(tmp_path / "adapter")
        with torch.inference_mode():
            vectors = encoder.encode_query("Rents?").vectors
        return tmp_path / "adapter", vectors

    return get


@pytest.mark.parametrize("name", ["ColQwen2", "ColQwen2.5", "ColPali", "ColModernVBert"])
def test_an_adapter(name, adapter, encoders):
    folder, expected = adapter(name)
    encoder = ColVisionEncoder(folder)
    assert encoder.name.startswith(f"{folder}@")
    found = encoder.encode_query("Rents?").vectors
    assert np.allclose(found, expected, atol=1e-5)
    assert not np.allclose(found, encoders(name).encode_query("Rents?").vectors, atol=1e-2)


def test_a_damaged_adapter(adapter):
    folder, _ = adapter("ColQwen2")
    file = "adapter_model.safetensors"
    edit_weights(folder, lambda w: w.pop(sorted(w)[0]), file)
    with pytest.raises(ModelError, match="1 weights are missing from"):
        ColVisionEncoder(folder)
    (folder / file).unlink()
    with pytest.raises(ModelError, match="does not load as a ColQwen2"):
        ColVisionEncoder(folder)


def test_an_adapter_over_a_base_without_its_last_layer(adapter, copy):
    """transformers reports only keys of the adapter and leaves the base random."""
    from tests.encoders.colvision.tiny import change_config

    folder, _ = adapter("ColQwen2")
    base = copy("ColQwen2")
    edit_weights(base, lambda weights: weights.pop("custom_text_proj.weight"))
    change_config(folder, "adapter_config.json", base_model_name_or_path=str(base))
    with pytest.raises(ModelError, match=r"copy: 1 weights are missing from .*text_proj\.weight"):
        ColVisionEncoder(folder)


def test_attention_falls_back(saved, monkeypatch):
    import colpali_engine.models as engine

    assert ColVisionEncoder(saved("ColQwen2"))._loaded.model.config._attn_implementation == "sdpa"
    monkeypatch.setattr(engine.ColQwen2, "_supports_sdpa", False)
    loaded = ColVisionEncoder(saved("ColQwen2"))._loaded
    assert loaded.model.config._attn_implementation == "eager"


def test_dtypes_and_devices(saved, encoders):
    import torch

    encoder = ColVisionEncoder(saved("ColQwen2"), device="cpu", dtype="bfloat16")
    assert {weights.dtype for weights in encoder._loaded.model.parameters()} == {torch.bfloat16}
    exact = encoders("ColQwen2").encode_query("Rents?").vectors
    assert np.sum(encoder.encode_query("Rents?").vectors * exact, axis=1).min() > 0.99
    assert encoders("ColQwen2")._loaded.model.dtype == torch.float32


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"device": "tpu"}, "device must be auto or one that torch .* not 'tpu'"),
        ({"device": "cuda:99"}, "not 'cuda:99'"),
        ({"device": "cuda:x"}, "not 'cuda:x'"),
        ({"dtype": "int8"}, "dtype must be auto, float32, float16, bfloat16, not 'int8'"),
        ({"batch_size": 0}, "batch_size must be at least 1, not 0"),
        ({"max_visual_tokens": 0}, "max_visual_tokens must be at least 1, not 0"),
    ],
)
def test_invalid_options(option, message, saved):
    with pytest.raises(ValueError, match=message):
        ColVisionEncoder(saved("ColQwen2"), **option)


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [("ColQwen2", "colpali_engine", "colpali"), ("native ColQwen2", "transformers", "hf")],
)
def test_a_missing_library(name, package, extra, saved, monkeypatch):
    folder = saved(name)
    for module in [key for key in sys.modules if key.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependencyError, match=re.escape(install_hint(extra))):
        ColVisionEncoder(folder)


def test_a_library_that_is_too_old(saved, monkeypatch):
    from snappy_core.encoders.colvision import load

    folder = saved("ColQwen2")
    monkeypatch.setattr(load, "version", lambda package: "0.3.9")
    with pytest.raises(
        MissingDependencyError, match=r"colpali-engine 0\.3\.9 is too old: .* 0\.3\.18"
    ):
        ColVisionEncoder(folder)


def run(code, **environment):
    import os

    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def test_a_torchvision_of_another_build(saved):
    code = (
        "import torch\n"
        "try:\n    import torchvision\n"
        "except RuntimeError:\n    pass\n"
        "else:\n    print('fits')\n    raise SystemExit\n"
        "from snappy_core.encoders.colvision import ColVisionEncoder\n"
        f"ColVisionEncoder({str(saved('ColQwen2'))!r})"
    )
    done = run(code)
    if "fits" in done.stdout:
        pytest.skip("torchvision fits torch here")
    last = done.stderr.splitlines()[-1]
    assert "MissingDependencyError: torchvision was built for another torch than" in last
    assert "pip install --force-reinstall --no-deps torchvision --index-url https" in last


def test_transformers_alone_is_enough(saved, tmp_path, encoders):
    """Neither torchvision nor colpali-engine nor peft: another folder of packages without them."""
    import sysconfig
    from pathlib import Path

    packages = Path(sysconfig.get_path("purelib"))
    absent = ("torchvision", "colpali_engine", "peft", "accelerate", "__editable__")
    for path in packages.iterdir():
        if not path.name.startswith(absent):
            (tmp_path / path.name).symlink_to(path)
    lines = [
        "import sys",
        f"sys.path = [p for p in sys.path if p != {str(packages)!r}]",
        f"sys.path[:0] = [{str(Path(__file__).parents[3])!r}, {str(tmp_path)!r}]",
        "from snappy_core.encoders.colvision import ColVisionEncoder",
        f"encoder = ColVisionEncoder({str(saved('native ColQwen2'))!r})",
        "print(encoder.encode_query('Rents?').vectors.sum())",
        "import importlib.util",
        "print([importlib.util.find_spec(name) for name in ('torchvision', 'colpali_engine')])",
    ]
    done = subprocess.run(
        [sys.executable, "-S", "-W", "ignore", "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    total, found = done.stdout.splitlines()
    assert found == "[None, None]"
    expected = encoders("native ColQwen2").encode_query("Rents?").vectors.sum()
    assert float(total) == pytest.approx(float(expected), abs=1e-3)
