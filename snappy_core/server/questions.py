"""Routes that answer questions: search, explain and ground."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from snappy_core.index import RegionIndex
from snappy_core.search.hits import Hits
from snappy_core.server.convert import find_document_ids, find_region_id, grounding_json, hits_json
from snappy_core.server.schemas import (
    Answer,
    ExplanationJson,
    GroundingJson,
    HitsJson,
    Question,
    RegionQuestion,
)
from snappy_core.server.threads import Threads

REQUEST_TIMEOUT = 60.0
"""Seconds that a search or grounding may take."""


def find(index: RegionIndex, question: Question) -> Hits:
    """Search an index with the question and options of a request."""
    options: dict[str, Any] = question.model_dump(exclude={"question", "documents"})
    if question.documents:
        names = {"document_id": find_document_ids(index, question.documents)}
        options["filter"] = {"$and": [question.filter, names]} if question.filter else names
    return index.search(question.question, timeout=REQUEST_TIMEOUT, **options)


def routes(index: RegionIndex, in_thread: Threads) -> APIRouter:
    """Return the routes that answer questions."""
    router = APIRouter(prefix="/api", tags=["questions"])

    @router.post("/search")
    @in_thread
    def search(body: Question) -> HitsJson:
        """Return the regions that best answer a question."""
        return hits_json(find(index, body))

    @router.post("/explain")
    @in_thread
    def explain(body: RegionQuestion) -> ExplanationJson:
        """Return what each word of the question matches, and what each signal adds."""
        explanation = index.explain(find_region_id(index, body.region), question=body.question)
        return ExplanationJson(tokens=list(explanation), shares=dict(explanation.shares))

    @router.post("/ground")
    @in_thread
    def ground(body: Answer) -> GroundingJson:
        """Return which sentences of an answer the documents support, and where."""
        names = body.regions
        regions = None if names is None else [find_region_id(index, name) for name in names]
        return grounding_json(index.ground(body.answer, regions, timeout=REQUEST_TIMEOUT))

    return router
