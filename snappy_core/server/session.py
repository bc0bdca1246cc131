"""Entering the key in a browser, which gets a cookie that scripts cannot read."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, Field

from snappy_core.server.guard import COOKIE, is_key, session_token


class Key(BaseModel):
    """The key of the server, `SNAPPY_API_KEY`."""

    key: str = Field(max_length=1000)


def routes(api_key: str | None) -> APIRouter:
    """Return the route that accepts the key."""
    router = APIRouter(prefix="/api", tags=["session"])

    @router.post("/session", status_code=204)
    def open_session(body: Key, request: Request, response: Response) -> None:
        """Exchange the key for a cookie, for browsers."""
        if api_key is None:
            return
        if not is_key(body.key, api_key):
            raise HTTPException(401, "this is not the key")
        response.set_cookie(
            COOKIE,
            session_token(api_key),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )

    return router
