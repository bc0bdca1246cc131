"""What agents do with an index besides searching: list documents, read pages and regions.

Documents and pages are named as models read them: by citation or file name, and printed page
label. Errors say what to do, for models read them.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from snappy_core.errors import PageUnavailableError, SnappyError
from snappy_core.filters import Filter
from snappy_core.index import RegionIndex
from snappy_core.names import file_name, short_name, split_region_id, without_folders
from snappy_core.search.filters import resolve
from snappy_core.search.hits import Hit
from snappy_core.search.quoting import one_line

QUERY = "a question, or what to look for, in plain words"
DOCUMENTS = "names of documents, to search only these; see list_documents"
DOCUMENT = "the name of a document, as list_documents or a passage tells it"
PAGE = "the page number as printed, as in 'page 14' or 'page iv'"
REGION = "the id of a passage, as it stands in square brackets"

SEARCH = (
    "Searches the documents for the paragraphs, tables and rows that answer a question. "
    "Each passage begins with its id in square brackets; cite the id of what you use."
)
LIST_DOCUMENTS = "Lists the names of all documents, with their numbers of pages."
READ_PAGE = "Reads a whole page of a document. Each passage begins with its id."
READ_REGION = "Reads a passage again by its id, then the table or list that it is part of."

REPORTED_ERRORS = (SnappyError, ValueError, OSError)
"""What a model is told, for it can do something about it; other errors are bugs."""

_SUGGESTIONS = 5


def list_documents(index: RegionIndex) -> str:
    """Return the names of the documents, a line each, with their numbers of pages."""
    lines = [
        f"{one_line(short_name(record.document_id))}: {record.pages} pages"
        for record in index.documents()
    ]
    return "\n".join(lines) or "There are no documents."


def find_document(index: RegionIndex, name: str) -> str:
    """Return the id of a document by its id, short name, file name or source.

    Raises:
        ValueError: there is no such document, or several.
    """
    return find_documents(index, [name])[0]


def find_documents(index: RegionIndex, names: Sequence[str]) -> list[str]:
    """Return the ids of documents by their names; raises as `find_document`."""
    called = find_ids_by_name(index, names)
    for name in names:
        if len(called[name]) != 1:
            raise ValueError(_ambiguity_message(index, name, called[name]))
    return [id for name in names for id in called[name]]


def _ambiguity_message(index: RegionIndex, name: str, ids: set[str]) -> str:
    """Return what to do about a name of no document, or of several."""
    if ids:
        choices = ", ".join(sorted(one_line(short_name(id)) for id in ids))
        return f"several documents are called {name!r}: give one of {choices}"
    short_names = [one_line(short_name(record.document_id)) for record in index.documents()]
    close = (
        difflib.get_close_matches(name, short_names, _SUGGESTIONS, 0) or short_names[:_SUGGESTIONS]
    )
    return f"there is no document {name!r}; call list_documents for their names" + (
        f", such as {', '.join(close)}" if close else ""
    )


def find_ids_by_name(index: RegionIndex, names: Iterable[str]) -> dict[str, set[str]]:
    """Return for each name the id that it is, or those of documents called so.

    They are called by their short names, with or without its line breaks and double spaces, file
    names and sources.
    """
    names = set(names)
    with index._store.read() as snapshot:
        called = {name: {name} for name in names if snapshot.document(name) is not None}
    others = names - called.keys()
    if not others:  # most often, and without a look at all documents
        return called
    spellings = {spelling for name in others for spelling in (name.strip(), one_line(name))}
    ids, folded = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for record in index.documents():
        short = short_name(record.document_id)
        own = {record.document_id, short, *map(file_name, record.sources), *record.sources}
        for spelling in own & spellings:
            ids[spelling].add(record.document_id)
        if (line := one_line(short)) in spellings:
            folded[line].add(record.document_id)
    return called | {name: ids[name.strip()] or folded[one_line(name)] for name in others}


def restrict(
    index: RegionIndex, filter: Filter | None, documents: str | Sequence[str] | None
) -> Filter | None:
    """Return a filter that allows only some documents besides; () and None allow all.

    Raises:
        ValueError: as `find_document`.
    """
    names = [documents] if isinstance(documents, str) else documents
    if not names:
        return filter
    of_documents: Filter = {"document_id": find_documents(index, names)}
    return {"$and": [filter, of_documents]} if filter else of_documents


def read_page(index: RegionIndex, document: str, page: str) -> list[Hit]:
    """Return the regions of a page in reading order, without those inside of others.

    Args:
        page: the printed label; or the number from 1, if no page or several have this label.

    Raises:
        ValueError: there is no such document or page.
    """
    document_id = find_document(index, document)
    label = page.strip()
    with index._store.read() as snapshot:
        page_ids = snapshot.page_ids(document_id)
        labeled = resolve({"page_label": label}, snapshot).pages.page_ids or frozenset()
    numbers = [number for number, page_id in page_ids.items() if page_id in labeled]
    if len(numbers) != 1 and label.isdecimal() and int(label) in page_ids:
        numbers = [int(label)]
    if len(numbers) != 1:
        count = len(page_ids)
        raise ValueError(
            f"{document!r} has {'several pages' if numbers else 'no page'} {label!r}; it has "
            f"{count} pages: give a number from 1 to {count}, or search"
        )
    hits = [hit for hit in index.regions(document_id, numbers[0]) if hit.region.parent is None]
    return [replace(hit, rank=rank) for rank, hit in enumerate(hits, start=1)]


def read_region(index: RegionIndex, region: str) -> list[Hit]:
    """Return a region, section, page or area by its citation or id, and the whole that it is in.

    Raises:
        ValueError: there is no such region.
    """
    region_id = region.strip()
    while region_id.endswith("]"):  # which no id does, though it may begin with a bracket
        region_id = region_id[:-1].removeprefix("[")
    name, place = split_region_id(region_id)
    unknown = ValueError(
        f"there is no passage {region!r}; give an id as it stands in square brackets, or search"
    )
    if not re.fullmatch(r"[0-9]+(?:[rs][0-9]+|h[0-9]+-[0-9]+)?", place):
        raise unknown
    try:
        hit = index.region(f"{find_document(index, name)}#p{place}")
        whole = [] if hit.parent_id is None else [index.region(hit.parent_id)]
    except PageUnavailableError:
        raise unknown from None
    return [replace(part, rank=rank) for rank, part in enumerate([hit, *whole], start=1)]


def no_hits_message(min_answerable: float | None) -> str:
    """Return what a model is told when a search has no hits, or `min_answerable` withholds them."""
    if not min_answerable:
        return "No passage of the documents was found for this question."
    return (
        "No passage was found that is likely enough to answer this question (probability of at "
        f"least {min_answerable:g}), so none is shown. Ask in other words or for a part of it, or "
        "go on and say that the documents do not tell."
    )


def error_message(error: BaseException) -> str:
    """Return what a model is told of an error, without folders of this machine."""
    return without_folders(str(error))


def arguments_message(
    tool: str, errors: Iterable[Mapping[str, Any]], descriptions: Mapping[str, str]
) -> str:
    """Return what a model is told of arguments that a tool cannot take.

    Args:
        errors: those of pydantic, with `loc` and `msg`.
        descriptions: what the arguments are, by name.
    """
    wrong = "; ".join(f"{'.'.join(map(str, e['loc'][:1]))}: {e['msg']}" for e in errors)
    arguments = "; ".join(f"{name}, {description}" for name, description in descriptions.items())
    return f"{tool} cannot be called like this ({wrong}). Its arguments: {arguments or 'none'}."
