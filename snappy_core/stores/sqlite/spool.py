"""A buffer for pages to be written: they are read and encoded before the file is locked."""

from __future__ import annotations

import json
import struct
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from snappy_core.errors import StoreError
from snappy_core.stores.codec import PackedPage

_MEMORY = 64 << 20  # bytes; longer documents go to an unnamed temporary file
_HEADER = struct.Struct("<qqqqqq")  # page number and the lengths of the parts; -1 for None


class PageSpool:
    """Keeps packed pages, in order, in bounded memory.

    Args:
        location: of the index, for messages.

    Attributes:
        count: number of pages.
        terms: the number of pages that contain each term.

    Raises:
        StoreError: the temporary folder is full or fails.
    """

    def __init__(self, location: str) -> None:
        self._location = location
        self._file = tempfile.SpooledTemporaryFile(_MEMORY)  # noqa: SIM115 - closed by `close`
        self.count = 0
        self.terms: Counter[str] = Counter()

    def append(self, page: PackedPage) -> None:
        """Add a page."""
        values = json.dumps([page.label, page.region_labels, page.sections]).encode()
        parts = page.content, page.patch_boxes, page.scoring, page.pooled, values
        sizes = [-1 if part is None else len(part) for part in parts]
        with self._typed_errors():
            self._file.write(_HEADER.pack(page.number, *sizes))
            for part in parts:
                self._file.write(part or b"")
        self.count += 1
        self.terms.update(page.terms)

    def __iter__(self) -> Iterator[PackedPage]:
        """Yield the pages, without their terms."""
        with self._typed_errors():
            self._file.seek(0)
        for _ in range(self.count):
            with self._typed_errors():
                number, *sizes = _HEADER.unpack(self._file.read(_HEADER.size))
                content, patch_boxes, scoring, pooled, values = (
                    None if size < 0 else self._file.read(size) for size in sizes
                )
            assert content is not None
            assert scoring is not None
            assert pooled is not None
            assert values is not None
            label, labels, sections = json.loads(values)
            yield PackedPage(
                number, content, patch_boxes, scoring, pooled, frozenset(),
                label, tuple(labels), tuple(sections),
            )  # fmt: skip

    def close(self) -> None:
        with suppress(OSError):  # the buffered rest is written once more, and fails again
            self._file.close()

    @contextmanager
    def _typed_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"{self._location}: the temporary folder {tempfile.gettempdir()}, where its pages "
                f"wait to be written, failed: {error.strerror}"
            ) from error
