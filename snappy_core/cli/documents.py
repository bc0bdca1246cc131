"""`snappy list`, `snappy delete` and `snappy regions`: what an index holds."""

import sys
from typing import Annotated

import typer

from snappy_core import DocumentRecord, RegionIndex, SnappyError
from snappy_core.cli.locations import In, Location, open_index
from snappy_core.cli.options import Json, read_filter
from snappy_core.cli.output import print_json, print_lines, print_regions
from snappy_core.document_names import find_ids_by_name
from snappy_core.metadata import region_metadata
from snappy_core.parsing.source import Source
from snappy_core.terminal import plain

DocumentFilter = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Those where your metadata, or document_id, source or file_name, has this value; "
        'repeat a key to allow several. Or JSON: \'{"year": {"$lt": 2020}}\'.',
    ),
]


def list_documents(
    location: Location = None, filter: DocumentFilter = None, as_json: Json = False
) -> None:
    """List the documents of an index, with their pages and metadata."""
    where = read_filter(filter or ())
    with open_index(location) as index:
        documents = index.documents(where=where)
    if as_json:
        print_json({"documents": [_to_dict(document) for document in documents]})
        return
    width = max((len(document.document_id) for document in documents), default=0)
    for document in documents:
        pairs = ", ".join(f"{key}={value}" for key, value in document.metadata.items())
        line = f"{document.pages:>6}  {document.document_id:<{width}}  {pairs}"
        print_lines(plain(line.rstrip()))
        for alias in document.aliases:
            print_lines(plain(f"        also {alias}"))


def delete(
    documents: Annotated[
        list[str] | None,
        typer.Argument(metavar="DOCUMENTS...", help="Ids, paths or file names of documents."),
    ] = None,
    location: In = None,
    filter: DocumentFilter = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> int:
    """Remove documents from an index; their files stay."""
    if not documents and not filter:
        raise ValueError("name documents, or give --filter")
    where = read_filter(filter or ())
    with open_index(location) as index:
        ids = [document_id(index, name) for name in documents or ()]
        if filter:
            ids += [record.document_id for record in index.documents(where=where)]
        ids = list(dict.fromkeys(ids))
        if ids and not yes:
            for id in ids:
                print(plain(f"- {id}"), file=sys.stderr)
            if not typer.confirm(f"Remove {_count(len(ids))} from the index?", err=True):
                print("nothing was removed", file=sys.stderr)
                return 1
        removed = index.delete(ids) if ids else 0
    if as_json:
        print_json({"removed": ids})
    else:
        print_lines(f"{removed} removed")
    return 0


def regions(
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="Its id, path or file name.")],
    location: In = None,
    page: Annotated[
        int | None, typer.Option(metavar="N", help="Only this page, counted from 1.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the regions of a document in reading order, as they were read."""
    with open_index(location) as index:
        hits = index.regions(document_id(index, document), page)
    if as_json:
        print_json({"regions": [{**region_metadata(hit), "text": hit.region.text} for hit in hits]})
    else:
        print_regions(hits)


def document_id(index: RegionIndex, name: str) -> str:
    """Return the id of the document with this name or path.

    Raises:
        SnappyError: there is no such document, or several.
    """
    for exact in (name, Source.from_path(name).name):
        ids = find_ids_by_name(index, [exact])[exact]
        if len(ids) == 1:
            return ids.pop()
        if ids:
            raise SnappyError(f"several documents are called {name}: {', '.join(sorted(ids))}")
    raise SnappyError(f"{name}: there is no such document; `snappy list` names those there are")


def _to_dict(document: DocumentRecord) -> dict[str, object]:
    return {
        "document_id": document.document_id,
        "sources": list(document.sources),
        "pages": document.pages,
        "metadata": dict(document.metadata),
    }


def _count(documents: int) -> str:
    return f"{documents} document{'s' * (documents > 1)}"
