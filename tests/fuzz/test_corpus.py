"""The corpus of `make fuzz`, and what it found: read here without chance."""

from pathlib import Path

import pytest

from tests.fuzz.__main__ import LONGEST
from tests.fuzz.targets import TARGETS

INPUTS = sorted(path for path in (Path(__file__).parent / "corpus").rglob("*") if path.is_file())


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_input(path):
    TARGETS[path.parent.name](path.read_bytes())


def test_every_target_has_inputs_that_fit():
    assert TARGETS.keys() == LONGEST.keys()
    for target, longest in LONGEST.items():
        sizes = [path.stat().st_size for path in INPUTS if path.parent.name == target]
        assert 0 < max(sizes) <= longest
