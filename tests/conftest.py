"""Where the awkward files lie, and Hypothesis without chance or clock."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("snappy", derandomize=True, deadline=None, max_examples=60, database=None)
settings.load_profile("snappy")


@pytest.fixture(scope="session")
def data():
    return Path(__file__).parent / "data"
