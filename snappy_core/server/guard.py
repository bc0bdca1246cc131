"""Checks on every request (sender, origin, size), and headers that confine the page."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_UPLOAD = 200 * 2**20
MAX_BODY = 2**20
"""Bytes of the largest upload, and of any other request."""

COOKIE = "snappy_session"

_DIGITS = 18  # of a length; Python refuses to parse numbers with thousands of digits
_TOO_LARGE = "the request has more than {} bytes"

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def is_loopback(host: str) -> bool:
    """Return whether a host name means this machine, unreachable from others.

    >>> [is_loopback(host) for host in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def session_token(api_key: str) -> str:
    """Return the content of the cookie that a browser gets in exchange for the key."""
    return hmac.new(api_key.encode(), b"snappy session", hashlib.sha256).hexdigest()


def is_key(given: str, api_key: str) -> bool:
    """Compare a key in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), api_key.encode())


class Guard:
    """ASGI middleware that rejects unauthorized and large requests, and adds `HEADERS`.

    A web site open in a browser can also send requests to this machine. They are recognized by
    their `Origin` or `Sec-Fetch-Site`, or by their `Host` if its name was bound to this machine
    (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, api_key: str | None, max_upload: int) -> None:
        self._app = app
        self._api_key = api_key
        self._max_upload = max_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_confined(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        headers = Headers(scope=scope)
        is_upload = scope["method"] == "POST" and scope["path"] == "/api/documents"
        limit = self._max_upload if is_upload else MAX_BODY
        if (refusal := self._refusal(scope["path"], headers, limit)) is not None:
            await refusal(scope, receive, send_confined)
            return
        await self._app(scope, _limited(receive, limit), send_confined)

    def _refusal(self, path: str, headers: Headers, limit: int) -> JSONResponse | None:
        host = headers.get("host", "")
        if self._api_key is None and not is_loopback(_name(host)):
            return _error(421, f"this host is not {host[:100]}; open http://localhost")
        origin = headers.get("origin")
        is_foreign = origin is not None and _place(origin) != host
        is_page = path == "/" or path.startswith("/static/")
        if is_foreign or (
            not is_page and headers.get("sec-fetch-site") in ("cross-site", "same-site")
        ):
            return _error(403, "requests of other web sites are refused")
        needs_key = not is_page and path != "/api/session"
        if self._api_key is not None and needs_key and not self._is_known(headers, self._api_key):
            return _error(401, "give the key: Authorization: Bearer KEY")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > _DIGITS or int(length) > limit:
            return _error(413, _TOO_LARGE.format(limit))
        return None

    def _is_known(self, headers: Headers, api_key: str) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and is_key(given.strip(), api_key):
            return True
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        return is_key(cookie, session_token(api_key))


def _name(host: str) -> str:
    """Return the host name in a Host header, without the port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _place(origin: str) -> str | None:
    """Return the host name and port in an Origin header; None if it is malformed."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _error(status: int, detail: str) -> JSONResponse:
    return JSONResponse({"detail": detail}, status)


def _limited(receive: Receive, limit: int) -> Receive:
    """Return a `receive` that raises if a body turns out to be too large."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413, _TOO_LARGE.format(limit))
        return message

    return receive_limited
