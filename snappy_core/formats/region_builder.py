"""Pages in the making: what the readers of all formats share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from snappy_core.boxes import as_boxes
from snappy_core.formats.base import SuppliedPage, SuppliedRegion
from snappy_core.formats.word_boxes import estimate_word_boxes
from snappy_core.types import NO_WORDS, Box, Label, Words


@dataclass(slots=True)
class NestedRegion:
    """A region with its parts, in reading order."""

    box: Box
    label: Label
    text: str = ""
    context: Box | None = None
    parts: list[NestedRegion] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SuppliedWord:
    """A word as another reader gives it; `text` may hold spaces."""

    text: str
    box: Box
    confidence: float | None = None


def build_page(
    number: int,
    drafts: Iterable[NestedRegion],
    words: Sequence[SuppliedWord] = (),
    size: tuple[float, float] | None = None,
) -> SuppliedPage:
    """Return a page with its regions numbered, parts after what holds them."""
    regions: list[SuppliedRegion] = []
    waiting: list[tuple[NestedRegion, int | None]] = [(draft, None) for draft in drafts]
    waiting.reverse()
    while waiting:  # a stack instead of recursion: hostile files are deep
        draft, parent = waiting.pop()
        waiting += [(part, len(regions)) for part in reversed(draft.parts)]
        text = clean(draft.text)
        regions.append(SuppliedRegion(draft.box, text, draft.label, parent, draft.context))
    width, height = size or (None, None)
    aspect = size[0] / size[1] if size else 1.0
    return SuppliedPage(number, tuple(regions), _words(words, aspect), width, height)


def clean(text: str) -> str:
    """Return a text that can be stored: no lone surrogates, no NUL, no space around it."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").strip()


def _words(words: Sequence[SuppliedWord], aspect: float) -> Words:
    texts: list[str] = []
    boxes: list[list[float]] = []
    confidences: list[float | None] = []
    for word in words:
        parts = clean(word.text).split()
        if len(parts) == 1:
            placed = [list(word.box)]
        else:
            parts, spaced = estimate_word_boxes(" ".join(parts), word.box, aspect)
            placed = spaced.tolist()
        texts += parts
        boxes += placed
        confidences += [word.confidence] * len(parts)
    if not texts:
        return NO_WORDS
    sure: list[float] = [1.0 if value is None else value for value in confidences]
    known = None if all(value is None for value in confidences) else np.array(sure, np.float32)
    return Words(tuple(texts), as_boxes(boxes), known)
