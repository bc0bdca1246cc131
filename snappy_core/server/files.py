"""The files of the page, read once from the package: no request path reaches the disk."""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter, HTTPException, Response

_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def routes() -> APIRouter:
    """Return the routes of the page and its files."""
    router = APIRouter(include_in_schema=False)
    files = {
        file.name: (file.read_bytes(), _MEDIA_TYPES[file.name[file.name.rindex(".") :]])
        for file in resources.files("snappy_core.server").joinpath("static").iterdir()
        if file.is_file()
    }

    @router.get("/")
    def page() -> Response:
        return _response(files["index.html"])

    @router.get("/static/{name}")
    def file(name: str) -> Response:
        if name not in files:
            raise HTTPException(404, "there is no such file")
        return _response(files[name])

    return router


def _response(file: tuple[bytes, str]) -> Response:
    content, media_type = file
    return Response(content, media_type=media_type, headers={"Cache-Control": "no-cache"})
