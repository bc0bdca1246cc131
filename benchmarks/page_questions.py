"""Questions of public sets, each about one document, with the pages and boxes that answer it."""

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
        boxes: pairs of a page number and a box on that page in page fractions.
        kinds: of the answer, as in `Evidence`.
    """

    path: Path
    question: str
    pages: frozenset[int]
    boxes: tuple[tuple[int, Box], ...]
    kinds: tuple[str, ...]
