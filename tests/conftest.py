"""Where the awkward files lie, and Hypothesis without chance or clock."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("snappy", derandomize=True, deadline=None, max_examples=60, database=None)
settings.register_profile(  # of `make states`
    "long", deadline=None, max_examples=400, stateful_step_count=50, database=None, print_blob=True
)
settings.load_profile("snappy")


def pytest_configure(config):
    config.addinivalue_line("markers", "tesseract: needs the program tesseract")
    config.addinivalue_line(
        "markers", "requires(module, ...): needs optional packages, imported when the test runs"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    for marker in item.iter_markers("requires"):
        for module in marker.args:
            pytest.importorskip(module)


def pytest_collection_modifyitems(items):
    if shutil.which("tesseract") is None:
        skip = pytest.mark.skip(reason="needs Tesseract: apt-get install tesseract-ocr")
        for item in items:
            if item.get_closest_marker("tesseract"):
                item.add_marker(skip)


@pytest.fixture(scope="session")
def data():
    return Path(__file__).parent / "data"
