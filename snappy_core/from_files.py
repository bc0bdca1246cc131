"""The constructors `from_files` and `from_index` of the retrievers of all frameworks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, Literal, Self

from snappy_core.display.stored_pages import Resolver
from snappy_core.encoders.base import Encoder
from snappy_core.fused_search import FusedSearch, open_indexes
from snappy_core.index import RegionIndex
from snappy_core.ingest.describe import Describe
from snappy_core.ingest.executor import Executor
from snappy_core.ingest.keep import Keep
from snappy_core.ingest.report import IngestReport
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Sources
from snappy_core.types import NewMetadata

OnError = Literal["raise", "warn"]


class FromFiles:
    """A base class for retrievers that take an `index` and other arguments, all by name."""

    _report: IngestReport | None  # a class attribute would hide pydantic's private one

    @property
    def report(self) -> IngestReport | None:
        """The report of `from_files`; None if the retriever was created another way."""
        return self._report

    @classmethod
    def from_files(
        cls,
        paths: Sources | Iterable[Sources],
        *,
        index_path: str | os.PathLike[str] = ":memory:",
        root: str | os.PathLike[str] | None = None,
        metadata: NewMetadata | None = None,
        password: str | None = None,
        encoder: Encoder | None = None,
        reading: ReadingOptions = ReadingOptions(),
        describe: Describe | None = None,
        keep: Keep | None = None,
        resolver: Resolver | None = None,
        executor: Executor | None = None,
        progress: bool | None = None,
        add_timeout: float | None = None,
        on_error: OnError = "raise",
        **arguments: Any,
    ) -> Self:
        """Add files to an index and return a retriever over the whole index.

        `retriever.report` says what was added, and which pages have no text.

        Args:
            paths: files, folders, or `Source.from_bytes(data, name)`.
            index_path: the file of the index; in memory by default.
            metadata: your own keys for all regions of these files. (LangChain's `metadata`, which
                callbacks receive, can be set on the result.)
            encoder: the encoder of the index; for a new index the embedded one by default
                (all-MiniLM-L6-v2, English, CPU).
            resolver: finds documents that were added as bytes, as in `RegionIndex.open`.
            root, password, reading, describe, keep, executor, progress: as in `RegionIndex.add`.
            add_timeout: the `timeout` of `RegionIndex.add`; the retriever has its own for searches.
            on_error: "raise" raises the error of the first file that cannot be read, after all
                others have been added; "warn" skips it with an `IngestWarning`, unless no file can
                be read.
            arguments: arguments of the retriever (`k`, `filter`, ...), checked before files are
                read.

        Raises:
            UnreadableDocumentError: a file cannot be read. The other files are not lost: they are
                in the index, and the error's attribute `retriever` searches it.
            TimeLimitError: adding took longer than `add_timeout`.
            TypeError, ValueError: an unknown argument, a value out of range, or reserved metadata.
        """
        if on_error not in ("raise", "warn"):
            raise ValueError(f"on_error must be 'raise' or 'warn', not {on_error!r}")
        create: Callable[..., Self] = cls
        index = RegionIndex.open(index_path, encoder, resolver=resolver)
        try:
            retriever = create(index=index, **arguments)
            report = index.add(
                paths,
                root=root,
                metadata=metadata,
                password=password,
                reading=reading,
                describe=describe,
                keep=keep,
                executor=executor,
                progress=progress,
                timeout=add_timeout,
            )
        except BaseException:
            index.close()
            raise
        retriever._report = report
        is_any_read = report.added or report.unchanged or report.duplicates
        if report.failed and (on_error == "raise" or not is_any_read):
            error = report.failed[0].error
            if not is_any_read:
                index.close()
                raise error
            error.retriever = retriever  # type: ignore[attr-defined]
            error.add_note(
                "The other files are in the index; from_files(on_error='warn') goes on without this"
                " one, and the attribute `retriever` of this error is what it returns."
            )
            raise error
        return retriever

    @classmethod
    def from_index(
        cls,
        index: RegionIndex | FusedSearch | str | os.PathLike[str],
        *,
        encoder: Encoder | None = None,
        resolver: Resolver | None = None,
        **arguments: Any,
    ) -> Self:
        """Return a retriever over an existing index.

        Args:
            index: an open index, the location of one, as in `RegionIndex.open`, or a `FusedSearch`.
            encoder, resolver: with a location, as in `RegionIndex.open`; by default the encoder
                that created the index, if it is on this machine.
            arguments: arguments of the retriever.

        Raises:
            FileNotFoundError: there is no such index.
            IndexMismatchError: it was created by another encoder.
            TypeError, ValueError: an unknown argument, a value out of range, or an encoder or
                resolver for an index that is already open.
        """
        create: Callable[..., Self] = cls
        region_index, fused = open_indexes(index, encoder, resolver)
        try:
            return create(index=fused or region_index, **arguments)
        except BaseException:
            if not isinstance(index, (RegionIndex, FusedSearch)):
                region_index.close()
            raise
