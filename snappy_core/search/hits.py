"""What a search returns: hits, heat maps and token matches, as frozen dataclasses.

Hits display themselves in a notebook: a small map of the page, and the text beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes
from snappy_core.types import Box, Matrix, Region, Scalar


@dataclass(frozen=True, slots=True)
class Hit:
    """A region that answers, with where it stands and how it scored.

    Attributes:
        region_id: unique over the index and the same each time: `document#p3r7`.
        score: what hits are ranked by.
        region_score, page_score: its two parts, the late interaction inside the region and
            over the whole page, each a weighted mean of cosines (-1..1).
        page_maxsim: the raw MaxSim sum of the page, unweighted.
        rank: 1 for the best.
        ocr_confidence: mean of the region's words, 0..1; -1 for a text layer.
        rects: a box for each line of the region, to highlight it closely.
        user_space: as of `Page`.
        metadata: the user's own keys.
        query: the question that found it.
        previous_id, next_id: the regions before and after it in the reading order of the page,
            or of what holds it; None at its ends.
        parent: the region that holds it: the table of a row, the list of an item.
    """

    region: Region
    region_id: str
    document_id: str
    source: str
    page_number: int
    page_label: str
    page_width: float
    page_height: float
    page_unit: Literal["pt", "px"]
    score: float
    region_score: float
    page_score: float
    page_maxsim: float
    rank: int
    ocr_confidence: float = -1.0
    rects: tuple[Box, ...] = ()
    user_space: Matrix | None = None
    metadata: Mapping[str, Scalar] = field(default_factory=dict)
    query: str = ""

    def _repr_html_(self) -> str:
        return hits_html([self])

    previous_id: str | None = None
    next_id: str | None = None
    parent: Region | None = None

    @property
    def parent_id(self) -> str | None:
        """The id of `parent`."""
        stem = self.region_id[: self.region_id.rindex("#p")]
        if self.region.parent is None:
            return None
        return f"{stem}#p{self.page_number}r{self.region.parent}"


@dataclass(frozen=True, slots=True)
class Hits(Sequence[Hit]):
    """The answer to a search: hits, best first."""

    query: str
    hits: tuple[Hit, ...]

    def _repr_html_(self) -> str:
        return hits_html(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...
    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[index]


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """How much each patch of a page has to do with a question.

    Attributes:
        values: (n,) cosines, the best over the tokens that speak, or of the one token chosen.
        boxes: (n, 4).
        grid: (rows, cols) or None for words.
    """

    query: str
    document_id: str
    page_number: int
    values: NDArray[np.float32]
    boxes: Boxes
    grid: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class TokenMatch:
    """What one token of the question found in a region, and on its page.

    Attributes:
        weight: share of the token in the scores; all weights sum to 1.
        similarity: its best cosine inside the region, at `box`, which reads `match`.
        page_similarity: its best cosine on the page, at `page_box`, which reads `page_match`.
    """

    token: str
    weight: float
    similarity: float
    match: str
    box: Box | None
    page_similarity: float
    page_match: str
    page_box: Box | None


_HEIGHT = 90  # pixels of the map of a page


def hits_html(hits: Sequence[Hit]) -> str:
    """Return a table of hits as HTML: where each stands on its page, its scores and its text.

    Nothing is read or drawn; for the page itself display `render.draw_page`.
    """
    if not hits:
        return "<p>No hits.</p>"
    return "<table>" + "".join(map(_row, hits)) + "</table>"


def _row(hit: Hit) -> str:
    name = escape(hit.source.rsplit("/", 1)[-1])
    section = f" · {escape(hit.region.section)}" if hit.region.section else ""
    return (
        f'<tr><td style="vertical-align:top">{_map(hit)}</td>'
        '<td style="vertical-align:top;text-align:left">'
        f"<b>{hit.rank}. {name}, page {escape(hit.page_label)}</b>{section}<br>"
        f"<small>{hit.region.label}, score {hit.score:.3f}</small>"
        f'<div style="white-space:pre-wrap">{escape(hit.region.text)}</div></td></tr>'
    )


def _map(hit: Hit) -> str:
    """Return the page as a small SVG with the region's lines lit inside its box."""
    width = _HEIGHT * hit.page_width / hit.page_height
    rects = [_rect(line, width, 'fill="#ff9a3f" fill-opacity="0.7"') for line in hit.rects]
    rects.append(_rect(hit.region.box, width, 'fill="none" stroke="#2440b3"'))
    return (
        f'<svg width="{width:.0f}" height="{_HEIGHT}" viewBox="0 0 {width:.2f} {_HEIGHT}" '
        'style="background:#fff;border:1px solid #999">' + "".join(rects) + "</svg>"
    )


def _rect(box: tuple[float, float, float, float], width: float, style: str) -> str:
    x0, y0, x1, y1 = box[0] * width, box[1] * _HEIGHT, box[2] * width, box[3] * _HEIGHT
    return f'<rect x="{x0:.2f}" y="{y0:.2f}" width="{x1 - x0:.2f}" height="{y1 - y0:.2f}" {style}/>'
