"""The flat metadata of a region, the same in every framework (schema `snappy.region/1`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from snappy_core.filters import BOX_KEYS, plain_value
from snappy_core.names import file_name
from snappy_core.search.hits import Highlight, Hit, to_highlights
from snappy_core.search.joining import join_texts, page_range
from snappy_core.types import Box, MetadataValue, NewMetadata

SCHEMA = "snappy.region/1"

KEYS = (
    "schema", "region_id", "citation", "document_id", "source", "file_name", "page_number",
    "page_label",
    *BOX_KEYS, "bbox_unit", "bbox_origin",
    "page_width", "page_height", "page_unit", "region_label", "section", "reading_order",
    "rects_json", "ocr_confidence", "figure_description",
    "highlights_json", "parts_json",
)  # fmt: skip
"""The keys of every region, in LangChain and LlamaIndex."""

RESERVED = frozenset(
    (
        *KEYS,
        "content_hash",
        "page",
        "text",
        "score",
        "region_score",
        "page_score",
        "rerank_score",
        "rank",
        "answerable",
    )
)
"""Keys that documents cannot have in their own metadata: `KEYS`, and those that filters and the
adapters add."""


def region_metadata(hit: Hit) -> dict[str, MetadataValue]:
    """Return `KEYS` as JSON scalars, plus the document's own metadata, which may have lists.

    Boxes are fractions of the rendered page, rounded to six digits; `rects_json` is a JSON list of
    boxes, one for each line; `highlights_json` is a list of objects with `kind`, `text`, `score`,
    `words` and `rects` as in `Highlight`. `parts_json` is "[]", or for a text that continues in
    another column or on another page a list of objects with `region_id`, `page_number`,
    `page_label`, `bbox`, `rects` and `highlights` of each part, and its `start` and `end` in the
    text. Only highlights depend on the question.
    """
    box = [round(value, 6) for value in hit.region.box]
    return {
        "schema": SCHEMA,
        "region_id": hit.region_id,
        "citation": hit.citation,
        "document_id": hit.document_id,
        "source": hit.source,
        "file_name": file_name(hit.source),
        "page_number": hit.page_number,
        "page_label": hit.page_label,
        **dict(zip(BOX_KEYS, box, strict=True)),
        "bbox_unit": "page_fraction",
        "bbox_origin": "top_left",
        "page_width": round(hit.page_width, 3),
        "page_height": round(hit.page_height, 3),
        "page_unit": hit.page_unit,
        "region_label": hit.region.label,
        "section": hit.region.section,
        "reading_order": hit.region.order,
        "rects_json": _to_json(_rounded(hit.rects)),
        "ocr_confidence": round(hit.ocr_confidence, 4),
        "figure_description": hit.region.description,
        "highlights_json": _to_json(_highlights(hit)),
        "parts_json": _to_json(_parts(hit)),
        **hit.metadata,
    }


def _highlights(hit: Hit) -> list[dict[str, object]]:
    return [
        {
            "kind": highlight.kind,
            "text": highlight.text,
            "score": round(highlight.score, 4),
            "words": highlight.words,
            "rects": _rounded(highlight.rects),
        }
        for highlight in hit.highlights
    ]


def _parts(hit: Hit) -> list[dict[str, object]]:
    if len(hit.parts) == 1:
        return []
    _, bounds = join_texts([part.region.text for part in hit.parts])
    return [
        {
            "region_id": part.region_id,
            "page_number": part.page_number,
            "page_label": part.page_label,
            "bbox": [round(value, 6) for value in part.region.box],
            "rects": _rounded(part.rects),
            "highlights": _highlights(part),
            "start": start,
            "end": end,
        }
        for part, (start, end) in zip(hit.parts, bounds, strict=True)
    ]


def read_box(metadata: Mapping[str, Any]) -> Box:
    """Return the box of a region's metadata, in fractions of the page from its top left."""
    x0, y0, x1, y1 = (metadata[key] for key in BOX_KEYS)
    return x0, y0, x1, y1


def read_highlights(metadata: Mapping[str, Any]) -> tuple[Highlight, ...]:
    """Return the highlights of a region's metadata; () if it has none."""
    return to_highlights(json.loads(metadata.get("highlights_json") or "[]"))


def pages_of(metadata: Mapping[str, Any]) -> str:
    """Return the page, or pages, of a region as printed: "page 4", "pages 4-5"."""
    parts = json.loads(metadata.get("parts_json") or "[]")
    return page_range([part["page_label"] for part in parts] or [metadata["page_label"]])


def doubt_warning(regions: Iterable[Mapping[str, Any]]) -> str:
    """Return a warning for models if all regions probably do not answer, or else "".

    Args:
        regions: the metadata of each region.
    """
    probabilities = [metadata["answerable"] for metadata in regions if "answerable" in metadata]
    probability = max(probabilities, default=1.0)
    if probability >= 0.5:
        return ""
    return (
        f"These passages may not answer the question (probability that they do: {probability:.2f})."
    )


def quotes(metadata: Mapping[str, Any], text: str) -> list[str]:
    """Return the texts of a region's highlights, one line each; [] if they are its whole text."""
    highlights = list(read_highlights(metadata))
    for part in json.loads(metadata.get("parts_json") or "[]"):
        highlights += to_highlights(part["highlights"])
    texts = [" ".join(highlight.text.split()) for highlight in highlights]
    texts = list(dict.fromkeys(texts))
    return [] if texts == [" ".join(text.split())] else list(filter(None, texts))


def _rounded(rects: Iterable[Box]) -> list[list[float]]:
    return [[round(value, 6) for value in rect] for rect in rects]


def _to_json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def check_metadata(metadata: NewMetadata | None) -> dict[str, MetadataValue]:
    """Return a document's own metadata as it is stored, dates as ISO text; {} for None.

    Raises:
        ValueError: a key is reserved or not a string, or a value is not a scalar, a date or a list
            of these.
    """
    checked: dict[str, MetadataValue] = {}
    for key, value in (metadata or {}).items():
        if not isinstance(key, str):
            raise ValueError(f"metadata keys must be strings, not {key!r}")
        if key in RESERVED:
            raise ValueError(f"metadata key {key!r} is reserved; choose another name")
        if key.startswith("$"):
            raise ValueError(f"metadata key {key!r} begins with $, as operators of filters do")
        is_list = isinstance(value, (list, tuple))
        try:
            checked[key] = [plain_value(v) for v in value] if is_list else plain_value(value)  # type: ignore[union-attr]
        except ValueError as error:
            raise ValueError(f"metadata {key!r} must be {error}") from None
    return checked
