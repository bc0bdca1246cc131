"""The kind of region that a question names."""

import numpy as np
import pytest

from snappy_core.scoring.query_cues import BOOST, label_boost
from snappy_core.types import LABELS

LABELLED = ("figure", "table", "table_row", "paragraph", "caption")


@pytest.mark.parametrize(
    ("question", "gain"),
    [
        ("Which curve in Figure 3 is the highest?", {"figure"}),
        ("What is on the x-axis?", {"figure"}),
        ("In Table 2, which row has the lowest value?", {"table", "table_row"}),
        ("Does the chart agree with the table?", {"figure", "table", "table_row"}),
        ("How was the photograph albumen figured out?", set()),
        ("Who keeps the tablet of the graphite works?", set()),
    ],
)
def test_a_kind_that_is_named_gains(question, gain):
    codes = np.array([LABELS.index(label) for label in LABELLED], np.uint8)
    expected = [BOOST if label in gain else 0 for label in LABELLED]
    assert label_boost(question, codes) == pytest.approx(expected)


def test_no_regions_gain_nothing():
    assert label_boost("Which figure?", np.zeros(0, np.uint8)).shape == (0,)
