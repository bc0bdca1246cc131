"""The encoder as an index uses it."""

import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from snappy_core import RegionIndex
from snappy_core.cli import main
from snappy_core.encoders import open_encoder
from snappy_core.encoders.colvision import ColVisionEncoder
from tests.encoders.colvision.tiny_names import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_its_name_opens_it_again(name, encoders, saved):
    encoder = encoders(name)
    assert encoder.name.startswith(f"{saved(name)}@")
    assert encoder.dim == (320 if name == "ColQwen3" else 128)
    again = open_encoder(encoder.name)
    assert (again.name, again.dim) == (encoder.name, encoder.dim)


def test_an_unpickled_encoder_loads_on_first_use(encoders, pages):
    encoder = encoders("ColQwen2")
    copied = pickle.dumps(encoder)
    assert len(copied) < 5_000
    again = pickle.loads(copied)
    assert "_loaded" not in again.__dict__
    assert (again.name, again.dim, again.batch_size) == (encoder.name, encoder.dim, 4)
    assert "_loaded" not in again.__dict__
    (found,), (expected,) = (one.encode_pages(pages[:1]) for one in (again, encoder))
    assert np.array_equal(found.vectors, expected.vectors)


def test_unpickling_imports_no_torch(encoders, tmp_path):
    (tmp_path / "encoder").write_bytes(pickle.dumps(encoders("ColQwen2")))
    code = (
        f"import pickle, sys; encoder = pickle.load(open({str(tmp_path / 'encoder')!r}, 'rb'))\n"
        "assert encoder.dim == 128\nassert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", ["ColQwen2", "native ColModernVBert"])
def test_an_index_of_page_images(name, encoders, tmp_path, data):
    path = tmp_path / "index.snappy"
    with RegionIndex.open(path, encoders(name)) as index:
        index.add(data / "table.pdf").raise_failed()
        expected = index.search("How many boats has the port of Brae?", k=3)
        assert len(expected) == 3
        heat = index.heatmap(expected[0])
        assert heat.grid is not None
        assert len(heat.values) >= heat.grid[0] * heat.grid[1]
    with RegionIndex.open(path) as index:  # it knows its encoder
        assert isinstance(index.encoder, ColVisionEncoder)
        assert index.search("How many boats has the port of Brae?", k=3) == expected


def test_on_the_command_line(saved, tmp_path, data, capsys):
    index, picture = tmp_path / "index.snappy", tmp_path / "heat.png"
    model = saved("native ColModernVBert")
    asked = ["How many boats has the port of Brae?", "--in", str(index)]
    made = main(["index", str(data / "table.pdf"), "--to", str(index), "--encoder", str(model)])
    assert made == 0
    assert main(["show", *asked, "--heat", "--out", str(picture)]) == 0  # it knows its encoder
    with Image.open(picture) as drawn:
        assert drawn.format == "PNG"
    capsys.readouterr()
    assert main(["search", *asked, "-k", "2", "--json"]) == 0
    hits = json.loads(capsys.readouterr().out)["hits"]
    assert [hit["rank"] for hit in hits] == [1, 2]
