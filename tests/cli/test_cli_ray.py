"""`snappy index --ray`: what it hands on; `tests/ingest/test_ray.py` runs it on a cluster."""

import pytest

from snappy_core import RegionIndex


@pytest.fixture
def asked(monkeypatch):
    """The options that the index was asked to add with."""
    found = {}
    real = RegionIndex.add

    def add(self, paths, **options):
        found.update(options)
        return real(self, paths, **{**options, "ray": None, "workers": None})

    monkeypatch.setattr(RegionIndex, "add", add)
    return found


@pytest.mark.parametrize("options", [[], ["--workers", 3], ["--workers", 0]])
def test_workers_are_those_of_the_cluster(data, tmp_path, asked, options):
    from snappy_core.cli import main

    command = ["index", data / "table.pdf", "--to", tmp_path / "a.snappy", "--ray", "auto"]
    assert main([str(part) for part in [*command, *options]]) == 0
    assert asked["ray"] == "auto"
    assert asked["workers"] == (options[1] if options else None)


def test_an_address_that_is_none(snappy, data, tmp_path):
    pytest.importorskip("ray.data")
    done = snappy("index", data / "table.pdf", "--to", tmp_path / "a.snappy", "--ray", "b.pdf")
    assert done.code == 2
    assert done.error.startswith("'b.pdf' is no address of a Ray cluster; give 'auto', 'local'")
