"""Answers from a chat model as server-sent events: text, citations and checked claims."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from functools import cache

from fastapi import APIRouter
from pydantic import BaseModel

from snappy_core.cancellation import time_limit
from snappy_core.errors import SnappyError
from snappy_core.index import RegionIndex
from snappy_core.names import without_folders
from snappy_core.search.context import Citation, Context, assemble
from snappy_core.search.hits import Hits
from snappy_core.search.options import SEARCH_LATE
from snappy_core.server.chat import ChatModel, open_chat_model, stream_answer
from snappy_core.server.convert import citations_json, claim_json
from snappy_core.server.event_stream import EventStream, event
from snappy_core.server.questions import REQUEST_TIMEOUT, find
from snappy_core.server.schemas import (
    AnswerEvent,
    AnswerQuestion,
    CitationsJson,
    ClaimJson,
    ContextJson,
    DoneJson,
    ErrorJson,
    TextJson,
)
from snappy_core.server.threads import Threads

ANSWER_TIMEOUT = 120.0
"""Seconds that an answer may take."""

MAX_ANSWER = 50_000
"""Characters of the longest answer."""

_MAX_MESSAGE = 500  # characters of a provider's message
_NAMES: dict[type[BaseModel], str] = {
    ContextJson: "context",
    TextJson: "text",
    CitationsJson: "citations",
    ClaimJson: "claim",
    DoneJson: "done",
}
_MARK = re.compile(r"\[[\d.,;\s]+\]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_log = logging.getLogger(__name__)


def routes(index: RegionIndex, in_thread: Threads, chat_model: str | ChatModel | None) -> APIRouter:
    """Return the route of answers.

    Args:
        chat_model: the model; a name is opened for the first answer.
    """
    router = APIRouter(prefix="/api", tags=["questions"])

    @cache
    def open_model() -> ChatModel | None:
        return open_chat_model(chat_model) if isinstance(chat_model, str) else chat_model

    @router.post("/answer", response_class=EventStream, responses={200: {"model": AnswerEvent}})
    @in_thread
    def answer(body: AnswerQuestion) -> EventStream:
        """Answer a question by server-sent events.

        The first event is `context`: what a chat model gets, with its number of tokens. If there is
        a model and something was found, pieces of the answer follow as `text`, with marks such as
        [1.2]; then `citations`, the places of these marks, and a `claim` for each sentence. The
        last event is `done` or `error`.
        """
        with time_limit(REQUEST_TIMEOUT, SEARCH_LATE):
            hits = find(index, body)
            context = assemble(hits, body.budget)
        return EventStream(_events(_contents(index, open_model, body.question, hits, context)))

    return router


async def _contents(
    index: RegionIndex,
    open_model: Callable[[], ChatModel | None],
    question: str,
    hits: Hits,
    context: Context,
) -> AsyncGenerator[BaseModel]:
    """Yield the content of the events of an answer."""
    yield ContextJson(
        text=context.text, tokens=context.tokens, citations=citations_json(context.citations)
    )
    model = await asyncio.to_thread(open_model)
    left_out = {hit.region_id for hit in context.left_out}
    sources = [hit for hit in hits if hit.region_id not in left_out]
    if model is None or not sources:
        yield DoneJson(is_verified=None)
        return
    answer = ""
    async with aclosing(stream_answer(model, question, context.text)) as pieces:
        async for piece in pieces:
            answer += piece
            if len(answer) > MAX_ANSWER:
                raise ValueError(f"the answer has more than {MAX_ANSWER} characters")
            yield TextJson(text=piece)
    yield CitationsJson(citations=citations_json(_cited(answer, context.citations)))
    grounding = await index.aground(answer, sources, timeout=REQUEST_TIMEOUT)
    for claim in grounding:
        yield claim_json(claim)
    yield DoneJson(is_verified=grounding.is_verified)


async def _events(contents: AsyncGenerator[BaseModel]) -> AsyncIterator[str]:
    """Yield the events of an answer; the last one is an error if anything goes wrong."""
    deadline = asyncio.get_running_loop().time() + ANSWER_TIMEOUT
    try:
        async with aclosing(contents):
            while True:
                async with asyncio.timeout_at(deadline):  # not while an event is sent
                    content = await anext(contents, None)
                if content is None:
                    return
                yield event(content, _NAMES[type(content)])
    except Exception as error:
        yield event(ErrorJson(detail=_message(error)), "error")


def _cited(answer: str, citations: Sequence[Citation]) -> list[Citation]:
    """Return the citations that an answer names, in the order of their first marks.

    A mark without a dot, [1], refers to a whole page.
    """
    numbers = [number for mark in _MARK.findall(answer) for number in _NUMBER.findall(mark)]
    named = [
        citation
        for number in numbers
        for citation in citations
        if f"{citation.marker}.".startswith(f"{number}.")
    ]
    return list({citation.marker: citation for citation in named}.values())


def _message(error: Exception) -> str:
    """Return what went wrong, without folders of this machine."""
    if isinstance(error, (SnappyError, ValueError)):
        return without_folders(str(error))
    _log.warning("an answer failed", exc_info=error)
    if isinstance(error, TimeoutError):
        return "the chat model took too long"
    message = f"the chat model failed ({type(error).__name__}: {error})"
    return without_folders(message)[:_MAX_MESSAGE]
