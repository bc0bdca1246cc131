"""Search on the pages that another retriever found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from snappy_core._async import async_twin
from snappy_core.cancellation import time_limit
from snappy_core.encoders.base import Encoder
from snappy_core.index import RegionIndex
from snappy_core.page_files import PageFiles
from snappy_core.parsing.source import Source
from snappy_core.search.hits import Hits
from snappy_core.search.options import SEARCH_LATE, PageSearchOptions
from snappy_core.search.page_references import PageReference, page_references
from snappy_core.stores import MemoryStore

__all__ = ["PageReference", "PageSearch", "page_reference"]


def page_reference(
    metadata: Mapping[str, Any],
    *,
    page_key: str,
    page_base: int,
    source_keys: Iterable[str] = ("source",),
) -> PageReference:
    """Return the page that the metadata of a document of another library refers to.

    The value of the key "page_label" is a page label as printed ("iv").

    >>> page_reference({"source": "q3.pdf", "page": 0}, page_key="page", page_base=0)
    PageReference(document='q3.pdf', page=1)

    Args:
        page_key: the key of the page number.
        page_base: the number of the first page, 0 or 1, which differs between libraries.
        source_keys: possible keys of the path or document id; the first one present is used.

    Raises:
        ValueError: a key is missing, or the value is not a page number.
    """
    if page_base not in (0, 1):
        raise ValueError(f"page_base must be 0 or 1, not {page_base!r}")
    source_keys = tuple(source_keys)
    source = next((metadata[key] for key in source_keys if metadata.get(key)), None)
    value = metadata.get(page_key)
    if source is None or value is None:
        missing = " or ".join(map(repr, source_keys if source is None else [page_key]))
        keys = ", ".join(metadata) or "no keys"
        raise ValueError(f"a page without {missing} in its metadata, which has {keys}")
    if page_key == "page_label":
        return PageReference(str(source), str(value))
    try:
        number = int(value)
        if isinstance(value, bool) or number != float(value) or number < page_base:
            raise ValueError
    except (TypeError, ValueError):
        raise ValueError(
            f"{source}: {page_key} is {value!r}, not a page number that starts at {page_base}"
        ) from None
    return PageReference(str(source), number - page_base + 1)


class PageSearch:
    """Searches given pages, in an index or in the files of one folder.

    With `root`, only the pages that are asked for are read, each by itself when it is first needed
    (`PageFiles`), and kept in an index in memory. Paths in metadata are not trusted: files whose
    real path is outside `root` are never opened.

    >>> pages = [PageReference("report.pdf", 4)]
    >>> hits = PageSearch(root="examples").search("What coupon does the bond carry?", pages, k=1)
    >>> hits[0].page_number, "coupon of 4.85 per cent" in hits[0].region.text
    (4, True)

    Args:
        index: an index that contains the pages, under their document ids or sources.
        root: instead of an index, the folder that contains the files.
        encoder: with `root`, the encoder; the embedded one (MiniLM) by default.

    Raises:
        ValueError: both or neither of `index` and `root`, or an encoder together with an index.
        NotADirectoryError: `root` is not a folder.
    """

    def __init__(
        self,
        index: RegionIndex | None = None,
        *,
        root: str | os.PathLike[str] | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        if (index is None) == (root is None):
            raise ValueError("give either an index or root, the folder that contains the files")
        if index is not None and encoder is not None:
            raise ValueError("an index has its own encoder; give one with root only")
        if root is not None and not os.path.isdir(root):
            raise NotADirectoryError(f"root must be a folder, not {os.fspath(root)!r}")
        self._again = partial(type(self), index, root=root, encoder=encoder)
        store = MemoryStore()
        self.index = index or RegionIndex(store, encoder)
        self._page_files = PageFiles(store, self.index.encoder) if index is None else None
        self.root = None if root is None else Path(os.path.realpath(root))

    def search(
        self,
        question: str,
        pages: Iterable[PageReference],
        **options: Unpack[PageSearchOptions],
    ) -> Hits:
        """Return the regions of these pages that answer a question best.

        The options are `k`, `budget`, `filter`, `score_threshold`, `min_answerable`, `per_page`,
        `scoring`, `candidates`, `location_references`, `widen`, `timeout`, `reranker` and `judge`;
        they and their errors are those of `RegionIndex.search`. The timeout includes reading
        files. A section consists only of what is on the given pages.

        Raises:
            ValueError: pages are not in the index or not in `root`; the message lists all of them.
            UnreadableDocumentError: a file in `root` cannot be read.
        """
        with time_limit(options.get("timeout"), SEARCH_LATE):
            if self.root is not None and self._page_files is not None:
                pages = page_references(pages)
                files = _find_files(self.root, {page.document for page in pages})
                for name, file in files.items():
                    numbers = [page.page for page in pages if page.document == name]
                    self._page_files.read(file, numbers)
                pages = [PageReference(files[document].name, page) for document, page in pages]
            return self.index.search(question, pages=pages, **options)

    asearch = async_twin(search)

    def __reduce__(self) -> tuple[Callable[[], PageSearch], tuple[()]]:
        return self._again, ()  # a copy reads the files again


def _find_files(root: Path, names: Iterable[str]) -> dict[str, Source]:
    """Return the file of each name, relative to the root or else the working directory."""
    files = {name: _find_file(root, name) for name in sorted(names)}
    if missing := [name for name, file in files.items() if file is None]:
        raise ValueError(
            f"no such files in {root}: {', '.join(map(repr, missing))}; root must be the "
            "folder that contains the files of these pages"
        )
    return {name: Source.from_path(file) for name, file in files.items() if file is not None}


def _find_file(root: Path, name: str) -> Path | None:
    if "\0" in name:  # not allowed in paths
        return None
    for path in (root / name, Path(name)):
        real = Path(os.path.realpath(path))  # resolves links
        if real.is_relative_to(root) and real.is_file():
            return real
    return None
