"""What tags say of runs and areas."""

from dataclasses import replace

import numpy as np
import pytest

from snappy_core.parsing.layout.network import CLASSES
from snappy_core.parsing.layout.tagged_nodes import TaggedNodes
from snappy_core.parsing.tags import ARTIFACT, NOT_TAGGED, UNKNOWN, Element, PageTags
from tests.parsing.layout.pages import page_of_rows


def page_tags(*elements, boxes=(), owners=()):
    """Tags of elements `(type, parent)` and of drawings."""
    return PageTags(
        tuple(Element(*element) for element in elements),
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(owners, np.intp),
    )


def tag_words(tags, owners, areas=()):
    """What tags say of a row of single words with these owners, one below the other."""
    page = page_of_rows(*((30, 20 * n, f"w{n}") for n in range(len(owners))))
    layer = replace(page.layer, owners=np.array(owners, np.intp))
    return TaggedNodes.of(page.runs, np.array(areas, np.float32).reshape(-1, 4), layer, tags)


@pytest.mark.parametrize(
    ("path", "kind", "block"),
    [
        (["Document", "P"], "paragraph", 1),
        (["Document", "Sect", "H3", "Span"], "heading", 2),
        (["Title"], "heading", 0),
        (["L", "LI", "LBody", "P"], "list_item", 1),
        (["L", "LI", "LBody", "L", "LI"], "list_item", 4),
        (["TOC", "TOCI", "Link"], "list_item", 1),
        (["Table", "TR", "TD", "P"], "table", 2),
        (["Table", "Caption", "P"], "caption", 1),
        (["Figure"], "figure", 0),
        (["Note", "P"], "paragraph", 1),
        (["Document", "Formula"], "paragraph", 1),
        (["Document", "P", "Formula"], "paragraph", 1),
        (["L", "LI", "LBody", "Formula"], "list_item", 1),
        (["H1", "Form"], "heading", 0),
        (["Document", "Span"], None, -1),
    ],
)
def test_an_element_says_what_kind_of_block_its_text_is(path, kind, block):
    tags = page_tags(*((name, n - 1 if n else None) for n, name in enumerate(path)))
    nodes = tag_words(tags, [len(path) - 1])
    assert nodes.classes[0] == (CLASSES.index(kind) if kind else -1)
    assert nodes.blocks[0] == block


def test_rows_and_groups_are_the_elements_around():
    tags = page_tags(("Table", None), ("TR", 0), ("TH", 1), ("TR", 0), ("TD", 3), ("Caption", 0))
    nodes = tag_words(tags, [2, 4, 5])
    assert nodes.rows.tolist() == [1, 3, -1]
    assert nodes.groups.tolist() == [0, 0, 0]


def test_text_without_an_element_is_no_block():
    nodes = tag_words(page_tags(("P", None)), [0, NOT_TAGGED, ARTIFACT, UNKNOWN])
    assert nodes.blocks.tolist() == [0, -1, -1, -1]
    assert nodes.classes.tolist() == [CLASSES.index("paragraph"), 0, 0, -1]


def test_a_run_belongs_to_the_element_of_most_of_its_letters():
    page = page_of_rows((30, 100, "a high tide"))
    layer = replace(page.layer, owners=np.array([UNKNOWN, 0, 1], np.intp))
    tags = page_tags(("P", None), ("H1", None))
    assert TaggedNodes.of(page.runs, np.zeros((0, 4)), layer, tags).owners.tolist() == [0]
    none = TaggedNodes.of(page.runs, np.zeros((0, 4)), page.layer, tags)  # as after OCR
    assert none.owners.tolist() == [UNKNOWN]


def test_an_area_belongs_to_the_element_of_most_that_is_drawn_in_it():
    tags = page_tags(
        ("Figure", None), ("P", None),
        boxes=[(0.1, 0.1, 0.4, 0.4), (0.1, 0.1, 0.2, 0.2), (0.8, 0.8, 0.9, 0.9)], owners=[0, 1, 1],
    )  # fmt: skip
    areas = [(0, 0, 0.5, 0.5), (0.7, 0.7, 1, 1), (0.5, 0, 0.6, 0.1)]
    assert tag_words(tags, [], areas).owners.tolist() == [0, 1, UNKNOWN]


def test_a_table_needs_two_rows_and_two_cells_in_one():
    cells = page_tags(("Table", None), ("TR", 0), ("TD", 1), ("TD", 1), ("TR", 0), ("TD", 4))
    for owners, is_table in (([2, 3, 5], True), ([2, 3], False), ([2, 5], False)):
        nodes = tag_words(cells, owners).without_frames()
        assert (nodes.blocks >= 0).tolist() == [is_table] * len(owners)
        assert (nodes.rows >= 0).tolist() == [is_table] * len(owners)
