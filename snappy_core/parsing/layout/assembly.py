"""Turns the prediction of the layout network into blocks of a page: text, tables, figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import as_boxes, contains_center, coverage, enclose, iou
from snappy_core.parsing.area_groups import MAX_SHARE
from snappy_core.parsing.drawings import Area
from snappy_core.parsing.layout.blocks import Block
from snappy_core.parsing.layout.captions import CAPTION
from snappy_core.parsing.layout.clusters import Clusters, find_clusters
from snappy_core.parsing.layout.features import page_nodes
from snappy_core.parsing.layout.geometry import box_area
from snappy_core.parsing.layout.lines import Line, group_rows, order_lines, split_columns
from snappy_core.parsing.layout.linkage import link
from snappy_core.parsing.layout.network import CLASSES, FIGURE, TABLE
from snappy_core.parsing.layout.runs import Runs
from snappy_core.parsing.layout.tagged_nodes import TaggedNodes
from snappy_core.parsing.layout.upright_page import UprightPage
from snappy_core.parsing.tables.grid import Grid, find_grids, grid_table
from snappy_core.parsing.tables.ruled import MIN_CELLS, is_table, join_ruled, row_logits
from snappy_core.parsing.tables.structure import build_table
from snappy_core.parsing.tables.table import table_block
from snappy_core.types import Box, Label

MAX_RUNS = 800
"""Runs that the network sees together, since its time and memory grow with their square."""

MAX_PHOTO_WORDS = 15
"""Words on a picture that fills the page; with more, it is the background of a page of text."""

_TOUCH = 0.5  # line heights; the largest gap where lines around cells should meet
_TITLE_SIZE = 1.6  # times the usual font size
_SAME_DRAWING = 0.9  # IoU of a figure and the drawing in it above which they are one region
# Search never returns running heads or page numbers, so the network's word is not enough: they
# must be within this share of the page height at the top or bottom, and no longer than this.
_MARGIN, _RUNNING_LINES, _RUNNING_WORDS = 0.12, 2, 15


def find_blocks(page: UprightPage) -> list[Block]:
    """Return the blocks of the upright words and the areas of a page, in no particular order."""
    blocks = [block for band in _bands(page) for block in _Assembly.of(*band, page).blocks()]
    if all(block.label in ("header", "footer") for block in blocks):  # no body text
        return [replace(block, label="other") for block in blocks]
    return blocks


def _bands(page: UprightPage) -> Iterator[tuple[Runs, Sequence[Area], Sequence[Line]]]:
    """Yield the runs, drawn areas and turned lines of a page, in bands from the top if many."""
    areas = [area for area in page.areas if not area.from_model and _is_node(area, page)]
    runs = page.runs
    tops = runs.boxes[:, 1]
    order = np.argsort(tops, kind="stable")
    bands = [order[start : start + MAX_RUNS] for start in range(0, max(len(order), 1), MAX_RUNS)]
    limits = [-np.inf, *(float(tops[band[0]]) for band in bands[1:]), np.inf]
    middles = [(area.box[1] + area.box[3]) / 2 for area in areas]
    for band, (top, bottom) in zip(bands, pairwise(limits), strict=True):
        drawn = [a for a, y in zip(areas, middles, strict=True) if top <= y < bottom]
        turned = [line for line in page.turned_lines if top <= line.middle < bottom]
        if len(band) or drawn:
            yield runs.take(np.sort(band)), drawn, turned


def _is_node(area: Area, page: UprightPage) -> bool:
    """Whether an area is more than a background; one that fills the page must have little text."""
    if box_area(area.box) < MAX_SHARE * page.width * page.height:
        return True
    return int(contains_center(as_boxes([area.box]), page.word_boxes).sum()) <= MAX_PHOTO_WORDS


@dataclass(frozen=True, slots=True, eq=False)
class _Assembly:
    """Makes blocks from clusters.

    Attributes:
        lines: the runs, which are the first nodes.
        turned_lines: lines in other directions, which may be in cells of grids.
        grids: drawn around cells of tables, or around other things.
    """

    page: UprightPage
    lines: Sequence[Line]
    turned_lines: Sequence[Line]
    clusters: Clusters
    grids: Sequence[Grid]

    @classmethod
    def of(
        cls, runs: Runs, drawn: Sequence[Area], turned_lines: Sequence[Line], page: UprightPage
    ) -> _Assembly:
        areas = np.array([area.box for area in drawn], np.float32).reshape(-1, 4)
        scores = np.array([area.score for area in drawn], np.float32)
        nodes = page_nodes(
            runs, areas, scores, page.frames, page.ruling_lines, page.width, page.height
        )
        grids = list(find_grids(page.ruling_lines, _TOUCH * nodes.unit))
        tagged = None
        if page.tags is not None:
            tagged = TaggedNodes.of(runs, page.to_page(areas), page.layer, page.tags)
            tagged = tagged.without_frames()
        clusters = find_clusters(nodes, runs, grids, tagged)
        return cls(page, runs.lines(), turned_lines, clusters, grids)

    def blocks(self) -> list[Block]:
        is_area = np.array([m[0] >= len(self.lines) for m in self.clusters.members], dtype=bool)
        is_cell, is_figure = (
            (self.clusters.classes == TABLE) & ~is_area,
            self.clusters.classes == FIGURE,
        )
        is_text = ~(is_cell | is_figure | is_area)
        blocks: list[Block] = []
        for members, table in self._drawn_tables(is_area):
            blocks.append(table)
            is_cell[members] = is_figure[members] = is_text[members] = False
        groups = list(self._groups(np.flatnonzero(is_cell)))
        for cells in join_ruled(groups, self.clusters.boxes, self.page.ruling_lines.horizontal):
            # A cell that looks like something else on its own is recognized by its row.
            in_row = self.clusters.same_row[:, cells].max(axis=1) > 0
            members = np.concatenate([cells, np.flatnonzero(is_text & in_row)]).astype(np.intp)
            is_text[members] = False
            blocks += self._table(members)
        for group in self._groups(np.flatnonzero(is_figure)):
            blocks += self._figure(group, is_area)
        for cluster in np.flatnonzero(is_text).tolist():
            blocks.append(self._columns(cluster))
        return blocks

    def _drawn_tables(self, is_area: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.intp], Block]]:
        """Yield the tables with a line around each cell, along with the clusters in them."""
        is_free, turned_lines = ~is_area, self.turned_lines  # grids may be nested
        for grid in self.grids:
            members = np.flatnonzero((grid.locate(self.clusters.boxes) >= 0) & is_free)
            if is_table(
                grid, self.clusters.boxes[members], self.clusters.classes[members] == TABLE
            ):
                lines = [line for cluster in members.tolist() for line in self._lines(cluster)]
                if table := grid_table(grid, lines, turned_lines, self.page):
                    is_free[members] = False
                    block = table_block(table, self.page)
                    words = {*block.words}
                    turned_lines = [line for line in turned_lines if words.isdisjoint(line.words)]
                    yield members, replace(block, tag=self._tag(members))

    def _groups(self, clusters: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
        logits = self.clusters.same_group[np.ix_(clusters, clusters)]
        groups = link(logits, np.ones_like(logits))
        for group in range(groups.max(initial=-1) + 1):
            yield clusters[groups == group]

    def _table(self, cells: NDArray[np.intp]) -> list[Block]:
        lines = self.page.ruling_lines.horizontal
        logits = row_logits(
            self.clusters.same_row[np.ix_(cells, cells)], self.clusters.boxes[cells], lines
        )
        row_numbers = link(logits, np.ones_like(logits))
        rows = [
            [self._lines(cell) for cell in cells[row_numbers == row].tolist()]
            for row in range(row_numbers.max(initial=-1) + 1)
        ]
        if len(cells) >= MIN_CELLS and len(rows) > 1:
            table = build_table(rows, self.page)
            if len(table.rows[0].cells) > 1:
                return [replace(table_block(table, self.page), tag=self._tag(cells))]
        return [self._text(cell) for cell in cells.tolist()]

    def _figure(self, clusters: NDArray[np.intp], is_area: NDArray[np.bool_]) -> list[Block]:
        drawn, texts = clusters[is_area[clusters]], clusters[~is_area[clusters]].tolist()
        if not len(drawn) and len(texts) < MIN_CELLS:
            return [self._text(cluster) for cluster in texts]
        parts = [self._text(cluster) for cluster in texts]
        parts.sort(key=lambda block: (block.box[1], block.box[0]))
        boxes = np.vstack([self.clusters.boxes[drawn], as_boxes([part.box for part in parts])])
        words = tuple(word for part in parts for word in part.words)
        tag = self._tag(drawn) if len(drawn) else self._tag(clusters)
        figure = Block(words, enclose(boxes), label="figure", tag=tag)
        if not len(drawn) or not parts:
            return [figure]
        drawing = enclose(boxes[: len(drawn)])
        return [replace(figure, parts=self._drawing(drawing, parts, figure))]

    def _drawing(self, box: Box, texts: Sequence[Block], figure: Block) -> tuple[Block, ...]:
        """Return the drawing without the title, legend and source around it, if that differs."""
        if iou(as_boxes([box]), as_boxes([figure.box]))[0, 0] > _SAME_DRAWING:
            return ()
        shares = coverage(as_boxes([box]), as_boxes([text.box for text in texts]))[0]
        inside = [text for text, share in zip(texts, shares, strict=True) if share > 0.5]
        words = tuple(word for text in inside for word in text.words)
        inside_words = set(words)
        context = tuple(word for word in figure.words if word not in inside_words)
        return (Block(words, box, label="figure", context=context),)

    def _tag(self, clusters: NDArray[np.intp]) -> int | None:
        """Return the first of the tagged elements of some clusters."""
        tags = self.clusters.tags[clusters]
        return int(tags[tags >= 0].min()) if (tags >= 0).any() else None

    def _lines(self, cluster: int) -> list[Line]:
        return [self.lines[member] for member in self.clusters.members[cluster].tolist()]

    def _columns(self, cluster: int) -> Block:
        """Return the block of a cluster, with a part in each column if it has more than one."""
        columns = split_columns(self._lines(cluster), self.page.layer.texts)
        parts = tuple(self._text(cluster, lines) for lines in columns)
        if len(parts) == 1:
            return parts[0]
        words = tuple(word for part in parts for word in part.words)
        return replace(self._text(cluster), words=words, parts=parts)

    def _text(self, cluster: int, lines: Sequence[Line] | None = None) -> Block:
        lines = order_lines(lines or self._lines(cluster), self.page.layer.texts)
        words = [word for line in lines for word in line.words]
        bold = bool(self.page.layer.bold[words].all())
        rows = len(group_rows(lines))
        tag = self._tag(np.array([cluster]))
        block = replace(Block.of(words, self.page), lines=rows, bold=bold, tag=tag)
        return replace(block, label=self._label(cluster, block))

    def _label(self, cluster: int, block: Block) -> Label:
        name = CLASSES[self.clusters.classes[cluster]]
        if CAPTION.match(self.page.text(block.words[:12])):
            return "caption"
        top, bottom = block.box[1] / self.page.height, block.box[3] / self.page.height
        if name == "other":
            is_short = block.lines <= _RUNNING_LINES and len(block.words) <= _RUNNING_WORDS
            if is_short and (bottom < _MARGIN or top > 1 - _MARGIN):
                return "header" if bottom < _MARGIN else "footer"
            if not is_short or len(block.words) < 2:
                return "other"
            name = CLASSES[self.clusters.text_classes[cluster]]  # running heads are at the edges
        if name == "heading":
            usual = float(np.median(np.concatenate([self.page.layer.sizes, [block.size]])))
            return "title" if block.size > _TITLE_SIZE * usual and top < 0.5 else "heading"
        if name in ("table", "figure"):
            return "paragraph"
        return name  # type: ignore[return-value]
