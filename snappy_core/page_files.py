"""Pages of files, read on demand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from snappy_core import parsing
from snappy_core.encoders.base import Encoder
from snappy_core.forks import fork_safe_lock
from snappy_core.ingest.jobs import Encode, Read
from snappy_core.parsing.options import ReadingOptions
from snappy_core.parsing.source import Source
from snappy_core.stores.base import DocumentRecord, PageRecord, Store


@dataclass(slots=True)
class _File:
    """The pages read from a file, valid while its bytes stay the same."""

    content_hash: str
    page_count: int
    labels: list[str] | None = None
    records: dict[int, PageRecord] = field(default_factory=dict)


class PageFiles:
    """Fills a store with the pages that are asked for, each read once and by itself.

    As a result, the section of a region has only the headings of its own page, and a table that
    continues from the previous page has no header. An index reads whole documents and knows both.
    """

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self._store = store
        self._encoder = encoder
        self._reading = ReadingOptions()
        self._files: dict[str, _File] = {}
        self._lock = fork_safe_lock()

    def read(self, source: Source, pages: Iterable[int | str]) -> None:
        """Read pages, by number or printed label; those that do not exist are left out.

        Raises:
            UnreadableDocumentError: the file cannot be read.
        """
        with self._lock:
            file = self._open(source)
            numbers = {page for page in pages if isinstance(page, int)}
            labels = {page for page in pages if isinstance(page, str)}
            if labels:
                if file.labels is None:
                    file.labels = parsing.page_labels(source)
                numbers |= {n for n, label in enumerate(file.labels, start=1) if label in labels}
            new = sorted(numbers.intersection(range(1, file.page_count + 1)) - set(file.records))
            if not new:
                return
            unsectioned = Read(source, new, self._reading).run(self._encoder)
            sectioned = [page for read in unsectioned for page in parsing.with_sections([read])]
            records = Encode(source, sectioned).run(self._encoder)
            file.records |= {record.page.number: record for record in records}
            document = DocumentRecord(
                source.name, source.name, file.content_hash, "pages asked for"
            )
            self._store.write(document, [file.records[number] for number in sorted(file.records)])

    def _open(self, source: Source) -> _File:
        content_hash = source.content_hash()
        file = self._files.get(source.name)
        if file is None or file.content_hash != content_hash:
            file = _File(content_hash, parsing.count_pages(source))
            self._files[source.name] = file
            self._store.delete(source.name)
        return file
