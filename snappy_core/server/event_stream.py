"""Server-sent events."""

from __future__ import annotations

from contextlib import aclosing

from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send


class EventStream(StreamingResponse):
    """Server-sent events from an async generator, which is closed when the client disconnects."""

    media_type = "text/event-stream"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self.body_iterator):  # type: ignore[type-var]
            await super().__call__(scope, receive, send)


def event(content: BaseModel, name: str | None = None) -> str:
    """Return an event with JSON data, which has no line breaks."""
    line = "" if name is None else f"event: {name}\n"
    return f"{line}data: {content.model_dump_json()}\n\n"
