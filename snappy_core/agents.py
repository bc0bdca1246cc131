"""What agents do with an index in addition to searching: list documents, read pages and regions.

Documents and pages are named as models see them: by citation or file name, and printed page
label. Errors say what to do, since models read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from snappy_core.document_names import find_document_id, find_document_ids
from snappy_core.errors import PageUnavailableError, SnappyError
from snappy_core.filters import Filter
from snappy_core.index import RegionIndex
from snappy_core.names import parse_region_id, short_name, split_region_id, without_folders
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
"""Errors that a model is told about, since it can act on them; other errors are bugs."""


def list_documents(index: RegionIndex) -> str:
    """Return the names of the documents, one per line, with their page counts."""
    lines = [
        f"{one_line(short_name(record.document_id))}: {record.pages} pages"
        for record in index.documents()
    ]
    return "\n".join(lines) or "There are no documents."


def restrict(
    index: RegionIndex, filter: Filter | None, documents: str | Sequence[str] | None
) -> Filter | None:
    """Return a filter that also restricts a search to some documents; () and None allow all.

    Raises:
        ValueError: as `find_document_id`.
    """
    names = [documents] if isinstance(documents, str) else documents
    if not names:
        return filter
    of_documents: Filter = {"document_id": find_document_ids(index, names)}
    return {"$and": [filter, of_documents]} if filter else of_documents


def read_page(index: RegionIndex, document: str, page: str) -> list[Hit]:
    """Return the regions of a page in reading order, without those inside other regions.

    Args:
        page: the printed label; or the number from 1, if no page or several pages have this label.

    Raises:
        ValueError: there is no such document or page.
    """
    document_id = find_document_id(index, document)
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
    """Return a region, section, page or area by its citation or id, and what contains it.

    Raises:
        ValueError: there is no such region.
    """
    region_id = region.strip()
    while region_id.endswith("]"):  # no id does, though it may begin with a bracket
        region_id = region_id[:-1].removeprefix("[")
    name, suffix = split_region_id(region_id)
    unknown = ValueError(
        f"there is no passage {region!r}; give an id as it stands in square brackets, or search"
    )
    if parse_region_id(region_id) is None:
        raise unknown
    try:
        hit = index.region(f"{find_document_id(index, name)}#p{suffix}")
        whole = [] if hit.parent_id is None else [index.region(hit.parent_id)]
    except PageUnavailableError:
        raise unknown from None
    return [replace(part, rank=rank) for rank, part in enumerate([hit, *whole], start=1)]


def no_hits_message(min_answerable: float | None) -> str:
    """Return the message for a model if a search has no hits or `min_answerable` withholds them."""
    if not min_answerable:
        return "No passage of the documents was found for this question."
    return (
        "No passage was found that is likely enough to answer this question (probability of at "
        f"least {min_answerable:g}), so none is shown. Ask in other words or for a part of it, or "
        "go on and say that the documents do not tell."
    )


def error_message(error: BaseException) -> str:
    """Return the message for a model about an error, without folders of this machine."""
    return without_folders(str(error))


def arguments_message(
    tool: str, errors: Iterable[Mapping[str, Any]], descriptions: Mapping[str, str]
) -> str:
    """Return the message for a model about arguments that a tool cannot accept.

    Args:
        errors: the errors from pydantic, with `loc` and `msg`.
        descriptions: the description of each argument, by name.
    """
    wrong = "; ".join(f"{'.'.join(map(str, e['loc'][:1]))}: {e['msg']}" for e in errors)
    arguments = "; ".join(f"{name}, {description}" for name, description in descriptions.items())
    return f"{tool} cannot be called like this ({wrong}). Its arguments: {arguments or 'none'}."
