"""`snappy ground`."""

import sys
from typing import Annotated

import typer
from rich.text import Text

from snappy_core.cli.locations import In, Pdfs, open_index
from snappy_core.cli.options import EncoderName, Json, TimeLimit
from snappy_core.cli.output import console, print_json
from snappy_core.terminal import plain

_STYLES = {"verified": "bold green", "partial": "bold yellow", "absent": "bold red"}


def ground(
    answer: Annotated[
        str, typer.Argument(metavar="ANSWER", help="The text to check; - reads standard input.")
    ],
    location: In = None,
    pdfs: Pdfs = None,
    encoder: EncoderName = None,
    time_limit: TimeLimit = None,
    as_json: Json = False,
) -> None:
    """Check which sentences of an answer the documents support, and where."""
    text = sys.stdin.read() if answer == "-" else answer
    with open_index(location, pdfs, encoder, time_limit) as index:
        grounding = index.ground(text)
    if as_json:
        print_json(grounding.to_dict())
        return
    out = console()
    for claim in grounding:
        line = Text.assemble(
            (claim.verdict, _STYLES[claim.verdict]), f"  {plain(' '.join(claim.text.split()))}"
        )
        out.print(line, soft_wrap=True)
        if claim.missing_numbers:
            numbers = plain(", ".join(claim.missing_numbers))
            out.print(f"    not there: {numbers}", soft_wrap=True)
        if claim.place is not None:
            passage = claim.place
            out.print(
                f"    {plain(passage.source)}, page {plain(passage.page_label)}", soft_wrap=True
            )
            out.print(f"    > {plain(passage.text)}", soft_wrap=True)
