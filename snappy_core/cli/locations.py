"""The index of a command: the named one, the one in SNAPPY_INDEX, or the only one here."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Annotated

import typer

from snappy_core import RegionIndex, SnappyError
from snappy_core.cancellation import time_limit
from snappy_core.cli.options import LATE, load_encoder
from snappy_core.cli.output import hide_ingest_warnings
from snappy_core.stores.discard import discard_empty, indexes_in
from snappy_core.stores.locations import without_secrets
from snappy_core.terminal import plain

PLACES = "a file, FOLDER.lance, s3://BUCKET/PREFIX or qdrant://HOST:PORT/NAME"
DEFAULT = "By default the one that SNAPPY_INDEX names, or the only one in this folder."

To = Annotated[
    str | None,
    typer.Option(
        metavar="INDEX", help=f"The index, created if it does not exist: {PLACES}. {DEFAULT}"
    ),
]
In = Annotated[str | None, typer.Option("--in", metavar="INDEX", help=f"The index. {DEFAULT}")]
Location = Annotated[
    str | None, typer.Argument(metavar="INDEX", help=f"The index: {PLACES}. {DEFAULT}")
]
Pdfs = Annotated[
    list[str] | None,
    typer.Option("--pdf", metavar="FILE", help="Search this file instead of an index; repeatable."),
]


def find_index(location: str | None) -> str:
    """Return the location of the index; print it to standard error if it was not named.

    Raises:
        ValueError: none is named, and there is not exactly one in this folder.
    """
    if location is not None:
        return location
    named = os.environ.get("SNAPPY_INDEX")
    if named:
        _tell(f"index: {without_secrets(named)} (SNAPPY_INDEX)")
        return named
    here = indexes_in(os.curdir)
    if len(here) == 1:
        _tell(f"index: {here[0]} (the only one in this folder)")
        return here[0]
    count = f"{len(here)} in this folder: {', '.join(here)}" if here else "none in this folder"
    raise ValueError(f"name an index, or set SNAPPY_INDEX; there is {count}")


@contextmanager
def open_index(
    location: str | None,
    pdfs: Sequence[str] | None = None,
    encoder: str | None = None,
    seconds: float | None = None,
) -> Iterator[RegionIndex]:
    """Open the index of a command, or build one from `pdfs` in memory; limit its time of use."""
    if location is not None and pdfs:
        raise ValueError("use either --in INDEX or --pdf FILE")
    target = ":memory:" if pdfs else find_index(location)
    with (
        time_limit(seconds, LATE),
        RegionIndex.open(target, load_encoder(encoder), create=bool(pdfs)) as index,
    ):
        if pdfs:
            with hide_ingest_warnings():
                report = index.add(pdfs)
            report.raise_failed()
            for warning in report.warnings:
                _tell(f"warning: {warning}")
        yield index


@contextmanager
def open_to_add(location: str | None, encoder: str | None) -> Iterator[RegionIndex]:
    """Open the index of a command, or create it; a new one that stays empty is removed again."""
    target = find_index(location)
    opened = load_encoder(encoder)  # before a file is created
    is_new = not os.path.lexists(target)
    try:
        with RegionIndex.open(target, opened) as index:
            yield index
    finally:
        if is_new:
            with suppress(OSError, SnappyError):  # the earlier error is the one to report
                discard_empty(target)


def _tell(message: str) -> None:
    print(plain(message), file=sys.stderr)
