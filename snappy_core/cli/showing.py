"""`snappy show` and `snappy report`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from snappy_core import Grounding, Hits, SnappyError, report_html
from snappy_core.cli.locations import In, Pdfs, open_index
from snappy_core.cli.options import (
    EncoderName,
    Json,
    K,
    Question,
    SearchFilter,
    TimeLimit,
    read_filter,
)
from snappy_core.cli.output import print_json, record
from snappy_core.display.render import draw_page, on_page
from snappy_core.search.hits import Hit
from snappy_core.terminal import plain


def show(
    question: Question,
    location: In = None,
    pdfs: Pdfs = None,
    encoder: EncoderName = None,
    out: Annotated[
        str,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="The image of the best page; the suffix decides its format. Further pages are "
            "numbered: page-2.png, ...",
        ),
    ] = "page.png",
    k: K = 5,
    filter: SearchFilter = None,
    heat: Annotated[bool, typer.Option(help="Draw the heat map, or only the boxes.")] = True,
    token: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="Heat map of this token of the question only."),
    ] = None,
    time_limit: TimeLimit = None,
    as_json: Json = False,
) -> None:
    """Draw the pages of the hits, the best first, with heat maps and boxes around the hits."""
    if token is not None and not heat:
        raise ValueError("--token and --no-heat exclude each other")
    chosen = read_filter(filter or ())
    pictures = []
    with open_index(location, pdfs, encoder, time_limit) as index:
        hits = index.search(question, k=k, filter=chosen)
        if not hits:
            raise SnappyError("no region matches, so there is no page to draw")
        for number, shown in enumerate(_by_page(hits), start=1):
            path = _numbered(out, number)
            heatmap = index.heatmap(shown[0], token) if heat else None
            draw_page(index.page_image(shown[0]), heatmap, shown).save(path)
            pictures.append({"picture": path, "hits": [record(hit) for hit in shown]})
            if not as_json:
                print(plain(path))
    if as_json:
        print_json({"question": question, "pictures": pictures})


def report(
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", help="The question to answer.")
    ] = None,
    answer: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Instead of a question: an answer whose claims are looked up; - reads standard "
            "input.",
        ),
    ] = None,
    location: In = None,
    pdfs: Pdfs = None,
    encoder: EncoderName = None,
    out: Annotated[
        str, typer.Option("--out", "-o", metavar="FILE", help="The HTML file to write.")
    ] = "report.html",
    k: Annotated[
        int | None,
        typer.Option("-k", metavar="N", help="Number of regions to find; by default 5."),
    ] = None,
    filter: SearchFilter = None,
    time_limit: TimeLimit = None,
) -> None:
    """Write one HTML file with the hits, or the claims of an answer, marked on their pages."""
    if (question is None) == (answer is None):
        raise ValueError("give either a QUESTION or --answer TEXT")
    if answer is not None and (filter or k is not None):
        raise ValueError("--answer looks claims up in all documents, without --filter and -k")
    chosen = read_filter(filter or ())
    with open_index(location, pdfs, encoder, time_limit) as index:
        result: Hits | Grounding
        if question is not None:
            result = index.search(question, k=k, filter=chosen)
        else:
            result = index.ground(sys.stdin.read() if answer == "-" else answer or "")
        Path(out).write_text(report_html(result, index), encoding="utf-8")
    print(plain(out))


def _by_page(hits: Hits) -> Iterator[list[Hit]]:
    """Yield the hits and parts of hits on each page, the page of the best hit first."""
    pages: dict[tuple[str, int], Hit] = {}
    for hit in hits:
        for part in (hit, *hit.previous_parts, *hit.next_parts):
            pages.setdefault((part.document_id, part.page_number), part)
    for part in pages.values():
        yield on_page(hits, part)


def _numbered(path: str, number: int) -> str:
    """Return the file name for a page; the first page has the given name.

    >>> _numbered("page.png", 1), _numbered("page.png", 2)
    ('page.png', 'page-2.png')
    """
    if number == 1:
        return path
    return str(Path(path).with_stem(f"{Path(path).stem}-{number}"))
