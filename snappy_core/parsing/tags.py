"""The tags of a page: the elements by which its author structured it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from snappy_core.boxes import Boxes

NOT_TAGGED, UNKNOWN, ARTIFACT = -1, -2, -3
"""Owners other than an element: for content that belongs to none, for content of forms, which is
not looked up, and for content marked as an artifact, such as a running head."""

_LEVELS = frozenset(f"H{level}" for level in range(1, 7))


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the structure tree.

    Attributes:
        type: standard structure type ("P", "TD", "H1"); PDFium resolves the file's own names.
        parent: index of the element around it; None at the root.
        alt: the alternative text of a figure, "" if there is none.
        language: a BCP 47 tag such as "de-CH", "" if it is that of the element around it.
    """

    type: str
    parent: int | None
    alt: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class PageTags:
    """The elements of a page in reading order, and its n pictures and drawings.

    Attributes:
        elements: each after the element around it.
        boxes: (n, 4) page fractions.
        owners: (n,) index of the element that each picture or drawing belongs to, or one of the
            constants above.
        language: of the document, as a BCP 47 tag; "" if unknown.
    """

    elements: tuple[Element, ...]
    boxes: Boxes
    owners: NDArray[np.intp]
    language: str = ""

    def path(self, element: int) -> list[int]:
        """Return the indices from the root to an element."""
        path: list[int] = []
        index: int | None = element
        while index is not None:
            path.append(index)
            index = self.elements[index].parent
        return path[::-1]

    def figure_around(self, element: int) -> int | None:
        """Return the innermost figure that an element is or is inside."""
        inside = [index for index in self.path(element) if self.elements[index].type == "Figure"]
        return inside[-1] if inside else None

    def language_of(self, element: int) -> str:
        """Return the language of an element: its own, one from around it, or the document's."""
        languages = [self.elements[index].language for index in self.path(element)]
        return next(filter(None, reversed(languages)), self.language)

    def heading_level(self, element: int) -> int:
        """Return 1 for "H1", ..., 6 for "H6", and 0 for other elements or without a level."""
        kind = self.elements[element].type
        return int(kind[1]) if kind in _LEVELS else 0
