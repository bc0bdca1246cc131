"""`snappy eval`: how well regions are found."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from snappy_core.cli.options import Json
from snappy_core.cli.output import console, print_json

app = typer.Typer(help="Measure how well regions are found.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    # With a callback Typer keeps `bench` a command of its own although it is the only one.
    pass


@app.command("bench")
def bench(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Holds queries.jsonl and pdfs/.", exists=True)
    ],
    json: Json = False,
) -> None:
    """Ask a folder's questions over all its PDFs and compare what is found with the boxes."""
    from snappy_core.evaluation.report import table
    from snappy_core.evaluation.runner import run_bench, summary

    found = summary(run_bench(folder))
    if json:
        print_json(found)
        return
    out = console()
    out.print(table(found))
    out.print(
        f"reading and encoding {found['seconds_adding']} s, a question {found['seconds_asking']} s"
    )
