"""Finding documents by the names that people and models give."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from snappy_core.index import RegionIndex
from snappy_core.names import file_name, short_name
from snappy_core.search.quoting import one_line

_SUGGESTIONS = 5


def find_document_id(index: RegionIndex, name: str) -> str:
    """Return the id of a document by its id, short name, file name or source.

    Raises:
        ValueError: there is no such document, or several.
    """
    return find_document_ids(index, [name])[0]


def find_document_ids(index: RegionIndex, names: Sequence[str]) -> list[str]:
    """Return the ids of documents by their names; raises as `find_document_id`."""
    ids_by_name = find_ids_by_name(index, names)
    for name in names:
        if len(ids_by_name[name]) != 1:
            raise ValueError(_wrong_name_message(index, name, ids_by_name[name]))
    return [id for name in names for id in ids_by_name[name]]


def _wrong_name_message(index: RegionIndex, name: str, ids: set[str]) -> str:
    """Return the error message for a name that fits no document, or several."""
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
    """Return for each name the document id it equals, or the ids of the documents it names.

    A document is named by its short name, with or without line breaks and double spaces, by a file
    name or by a source.
    """
    names = set(names)
    with index._store.read() as snapshot:
        exact = {name: {name} for name in names if snapshot.document(name) is not None}
    others = names - exact.keys()
    if not others:  # the usual case, without reading all documents
        return exact
    spellings = {spelling for name in others for spelling in (name.strip(), one_line(name))}
    ids_by_spelling = defaultdict[str, set[str]](set)
    ids_by_line = defaultdict[str, set[str]](set)
    for record in index.documents():
        short = short_name(record.document_id)
        own = {record.document_id, short, *map(file_name, record.sources), *record.sources}
        for spelling in own & spellings:
            ids_by_spelling[spelling].add(record.document_id)
        if (line := one_line(short)) in spellings:
            ids_by_line[line].add(record.document_id)
    return exact | {
        name: ids_by_spelling[name.strip()] or ids_by_line[one_line(name)] for name in others
    }
