"""`snappy eval`: how well regions are found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from snappy_core.cli.options import Json, OcrMode, Workers, worker_count
from snappy_core.cli.output import console, print_json

app = typer.Typer(help="Measure how well regions are found.", no_args_is_help=True)


@app.command("bench")
def bench(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Holds queries.jsonl and pdfs/.", exists=True)
    ],
    ocr: OcrMode = "auto",
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Ask a folder's questions over all its PDFs and compare what is found with the boxes."""
    from snappy_core.evaluation.report import bench_report
    from snappy_core.evaluation.runner import run_bench, summary

    found = summary(run_bench(folder, ocr=ocr, workers=worker_count(workers)))
    if json:
        print_json(found)
    else:
        console().print(bench_report(found))


@app.command("layout")
def layout(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Page images and samples.json.", exists=True)
    ],
    json: Json = False,
) -> None:
    """Compare regions with labelled boxes: page images with COCO annotations."""
    from snappy_core.evaluation.layout import run_layout
    from snappy_core.evaluation.report import layout_report

    found = run_layout(folder)
    if json:
        print_json(found)
    else:
        console().print(layout_report(found))
