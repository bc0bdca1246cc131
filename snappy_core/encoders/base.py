"""What the index asks of an encoder."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from snappy_core.types import Page, Patches, Query


@runtime_checkable
class Encoder(Protocol):
    """Turns pages into patches and questions into token vectors of the same space.

    Attributes:
        name: the model with its version; part of the index, which no other encoder can read.
        dim: length of the vectors.
    """

    @property
    def name(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def encode_pages(self, pages: Sequence[Page]) -> list[Patches]:
        """Return the patches of each page, in the order given."""
        ...

    def encode_query(self, text: str) -> Query:
        """Return the token vectors of a question."""
        ...
