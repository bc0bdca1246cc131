"""`snappy search` and `snappy show`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, cast

import typer

from snappy_core.cli.options import In, Json, K, Pdfs, Question, open_index, read_filter
from snappy_core.cli.output import print_hits, print_json, record
from snappy_core.errors import SnappyError

if TYPE_CHECKING:
    from snappy_core.scoring.relevance import Scoring


def search(
    question: Question,
    location: In = None,
    pdfs: Pdfs = None,
    k: K = 5,
    filter: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="KEY=VALUE",
            help="Your metadata, document_id, source, page_number or region_label; repeat a key "
            "to allow several values.",
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option("--threshold", metavar="X", help="Leave out what scores less (-1 to 1)."),
    ] = None,
    per_page: Annotated[
        int | None, typer.Option("--per-page", metavar="N", help="At most so many of one page.")
    ] = None,
    scoring: Annotated[
        str,
        typer.Option("--scoring", metavar="RULE", help="maxsim, iou_weighted, max or mean."),
    ] = "maxsim",
    as_json: Json = False,
) -> None:
    """Find the regions that answer a question."""
    chosen = read_filter(filter or ())
    with open_index(location, pdfs) as index:
        hits = index.search(
            question,
            k=k,
            filter=chosen,
            score_threshold=threshold,
            per_page=per_page,
            scoring=cast("Scoring", scoring),  # checked by the index, as for everyone
        )
    if as_json:
        print_json({"question": question, "hits": [record(hit) for hit in hits]})
    elif hits:
        print_hits(hits)
    else:
        print("nothing found", file=sys.stderr)


def show(
    question: Question,
    location: In = None,
    pdfs: Pdfs = None,
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Where the picture goes.")
    ] = "page.png",
    k: K = 5,
    no_heat: Annotated[bool, typer.Option("--no-heat", help="Draw the boxes alone.")] = False,
    as_json: Json = False,
) -> None:
    """Draw the page of the best answer: a heat map, and boxes around the hits on it."""
    from snappy_core.render import draw_page, on_page

    with open_index(location, pdfs) as index:
        hits = index.search(question, k=k)
        if not hits:
            raise SnappyError("nothing found, so there is no page to show")
        best = hits[0]
        page = index.page_image(best)
        shown = on_page(hits, best)
        draw_page(page, None if no_heat else index.heatmap(best), shown).save(out)
    if as_json:
        print_json({"question": question, "picture": out, "hits": [record(hit) for hit in shown]})
    else:
        print(out)
