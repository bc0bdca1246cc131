"""The application: routes, guard and files of the page, for one index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.applications import Starlette

from snappy_core import __version__
from snappy_core.errors import (
    MissingDependencyError,
    PageUnavailableError,
    SnappyError,
    StoreError,
    TimeLimitError,
)
from snappy_core.index import RegionIndex
from snappy_core.ingest.executor import Executor
from snappy_core.names import without_folders
from snappy_core.server import answers, documents, files, pages, pictures, questions, session
from snappy_core.server.chat import ChatModel, model_name
from snappy_core.server.guard import MAX_UPLOAD, Guard
from snappy_core.server.jobs import Jobs
from snappy_core.server.threads import Threads

_STATUS = ((PageUnavailableError, 404), (TimeLimitError, 504), (StoreError, 503))


def create_app(
    index: RegionIndex,
    *,
    api_key: str | None = None,
    executor: Executor | None = None,
    max_upload: int = MAX_UPLOAD,
    chat_model: str | ChatModel | None = None,
) -> FastAPI:
    """Return the page and the JSON API of an index, as an ASGI application.

    If the extra `[mcp]` is installed, agents find the index at /mcp, see `mcp_server`. Only this
    machine or clients with the key have access. Uploads are added one after the other in a thread,
    and the index keeps their bytes.

    Args:
        index: the caller must close it.
        api_key: a secret that clients must present. Without one, requests for a host name other
            than this machine's are rejected.
        executor: where uploads are read, as in `RegionIndex.add`.
        max_upload: the maximum size of an uploaded file, in bytes.
        chat_model: writes answers: a chat model of LangChain, or its name for `init_chat_model`,
            such as "openai:gpt-5-mini". Without one, an answer has only its context.
    """
    jobs = Jobs(index, executor)
    agents = _agents(index)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if agents is not None:
                await stack.enter_async_context(agents.router.lifespan_context(agents))
            yield
        jobs.close()

    app = FastAPI(
        title="Snappy",
        version=__version__,
        summary="Find the regions of documents that answer a question.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.jobs = jobs
    in_thread = Threads()
    for routes in (
        questions.routes(index, in_thread),
        answers.routes(index, in_thread, chat_model),
        pages.routes(index, in_thread),
        pictures.routes(index, in_thread),
        documents.routes(index, jobs, max_upload, model_name(chat_model)),
        session.routes(api_key),
        files.routes(),
    ):
        app.include_router(routes)
    if agents is not None:
        app.router.routes.extend(agents.routes)  # mounted, "/mcp" would be redirected to "/mcp/"
    app.add_exception_handler(ValueError, _refuse)
    app.add_exception_handler(SnappyError, _refuse)
    app.add_middleware(Guard, api_key=api_key, max_upload=max_upload)
    return app


def _agents(index: RegionIndex) -> Starlette | None:
    """Return the tools for agents at /mcp; None without the extra `[mcp]`."""
    try:
        from snappy_core.mcp_server import create_server
    except MissingDependencyError:
        return None
    # Sessions end with their request; the guard decides which hosts are allowed.
    app: Starlette = create_server(index).streamable_http_app(stateless_http=True, host="")
    return app


async def _refuse(_: Request, error: Exception) -> JSONResponse:
    """Respond to Snappy's errors with their message, without the folders of this machine."""
    default = 400 if isinstance(error, ValueError) else 500
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), default)
    return JSONResponse({"detail": without_folders(str(error))}, status)
