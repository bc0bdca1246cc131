"""Words, regions, pages, patches and queries.

Boxes are fractions of the rendered page (see `snappy_core.boxes`). Arrays are not copied; treat
them as read-only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, as_boxes

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]
"""An affine map in the order of PDF, (a, b, c, d, e, f): x' = a x + c y + e, y' = b x + d y + f."""

Scalar = str | int | float | bool | None
MetadataValue = Scalar | Sequence[Scalar]
Metadata = Mapping[str, MetadataValue]
"""The user's own keys of a document as they are stored: dates are ISO text."""

NewMetadata = Mapping[str, Scalar | date | Sequence[Scalar | date]]
"""Metadata as the user passes it."""

Label = Literal[
    "title", "heading", "paragraph", "list_item", "table", "table_row", "figure", "caption",
    "formula", "header", "footer", "other", "list",
    "hot_area", "contents", "index", "references",
]  # fmt: skip
Origin = Literal["", "learned", "tagged"]
LABELS: tuple[Label, ...] = Label.__args__  # type: ignore[attr-defined]
LISTINGS: tuple[Label, ...] = ("contents", "index", "references")
"""Labels of regions that point to answers but are not one: returned only when asked for."""
Structure = Literal["ruled", "tagged", "learned"]
Renderer = Callable[[float], "Image"]
"""Draws a page as an RGB image at a resolution in dots per inch."""


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a page in reading order.

    Attributes:
        texts: n strings without whitespace.
        boxes: (n, 4), the bounding boxes of the printed glyphs.
        confidences: (n,) recognition confidences of the OCR engine, 0..1; None for words of a
            PDF's text layer, or NaN for these where OCR has read words in the pictures of their
            page.
    """

    texts: tuple[str, ...]
    boxes: Boxes
    confidences: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        as_boxes(self.boxes)
        for name, values in (("boxes", self.boxes), ("confidences", self.confidences)):
            if values is not None and len(values) != len(self.texts):
                raise ValueError(f"{len(self.texts)} words but {len(values)} {name}")

    def __len__(self) -> int:
        return len(self.texts)


GRID_TOLERANCE = 1e-4
"""How far edges of cells in one row or column may differ, as a page fraction: float32 rounding."""

NO_WORDS = Words((), np.zeros((0, 4), dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table that has text.

    Attributes:
        text: its words.
        box: bounding box of the words; None for a header cell repeated from the page before.
        row, column: its position in the table, from 0; the first of those that it spans.
        row_span, column_span: how many rows and columns it spans.
        is_header: it names the columns below it.
    """

    text: str
    box: Box | None
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """A semantic unit of a page, such as a paragraph, heading, table or table row.

    Attributes:
        box: bounding box of the content.
        text: the words in reading order. A table is Markdown; a table row is preceded by the
            header row, and a list item by the sentence that introduces its list.
        words: indices of the region's words in the page's `Words`.
        label: one of `LABELS`.
        order: position in the reading order of the page, from 0.
        parent: index of the region that contains this one, such as the table of a row, or
            the paragraph of which this is one column; or None.
        section: the headings above the region, joined by " > ".
        context: indices of words outside the box that are needed to understand the region, such
            as the header row of a table row or the introduction of a list item. They are scored
            as if they were words of the region.
        cells: the cells of a table, row by row; for a table row, the header cells and its own.
            Empty for other regions and for tables that came with the document.
        structure: how the cells are known: "ruled" if ruling lines enclose each of them, "tagged"
            if the author marked the rows, "learned" if the layout network found them; None without
            cells.
        origin: "tagged" if the author of the PDF marked the region in its structure tree,
            "learned" if the layout network found it; empty if another program did.
        level: the level of a tagged heading, 1 for the highest; 0 if unknown.
        description: what `describe` returned for a figure; the text contains it too. Empty if there
            is none.
        language: the language of a tagged region as a BCP 47 tag such as "de-CH", if its author
            named one.
    """

    box: Box
    text: str
    words: tuple[int, ...]
    label: Label
    order: int
    parent: int | None = None
    section: str = ""
    context: tuple[int, ...] = ()
    cells: tuple[Cell, ...] = ()
    structure: Structure | None = None
    origin: Origin = ""
    level: int = 0
    description: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One page of a document, rotated and cropped as a viewer shows it, without its pixels.

    Attributes:
        number: 1-based position in the document.
        label: the page number as printed ("iv", "A-1"); by default the position.
        width, height: size of the rendered page in `unit`.
        unit: "pt" (1/72 inch) for PDF pages, "px" for images.
        renderer: draws the page; None if it cannot be drawn.
        warning: a problem found when the page was parsed; empty if there was none.
        user_space: maps page fractions to the PDF's own coordinates (points, y upwards, before
            rotation and crop); None for images.
    """

    number: int
    label: str
    width: float
    height: float
    unit: Literal["pt", "px"]
    words: Words
    regions: tuple[Region, ...]
    renderer: Renderer | None = field(default=None, repr=False)
    warning: str = ""
    user_space: Matrix | None = None

    def render(self, dpi: float = 150) -> Image:
        """Draw the page as an RGB image. The resolution of very large pages is reduced.

        Raises:
            ValueError: the page has no renderer, or `dpi` is not positive.
        """
        if self.renderer is None:
            raise ValueError(f"page {self.number} has no renderer")
        if not dpi > 0:
            raise ValueError(f"dpi must be positive, not {dpi}")
        return self.renderer(dpi)


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """The embedding vectors of one page, each with the box that it represents.

    With a vision model, patches are the cells of its grid, and `grid` is set. With a text model,
    patch i is word i of the page, and `grid` is None.

    Attributes:
        vectors: (n, d) int8; `vectors * scales[:, None]` has rows of length 1 (or 0).
        scales: (n,) float32.
        boxes: (n, 4).
        local: (n,) bool; False for special tokens and the tokens of a thumbnail of the page,
            which count in page scores but not in region scores.
        grid: (rows, columns) of the local patches, which are in raster order; or None.
    """

    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    boxes: Boxes
    local: NDArray[np.bool_]
    grid: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        n = len(self.vectors)
        if self.vectors.ndim != 2 or self.vectors.dtype != np.int8:
            raise ValueError("patch vectors must be int8 of shape (n, d); see `quantize`")
        if not (len(self.scales) == len(self.boxes) == len(self.local) == n):
            raise ValueError(
                f"{n} vectors, {len(self.scales)} scales, {len(self.boxes)} boxes and "
                f"{len(self.local)} local flags: all must have the same length"
            )
        if self.grid is not None:
            self._check_grid(*self.grid)

    def _check_grid(self, rows: int, columns: int) -> None:
        cells = self.boxes[self.local]
        if rows * columns != len(cells):
            raise ValueError(f"a grid of {self.grid} needs {rows * columns} local patches")
        if len(cells) == 0:
            return
        cells = cells.reshape(rows, columns, 4)
        # Cells of one column share their x coordinates, cells of one row their y coordinates.
        x_spread, y_spread = np.ptp(cells[:, :, ::2], axis=0), np.ptp(cells[:, :, 1::2], axis=1)
        if max(x_spread.max(), y_spread.max()) > GRID_TOLERANCE:
            raise ValueError(f"the cells of a grid of {self.grid} must be in raster order")

    def __len__(self) -> int:
        return len(self.vectors)


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A question as token vectors.

    Attributes:
        text: the question.
        vectors: (m, d) float32 unit vectors.
        tokens: m strings for display.
        content_mask: (m,) bool; True for tokens that carry content. Only they count for heat
            maps; stop words, prefixes and padding do not.
        terms: the lexical term of each token, from which the index computes its idf weight; None
            for a stop word. None in place of the tuple if all tokens weigh the same.
    """

    text: str
    vectors: NDArray[np.float32]
    tokens: tuple[str, ...]
    content_mask: NDArray[np.bool_]
    terms: tuple[str | None, ...] | None = None

    def __post_init__(self) -> None:
        m = len(self.vectors)
        if m == 0 or len(self.tokens) != m or len(self.content_mask) != m:
            raise ValueError(
                f"{m} query vectors, {len(self.tokens)} tokens and {len(self.content_mask)} mask "
                "values: all must have the same length, which is at least 1"
            )
        if self.terms is not None and len(self.terms) != m:
            raise ValueError(f"{m} query vectors but {len(self.terms)} terms")
