"""Encoders by name, and indexes that know theirs."""

import subprocess
import sys

import pytest

from snappy_core import IndexMismatchError, ModelError, RegionIndex
from snappy_core.encoders import MINILM, is_encoder_name, open_encoder
from snappy_core.encoders.onnx_text import OnnxTextEncoder
from snappy_core.stores import SqliteStore
from snappy_core.testing import FakeEncoder


@pytest.mark.parametrize("name", [None, MINILM])
def test_the_embedded_encoder(name):
    encoder = open_encoder(name)
    assert isinstance(encoder, OnnxTextEncoder)
    assert encoder.name == MINILM


@pytest.mark.parametrize(
    ("name", "known"),
    [
        (MINILM, True),
        ("vidore/colqwen2.5-v0.2", True),
        ("/models/colpali", True),
        ("fake-1", False),
        ("model-0123456789ab", False),
        ("", False),
    ],
)
def test_names(name, known):
    assert is_encoder_name(name) is known


def test_a_folder_is_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "colpali").mkdir()
    assert is_encoder_name("colpali")


def test_no_such_encoder():
    with pytest.raises(ModelError, match=r"'minlm': no such encoder; give .*colqwen2\.5"):
        open_encoder("minlm")


def test_an_index_knows_the_embedded_encoder(tmp_path, data):
    path = tmp_path / "index.snappy"
    with RegionIndex.open(path) as index:
        index.add(data / "table.pdf").raise_failed()
        hits = index.search("How many boats has the port of Brae?")
    with RegionIndex.open(path) as index:
        assert index.search("How many boats has the port of Brae?") == hits
        assert index.encoder is index.encoder


def test_an_index_says_what_made_it_and_opens_no_model_for_that(tmp_path):
    """The model is not there, and to list, delete and describe it is not needed."""
    path = tmp_path / "index.snappy"
    store = SqliteStore(path)
    store.bind_encoder("nobody/no-such-model", 128)
    store.close()
    with RegionIndex.open(path, create=False) as index:
        info = index.info()
        assert (info.encoder, info.dim) == ("nobody/no-such-model", 128)
        assert index.documents() == []
        assert index.delete("never") is False


def test_an_encoder_that_has_no_name_to_open_it_by_must_be_given(tmp_path):
    path = tmp_path / "index.snappy"
    RegionIndex.open(path, FakeEncoder()).close()
    with pytest.raises(IndexMismatchError, match=r"made by the encoder fake-1 \(64 dimensions\)"):
        RegionIndex.open(path)
    assert [found.name for found in tmp_path.iterdir()] == [path.name]  # it was closed again
    RegionIndex.open(path, FakeEncoder()).close()


def test_importing_the_encoders_imports_no_model():
    code = "import sys, snappy_core.encoders; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"onnxruntime", "torch", "transformers", "colpali_engine", "tokenizers"}
