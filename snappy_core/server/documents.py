"""Routes of documents: listing, uploading with progress, and deleting."""

from __future__ import annotations

import asyncio
import queue
import unicodedata
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request

from snappy_core.index import RegionIndex
from snappy_core.names import file_name, short_name
from snappy_core.server.convert import find_document_id, metadata_json
from snappy_core.server.event_stream import EventStream, event
from snappy_core.server.jobs import Jobs
from snappy_core.server.pages import DocumentName
from snappy_core.server.schemas import DocumentJson, IndexJson, JobJson
from snappy_core.types import LABELS
from snappy_core.unspaced import printable

_INTERVAL = 0.2  # seconds between checks of a job
_MAX_NAME = 200  # characters

_UPLOAD = {"requestBody": {"required": True, "content": {"application/octet-stream": {}}}}


def routes(index: RegionIndex, jobs: Jobs, max_upload: int, chat_model: str | None) -> APIRouter:
    """Return the routes of documents."""
    router = APIRouter(prefix="/api", tags=["documents"])

    @router.get("/index")
    def describe() -> IndexJson:
        """Return what the index is and what this server offers."""
        records = index.documents()
        return IndexJson(
            encoder=index.encoder.name,
            chat_model=chat_model,
            documents=len(records),
            pages=sum(record.pages for record in records),
            labels=list(LABELS),
            max_upload=max_upload,
        )

    @router.get("/documents")
    def list_documents() -> list[DocumentJson]:
        """Return the documents, ordered by name."""
        return [
            DocumentJson(
                document=short_name(record.document_id),
                file_name=file_name(record.source),
                pages=record.pages,
                metadata={key: metadata_json(value) for key, value in record.metadata.items()},
            )
            for record in sorted(index.documents(), key=lambda record: file_name(record.source))
        ]

    @router.post("/documents", status_code=202, openapi_extra=_UPLOAD)
    async def upload(
        request: Request, name: Annotated[str, Query(max_length=4000, description="of the file")]
    ) -> JobJson:
        """Add a file, sent as the body; it replaces an uploaded document of the same name."""
        data = await request.body()
        try:
            return jobs.add_upload(_upload_name(name), data)
        except queue.Full:
            raise HTTPException(503, "too many files wait to be added; try again later") from None

    @router.delete("/documents", status_code=204)
    def delete(document: DocumentName) -> None:
        """Remove a document from the index; its file stays."""
        index.delete(find_document_id(index, document))

    @router.get("/jobs")
    def list_jobs() -> list[JobJson]:
        """Return the jobs that add documents, and their results."""
        return jobs.all()

    @router.get(
        "/jobs/{job}/events", response_class=EventStream, responses={200: {"model": JobJson}}
    )
    async def events(job: str) -> EventStream:
        """Follow a job by server-sent events, each the job as JSON, until it ends."""
        if jobs.get(job) is None:
            raise HTTPException(404, "there is no such job")
        return EventStream(_events(jobs, job))

    return router


async def _events(jobs: Jobs, job: str) -> AsyncIterator[str]:
    previous = None
    while (state := jobs.get(job)) is not None:
        if state is not previous:
            yield event(state)
            previous = state
        if state.state in ("done", "failed"):
            return
        await asyncio.sleep(_INTERVAL)


def _upload_name(name: str) -> str:
    """Return the name of an uploaded document: no path, on one line.

    >>> _upload_name("../../etc/q3\\n.pdf"), _upload_name("C:\\\\a\\\\q3.pdf"), _upload_name("..")
    ('uploads/q3 .pdf', 'uploads/q3.pdf', 'uploads/document')
    """
    plain = printable(unicodedata.normalize("NFC", file_name(name))).strip()
    return f"uploads/{plain[-_MAX_NAME:] if plain.strip('.') else 'document'}"
