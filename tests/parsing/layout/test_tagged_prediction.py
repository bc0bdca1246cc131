"""Tags as a source of what the network predicts, and when they are trusted."""

import numpy as np
import pytest

from snappy_core.parsing.layout.network import (
    CLASSES,
    FIGURE,
    HEADING,
    PARAGRAPH,
    TABLE,
    Prediction,
)
from snappy_core.parsing.layout.tagged_nodes import TaggedNodes
from snappy_core.parsing.layout.tagged_prediction import apply_tags, are_trusted
from snappy_core.parsing.tags import ARTIFACT, NOT_TAGGED
from tests.parsing.layout.pages import page_of_rows

COUNT = 8
SEEN = [0, 0, 0, 0, 1, 1, 1, 1]


def is_trusted(by_tags, blocks=None, owners=None, rows=None):
    """Whether tags of lines of ten letters that make these blocks are trusted.

    The network sees two paragraphs of four lines.
    """
    page = page_of_rows(*(rows or ((30, 20 * n, "lowwaters ") for n in range(COUNT))))
    blocks = np.array(by_tags if blocks is None else blocks, np.intp)
    owners = blocks if owners is None else np.array(owners, np.intp)
    tagged = TaggedNodes(owners, blocks, blocks, blocks, blocks)
    near = np.ones((COUNT, COUNT), bool)
    return are_trusted(tagged, page.runs, near, np.array(by_tags), np.array(SEEN))


@pytest.mark.parametrize(
    ("by_tags", "expected"),
    [
        (SEEN, True),
        ([0, 0, 0, 0, 1, 1, 1, 2], True),  # one line of another paragraph
        (range(COUNT), False),  # a paragraph a line
        ([0] * COUNT, False),  # a paragraph for the page
        ([0, 0, 1, 1, 2, 2, 3, 3], False),
    ],
)
def test_tags_must_agree_with_what_is_seen(by_tags, expected):
    assert is_trusted(by_tags) is expected


def test_tags_must_cover_the_text():
    untagged = [*range(COUNT - 1), -1]
    assert not is_trusted(SEEN, blocks=untagged, owners=[*range(COUNT - 1), NOT_TAGGED])
    assert is_trusted(SEEN, blocks=untagged, owners=[*range(COUNT - 1), ARTIFACT])
    few = [0, 1, 2, *[-1] * 5]
    assert not is_trusted(SEEN, blocks=few, owners=[0, 1, 2, *[ARTIFACT] * 5])


def test_blocks_must_not_lie_on_each_other():
    lines = [(30, 20 * n, "lowwaters") for n in range(COUNT)]
    assert is_trusted(SEEN, rows=lines)
    lines[0], lines[5] = lines[5], lines[0]
    assert not is_trusted(SEEN, rows=lines)


def test_a_page_of_pictures_alone_is_trusted():
    tagged = TaggedNodes(*np.zeros((5, 1), np.intp))
    none = np.zeros(0, np.intp)
    assert are_trusted(tagged, page_of_rows().runs, np.zeros((0, 0), bool), none, none)


def predict(count):
    pairs = (np.full((count, count), 1, np.float32) for _ in range(4))
    classes = np.full((count, len(CLASSES)), 0.1, np.float32)
    return Prediction(classes, *pairs)


def apply(blocks, classes, rows=None, groups=None, runs=None, near=True):
    """The prediction for nodes of these blocks where the network joins everything a little."""
    count = len(blocks)
    none = [-1] * count
    arrays = (np.array(x, np.intp) for x in (blocks, classes, blocks, rows or none, groups or none))
    runs = count if runs is None else runs
    tagged = TaggedNodes(*arrays)
    return apply_tags(predict(count), tagged, np.full((runs, runs), near))


def test_neighbors_are_joined_and_parted_by_their_blocks():
    result = apply([0, 0, 1, -1], [PARAGRAPH] * 4)
    assert np.sign(result.same_block[0]).tolist() == [1, 1, -1, 1]
    assert result.same_block[0, 1] > 9
    assert result.same_block[0, 3] == 1  # not tagged: as the network says


def test_lines_of_a_block_that_are_far_apart_are_left_to_the_network():
    result = apply([0, 0, 1], [PARAGRAPH] * 3, near=False)
    assert result.same_block[0, 1] == 1
    assert result.same_block[0, 2] < -9


def test_only_a_paragraph_is_of_any_class():
    result = apply([0, 1, 2, -1], [PARAGRAPH, HEADING, TABLE, 0])
    assert result.classes.argmax(axis=1).tolist() == [0, HEADING, TABLE, 0]
    assert result.classes[[0, 3]].max() == np.float32(0.1)
    assert result.classes[1].max() == 1


def test_rows_and_tables_are_those_of_the_tags():
    blocks, classes = [2, 3, 5, 7, 8], [TABLE, TABLE, TABLE, PARAGRAPH, PARAGRAPH]
    result = apply(blocks, classes, rows=[1, 1, 4, -1, -1], groups=[0, 0, 0, -1, -1])
    assert np.sign(result.same_row[0]).tolist() == [1, 1, -1, -1, -1]
    assert np.sign(result.same_group[0]).tolist() == [1, 1, 1, -1, -1]
    assert result.same_row[3, 4] == result.same_group[3, 4] == 1


def test_an_area_is_only_a_figure_for_certain():
    result = apply([0, 2, 3], [PARAGRAPH, TABLE, FIGURE], groups=[-1, 1, 3], runs=1)
    assert result.classes.argmax(axis=1).tolist() == [0, 0, FIGURE]  # a cell's background
