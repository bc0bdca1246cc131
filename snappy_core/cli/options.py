"""Options that several commands share, and `key=value` pairs."""

import json
from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from snappy_core.encoders import MINILM, Encoder, open_encoder
from snappy_core.filters import BUILT_IN, Filter
from snappy_core.types import MetadataValue, Scalar

EncoderName = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        help="Name of an encoder, or folder or Hugging Face id of a text model or a model of the "
        "ColPali family, such as lightonai/GTE-ModernColBERT-v1 or vidore/colqwen2.5-v0.2. By "
        "default the encoder of the index, or for a new index the built-in text encoder.",
    ),
]
OcrMode = Annotated[
    Literal["auto", "pages", "always", "never"],
    typer.Option(
        help="Send to OCR: pages whose text layer is missing or wrong, and the pictures of others "
        "(auto); such pages alone; all pages; or none.",
    ),
]
OcrEngineName = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="What recognizes the words: tesseract, rapidocr, or a plugin's name."
    ),
]
ReaderName = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="What finds the regions of PDFs: auto (Snappy), docling, pymupdf (AGPL or commercial "
        "license), or a plugin's name.",
    ),
]
ModelMode = Annotated[
    str,
    typer.Option(
        metavar="MODE|NAME",
        help="Detect figures with the layout model: on pages that OCR reads, if it is installed "
        "(auto), on all pages (always), never, or with a model of this name on all pages.",
    ),
]
WorkerCount = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=0,
        help="Number of processes that read and encode; 0 uses none but this one. By default "
        "one per core, or 0 with another encoder than the embedded one.",
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="Stop, with an error, when it takes longer."),
]
Question = Annotated[str, typer.Argument(metavar="QUESTION", help="The question to answer.")]
SearchFilter = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        metavar="KEY=VALUE",
        help="Search only where your metadata, or document_id, source, file_name, "
        "page_number, page_label, section, region_label, has this value; repeat a key to allow "
        'several values. Or JSON: \'{"year": {"$gte": 2024}}\'.',
    ),
]
K = Annotated[int, typer.Option("-k", metavar="N", help="Number of regions to find.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as a JSON object.")]


LATE = "it took longer than {} seconds (--time-limit)"
"""The error message of a command when its time is up."""


def worker_count(count: int | None, encoder: Encoder | None = None) -> int:
    """Return the number of worker processes: `count`, or one per core if it is None.

    A vision model uses none by default: it keeps the cores or an accelerator busy by itself, and
    each worker would load it again.
    """
    from loky import cpu_count

    if count is not None:
        return count
    return 0 if encoder is not None and encoder.name != MINILM else int(cpu_count())


def load_encoder(name: str | None) -> Encoder | None:
    """Return the encoder with this name, or None, which leaves the choice to the index."""
    return None if name is None else open_encoder(name)


def read_metadata(pairs: Sequence[str]) -> dict[str, MetadataValue]:
    """Return metadata written as `key=value`; a list is written as JSON.

    >>> read_metadata(["team=finance", "year=2025", "edition=1.10", 'tags=["q3", "audited"]'])
    {'team': 'finance', 'year': 2025, 'edition': '1.10', 'tags': ['q3', 'audited']}
    """
    metadata: dict[str, MetadataValue] = {}
    for key, value in map(_split, pairs):
        if key in metadata:
            raise ValueError(f"the metadata key {key!r} appears twice")
        metadata[key] = _list(value) or _scalar(value)
    return metadata


def read_filter(parts: Sequence[str]) -> Filter:
    """Return a filter written as `key=value`, or whole filters as JSON; all must match.

    A repeated key allows several values. A number for a key of your own metadata matches both the
    number and its text, since the metadata may contain either.

    >>> read_filter(["year=2025", "team=finance", "team=legal", "page_label=3"])
    {'year': [2025, '2025'], 'team': ['finance', 'legal'], 'page_label': ['3']}
    >>> read_filter(["page_number=3", '{"year": {"$gte": 2024}}'])
    {'$and': [{'page_number': [3]}, {'year': {'$gte': 2024}}]}
    """
    filter: dict[str, list[Scalar]] = {}
    json_filters: list[Filter] = []
    for part in parts:
        if part.lstrip().startswith("{"):
            try:
                json_filters.append(json.loads(part))
            except ValueError as error:
                raise ValueError(f"{part!r} is no JSON: {error}") from None
            continue
        key, value = _split(part)
        values = [_scalar(value), value]
        if key in BUILT_IN:
            values = [value if BUILT_IN[key][1] is str else _scalar(value)]
        filter.setdefault(key, []).extend(dict.fromkeys(values))
    if not json_filters:
        return filter
    return {"$and": [filter, *json_filters]} if filter else {"$and": json_filters}


def _split(pair: str) -> tuple[str, str]:
    key, equals, value = pair.partition("=")
    if not (key and equals):
        raise ValueError(f"{pair!r} is not of the form KEY=VALUE")
    return key, value


def _list(text: str) -> list[Scalar] | None:
    """Return the list that a JSON text represents, None for any other text or an empty list."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, list) else None


def _scalar(text: str) -> Scalar:
    """Return the JSON number, true, false or null that `text` represents, else the text.

    "1.10" and "007" stay text: as numbers they would be written differently.
    """
    try:
        value = json.loads(text, parse_constant=str)
    except ValueError:
        return text
    is_scalar = value is None or isinstance(value, (int, float))
    return value if is_scalar and json.dumps(value) == text else text
