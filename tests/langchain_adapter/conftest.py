"""The sample report in an index without a model."""

from pathlib import Path

import pytest

from snappy_core import RegionIndex
from snappy_core.testing import FakeEncoder


@pytest.fixture(scope="session")
def report():
    return Path(__file__).parents[2] / "examples" / "report.pdf"


@pytest.fixture(scope="session")
def report_index(report):
    index = RegionIndex(encoder=FakeEncoder())
    index.add(report, metadata={"team": "finance"}).raise_failed()
    return index
