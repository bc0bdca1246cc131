"""What agents do with an index besides searching: list documents, read pages and regions.

Documents and pages are named as models read them: by citation or file name, and printed page
label. Errors say what to do, for models read them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from snappy_core.filters import Filter
from snappy_core.index import RegionIndex
from snappy_core.names import file_name, short_name
from snappy_core.search.filters import resolve
from snappy_core.search.hits import Hit
from snappy_core.search.page_context import PageContext, make_hit, read_page_context
from snappy_core.search.quoting import one_line

QUERY = "a question, or what to look for, in plain words"
DOCUMENTS = "names of documents, to search only these; see list_documents"
DOCUMENT = "the name of a document, as list_documents or a passage tells it"
PAGE = "the page number as printed, as in 'page 14' or 'page iv'"
REGION = "the id of a passage, as it stands in square brackets"

LIST_DOCUMENTS = "Lists the names of all documents, with their numbers of pages."
READ_PAGE = "Reads a whole page of a document. Each passage begins with its id."
READ_REGION = "Reads a passage again by its id, then the table or list that it is part of."

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
    names: dict[str, set[str]] = {}
    records = index.documents()
    for record in records:
        short = one_line(short_name(record.document_id))
        files = map(file_name, record.sources)
        for alias in (record.document_id, short, *files, *record.sources):
            names.setdefault(alias, set()).add(record.document_id)
    ids = names.get(name.strip(), set())
    if len(ids) == 1:
        return next(iter(ids))
    known = [one_line(short_name(record.document_id)) for record in records]
    if ids:
        choices = ", ".join(sorted(one_line(short_name(id)) for id in ids))
        raise ValueError(f"several documents are called {name!r}: give one of {choices}")
    close = difflib.get_close_matches(name, known, _SUGGESTIONS, 0) or known[:_SUGGESTIONS]
    raise ValueError(
        f"there is no document {name!r}; call list_documents for their names"
        + (f", such as {', '.join(close)}" if close else "")
    )


def restricted(
    index: RegionIndex, filter: Filter | None, documents: str | Sequence[str] | None
) -> Filter | None:
    """Return a filter that allows only some documents besides; () and None allow all.

    Raises:
        ValueError: as `find_document`.
    """
    names = [documents] if isinstance(documents, str) else documents
    if not names:
        return filter
    of_documents: Filter = {"document_id": [find_document(index, name) for name in names]}
    return {"$and": [filter, of_documents]} if filter else of_documents


def read_page(index: RegionIndex, document: str, page: str) -> list[Hit]:
    """Return the regions of a page in reading order, without those inside of others.

    Args:
        page: the printed label, or else the number from 1.

    Raises:
        ValueError: there is no such document or page.
    """
    document_id = find_document(index, document)
    label = page.strip()
    with index._store.read() as snapshot:
        page_ids = snapshot.page_ids(document_id)
        labeled = resolve({"page_label": label}, snapshot).pages.page_ids or frozenset()
        found = labeled.intersection(page_ids.values())
        if not found and label.isdecimal() and int(label) in page_ids:
            found = frozenset([page_ids[int(label)]])
        if len(found) != 1:
            raise ValueError(
                f"{document!r} has {'several pages' if found else 'no page'} {label!r}; it has "
                f"{len(page_ids)} pages: give a number from 1 to {len(page_ids)}, or search"
            )
        context = read_page_context(snapshot, *found)
    regions = sorted(enumerate(context.page.regions), key=lambda pair: pair[1].order)
    whole = [index for index, region in regions if region.parent is None]
    return [_hit(context, index, rank) for rank, index in enumerate(whole, start=1)]


def read_region(index: RegionIndex, region: str) -> list[Hit]:
    """Return a region by its citation or region id, and the whole that it is part of.

    Raises:
        ValueError: there is no such region.
    """
    name, _, place = region.strip().strip("[]").rpartition("#p")
    number, _, position = place.partition("r")
    unknown = ValueError(
        f"there is no passage {region!r}; give an id as it stands in square brackets, or search"
    )
    if not (number.isdecimal() and position.isdecimal()):
        raise unknown
    document_id = find_document(index, name)
    with index._store.read() as snapshot:
        page_id = snapshot.page_ids(document_id).get(int(number))
        if page_id is None:
            raise unknown
        context = read_page_context(snapshot, page_id)
    regions = context.page.regions
    if int(position) >= len(regions):
        raise unknown
    parent = regions[int(position)].parent
    positions = [int(position)] if parent is None else [int(position), parent]
    return [_hit(context, index, rank) for rank, index in enumerate(positions, start=1)]


def bad_arguments(
    tool: str, errors: Iterable[Mapping[str, Any]], descriptions: Mapping[str, str]
) -> str:
    """Return what a model is told of arguments that a tool cannot take.

    Args:
        errors: those of pydantic, with `loc` and `msg`.
        descriptions: what the arguments are, by name.
    """
    wrong = "; ".join(f"{'.'.join(map(str, e['loc'][:1]))}: {e['msg']}" for e in errors)
    known = "; ".join(f"{name}, {description}" for name, description in descriptions.items())
    return f"{tool} cannot be called like this ({wrong}). Its arguments: {known or 'none'}."


def _hit(context: PageContext, index: int, rank: int) -> Hit:
    return make_hit(
        context,
        context.page.regions[index],
        index,
        score=0.0,
        region_score=0.0,
        page_score=0.0,
        page_maxsim=0.0,
        rank=rank,
    )
