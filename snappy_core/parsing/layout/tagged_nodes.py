"""What the tags of a page say about its nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, contains_center
from snappy_core.parsing.layout.network import CLASSES, TABLE
from snappy_core.parsing.layout.runs import Runs
from snappy_core.parsing.tags import ARTIFACT, NOT_TAGGED, UNKNOWN, PageTags
from snappy_core.parsing.text import TextLayer

_HEADINGS = ("H", "H1", "H2", "H3", "H4", "H5", "H6", "Title")
_CLASS_OF = {
    **dict.fromkeys(("LI", "TOCI"), "list_item"),
    **dict.fromkeys(_HEADINGS, "heading"),
}
_BLOCKS = {
    *_HEADINGS, "P", "LI", "TOCI", "Caption", "Note", "FENote", "Formula", "BlockQuote", "Code",
    "Form", "TD", "TH", "Figure",
}  # fmt: skip
_INLINE = ("Formula", "Form")  # in a line of text they are not blocks
_WHOLE = ("TD", "TH", "Caption", "Code")  # with the blocks in them
_NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class TaggedNodes:
    """What tags say about n nodes.

    Attributes:
        owners: (n,) the elements, `NOT_TAGGED`, `UNKNOWN` or `ARTIFACT`.
        classes: (n,) indices of `CLASSES`; -1 for nodes of unknown class.
        blocks, rows, groups: (n,) index of the element around each node that is a block, a
            table row, and a table, figure or list; -1 for none.
    """

    owners: NDArray[np.intp]
    classes: NDArray[np.intp]
    blocks: NDArray[np.intp]
    rows: NDArray[np.intp]
    groups: NDArray[np.intp]

    @classmethod
    def of(cls, runs: Runs, areas: Boxes, layer: TextLayer, tags: PageTags) -> TaggedNodes:
        """Return what tags say about the runs of a text layer, and areas in page fractions."""
        owners = np.array([*_run_owners(runs, layer), *_area_owners(areas, tags)], dtype=np.intp)
        names, positions = np.unique(owners, return_inverse=True)
        values = np.array([_labels(owner, tags) for owner in names.tolist()], np.intp)
        return cls(owners, *values.reshape(-1, 4)[positions].T)

    def without_frames(self) -> TaggedNodes:
        """Return what tags say, without tables that are only used to lay out a page.

        A real table has at least two rows, and one of them at least two cells.
        """
        is_frame = np.zeros(len(self.owners), dtype=bool)
        in_table = self.classes == TABLE
        for table in np.unique(self.groups[in_table]).tolist():
            is_cell = in_table & (self.groups == table)
            cells = np.unique(np.stack([self.rows, self.blocks])[:, is_cell], axis=1)
            cells_of_rows = np.unique(cells[0], return_counts=True)[1]
            if len(cells_of_rows) < 2 or cells_of_rows.max() < 2:
                is_frame |= is_cell
        labels = (self.classes, self.blocks, self.rows, self.groups)
        return TaggedNodes(self.owners, *(np.where(is_frame, _NONE, x) for x in labels))


def _labels(owner: int, tags: PageTags) -> tuple[int, int, int, int]:
    """Return class, block, row and group of what an element owns."""
    if owner in (NOT_TAGGED, ARTIFACT):
        return CLASSES.index("other"), _NONE, _NONE, _NONE
    path = [] if owner == UNKNOWN else tags.path(owner)
    types = [tags.elements[index].type for index in path]
    kind, block, row, group = "", _NONE, _NONE, _NONE
    for index, name in zip(path, types, strict=True):
        if name in ("Table", "Figure", "L", "TOC") and group < 0:
            group = index
        if name == "TR":
            row = index
        if name in _BLOCKS and not (name in _INLINE and block >= 0):
            inside_item = kind == "list_item" and name == "P"
            inside_cell = block >= 0 and tags.elements[block].type in _WHOLE
            if not inside_item and not inside_cell:
                block = index
            if name in _CLASS_OF:
                kind = _CLASS_OF[name]
            elif not inside_item and kind in ("", "list_item"):
                kind = "paragraph"
    if "Caption" in types:
        kind, row = "caption", _NONE
    elif "Table" in types:
        kind = "table"
    elif "Figure" in types:
        kind = "figure"
    return CLASSES.index(kind) if kind else _NONE, block, row, group


def _run_owners(runs: Runs, layer: TextLayer) -> list[int]:
    """Return the element that most letters of each run belong to."""
    owners = [UNKNOWN] * len(layer) if layer.owners is None else layer.owners.tolist()
    return [_most([(owners[word], len(layer.texts[word])) for word in run]) for run in runs.words]


def _area_owners(areas: Boxes, tags: PageTags) -> list[int]:
    """Return the element that most of the drawing in each area belongs to."""
    sides = np.sqrt((tags.boxes[:, 2:] - tags.boxes[:, :2]).prod(axis=1)) + 1e-6
    owners = tags.owners.tolist()
    return [
        _most([(owners[index], float(sides[index])) for index in np.flatnonzero(inside).tolist()])
        for inside in contains_center(areas, tags.boxes)
    ]


def _most(votes: Sequence[tuple[int, float]]) -> int:
    sums: dict[int, float] = {}
    for owner, weight in votes:
        if owner != UNKNOWN:
            sums[owner] = sums.get(owner, 0) + weight
    return max(sums, key=sums.__getitem__) if sums else UNKNOWN
