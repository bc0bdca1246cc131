"""`snappy search` and `snappy show`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from snappy_core.cli.options import (
    EncoderName,
    In,
    Json,
    K,
    Pdfs,
    Question,
    open_index,
    read_filter,
)
from snappy_core.cli.output import print_hits, print_json, record
from snappy_core.errors import SnappyError


def search(
    question: Question,
    location: In = None,
    pdfs: Pdfs = None,
    encoder: EncoderName = None,
    k: K = 5,
    filter: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="KEY=VALUE",
            help="Search only where metadata, document_id, source, page_number or region_label "
            "has this value; repeat a key to allow several values.",
        ),
    ] = None,
    score_threshold: Annotated[
        float | None,
        typer.Option(
            "--score-threshold",
            "--threshold",
            metavar="X",
            help="Leave out hits with a lower score (-1 to 1).",
        ),
    ] = None,
    per_page: Annotated[
        int | None, typer.Option("--per-page", metavar="N", help="At most N hits per page.")
    ] = None,
    scoring: Annotated[
        str | None,
        typer.Option(
            "--scoring",
            metavar="RULE",
            help="maxsim, iou_weighted, max or mean; by default maxsim for text encoders and "
            "iou_weighted for vision models.",
        ),
    ] = None,
    candidates: Annotated[
        int | None,
        typer.Option(
            "--candidates",
            metavar="N",
            help="Pages that are scored exactly; by default 200, more in a large index.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Find the regions that answer a question."""
    chosen = read_filter(filter or ())
    with open_index(location, pdfs, encoder) as index:
        hits = index.search(
            question,
            k=k,
            filter=chosen,
            score_threshold=score_threshold,
            per_page=per_page,
            scoring=scoring,
            candidates=candidates,
        )
    if as_json:
        print_json({"question": question, "hits": [record(hit) for hit in hits]})
    elif hits:
        print_hits(hits)
    else:
        print("no region matches", file=sys.stderr)


def show(
    question: Question,
    location: In = None,
    pdfs: Pdfs = None,
    encoder: EncoderName = None,
    out: Annotated[
        str,
        typer.Option(
            "--out", "-o", metavar="FILE", help="The image to write; the suffix decides its format."
        ),
    ] = "page.png",
    k: K = 5,
    heat: Annotated[
        bool, typer.Option("--heat/--no-heat", help="Draw the heat map, or only the boxes.")
    ] = True,
    token: Annotated[
        str | None,
        typer.Option(
            "--token", metavar="WORD", help="Heat map of this token of the question only."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Draw the page of the best hit, with a heat map and boxes around the hits on that page."""
    from snappy_core.display.render import draw_page, on_page

    if token is not None and not heat:
        raise ValueError("--token and --no-heat exclude each other")
    with open_index(location, pdfs, encoder) as index:
        hits = index.search(question, k=k)
        if not hits:
            raise SnappyError("no region matches, so there is no page to draw")
        best = hits[0]
        heatmap = index.heatmap(best, token) if heat else None
        shown = on_page(hits, best)
        draw_page(index.page_image(best), heatmap, shown).save(out)
    if as_json:
        print_json({"question": question, "picture": out, "hits": [record(hit) for hit in shown]})
    else:
        print(out)
