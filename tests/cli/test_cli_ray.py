"""`snappy index --ray`: the executor it makes; `tests/ingest/ray` runs it on a cluster."""

import pytest

from snappy_core import Ray, RegionIndex


@pytest.fixture
def executors(monkeypatch):
    """The executors that the index was asked to add with."""
    executors = []
    add_inline = RegionIndex.add

    def add(self, paths, executor, **options):
        executors.append(executor)
        return add_inline(self, paths, **options)

    monkeypatch.setattr(RegionIndex, "add", add)
    return executors


@pytest.mark.parametrize("options", [[], ["--workers", 3], ["--workers", 0]])
def test_workers_are_those_of_the_cluster(data, tmp_path, executors, options):
    from snappy_core.cli import main

    command = ["index", data / "table.pdf", "--to", tmp_path / "a.snappy", "--ray", "auto"]
    assert main([str(part) for part in [*command, *options]]) == 0
    assert executors == [Ray("auto", workers=options[1] if options else None)]


def test_an_address_that_is_none(snappy, data, tmp_path):
    pytest.importorskip("ray")
    result = snappy("index", data / "table.pdf", "--to", tmp_path / "a.snappy", "--ray", "b.pdf")
    assert result.code == 2
    assert result.error.startswith("'b.pdf' is no address of a Ray cluster; give 'auto', 'local'")
