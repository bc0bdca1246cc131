"""`snappy copy`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from snappy_core.cli.options import Json
from snappy_core.cli.output import console, print_json


def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="An index.")],
    target: Annotated[
        str,
        typer.Argument(
            metavar="TO",
            help="A file, a folder FOLDER.lance, s3://BUCKET/PREFIX or qdrant://HOST:PORT/NAME; "
            "made if there is none.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Copy an index into another store, and compare what was written.

    Documents that are there already are passed over: run it again after it was cut off.
    """
    from snappy_core.stores import open_store
    from snappy_core.stores.copy import copy as copy_index

    if source == target:
        raise ValueError(f"FROM and TO are the same: {source}")
    with (
        closing(open_store(source, create=False)) as origin,
        closing(open_store(target)) as destination,
    ):
        report = copy_index(origin, destination)
    if as_json:
        print_json(
            {
                "copied": report.copied,
                "unchanged": report.unchanged,
                "pages": report.pages,
                "seconds": round(report.seconds, 3),
            }
        )
    else:
        counts = f"{len(report.copied)} copied and compared, {len(report.unchanged)} there already"
        counts += f"; {report.pages} pages in {report.seconds:.1f} s"
        console().print(counts, soft_wrap=True)
