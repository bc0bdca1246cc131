"""`snappy copy`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from snappy_core.cli.options import LOCATIONS, Json
from snappy_core.cli.output import print_json, print_lines


def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help=f"The index to copy: {LOCATIONS}.")],
    target: Annotated[
        str, typer.Argument(metavar="TO", help="The copy, created if it does not exist.")
    ],
    as_json: Json = False,
) -> None:
    """Copy an index to another place, and verify the copy.

    Documents that the copy already holds are skipped: an interrupted copy can be continued.
    """
    from snappy_core.stores import open_store
    from snappy_core.stores.copy import copy as copy_index

    if source == target:
        raise ValueError(f"FROM and TO are the same: {source}")
    with (
        closing(open_store(source, create=False)) as source_store,
        closing(open_store(target)) as target_store,
    ):
        report = copy_index(source_store, target_store)
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
        counts = f"{len(report.copied)} copied and verified, {len(report.unchanged)} unchanged"
        print_lines(f"{counts}; {report.pages} pages in {report.seconds:.1f} s")
