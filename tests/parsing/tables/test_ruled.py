"""Ruling lines through cells decide which tables and rows they belong to."""

import numpy as np

from snappy_core.parsing.tables.grid import Grid
from snappy_core.parsing.tables.ruled import is_table, join_ruled, row_logits, separate_cells

# Two columns of three cells each, 20 points apart, with lines between and around the rows.
CELLS = np.array([(x, y, x + 60, y + 10) for x in (30, 200) for y in (100, 120, 140)], np.float32)
LINES = np.array([(28, y, 262, y + 0.5) for y in (95, 115, 135, 155)], np.float32)
UNSURE = np.full((6, 6), -1, np.float32)


def rows_of(logits):
    return {tuple(np.flatnonzero(row > 0).tolist()) for row in logits}


def test_lines_through_two_groups_join_them():
    left, right = np.array([0, 1, 2]), np.array([3, 4, 5])
    assert join_ruled([left, right], CELLS, LINES) == [[0, 1, 2, 3, 4, 5]]
    assert join_ruled([left, right], CELLS, LINES[:2]) == [[0, 1, 2], [3, 4, 5]]  # a frame
    short = LINES - np.float32([0, 0, 120, 0])  # through the left group alone
    assert join_ruled([left, right], CELLS, short) == [[0, 1, 2], [3, 4, 5]]
    assert join_ruled([], CELLS, LINES) == []


def test_a_stray_cell_within_a_table_is_of_it():
    table, stray = np.array([0, 1, 2, 4, 5]), np.array([3])  # the head of the second column
    assert join_ruled([stray, table], CELLS, LINES[:0]) == [[3, 0, 1, 2, 4, 5]]
    rest, outside = np.array([1, 2, 4, 5]), np.array([0])
    assert join_ruled([outside, rest], CELLS, LINES[:0]) == [[0], [1, 2, 4, 5]]
    large = np.array([*range(6), 6]), np.array([7, 8, 9, 10])
    cells = np.vstack([CELLS, [(10, 90, 300, 200)], np.tile(CELLS[4], (4, 1))])
    assert len(join_ruled(large, cells, LINES[:0])) == 2  # a table by itself


def test_cells_between_two_lines_are_a_row():
    logits = row_logits(UNSURE, CELLS, LINES)
    assert rows_of(logits) == {(0, 3), (1, 4), (2, 5)}
    apart = row_logits(-UNSURE, CELLS, LINES)  # though the network is sure of one row
    assert rows_of(apart) == {(0, 3), (1, 4), (2, 5)}


def test_cells_above_each_other_between_two_lines_are_left_to_the_network():
    lines = LINES[[0, 2, 3]]  # none between the first two rows
    logits = row_logits(UNSURE, CELLS, lines)
    assert rows_of(logits) == {(3,), (4,), (0,), (1,), (2, 5)}
    assert logits[0, 1] == -1
    assert logits[0, 2] < -1


def test_cells_at_the_same_height_are_a_row():
    logits = row_logits(UNSURE, CELLS, LINES[:0])
    assert np.argwhere(logits > 0).tolist() == [[0, 3], [1, 4], [2, 5], [3, 0], [4, 1], [5, 2]]
    np.testing.assert_array_equal(logits, row_logits(UNSURE, CELLS, LINES[:2]))


def test_cells_of_several_lines_are_left_to_the_network():
    taller = CELLS + np.float32([0, 0, 0, 12]) * (np.arange(6) >= 3)[:, None]
    np.testing.assert_array_equal(row_logits(UNSURE, taller, LINES[:0]), UNSURE)


GRID = Grid(np.float32([28, 150, 262]), np.float32([95, 115, 155]), np.arange(4).reshape(2, 2))


def test_cells_of_a_grid_are_blocks_of_their_own():
    logits = separate_cells(-UNSURE, CELLS, [GRID])
    assert rows_of(logits) == {(0,), (1, 2), (3,), (4, 5)}
    assert separate_cells(UNSURE, CELLS, []) is UNSURE


def test_a_grid_is_a_table_if_most_in_it_are_cells_one_each():
    boxes = CELLS[[0, 1, 3, 4]]
    assert is_table(GRID, boxes, np.array([True, True, True, False]))
    assert not is_table(GRID, boxes, np.array([True, True, False, False]))
    assert not is_table(GRID, CELLS, np.ones(6, bool))  # two cells hold two blocks each
    assert not is_table(GRID, CELLS[:0], np.ones(0, bool))
