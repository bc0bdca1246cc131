"""`snappy info`, `snappy compact` and `snappy copy`."""

from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import typer

from snappy_core.cancellation import time_limit as limited
from snappy_core.cli import options
from snappy_core.cli.locations import PLACES, Location, find_index, open_index
from snappy_core.cli.output import print_json, print_lines
from snappy_core.stores import open_store, open_to_copy
from snappy_core.stores.copy import copy as copy_index
from snappy_core.stores.locations import without_secrets
from snappy_core.terminal import plain


def info(location: Location = None, as_json: options.Json = False) -> None:
    """Show the encoder of an index and how many documents, pages and bytes it has."""
    with open_index(location) as index:
        properties = asdict(index.info())
    if as_json:
        print_json(properties)
    else:
        for key, value in properties.items():
            print_lines(plain(f"{key:<10} {value}"))


def compact(location: Location = None) -> None:
    """Free the space of deleted and replaced documents; others can read the index meanwhile.

    With Lance, also index the pages for search when there are more than 50,000 of them.
    """
    with closing(open_store(find_index(location), create=False)) as store:
        store.compact()


def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help=f"The index to copy: {PLACES}.")],
    target: Annotated[
        str, typer.Argument(metavar="TO", help="The copy, created if it does not exist.")
    ],
    time_limit: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Stop when it takes longer; copy again for the rest."),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Copy an index to another place, and verify the copy.

    Documents that the copy already holds are skipped: an interrupted copy can be continued. An
    index of an earlier version is upgraded, without reading or encoding its documents again.
    """
    if source == target:
        raise ValueError(f"FROM and TO are the same: {without_secrets(source)}")
    with (
        limited(time_limit, options.LATE),
        closing(open_to_copy(source)) as source_store,
        closing(open_store(target)) as target_store,
    ):
        report = copy_index(source_store, target_store)
    if as_json:
        print_json({**asdict(report), "seconds": round(report.seconds, 3)})
    else:
        counts = f"{len(report.copied)} copied and verified, {len(report.unchanged)} unchanged"
        print_lines(f"{counts}; {report.pages} pages in {report.seconds:.1f} s")
