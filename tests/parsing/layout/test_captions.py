"""Captions: how they begin."""

import pytest

from snappy_core.parsing.layout.captions import CAPTION


@pytest.mark.parametrize(
    "text",
    [
        "Figure 3: the dues", "Fig. 4b (left)", "Table A.1: dues", "TABLE IV", "Exhibit 7-26. Dues",
        "Supplementary Figure S2", "Extended Data Table 1",
    ],
)  # fmt: skip
def test_captions(text):
    assert CAPTION.match(text)


@pytest.mark.parametrize(
    "text", ["Figure 3 shows what dues are.", "Table of contents", "Box upside down", "The figure"]
)
def test_what_only_begins_like_one(text):
    assert not CAPTION.match(text)
