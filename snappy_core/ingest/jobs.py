"""The pieces of work that a document is cut into: each runs in this process or in a worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from snappy_core import parsing
from snappy_core.encoders.base import Encoder
from snappy_core.errors import SnappyError, UnreadableDocumentError
from snappy_core.formats import SuppliedPage, merge_regions
from snappy_core.parsing import ReadingOptions, Source
from snappy_core.scoring.membership import assign
from snappy_core.scoring.pooling import GRID_BLOCK, pool
from snappy_core.stores.base import PageRecord
from snappy_core.types import Page, Patches


class Job(Protocol):
    """Work on a few pages of one document; it pickles, and so does what it returns."""

    @property
    def source(self) -> Source: ...

    def __len__(self) -> int:
        """Return the number of pages it goes over."""
        ...

    def __str__(self) -> str:
        """Say what is done, for messages: "reading pages 5-8"."""
        ...

    def run(self, encoder: Encoder) -> Any: ...


@dataclass(frozen=True, slots=True)
class Count:
    """Open a document and count its pages."""

    source: Source

    def __len__(self) -> int:
        return 1

    def __str__(self) -> str:
        return "opening it"

    def run(self, encoder: Encoder) -> int:
        with _foreseen(self.source):
            return parsing.count_pages(self.source)


@dataclass(frozen=True, slots=True)
class Read:
    """Read pages by number: words and regions, no section and no pixels.

    `supplied` holds the regions that stand in for those found, by the number of their page.
    """

    source: Source
    numbers: range
    options: ReadingOptions
    supplied: Mapping[int, SuppliedPage] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def __str__(self) -> str:
        return f"reading {_name(self.numbers[0], self.numbers[-1])}"

    def run(self, encoder: Encoder) -> list[Page]:
        with _foreseen(self.source):
            pages = parsing.read_pages(self.source, self.numbers, self.options)
            return [
                merge_regions(page, self.supplied[page.number])
                if page.number in self.supplied
                else page
                for page in pages
            ]


@dataclass(frozen=True, slots=True, eq=False)
class Encode:
    """Encode pages together and prepare all that is stored of them."""

    source: Source
    pages: list[Page]
    pool_block: int = GRID_BLOCK

    def __len__(self) -> int:
        return len(self.pages)

    def __str__(self) -> str:
        return f"encoding {_name(self.pages[0].number, self.pages[-1].number)}"

    def run(self, encoder: Encoder) -> list[PageRecord]:
        encoded = encoder.encode_pages(self.pages)
        return [
            prepare(page, patches, self.pool_block)
            for page, patches in zip(self.pages, encoded, strict=True)
        ]


def prepare(page: Page, patches: Patches, pool_block: int = GRID_BLOCK) -> PageRecord:
    """Return all that is stored of a page: what does not depend on the question, once.

    Raises:
        ValueError: the patches are of words but not one for each word of the page.
    """
    if patches.grid is None and len(patches) != len(page.words):
        raise ValueError(
            f"page {page.number}: {len(patches)} patches without a grid for {len(page.words)} words"
        )
    membership = assign(page.regions, patches)
    pooled = pool(patches, page.regions, pool_block)
    return PageRecord(replace(page, renderer=None), patches, membership, pooled)


@contextmanager
def _foreseen(source: Source) -> Iterator[None]:
    """Make what no parser foresaw in a hostile file an error of that file."""
    try:
        yield
    except SnappyError:
        raise
    except Exception as error:
        cause = f"cannot be read ({type(error).__name__}: {error})"
        raise UnreadableDocumentError(source.name, cause) from error


def _name(first: int, last: int) -> str:
    return f"page {first}" if first == last else f"pages {first}-{last}"
