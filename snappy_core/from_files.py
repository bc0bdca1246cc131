"""The constructor `from_files` of the retrievers of all frameworks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, Self

from snappy_core.display.stored_pages import Resolver
from snappy_core.encoders.base import Encoder
from snappy_core.index import RegionIndex
from snappy_core.ingest.describe import Describe
from snappy_core.ingest.keep import Keep
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Sources
from snappy_core.types import NewMetadata


class FromFiles:
    """A base class of retrievers that take an `index` and arguments of their own, all by name."""

    @classmethod
    def from_files(
        cls,
        paths: Sources | Iterable[Sources],
        *,
        index_path: str | os.PathLike[str] = ":memory:",
        metadata: NewMetadata | None = None,
        password: str | None = None,
        encoder: Encoder | None = None,
        reading: ReadingOptions = ReadingOptions(),
        describe: Describe | None = None,
        keep: Keep | None = None,
        resolver: Resolver | None = None,
        **arguments: Any,
    ) -> Self:
        """Add files to an index and return a retriever over the whole index.

        Args:
            paths: files, folders, or `Source.from_bytes(data, name)`.
            index_path: the file of the index; in memory by default.
            metadata: your own keys for all regions of these files. (LangChain's `metadata`, which
                callbacks receive, can be set on the result.)
            password: opens encrypted files.
            encoder: the encoder of the index; for a new index the embedded one by default
                (all-MiniLM-L6-v2, English, CPU).
            reading: OCR, layout model, and the limits of a document.
            describe: says in words what a figure shows, as in `RegionIndex.add`.
            keep: "source" or "pages", as in `RegionIndex.add`, to show pages of what came as bytes.
            resolver: finds documents again that came as bytes, as in `RegionIndex.open`.
            arguments: arguments of the retriever (`k`, `filter`, ...), checked before files are
                read.

        Raises:
            UnreadableDocumentError: a file cannot be read; the others are in the index.
            TypeError, ValueError: an unknown argument, a value out of range, or reserved metadata.
        """
        create: Callable[..., Self] = cls
        index = RegionIndex.open(index_path, encoder, resolver=resolver)
        try:
            retriever = create(index=index, **arguments)
            index.add(
                paths,
                metadata=metadata,
                password=password,
                reading=reading,
                describe=describe,
                keep=keep,
            ).raise_failed()
        except BaseException:
            index.close()
            raise
        return retriever
