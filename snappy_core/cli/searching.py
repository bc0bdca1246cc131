"""`snappy search`."""

import sys
from typing import Annotated, Literal

import typer

from snappy_core.cli.locations import In, Pdfs, open_index
from snappy_core.cli.options import (
    EncoderName,
    Json,
    Question,
    SearchFilter,
    TimeLimit,
    read_filter,
)
from snappy_core.cli.output import print_hits, print_json, print_lines, record


def search(
    question: Question,
    location: In = None,
    pdfs: Pdfs = None,
    encoder: EncoderName = None,
    k: Annotated[
        int | None,
        typer.Option(
            "-k",
            metavar="N",
            help="Number of regions to find; by default 5, or with a budget as many as fit.",
        ),
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Fill this number of tokens with the regions worth most for their length.",
        ),
    ] = None,
    filter: SearchFilter = None,
    score_threshold: Annotated[
        float | None,
        typer.Option(metavar="X", help="Leave out hits with a lower score (-1 to 1)."),
    ] = None,
    min_answerable: Annotated[
        float | None,
        typer.Option(
            metavar="P",
            help="Return nothing if the probability that the pages address the question is lower "
            "(0 to 1).",
        ),
    ] = None,
    per_page: Annotated[
        int | None, typer.Option(metavar="N", help="At most N hits per page.")
    ] = None,
    scoring: Annotated[
        str | None,
        typer.Option(
            metavar="RULE",
            help="mixture, maxsim, iou_weighted, max or mean; by default mixture for text encoders "
            "and iou_weighted for vision models.",
        ),
    ] = None,
    candidates: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Pages that are scored exactly; by default 200, more in a large index.",
        ),
    ] = None,
    location_references: Annotated[
        bool,
        typer.Option(
            help='Prefer the places that the question names, such as "page 14" or "Figure 3".'
        ),
    ] = True,
    time_limit: TimeLimit = None,
    widen: Annotated[
        Literal["table", "section", "page"] | None,
        typer.Option(help="Show the whole table, section or page that a region stands in."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Find the regions that answer a question."""
    chosen = read_filter(filter or ())
    with open_index(location, pdfs, encoder, time_limit) as index:
        hits = index.search(
            question,
            k=k,
            budget=budget,
            filter=chosen,
            score_threshold=score_threshold,
            min_answerable=min_answerable,
            per_page=per_page,
            scoring=scoring,
            candidates=candidates,
            location_references=location_references,
            widen=widen,
        )
    if as_json:
        print_json(
            {
                "question": question,
                "answerable": hits.answerable,
                "hits": [record(hit) for hit in hits],
            }
        )
    elif hits:
        print_hits(hits)
        if hits.answerable is not None:
            print_lines(f"answerable {hits.answerable:.2f}")
    else:
        print("no region matches", file=sys.stderr)
