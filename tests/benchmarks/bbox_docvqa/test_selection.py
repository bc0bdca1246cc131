"""The rule of the paper selects half of the regions, and tables for most of their rows."""

import numpy as np
import pytest

from benchmarks.bbox_docvqa.selection import above_percentile, promote_to_parent
from snappy_core.types import LABELS


def codes(*labels):
    return np.array([LABELS.index(label) for label in labels], np.uint8)


@pytest.mark.parametrize(
    ("percentile", "kept"),
    [(0, [1, 1, 1, 1, 1]), (50, [0, 1, 1, 0, 1]), (75, [0, 1, 0, 0, 1]), (100, [0, 1, 0, 0, 0])],
)
def test_above_percentile(percentile, kept):
    assert (
        above_percentile(np.array([0.1, 0.9, 0.5, 0.2, 0.8], np.float32), percentile).tolist()
        == kept
    )
    assert above_percentile(np.array([], np.float32), percentile).tolist() == []


def test_half_of_the_rows_are_widened_to_their_table():
    labels = codes("table", *["table_row"] * 4, "list", "list_item", "list_item")
    parents = np.array([-1, 0, 0, 0, 0, -1, 5, 5])
    assert promote_to_parent(np.array([6, 3, 7, 1]), labels, parents).tolist() == [6, 0, 7]
    assert promote_to_parent(np.array([3, 6]), labels, parents).tolist() == [
        3,
        6,
    ]  # a single one is not
    assert promote_to_parent(np.array([], np.intp), labels, parents).tolist() == []


def test_sections_that_fill_widen_their_table_in_turn():
    labels = codes("table", "table", "table_row", "table_row", "table", "table_row", "table_row")
    parents = np.array([-1, 0, 1, 1, 0, 4, 4])
    assert promote_to_parent(np.array([2, 5, 3, 6]), labels, parents).tolist() == [0]


def test_two_of_five_rows_do_not_stand_for_the_first_table_of_a_page():
    labels = codes("table", *["table_row"] * 5)
    parents = np.array([-1, 0, 0, 0, 0, 0])
    assert promote_to_parent(np.array([2, 4]), labels, parents).tolist() == [2, 4]
    assert promote_to_parent(np.array([2, 4, 5]), labels, parents).tolist() == [0]
