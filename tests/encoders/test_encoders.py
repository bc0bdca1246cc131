"""Encoders by name, and indexes that open theirs."""

import socket
import subprocess
import sys

import pytest

from snappy_core import IndexMismatchError, MissingDependencyError, ModelError, RegionIndex
from snappy_core.encoders import ENCODERS, MINILM, can_open, open_encoder
from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.stores import SqliteStore
from snappy_core.testing import FakeEncoder


def test_the_embedded_encoder():
    for encoder in (open_encoder(), open_encoder(MINILM)):
        assert isinstance(encoder, MiniLMEncoder)
        assert encoder.name == MINILM


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (MINILM, True),
        ("vidore/colqwen2.5-v0.2", True),
        ("/models/colpali", True),
        ("fake-1", False),
        ("model-0123456789ab", False),
        ("", False),
    ],
)
def test_names_that_can_be_opened(name, expected):
    assert can_open(name) is expected


def test_a_folder_is_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "colpali").mkdir()
    assert can_open("colpali")


def test_no_such_encoder():
    with pytest.raises(
        ModelError, match=r"'minlm': no such encoder; use minilm-l6-int8-1, or .*colqwen2\.5"
    ):
        open_encoder("minlm")


def test_an_index_opens_the_embedded_encoder(tmp_path, data):
    path = tmp_path / "index.snappy"
    with RegionIndex.open(path) as index:
        index.add(data / "table.pdf").raise_failed()
        hits = index.search("How many boats has the port of Brae?")
    with RegionIndex.open(path) as index:
        assert index.search("How many boats has the port of Brae?") == hits
        assert index.encoder is index.encoder


def test_an_index_names_its_encoder_without_loading_it(tmp_path):
    """Listing, deleting and describing documents needs no model."""
    path = tmp_path / "index.snappy"
    store = SqliteStore(path)
    store.bind_encoder("nobody/no-such-model", 128)
    store.close()
    with RegionIndex.open(path, create=False) as index:
        info = index.info()
        assert (info.encoder, info.dim) == ("nobody/no-such-model", 128)
        assert index.documents() == []
        assert index.delete("never") is False


@pytest.mark.requires("huggingface_hub")
def test_a_model_that_only_an_index_names_is_not_fetched(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    lookups = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *place, **_: lookups.append(place) or [])
    path = tmp_path / "index.snappy"
    store = SqliteStore(path)
    store.bind_encoder("nobody/no-such-model", 128)
    store.close()
    with RegionIndex.open(path, create=False) as index:
        for use in (lambda: index.search("Who?"), lambda: index.add(tmp_path / "x.pdf")):
            with pytest.raises(ModelError, match=r"encoder=open_encoder\('nobody/no-such-model'\)"):
                use()
    assert lookups == []


@pytest.mark.requires("huggingface_hub")
def test_a_text_model_that_is_missing_says_how_to_get_it(tmp_path, monkeypatch):
    """It is not taken for a vision model, which would need torch."""
    monkeypatch.setattr("snappy_core.encoders.colvision.load.find_spec", lambda _: None)
    with pytest.raises(ModelError, match=r"^nobody/text: not on .*: hf download nobody/text$"):
        open_encoder("nobody/text", local_only=True)
    with pytest.raises(ModelError, match=r"hf download nobody/text --revision 0a1b2c$"):
        open_encoder("nobody/text@0a1b2c", local_only=True)
    store = SqliteStore(tmp_path / "index.snappy")
    store.bind_encoder("nobody/text", 128)
    advice = r"hf download nobody/text\); .* pass encoder=open_encoder\('nobody/text'\)"
    with RegionIndex(store) as index, pytest.raises(ModelError, match=advice):
        index.search("Who?")

    def fail(*arguments, **options):
        raise OSError("no network")

    monkeypatch.setattr("huggingface_hub.snapshot_download", fail)
    with pytest.raises(ModelError, match=r"^nobody/text: cannot be downloaded .*\(no network\)$"):
        open_encoder("nobody/text")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(
        MissingDependencyError, match=r"nobody/text .*: pip install huggingface-hub"
    ):
        open_encoder("nobody/text")


def test_an_unregistered_encoder_must_be_passed(tmp_path):
    path = tmp_path / "index.snappy"
    RegionIndex.open(path, FakeEncoder()).close()
    message = r"made by the encoder fake-1 \(64 dimensions\), which Snappy cannot open by its name"
    with RegionIndex.open(path) as index, pytest.raises(IndexMismatchError, match=message):
        index.search("boats")
    assert [found.name for found in tmp_path.iterdir()] == [path.name]  # it was closed again
    RegionIndex.open(path, FakeEncoder()).close()


class LengthEncoder(FakeEncoder):
    """An encoder of a program that uses Snappy."""

    def __init__(self):
        super().__init__(name="length-1")


def test_an_index_opens_a_registered_encoder(tmp_path, data, monkeypatch):
    monkeypatch.setattr(ENCODERS, "_registered", {})
    path = tmp_path / "index.snappy"
    with RegionIndex.open(path, LengthEncoder()) as index:
        index.add(data / "table.pdf").raise_failed()
    message = "made by the encoder length-1"
    with RegionIndex.open(path) as index, pytest.raises(IndexMismatchError, match=message):
        index.search("boats")
    ENCODERS.register("length-1", LengthEncoder)
    with RegionIndex.open(path) as index:
        assert index.search("How many boats has the port of Brae?")
        assert isinstance(index.encoder, LengthEncoder)


def test_importing_the_encoders_imports_no_model():
    code = "import sys, snappy_core.encoders; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"onnxruntime", "torch", "transformers", "colpali_engine", "tokenizers"}
