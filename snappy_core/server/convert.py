"""The core's results as JSON, and documents and regions by the names they have in the API.

Documents have short names, without the folders of this machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import HTTPException

from snappy_core import document_names
from snappy_core.index import RegionIndex
from snappy_core.names import citation as short_citation
from snappy_core.names import file_name, short_name, split_region_id
from snappy_core.search.context import Citation
from snappy_core.search.grounding.report import Claim, Grounding, Place
from snappy_core.search.hits import Hit, Hits
from snappy_core.server.schemas import (
    CellJson,
    CitationJson,
    ClaimJson,
    GroundingJson,
    HighlightJson,
    HitJson,
    HitsJson,
    PartJson,
    PlaceJson,
    RegionJson,
)
from snappy_core.stores.base import DocumentRecord
from snappy_core.types import MetadataValue, Scalar


def find_document_id(index: RegionIndex, name: str) -> str:
    """Return the id of a document by its name; respond 404 if there is none."""
    return find_document_ids(index, [name])[0]


def find_document_ids(index: RegionIndex, names: Sequence[str]) -> list[str]:
    """Return the ids of documents by their names; respond as `find_document_id`."""
    try:
        return document_names.find_document_ids(index, names)
    except ValueError as error:
        raise HTTPException(404, str(error)) from None


def find_document(index: RegionIndex, name: str) -> DocumentRecord:
    """Return a document by its name; respond 404 if there is none."""
    document_id = find_document_id(index, name)
    with index._store.read() as snapshot:
        record = snapshot.document(document_id)
    if record is None:
        raise HTTPException(404, f"there is no document {name!r}")
    return record


def find_region_id(index: RegionIndex, name: str) -> str:
    """Return the id of a region by its name, `document#p3r7`, or of a page, `document#p3`."""
    document_name, suffix = split_region_id(name)
    if not document_name:
        raise HTTPException(404, f"there is no region {name!r}")
    return f"{find_document_id(index, document_name)}#p{suffix}"


def region_json(hit: Hit) -> RegionJson:
    """Return a region with its place."""
    return RegionJson(**_region(hit))


def hits_json(hits: Hits) -> HitsJson:
    """Return the hits of a search."""
    return HitsJson(
        question=hits.query, answerable=hits.answerable, hits=[_hit(hit) for hit in hits]
    )


def metadata_json(metadata: MetadataValue) -> Scalar | list[Scalar]:
    """Return a metadata value, as a list if it is a sequence."""
    if metadata is None or isinstance(metadata, (str, int, float)):
        return metadata
    return list(metadata)


def grounding_json(grounding: Grounding) -> GroundingJson:
    """Return the claims of an answer."""
    return GroundingJson(
        answer=grounding.answer,
        cited=grounding.cited(),
        is_verified=grounding.is_verified,
        claims=[claim_json(claim) for claim in grounding],
    )


def claim_json(claim: Claim) -> ClaimJson:
    """Return a claim with its verdict and place."""
    return ClaimJson(
        kind=claim.kind,
        text=claim.text,
        start=claim.start,
        end=claim.end,
        verdict=claim.verdict,
        score=claim.score,
        missing_numbers=list(claim.missing_numbers),
        place=None if claim.place is None else _place(claim.place),
    )


def citations_json(citations: Iterable[Citation]) -> list[CitationJson]:
    """Return the places of citations; one marker may have several."""
    return [
        _citation(part)
        for passage in citations
        for citation in (passage, *passage.elsewhere)
        for part in (citation, *citation.parts)
    ]


def _citation(citation: Citation) -> CitationJson:
    document_id, _ = split_region_id(citation.region_id)
    return CitationJson(
        marker=citation.marker,
        region=short_citation(citation.region_id, document_id),
        document=short_name(document_id),
        file_name=file_name(citation.source),
        page=citation.page_number,
        page_label=citation.page_label,
        box=citation.box,
        rects=[rect for highlight in citation.highlights for rect in highlight.rects],
    )


def _place(evidence: Place) -> PlaceJson:
    return PlaceJson(
        region=short_citation(evidence.region_id, evidence.document_id),
        document=short_name(evidence.document_id),
        file_name=file_name(evidence.source),
        page=evidence.page_number,
        page_label=evidence.page_label,
        text=evidence.text,
        rects=list(evidence.rects),
    )


def _hit(hit: Hit) -> HitJson:
    return HitJson(
        **_region(hit) | {"text": hit.text},
        rank=hit.rank,
        score=hit.score,
        page_score=hit.page_score,
        rects=list(hit.rects),
        highlights=_highlights(hit),
        quotes=list(hit.quotes),
        parts=[
            PartJson(
                region=part.citation,
                page=part.page_number,
                page_label=part.page_label,
                box=part.region.box,
                rects=list(part.rects),
                highlights=_highlights(part),
            )
            for part in (*hit.previous_parts, *hit.next_parts)
        ],
        cells=[
            CellJson(
                text=cell.text,
                row=cell.row,
                column=cell.column,
                row_span=cell.row_span,
                column_span=cell.column_span,
                is_header=cell.is_header,
            )
            for cell in hit.region.cells
        ],
        metadata={key: metadata_json(value) for key, value in hit.metadata.items()},
    )


def _highlights(hit: Hit) -> list[HighlightJson]:
    return [
        HighlightJson(kind=part.kind, text=part.text, score=part.score, rects=list(part.rects))
        for part in hit.highlights
    ]


def _region(hit: Hit) -> dict[str, Any]:
    return {
        "region": hit.citation,
        "document": short_name(hit.document_id),
        "file_name": file_name(hit.source),
        "page": hit.page_number,
        "page_label": hit.page_label,
        "label": hit.region.label,
        "section": hit.region.section,
        "text": hit.region.text,
        "box": hit.region.box,
        "parent": hit.parent_id and short_citation(hit.parent_id, hit.document_id),
        "ocr_confidence": hit.ocr_confidence,
    }
