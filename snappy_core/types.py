"""The nouns: words, regions, pages, patches and queries, as frozen dataclasses.

Boxes are fractions of the rendered page (see `snappy_core.boxes`). Arrays are not copied; treat
them as read-only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes, as_boxes

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f): x' = a x + c y + e, y' = b x + d y + f, as PDF writes it."""

Scalar = str | int | float | bool | None
Label = Literal[
    "title", "heading", "paragraph", "list_item", "table", "table_row", "figure", "caption",
    "formula", "header", "footer", "other", "list",
    "hot_area",
]  # fmt: skip
LABELS: tuple[Label, ...] = Label.__args__  # type: ignore[attr-defined]
Renderer = Callable[[float], "Image"]


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The words of a page in reading order.

    Attributes:
        texts: n strings without white space.
        boxes: (n, 4), tight to the ink.
        confidences: (n,), 0..1, as the OCR engine gave them; None for a text layer.
    """

    texts: tuple[str, ...]
    boxes: Boxes
    confidences: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        as_boxes(self.boxes)
        if len(self.boxes) != len(self.texts):
            raise ValueError(f"{len(self.texts)} words but {len(self.boxes)} boxes")
        if self.confidences is not None and len(self.confidences) != len(self.texts):
            raise ValueError(f"{len(self.texts)} words but {len(self.confidences)} confidences")

    def __len__(self) -> int:
        return len(self.texts)


NO_WORDS = Words((), np.zeros((0, 4), dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Region:
    """A semantic unit of a page: a paragraph, a heading, a table, a row of it.

    Attributes:
        box: around the ink of the region.
        text: what one reads of it: its words in reading order, a table as Markdown, a row under
            the header of its table, a list item under the words that lead in its list.
        words: indices of its words in the page's `Words`.
        label: one of `LABELS`.
        order: place in the reading order of the page, from 0.
        parent: index of the region that holds this one, if any.
        section: headings above the region, joined by " > ".
        context: indices of words outside its box that it must be read with: the header of a row,
            the lead-in of a list item or figure. They count for it in late interaction.
    """

    box: Box
    text: str
    words: tuple[int, ...]
    label: Label
    order: int
    parent: int | None = None
    section: str = ""
    context: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One page as rendered: rotated, cropped; it holds a way to draw itself, never pixels.

    Attributes:
        number: 1-based place in the document.
        label: the page number as printed ("iv", "A-1"), else the number.
        width, height: size of the rendered page in `unit`.
        unit: "pt" (1/72 inch) for PDF pages, "px" for images.
        renderer: draws the page at the dots per inch given.
        user_space: takes page fractions to the PDF's own coordinates (points, y upwards, before
            rotation and crop); None for images.
        warning: what went wrong in reading it, if anything.
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
        """Draw the page as an RGB picture; very large pages get fewer dots per inch.

        Raises:
            ValueError: the page was made without a renderer, or dpi is not positive.
        """
        if self.renderer is None:
            raise ValueError(f"page {self.number} has no renderer")
        if not dpi > 0:
            raise ValueError(f"dpi must be positive, not {dpi}")
        return self.renderer(dpi)


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """The located embedding vectors of one page.

    A patch is either a cell of a vision model's grid (`grid` is set) or a word (`grid` is None:
    patch i is word i of the page).

    Attributes:
        vectors: (n, d) int8; times `scales` they have length 1 (or 0).
        scales: (n,) float32.
        boxes: (n, 4).
        local: (n,) bool; False for a global tile or special token, which counts for the page
            but never for a region.
        grid: (rows, cols) of the local patches in raster order, or None.
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
        if self.grid is not None and self.grid[0] * self.grid[1] != int(self.local.sum()):
            raise ValueError(f"a grid of {self.grid} needs {self.grid[0] * self.grid[1]} patches")
        if self.grid is not None and self.local.any():
            cells = self.boxes[self.local].reshape(*self.grid, 4)
            across, down = np.ptp(cells[:, :, ::2], axis=0), np.ptp(cells[:, :, 1::2], axis=1)
            if max(across.max(), down.max()) > 1e-4:  # columns and rows are not straight
                raise ValueError(f"the cells of a grid of {self.grid} must be in raster order")

    def __len__(self) -> int:
        return len(self.vectors)


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A question as token vectors.

    Attributes:
        text: the question.
        vectors: (m, d) float32 of length 1.
        tokens: m readable strings.
        content_mask: (m,) bool: which tokens speak for the heat map.
        terms: a lexical term for each token, from which the index weights it; None for a stop
            word. None altogether when all tokens weigh the same.
    """

    text: str
    vectors: NDArray[np.float32]
    tokens: tuple[str, ...]
    content_mask: NDArray[np.bool_]
    terms: tuple[str | None, ...] | None = None

    def __post_init__(self) -> None:
        m = len(self.vectors)
        if m == 0 or len(self.tokens) != m or len(self.content_mask) != m:
            raise ValueError(f"{m} query vectors, {len(self.tokens)} tokens: need the same, > 0")
        if self.terms is not None and len(self.terms) != m:
            raise ValueError(f"{m} query vectors but {len(self.terms)} terms")
