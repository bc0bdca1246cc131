"""The rules of `snappy_core.parsing` that decide where regions are, and their replacements.

Each can be switched off to see what it contributes (`benchmarks.ablation`). Rules that only affect
the label of a region, its text or its context are not included, nor are limits on time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from snappy_core.grouping import connected_components
from snappy_core.parsing.drawings import NO_BOXES
from snappy_core.parsing.layout.linkage import Matrix
from snappy_core.parsing.layout.runs import find_runs
from snappy_core.parsing.pdf.forms import Fields

MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, described in words.

    Attributes:
        replacements: by attribute, "module:name" below `snappy_core.parsing`, the value or
            function that replaces it when the rule is switched off.
    """

    name: str
    replacements: Mapping[str, Any]


def locate(attribute: str) -> tuple[Any, str]:
    """Return the object that holds an attribute, "module:name", and the name.

    Raises:
        LookupError: there is no such attribute anymore.
    """
    module, _, path = attribute.partition(":")
    *owners, name = path.split(".")
    try:
        owner = import_module(f"snappy_core.parsing.{module}")
        for part in owners:
            owner = getattr(owner, part)
        getattr(owner, name)
    except (ImportError, AttributeError) as error:
        raise LookupError(f"snappy_core.parsing.{attribute} is gone: see layout_rules") from error
    return owner, name


@contextmanager
def switched_off(rule: Rule) -> Iterator[None]:
    """Replace the attributes of a rule. Raises like `locate`."""
    with ExitStack() as stack:
        for attribute, replacement in rule.replacements.items():
            stack.enter_context(patch.object(*locate(attribute), replacement))
        yield


def _single_linkage(logits: Matrix, weights: Matrix) -> NDArray[np.intp]:
    first, second = np.nonzero(np.triu(logits > 0, 1))
    return connected_components(len(logits), zip(first.tolist(), second.tolist(), strict=True))


RULES = (
    # Text
    Rule(
        "words without ink are not read",
        {"pdf.reader:has_edges": lambda edges, boxes: np.ones(len(boxes), bool)},
    ),
    Rule(
        "words that are drawn twice are read once",
        {"pdf.reader:drop_duplicates": lambda layer, width, height: layer},
    ),
    Rule("leaders are no text", {"layout.regions:drop_leaders": lambda blocks, page: list(blocks)}),
    Rule("a wide gap ends a run", {"layout.runs:_MAX_GAP": MANY}),
    Rule("a much larger letter is a run of its own", {"layout.runs:_MAX_SIZE_RATIO": math.inf}),
    Rule(
        "runs end at vertical ruling lines",
        {
            "layout.upright_page:find_runs": lambda layer, lines, words, indices, verticals: (
                find_runs(layer, lines, words, indices, NO_BOXES)
            )
        },
    ),
    Rule(
        "text in other directions is kept",
        {
            "layout.regions:_find_turned_blocks": lambda page, blocks, width, height, drawings: (
                iter(())
            )
        },
    ),
    Rule(
        "blocks, rows, groups by average linkage",
        {"layout.assembly:link": _single_linkage, "layout.clusters:link": _single_linkage},
    ),
    Rule(
        "pairs far apart count less",
        {"layout.clusters:pair_weights": lambda boxes: np.ones((len(boxes),) * 2, np.float32)},
    ),
    Rule(
        "tags are used where they can be trusted",
        {"layout.clusters:are_trusted": lambda tagged, runs, near, by_tags, seen: False},
    ),
    Rule("running heads lie in the margins", {"layout.assembly:_MARGIN": 1.0}),
    Rule(
        "running heads are short",
        {"layout.assembly:_RUNNING_LINES": MANY, "layout.assembly:_RUNNING_WORDS": MANY},
    ),
    Rule(
        "a part of a line is underlined, not set apart",
        {"layout.upright_page:are_underlines": lambda lines, runs: np.zeros(len(lines), bool)},
    ),
    Rule(
        "the lines of links are underlines",
        {"pdf.drawings:Objects.without_underlines": lambda objects, links: objects},
    ),
    Rule(
        "blocks have a part in each column",
        {"layout.assembly:split_columns": lambda lines, texts: [list(lines)]},
    ),
    Rule("captions are known by how they begin", {"layout.assembly:CAPTION": re.compile("(?!)")}),
    # Reading order and lists
    Rule(
        "reading order by XY-cut",  # else from top to bottom
        {
            "layout.regions:reading_order": lambda boxes: np.lexsort(
                (boxes[:, 0], boxes[:, 1])
            ).tolist()
        },
    ),
    Rule(
        "blocks with tags are read in their order",
        {"layout.regions:follow_tags": lambda order, tags, boxes: list(order)},
    ),
    Rule(
        "columns go on where paragraphs end side by side",
        {"layout.reading_order:_join_columns": lambda boxes, rows: rows},
    ),
    Rule(
        "items below each other are a list",
        {"layout.regions:group_list_items": lambda blocks, page: list(blocks)},
    ),
    Rule(
        "contents with leaders are one block",
        {"layout.regions:join_contents": lambda blocks, page: list(blocks)},
    ),
    Rule(
        "label and value of a form are one block",
        {"layout.regions:join_fields": lambda blocks, page: list(blocks)},
    ),
    # Tables
    Rule(
        "lines around each cell make the table",
        {"layout.assembly:find_grids": lambda lines, tolerance: iter(())},
    ),
    Rule(
        "text in two cells of a grid is not one block",
        {"layout.clusters:separate_cells": lambda logits, boxes, grids: logits},
    ),
    Rule("a cell of a grid is one block", {"tables.ruled:_MAX_BLOCKS": math.inf}),
    Rule("a grid has three rows with text", {"tables.grid:_MIN_ROWS": 0}),
    Rule(
        "turned heads are a row of their table",
        {"tables.structure:add_turned_heads": lambda rows, columns, page: list(rows)},
    ),
    Rule(
        "units and notes belong to their table",
        {"layout.captions:find_notes": lambda table, blocks, page: []},
    ),
    Rule("a table, or a figure of text, has four cells", {"layout.assembly:MIN_CELLS": 1}),
    Rule(
        "parts that ruling lines run through are one table",
        {"layout.assembly:join_ruled": lambda groups, boxes, lines: [g.tolist() for g in groups]},
    ),
    Rule(
        "ruling lines make rows and part them",
        {"layout.assembly:row_logits": lambda logits, boxes, lines: logits},
    ),
    Rule("cells at the same height are a row", {"tables.ruled:_SLACK": -1.0}),
    Rule("a stray cell within a table is of it", {"tables.ruled:MIN_CELLS": 0}),
    Rule(
        "rows below a name are a section",
        {
            "tables.table:Table.sections": lambda table: [
                (None, range(table.header, len(table.rows)))
            ]
        },
    ),
    # Figures
    Rule(
        "captions join figures and tables",
        {"layout.figures:attach_captions": lambda blocks, page: list(blocks)},
    ),
    Rule(
        "behind the title of an axis a caption may follow",
        {"layout.captions:_begins_like_one": lambda caption, page: True},
    ),
    Rule("the drawing is a region in its figure", {"layout.assembly:_SAME_DRAWING": -1.0}),
    Rule(
        "figures of the layout model",
        {"layout.figures:_model_areas": lambda blocks, page: iter(())},
    ),
    Rule(
        "drawings with little text on them are figures",
        {"layout.figures:_bare_areas": lambda blocks, page: iter(())},
    ),
    Rule(
        "drawings with the caption of a figure are figures",
        {"layout.figures:_captioned_areas": lambda blocks, page: iter(())},
    ),
    Rule(
        "check boxes are characters, not drawings",
        {"pdf.reader:find_check_boxes": lambda squares, layer, gray: Fields()},
    ),
    Rule("large objects are a background", {"pdf.drawings:_BACKGROUND_SHARES": (0.6,)}),
    Rule("a band from edge to edge is a background", {"pdf.drawings:_BAND": math.inf}),
    Rule(
        "a picture that fills the page is a figure without text on it",
        {"layout.assembly:MAX_PHOTO_WORDS": -1},
    ),
    Rule(
        "ink is a drawing of a scan", {"ink_areas:find_ink_areas": lambda picture, words, lines: ()}
    ),
    Rule("long lines are no part of figures", {"pdf.drawings:_LONG_LINE": math.inf}),
    Rule("drawings close together are one area", {"area_groups:MAX_GAP": 0.5}),  # else that touch
    Rule("pieces of a line are one ruling line", {"pdf.drawings:MAX_GAP": 0.0}),
    Rule(
        "faint pictures join no other drawings",
        {"pdf.page_objects:_is_faint": lambda image: False},
    ),
    Rule("small drawings are no figures", {"pdf.drawings:MIN_SIDE": 0.0}),
    Rule("white areas are not seen", {"pdf.page_objects:_WHITE": 256}),
    Rule("what lies outside the clip is not seen", {"pdf.page_objects:_MIN_CLIPPED": math.inf}),
)
