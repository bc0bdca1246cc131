"""`snappy search` and `snappy show`."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from snappy_core import RegionIndex, SnappyError
from snappy_core.cli.options import (
    LATE,
    EncoderName,
    Json,
    K,
    TimeLimit,
    load_encoder,
    read_filter,
)
from snappy_core.cli.output import print_hits, print_json, print_lines, record
from snappy_core.display.render import draw_page, on_page
from snappy_core.ends import time_limit as limited
from snappy_core.terminal import plain

Question = Annotated[str, typer.Argument(metavar="QUESTION", help="The question to answer.")]
In = Annotated[str | None, typer.Option("--in", metavar="INDEX", help="The index to search.")]
Pdfs = Annotated[
    list[str] | None,
    typer.Option("--pdf", metavar="FILE", help="Search this file instead of an index; repeatable."),
]


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
    filter: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Search only where your metadata, or document_id, source, file_name, "
            "page_number, page_label, section, region_label, has this value; repeat a key to allow "
            'several values. Or JSON: \'{"year": {"$gte": 2024}}\'.',
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
    min_answerable: Annotated[
        float | None,
        typer.Option(
            metavar="P",
            help="Return nothing if the pages speak of the question less probably (0 to 1).",
        ),
    ] = None,
    per_page: Annotated[
        int | None, typer.Option(metavar="N", help="At most N hits per page.")
    ] = None,
    scoring: Annotated[
        str | None,
        typer.Option(
            metavar="RULE",
            help="maxsim, iou_weighted, max or mean; by default maxsim for text encoders and "
            "iou_weighted for vision models.",
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
    heat: Annotated[bool, typer.Option(help="Draw the heat map, or only the boxes.")] = True,
    token: Annotated[
        str | None,
        typer.Option(metavar="WORD", help="Heat map of this token of the question only."),
    ] = None,
    time_limit: TimeLimit = None,
    as_json: Json = False,
) -> None:
    """Draw the page of the best hit, with a heat map and boxes around the hits on that page."""
    if token is not None and not heat:
        raise ValueError("--token and --no-heat exclude each other")
    with open_index(location, pdfs, encoder, time_limit) as index:
        hits = index.search(question, k=k)
        if not hits:
            raise SnappyError("no region matches, so there is no page to draw")
        heatmap = index.heatmap(hits[0], token) if heat else None
        shown = on_page(hits, hits[0])
        draw_page(index.page_image(hits[0]), heatmap, shown).save(out)
    if as_json:
        print_json({"question": question, "picture": out, "hits": [record(hit) for hit in shown]})
    else:
        print(plain(out))


@contextmanager
def open_index(
    location: str | None, pdfs: Sequence[str] | None, encoder: str | None, seconds: float | None
) -> Iterator[RegionIndex]:
    """Open the index at `location`, or build one of `pdfs` in memory; limit the time of its use."""
    if (location is None) == (not pdfs):
        raise ValueError("use either --in INDEX or --pdf FILE")
    target = ":memory:" if location is None else location
    with (
        limited(seconds, LATE),
        RegionIndex.open(target, load_encoder(encoder), create=location is None) as index,
    ):
        if pdfs:
            report = index.add(pdfs)
            report.raise_failed()
            for warning in report.warnings:
                print(plain(f"warning: {warning}"), file=sys.stderr)
        yield index
