"""Regions formats, and the pages they read."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from snappy_core.types import NO_WORDS, Box, Label, Words

_VERSION = "2"  # raised when the same supplied regions would be stored differently

Content = bytes | Mapping[str, Any] | list[Any]
"""The content of a file: parsed if it is JSON, else its bytes."""


@dataclass(frozen=True, slots=True)
class SuppliedRegion:
    """A region from another reader.

    Attributes:
        text: its text; "" takes the words of the page inside the box.
        parent: index of the region that contains it among those of the page, or None.
        context: box of the text it must be read with, such as the header of a table row.
    """

    box: Box
    text: str = ""
    label: Label = "other"
    parent: int | None = None
    context: Box | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SuppliedPage:
    """The regions and words of a page from another reader.

    Attributes:
        number: page number in the document, from 1.
        regions: in reading order, each after its parent.
        words: words with boxes, where the format has them.
        width, height: size of the page in any unit; None if the format does not say.
    """

    number: int
    regions: tuple[SuppliedRegion, ...]
    words: Words = NO_WORDS
    width: float | None = None
    height: float | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """A file format of another reader.

    Attributes:
        name: the name it is registered under.
        sniff: returns whether content looks like this format; never raises.
        read: returns the pages by page number. It may raise FormatError, which names the page and
            region; errors of a parser on unexpected content (KeyError, TypeError, ...) become a
            FormatError.
    """

    name: str
    sniff: Callable[[Content], bool]
    read: Callable[[Content], dict[int, SuppliedPage]]


def is_list_of(content: Content, *keys: str) -> bool:
    """Return whether content is a non-empty list of dictionaries with these keys."""
    return (
        isinstance(content, list)
        and bool(content)
        and all(isinstance(item, Mapping) and set(keys) <= set(item) for item in content)
    )


def digest(pages: Mapping[int, SuppliedPage]) -> str:
    """Return a hash (16 hex digits) of everything in supplied pages that affects what is stored."""
    sha256 = hashlib.sha256(_VERSION.encode())
    for number, page in sorted(pages.items()):
        boxes, confidences = page.words.boxes, page.words.confidences
        values = (
            (number, page.number, page.width, page.height, page.regions),
            (page.words.texts, boxes.tolist(), confidences is not None and confidences.tolist()),
        )
        sha256.update(repr(values).encode("utf-8", "backslashreplace"))
    return sha256.hexdigest()[:16]
