"""A second of the soak, so that it runs when it is wanted."""

import time
from pathlib import Path

import pytest

from tests.soak.growth import growth
from tests.soak.usage import Sample, Usage

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")


def test_every_answer_is_right(tmp_path):
    with Usage(tmp_path, threads=2) as usage:
        started = time.monotonic()
        while usage.sample().calls < 30 and not usage.errors and time.monotonic() < started + 300:
            time.sleep(0.02)
        sample = usage.sample()
    assert usage.errors == []
    assert sample.calls >= 30
    assert sample.memory > 10
    assert sample.files > 3


@pytest.mark.parametrize("name", ["files", "threads", "memory", "index"])
def test_growth_is_noticed(name):
    steady = {"calls": 1, "memory": 100.0, "files": 20, "threads": 4, "index": 1.0}
    samples = [Sample(**{**steady, name: steady[name] + 10 * number}) for number in range(40)]
    assert len(growth(samples)) == 1
    assert growth([Sample(**steady)] * 40) == []
