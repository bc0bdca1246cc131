"""When a page is shown to the layout model, and what the model sees there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from snappy_core.parsing.drawings import Area
from snappy_core.parsing.layout import rapid_layout
from snappy_core.parsing.options import ReadingOptions

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 100
"""Of the picture for the layout model, which makes it 608 x 800 pixels anyway."""


def uses_model(options: ReadingOptions) -> bool:
    """Say whether pages are shown to the layout model."""
    if options.layout_model == "auto":
        return rapid_layout.available()
    return options.layout_model == "always"


def modelled_areas(picture: Callable[[], Image], options: ReadingOptions) -> tuple[Area, ...]:
    """Return what the layout model sees on the picture of a page; nothing when it is not used.

    Raises:
        MissingDependencyError: the model must be used and is not installed.
    """
    return tuple(rapid_layout.detect(picture())) if uses_model(options) else ()
