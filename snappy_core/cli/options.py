"""What several commands share: options, `key=value` pairs, and the index they work on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from snappy_core import RegionIndex
    from snappy_core.encoders import Encoder
    from snappy_core.types import Scalar

Question = Annotated[str, typer.Argument(metavar="QUESTION", help="What you want to know.")]
In = Annotated[
    str | None,
    typer.Option("--in", metavar="FILE", help="An index made by `snappy index`."),
]
Pdfs = Annotated[
    list[str] | None,
    typer.Option("--pdf", metavar="FILE", help="A PDF to read now instead; may be repeated."),
]
EncoderName = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        metavar="MODEL",
        help="Folder or hub id of a ColPali-family model, such as vidore/colqwen2.5-v0.2. By "
        "default the encoder of the index; for a new one the embedded text encoder.",
    ),
]
OcrMode = Annotated[
    Literal["auto", "always", "never"],
    typer.Option("--ocr", help="Pages to send to OCR: those without text to see, all, none."),
]
ModelMode = Annotated[
    Literal["auto", "always", "never"],
    typer.Option(
        "--layout-model",
        help="Look for tables and figures with the layout model: when it is installed, always, "
        "never.",
    ),
]
Regions = Annotated[
    str | None,
    typer.Option(
        "--regions",
        metavar="FILE",
        help="Regions of the one document, by Docling, hOCR, ALTO, Unstructured, DeepSeek-OCR, "
        "or a JSON list, in the place of Snappy's own.",
    ),
]
RegionsFormat = Annotated[
    str | None,
    typer.Option(
        "--regions-format",
        metavar="NAME",
        help="Format of the regions: docling, hocr, alto, unstructured, deepseek or plain. By "
        "default it is detected.",
    ),
]
WorkerCount = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        min=0,
        help="Processes that read and encode; 0 for none. By default one for each core, and "
        "none with a vision model.",
    ),
]
K = Annotated[int, typer.Option("-k", metavar="N", help="How many regions to find.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def worker_count(wanted: int | None, encoder: Encoder | None = None) -> int:
    """Return how many workers are wanted, by default one for each core.

    A vision model keeps the cores or an accelerator busy by itself, and each worker would load
    its own: by default it has none.
    """
    from loky import cpu_count

    from snappy_core.encoders import MINILM

    if wanted is None and encoder is not None and encoder.name != MINILM:
        return 0
    count: int = cpu_count() if wanted is None else wanted
    return count


def given_encoder(name: str | None) -> Encoder | None:
    """Return the encoder named on the command line; None leaves it to the index."""
    from snappy_core.encoders import open_encoder

    return None if name is None else open_encoder(name)


@contextmanager
def open_index(
    location: str | None, pdfs: Sequence[str] | None, encoder: str | None = None
) -> Iterator[RegionIndex]:
    """Open the index at `location`, or make one of `pdfs` in memory.

    Raises:
        ValueError: both are given, or neither.
        UnreadableDocumentError: a PDF cannot be read.
    """
    from snappy_core import RegionIndex

    if (location is None) == (not pdfs):
        raise ValueError("give either --in FILE or --pdf FILE")
    given = given_encoder(encoder)
    with (
        RegionIndex(encoder=given)
        if location is None
        else RegionIndex.open(location, given, create=False)
    ) as index:
        if pdfs:
            report = index.add(pdfs)
            report.raise_failed()
            for warning in report.warnings:
                print(f"warning: {warning}", file=sys.stderr)
        yield index


def read_metadata(pairs: Sequence[str]) -> dict[str, Scalar]:
    """Return metadata given as `key=value`.

    >>> read_metadata(["team=finance", "year=2025", "edition=1.10"])
    {'team': 'finance', 'year': 2025, 'edition': '1.10'}

    Raises:
        ValueError: not a pair, or a key given twice.
    """
    metadata: dict[str, Scalar] = {}
    for key, value in map(_split, pairs):
        if key in metadata:
            raise ValueError(f"metadata {key!r} is given twice")
        metadata[key] = _scalar(value)
    return metadata


def read_filter(pairs: Sequence[str]) -> dict[str, list[Scalar]]:
    """Return a filter given as `key=value`; a key given twice may have either value.

    A value that reads as a number also means the text: metadata may hold either.

    >>> read_filter(["year=2025", "team=finance", "team=legal"])
    {'year': [2025, '2025'], 'team': ['finance', 'legal']}
    """
    chosen: dict[str, list[Scalar]] = {}
    for key, value in map(_split, pairs):
        values = chosen.setdefault(key, [])
        values += [_scalar(value)] if _scalar(value) == value else [_scalar(value), value]
    return chosen


def _split(pair: str) -> tuple[str, str]:
    key, equals, value = pair.partition("=")
    if not (key and equals):
        raise ValueError(f"{pair!r} is not of the form key=value")
    return key, value


def _scalar(text: str) -> Scalar:
    """Return the number, true, false or null that `text` writes, else the text itself.

    "1.10" and "007" stay text: as numbers they would not be written back like that.
    """
    try:
        value = json.loads(text, parse_constant=str)
    except ValueError:
        return text
    plain = value is None or isinstance(value, (int, float))
    return value if plain and json.dumps(value) == text else text
