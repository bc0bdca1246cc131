"""The jobs into which a document is divided: count its pages, read some, encode some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from snappy_core import parsing
from snappy_core.boxes import as_boxes, to_pixels
from snappy_core.encoders.base import Encoder
from snappy_core.errors import SnappyError, UnreadableDocumentError, describe_failure
from snappy_core.formats import SuppliedPage, merge_regions
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.reader import AUTO
from snappy_core.parsing.source import Source
from snappy_core.scoring.membership import assign
from snappy_core.scoring.pooling import GRID_BLOCK, pool
from snappy_core.stores.base import DocumentRecord, PageRecord
from snappy_core.types import Box, Page, Patches
from snappy_core.webp import to_webp

if TYPE_CHECKING:
    from PIL.Image import Image

    from snappy_core.ingest.keep import Keep

PICTURE_DPI = 150  # of pages that are kept: the default of `RegionIndex.page_image`


class Task(Protocol):
    """Work on some pages of one document. It can be pickled, and so can its result.

    Its length is the number of its pages; its string says what it does, for messages: "reading
    pages 5-8".
    """

    @property
    def source(self) -> Source: ...

    def __len__(self) -> int: ...

    def __str__(self) -> str: ...


class Job(Task, Protocol):
    """A task that needs nothing but an encoder. Its time limit depends on its length."""

    def run(self, encoder: Encoder) -> Any: ...


@dataclass(frozen=True, slots=True)
class Count:
    """Open a document and count its pages, with a given reader or the one that "auto" chooses."""

    source: Source
    reader: str = AUTO

    def __len__(self) -> int:
        return 1

    def __str__(self) -> str:
        return "opening it"

    def run(self, encoder: Encoder) -> int:
        with _unreadable_if_it_fails(self.source):
            return parsing.count_pages(self.source, self.reader)


@dataclass(frozen=True, slots=True)
class Read:
    """Read pages: their words and regions, without sections and without a working renderer.

    Attributes:
        numbers: of the pages, from 1.
        supplied: regions that replace those found, by page number.
    """

    source: Source
    numbers: Sequence[int]
    options: ReadingOptions
    supplied: Mapping[int, SuppliedPage] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def __str__(self) -> str:
        return f"reading {_page_range(self.numbers[0], self.numbers[-1])}"

    def run(self, encoder: Encoder) -> list[Page]:
        with _unreadable_if_it_fails(self.source):
            return [
                self._finish(page)
                for page in parsing.read_pages(self.source, self.numbers, self.options)
            ]

    def _finish(self, page: Page) -> Page:
        if page.number in self.supplied:
            page = merge_regions(page, self.supplied[page.number])
        # A renderer holds the source, possibly with all its bytes; `Encode` makes a new one.
        return replace(page, renderer=page.renderer and _unavailable)


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw some boxes of a page, given in page fractions."""

    source: Source
    number: int
    boxes: tuple[Box, ...]
    dpi: float

    def __len__(self) -> int:
        return 1

    def __str__(self) -> str:
        return f"drawing {_page_range(self.number, self.number)}"

    def run(self, encoder: Encoder) -> list[Image]:
        with _unreadable_if_it_fails(self.source):
            image = parsing.render(self.source, self.number, self.dpi)
            corners = to_pixels(as_boxes(self.boxes), *image.size).round().astype(int).tolist()
            return [image.crop((x0, y0, x1, y1)) for x0, y0, x1, y1 in corners]


@dataclass(frozen=True, slots=True)
class Picture:
    """Draw a page to be kept, as WebP."""

    source: Source
    number: int

    def __len__(self) -> int:
        return 1

    def __str__(self) -> str:
        return f"drawing {_page_range(self.number, self.number)}"

    def run(self, encoder: Encoder) -> bytes:
        with _unreadable_if_it_fails(self.source):
            return to_webp(parsing.render(self.source, self.number, PICTURE_DPI))


@dataclass(frozen=True, slots=True, eq=False)
class Encode:
    """Encode pages in one batch and compute everything that is stored for them."""

    source: Source
    pages: list[Page]
    pool_block: int = GRID_BLOCK

    def __len__(self) -> int:
        return len(self.pages)

    def __str__(self) -> str:
        return f"encoding {_page_range(self.pages[0].number, self.pages[-1].number)}"

    def run(self, encoder: Encoder) -> list[PageRecord]:
        pages = [
            replace(page, renderer=partial(parsing.render, self.source, page.number))
            if page.renderer
            else page
            for page in self.pages
        ]
        return [
            prepare(page, patches, self.pool_block)
            for page, patches in zip(pages, encoder.encode_pages(pages), strict=True)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Add:
    """Read and encode a whole document and write it to the index, in a worker that can do so.

    Its result is an `IngestReport`.

    Attributes:
        record: what is stored for the document.
        replaces: whether the index has the document already, maybe with other bytes.
        keep: as in `RegionIndex.add`.
    """

    source: Source
    record: DocumentRecord
    replaces: bool
    pages: int
    reading: ReadingOptions
    keep: Keep | None = None

    def __len__(self) -> int:
        return self.pages

    def __str__(self) -> str:
        return f"adding {_page_range(1, self.pages)}"


class CannotWriteError(Exception):
    """The worker cannot write to the index; the message says why. Nothing was done."""


def prepare(page: Page, patches: Patches, pool_block: int = GRID_BLOCK) -> PageRecord:
    """Return everything that is stored for a page.

    Raises:
        ValueError: the patches have no grid, and there is not one patch per word of the page.
    """
    if patches.grid is None and len(patches) != len(page.words):
        raise ValueError(
            f"page {page.number}: {len(patches)} patches without a grid for {len(page.words)} words"
        )
    members = assign(page.regions, patches)
    pooled = pool(patches, page.regions, page.words.texts, pool_block)
    return PageRecord(replace(page, renderer=None), patches, members, pooled)


def _unavailable(dpi: float) -> Image:
    raise RuntimeError("a page is rendered only while it is encoded")


@contextmanager
def _unreadable_if_it_fails(source: Source) -> Iterator[None]:
    """Report any unexpected exception of a parser as an error of this document."""
    try:
        yield
    except SnappyError:
        raise
    except Exception as error:
        raise UnreadableDocumentError(source.name, describe_failure(error)) from error


def _page_range(first: int, last: int) -> str:
    return f"page {first}" if first == last else f"pages {first}-{last}"
