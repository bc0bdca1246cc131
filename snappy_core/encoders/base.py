"""The interface of encoders."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from snappy_core.types import Page, Patches, Query


@runtime_checkable
class Encoder(Protocol):
    """Turns pages into patches and questions into token vectors in the same space.

    The dot product of a token vector and a patch vector is their similarity. The result for a
    page must not depend on the other pages in a call. Encoders are pickled for worker processes.
    `snappy_core.testing.encoders.EncoderConformance` tests all of this.

    Attributes:
        name: identifies the model and its version. It is stored in the index, which refuses
            encoders with another name; change it whenever the vectors change.
        dim: length of the vectors.
    """

    @property
    def name(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Return the patches of each page, in the order of the pages.

        A text encoder returns one patch per word of a page; a vision encoder draws the page with
        `Page.render` and returns a grid.
        """
        ...

    def encode_query(self, text: str) -> Query:
        """Return the token vectors of a question; ValueError if it is empty."""
        ...
