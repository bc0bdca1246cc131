"""Keeps the sources of documents in the index, or pictures of their pages."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Literal

from snappy_core.cancellation import raise_if_ended
from snappy_core.errors import SnappyError, StoreError
from snappy_core.ingest.executor import Pool
from snappy_core.ingest.jobs import Picture
from snappy_core.parsing.source import Source
from snappy_core.stores.base import DocumentRecord, Store
from snappy_core.stores.kept_files import SOURCE, KeepingStore, picture_name

Keep = Literal["source", "pages"]
KEEP: tuple[Keep, ...] = Keep.__args__  # type: ignore[attr-defined]

_BATCH_BYTES = 16_000_000  # of pictures that are stored together


class Keeper:
    """Keeps the requested files of each document in a store, once for the same bytes.

    Args:
        keep: "source" for the file itself, "pages" for a picture of each page.
        pool: draws the pages.

    Raises:
        ValueError: `keep` is another word, or the store cannot keep files.
    """

    def __init__(self, store: Store, keep: Keep, pool: Pool) -> None:
        if keep not in KEEP:
            raise ValueError(f"keep must be 'source', 'pages' or None, not {keep!r}")
        if not isinstance(store, KeepingStore):
            raise ValueError(f"{store.location}: keeps no files; give the index a resolver instead")
        self._store: KeepingStore = store
        self._keep = keep
        self._pool = pool

    def keep(
        self, source: Source, document: DocumentRecord, staged: Source | None = None
    ) -> list[str]:
        """Keep the files of a document in the index that are not kept yet; return warnings.

        Args:
            staged: the source, if the pool has it staged already.
        """
        kept_names = self._store.kept_files(document.content_hash)
        names = {picture_name(number): number for number in range(1, document.pages + 1)}
        missing = [number for name, number in names.items() if name not in kept_names]
        if not missing if self._keep == "pages" else SOURCE in kept_names:
            return []
        try:
            if self._keep == "pages":
                drawn_from = staged or self._pool.stage(source)
                try:
                    return list(self._keep_pages(drawn_from, document, missing))
                finally:
                    if staged is None:
                        self._pool.unstage(drawn_from)
            data = source.read_bytes()
            if Source.from_bytes(data).content_hash() != document.content_hash:
                return [f"{source.name}: is not kept, it changed while it was added"]
            self._store.keep_files(document.content_hash, {SOURCE: data})
        except StoreError:
            raise
        except SnappyError as error:
            return [f"{source.name}: is not kept, {error}"]
        return []

    def _keep_pages(
        self, source: Source, document: DocumentRecord, numbers: list[int]
    ) -> Iterator[str]:
        pictures: dict[str, bytes] = {}
        drawn: deque[tuple[int, Future[bytes]]] = deque()
        while numbers or drawn:
            raise_if_ended()
            while numbers and len(drawn) < self._pool.capacity:
                number = numbers.pop(0)
                drawn.append((number, self._pool.submit(Picture(source, number))))
            number, future = drawn.popleft()
            try:
                pictures[picture_name(number)] = future.result()
            except SnappyError as error:
                yield f"{source.name}, page {number}: no picture is kept, {error}"
            if sum(map(len, pictures.values())) > _BATCH_BYTES or not (numbers or drawn):
                self._store.keep_files(document.content_hash, pictures)
                pictures = {}
