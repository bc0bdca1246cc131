"""The version of a model in a folder: indexes store it, so it must never change."""

from snappy_core.encoders.colvision.checkpoint import find_checkpoint
from snappy_core.encoders.model_folder import find_model


def test_the_digests_of_a_folder_stay_as_they_are(tmp_path):
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "config.json").write_bytes(b"{}")
    (tmp_path / "config.json").write_bytes(
        b'{"architectures": ["ColQwen2"], "model_type": "qwen2_vl"}'
    )
    (tmp_path / "model.safetensors").write_bytes(bytes(3_000_000) + b"1")
    (tmp_path / "vocab.txt").write_bytes(b"the\n")
    assert find_model(str(tmp_path)).version == "ff7309103f32"
    assert find_checkpoint(tmp_path, "auto").version == "b2ade9d4ffc4"  # other kinds of files
