"""Questions of public sets: to one document, with the pages and boxes that answer them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from snappy_core.types import Box


@dataclass(frozen=True, slots=True)
class PageQuestion:
    """A question, and what answers it in one document.

    Attributes:
        path: of the document.
        pages: the numbers of the pages that answer it, from 1.
        boxes: the number of a page, and a box on it in page fractions.
        kinds: of the answer, as in `Evidence`.
    """

    path: Path
    question: str
    pages: frozenset[int]
    boxes: tuple[tuple[int, Box], ...]
    kinds: tuple[str, ...]
