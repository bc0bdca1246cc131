"""Pages that another retriever found, and the regions on them that answer."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from snappy_core.encoders.base import Encoder
from snappy_core.index import RegionIndex
from snappy_core.parsing.source import Source
from snappy_core.scoring.propagation import Scoring
from snappy_core.search.filters import Filter, PageReference
from snappy_core.search.hits import Hits

__all__ = ["PageReference", "PageSearch", "page_reference"]


def page_reference(
    metadata: Mapping[str, Any],
    *,
    page_key: str,
    page_base: int,
    source_keys: Iterable[str] = ("source",),
) -> PageReference:
    """Return which page the metadata of somebody else's document is about.

    Loaders do not agree whether the first page is 0 or 1, so it has to be said. Under the key
    "page_label" stands the page number as printed ("iv"), which is looked up as such.

    >>> page_reference({"source": "q3.pdf", "page": 0}, page_key="page", page_base=0)
    PageReference(document='q3.pdf', page=1)

    Args:
        page_key: the key that holds the page number.
        page_base: the number of the first page, 0 or 1.
        source_keys: keys that may hold the path or document id, the first present counts.

    Raises:
        ValueError: no such key, or no page number in it.
    """
    if page_base not in (0, 1):
        raise ValueError(f"page_base must be 0 or 1, not {page_base!r}")
    tried = tuple(source_keys)
    source = next((metadata[key] for key in tried if metadata.get(key)), None)
    value = metadata.get(page_key)
    if source is None or value is None:
        wanted = " or ".join(map(repr, tried if source is None else [page_key]))
        has = ", ".join(metadata) or "no keys"
        raise ValueError(f"a page without {wanted} in its metadata, which has {has}")
    if page_key == "page_label":
        return PageReference(str(source), str(value))
    try:
        number = int(value)
        if isinstance(value, bool) or number != float(value) or number < page_base:
            raise ValueError
    except (TypeError, ValueError):
        raise ValueError(
            f"{source}: {page_key} is {value!r}, and no page number that starts at {page_base}"
        ) from None
    return PageReference(str(source), number - page_base + 1)


class PageSearch:
    """Finds regions on given pages, in an index or in the files of one folder.

    With `root`, files are read when a page of theirs is asked for, and kept in memory. Paths in
    metadata are not trusted: no file is opened whose real path is outside of `root`.

    >>> pages = [PageReference("report.pdf", 4)]
    >>> hits = PageSearch(root="examples").search("What coupon does the bond carry?", pages, k=1)
    >>> hits[0].page_number, "coupon of 4.85 per cent" in hits[0].region.text
    (4, True)

    Args:
        index: holds the pages, under their document ids or sources.
        root: the folder that holds the files; give this or an index.
        encoder: for `root`; the embedded default unless given.

    Raises:
        ValueError: both or neither of `index` and `root`, or an encoder beside an index.
        NotADirectoryError: `root` is no folder.
    """

    def __init__(
        self,
        index: RegionIndex | None = None,
        *,
        root: str | os.PathLike[str] | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        if (index is None) == (root is None):
            raise ValueError("give either an index or root, the folder that holds the files")
        if index is not None and encoder is not None:
            raise ValueError("an index has its encoder; give one with root only")
        if root is not None and not os.path.isdir(root):
            raise NotADirectoryError(f"root must be a folder, not {os.fspath(root)!r}")
        self.index = index or RegionIndex(encoder=encoder)
        self.root = None if root is None else Path(os.path.realpath(root))

    def search(
        self,
        question: str,
        pages: Iterable[PageReference],
        *,
        k: int = 5,
        filter: Filter | None = None,
        score_threshold: float | None = None,
        per_page: int | None = None,
        scoring: Scoring | None = None,
    ) -> Hits:
        """Return the `k` regions of these pages that answer best; see `RegionIndex.search`.

        Raises:
            ValueError: pages that are not there or outside of `root`, all of them named, an
                empty question, or an option out of range.
            UnreadableDocumentError: a file of `root` that cannot be read.
        """
        if self.root is not None:
            pages = list(pages)
            files = self._files({page.document for page in pages})
            self.index.add(files.values(), progress=False).raise_failed()
            pages = [PageReference(files[document].name, page) for document, page in pages]
        return self.index.search(
            question,
            k=k,
            filter=filter,
            score_threshold=score_threshold,
            per_page=per_page,
            scoring=scoring,
            pages=pages,
        )

    async def asearch(self, question: str, pages: Iterable[PageReference], **options: Any) -> Hits:
        """Do as `search`, in a thread."""
        return await asyncio.to_thread(self.search, question, pages, **options)

    def _files(self, names: Iterable[str]) -> dict[str, Source]:
        """Return the file of each name, relative to `root` or else to the working folder."""
        assert self.root is not None
        files = {name: self._file(name) for name in sorted(names)}
        if missing := [name for name, file in files.items() if file is None]:
            raise ValueError(
                f"no such files in {self.root}: {', '.join(map(repr, missing))}; root must be the "
                "folder that holds the files of these pages"
            )
        return {name: file for name, file in files.items() if file is not None}

    def _file(self, name: str) -> Source | None:
        assert self.root is not None
        if "\0" in name:  # which no path may hold
            return None
        for path in (self.root / name, Path(name)):
            real = Path(os.path.realpath(path))  # where links lead, be there a file or not
            if real.is_relative_to(self.root) and real.is_file():
                return Source.from_path(real)
        return None
