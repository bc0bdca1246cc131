"""Routes of pages: their regions and their heat."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from snappy_core.index import RegionIndex
from snappy_core.names import file_name, short_name
from snappy_core.search.hits import Hit
from snappy_core.server.convert import find_document, region_json
from snappy_core.server.schemas import HeatJson, PageJson, TokenJson
from snappy_core.server.threads import Threads
from snappy_core.stores.base import DocumentRecord

DocumentName = Annotated[str, Query(max_length=4000, description="as in the list of documents")]
PageNumber = Annotated[int, Query(ge=1, le=10_000_000, description="from 1")]
QuestionText = Annotated[str, Query(max_length=4000)]
Token = Annotated[int | None, Query(ge=0, description="a word of the question, from 0")]


def find_page(index: RegionIndex, name: str, number: int) -> tuple[DocumentRecord, Hit]:
    """Return a document and one of its pages as a region; respond 404 if there is none."""
    record = find_document(index, name)
    if number > record.pages:
        raise HTTPException(404, f"{name} has {record.pages} pages")
    return record, index.region(f"{record.document_id}#p{number}")


def routes(index: RegionIndex, in_thread: Threads) -> APIRouter:
    """Return the routes of pages, except for their pictures."""
    router = APIRouter(prefix="/api", tags=["pages"])

    @router.get("/page")
    def page(document: DocumentName, page: PageNumber) -> PageJson:
        """Return a page with its regions."""
        record, page_hit = find_page(index, document, page)
        return PageJson(
            document=short_name(record.document_id),
            file_name=file_name(record.source),
            version=record.content_hash[:16],
            page=page,
            page_label=page_hit.page_label,
            pages=record.pages,
            width=page_hit.page_width,
            height=page_hit.page_height,
            unit=page_hit.page_unit,
            regions=[region_json(hit) for hit in index.regions(record.document_id, page)],
        )

    @router.get("/tokens")
    @in_thread
    def tokens(question: QuestionText) -> list[TokenJson]:
        """Return the words of a question, in the order of the indices that `token` takes."""
        query = index.encoder.encode_query(question)
        return [
            TokenJson(token=token, is_content=is_content)
            for token, is_content in zip(query.tokens, query.content_mask.tolist(), strict=True)
        ]

    @router.get("/heat")
    @in_thread
    def heat(
        document: DocumentName, page: PageNumber, question: QuestionText, token: Token = None
    ) -> HeatJson:
        """Return how strongly each word or patch of a page matches the question."""
        _, page_hit = find_page(index, document, page)
        heat = index.heatmap(page_hit, token, question=question)
        return HeatJson(values=heat.values.tolist(), boxes=heat.boxes.tolist(), grid=heat.grid)

    return router
