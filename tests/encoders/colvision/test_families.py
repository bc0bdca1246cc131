"""Families and checkpoints, before any library is imported."""

import json
import subprocess
import sys

import pytest

from snappy_core import ModelError
from snappy_core.encoders.colvision.checkpoint import find_checkpoint
from snappy_core.encoders.colvision.families import FAMILIES


def checkpoint(folder, **files):
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.model)
def test_the_family_is_that_of_the_configuration(family, tmp_path):
    config = {"model_type": family.model_type, "architectures": [family.model]}
    found = find_checkpoint(checkpoint(tmp_path, config=config), "auto")
    assert (found.family, found.base) == (family, None)


def test_the_family_of_an_adapter_is_that_of_its_base(tmp_path, monkeypatch):
    generic = {"model_type": "qwen2_5_vl", "architectures": ["Qwen2_5_VLForConditionalGeneration"]}
    base = checkpoint(tmp_path / "base", config=generic)
    adapter = checkpoint(
        tmp_path / "adapter", adapter_config={"base_model_name_or_path": str(base)}
    )
    found = find_checkpoint(adapter, "auto")
    assert found.family.name == "ColQwen2.5"
    assert found.base == str(base)
    monkeypatch.chdir(tmp_path)
    assert find_checkpoint("adapter", "colpali") == found


def test_an_adapter_in_a_folder_downloads_nothing(tmp_path):
    """Sockets are blocked here: the message is that of a base that is not on this machine."""
    made = {"base_model_name_or_path": "nobody/no-such-base"}
    with pytest.raises(ModelError, match="download it first: hf download nobody/no-such-base"):
        find_checkpoint(checkpoint(tmp_path, adapter_config=made), "auto")


QWEN = {"model_type": "qwen2_vl", "architectures": ["ColQwen2"]}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"config": {"model_type": "bert"}},
            "type 'bert' is not supported; families are ColPali, ColQ",
        ),
        ({"config": {}}, "type None is not supported"),
        ({"config": []}, "is not a model configuration"),
        ({}, "is not a model; it has no config.json"),
        ({"adapter_config": {}}, "names no base model"),
        (
            {"adapter_config": {"base_model_name_or_path": "a/b"}, "config": {}},
            "contains a model and an adapter",
        ),
        (
            {"config": {"model_type": "qwen2_vl", "architectures": ["BiQwen2"]}},
            "BiQwen2 is not a late-interaction retriever; use a ColQwen2",
        ),
    ],
)
def test_folders_without_a_supported_model(files, message, tmp_path):
    with pytest.raises(ModelError, match=message):
        find_checkpoint(checkpoint(tmp_path, **files), "auto")


def test_a_configuration_that_is_not_json(tmp_path):
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelError, match=r"config\.json: cannot be read"):
        find_checkpoint(tmp_path, "auto")


def test_backends(tmp_path):
    folder = checkpoint(tmp_path, config=QWEN)
    assert find_checkpoint(folder, "colpali").family.backend == "colpali"
    with pytest.raises(ValueError, match="this ColQwen2 needs the backend 'colpali'"):
        find_checkpoint(folder, "hf")
    with pytest.raises(ValueError, match="backend must be auto, colpali or hf, not 'onnx'"):
        find_checkpoint(folder, "onnx")


@pytest.mark.parametrize("name", ["colqwen", "/models/colqwen", "./a/b", "a/b/c", "a/", "~/a", ""])
def test_neither_folder_nor_hub_id(name):
    with pytest.raises(ModelError, match="is neither a folder nor a hub id"):
        find_checkpoint(name, "auto")


def test_the_version_of_a_folder_is_a_digest_of_its_files(tmp_path):
    folder = checkpoint(tmp_path / "model", config=QWEN)
    found = find_checkpoint(folder, "auto")
    (folder / "README.md").write_text("other words")
    assert find_checkpoint(f"{folder}@{found.version}", "auto") == found
    (folder / "model.safetensors").write_bytes(bytes(3_000_000) + b"1")
    changed = find_checkpoint(folder, "auto").version
    with pytest.raises(ModelError, match=f"has changed from version {found.version} to {changed}"):
        find_checkpoint(f"{folder}@{found.version}", "auto")
    (folder / "model.safetensors").write_bytes(bytes(3_000_000) + b"2")
    assert find_checkpoint(folder, "auto").version not in (found.version, changed)


def test_a_hub_id_that_is_not_cached(monkeypatch):
    hub = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(hub, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match=r"nobody/no-such-model: .*(downloaded|Hub)"):
        find_checkpoint("nobody/no-such-model", "auto")


def test_a_hub_id_in_the_cache(tmp_path, monkeypatch):
    """The revision becomes the commit, by which the same model opens again."""
    hub = pytest.importorskip("huggingface_hub.constants")
    commit = "0123456789abcdef0123456789abcdef01234567"
    cached = tmp_path / "models--owner--model"
    checkpoint_folder = cached / "snapshots" / commit
    checkpoint_folder.mkdir(parents=True)
    checkpoint(checkpoint_folder, config=QWEN)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(commit)
    (cached / ".no_exist" / commit).mkdir(parents=True)
    (cached / ".no_exist" / commit / "adapter_config.json").touch()
    monkeypatch.setattr(hub, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(hub, "HF_HUB_OFFLINE", True)
    found = find_checkpoint("owner/model", "auto")
    assert (found.source, found.version, found.revision) == ("owner/model", commit, commit)
    assert not found.is_local
    assert find_checkpoint("owner/model", "auto", local_only=True).is_local
    assert find_checkpoint(f"owner/model@{commit}", "auto") == found
    with pytest.raises(ModelError, match="neither on this machine"):
        find_checkpoint("owner/model@v2", "auto")


def test_importing_snappy_imports_no_torch():
    code = "import sys, snappy_core, snappy_core.encoders.colvision; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "snappy_core" in loaded
    assert not loaded & {"torch", "transformers", "colpali_engine", "torchvision", "peft"}
