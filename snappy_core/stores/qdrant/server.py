"""A Qdrant server: where it is, and requests that are sent again when it falters."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from time import sleep as _sleep
from typing import TYPE_CHECKING, Any, TypeVar

from snappy_core.errors import MissingDependencyError, StoreError

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

TRIES = 5
"""How often a request is sent before it is given up."""

_FIRST_WAIT = 0.5  # seconds after the first failure; each later one waits twice as long
_LONGEST_WAIT = 30.0  # whatever the server asks for
_URL = re.compile(r"qdrant(s?)://([^/@?#\s]+)((?:/[^/?#\s]+)*)/([^/?#\s<>:\"\\|*]{1,251})/?")

_Answer = TypeVar("_Answer")


def parse_location(location: str) -> tuple[str, str]:
    """Return the URL of the server and the name of the index.

    >>> parse_location("qdrant://localhost:6333/reports")
    ('http://localhost:6333', 'reports')
    >>> parse_location("qdrants://example.org/behind/a/proxy/reports")
    ('https://example.org/behind/a/proxy', 'reports')

    Raises:
        ValueError: it is of another form.
    """
    match = _URL.fullmatch(location)
    if match is None or match[4] in (".", ".."):
        raise ValueError(
            f"{location}: use qdrant://host:6333/name, or qdrants:// for TLS; an API key comes "
            "from QDRANT_API_KEY"
        )
    return f"http{match[1]}://{match[2]}{match[3]}", match[4]


def library() -> Any:
    """Return qdrant_client.

    Raises:
        MissingDependencyError: the extra is not installed.
    """
    try:
        import qdrant_client
    except ImportError as error:
        raise MissingDependencyError(
            "a Qdrant index needs qdrant-client: pip install 'snappy-retriever[qdrant]'"
        ) from error
    return qdrant_client


class Server:
    """Sends requests, again and again when the server cannot be reached or is busy.

    All that is asked of it may be done twice: what is written carries its own id.

    Raises:
        MissingDependencyError: qdrant-client is not installed.
        ValueError: the location is of another form.
    """

    def __init__(
        self, location: str, api_key: str | None, timeout: int, client: QdrantClient | None = None
    ) -> None:
        url, self.name = parse_location(location)
        self.location = location
        self._own = client is None
        self._client: QdrantClient = client or library().QdrantClient(
            url=url,
            api_key=api_key or os.environ.get("QDRANT_API_KEY"),
            timeout=timeout,
            check_compatibility=False,  # asks in a thread of its own, and only warns
        )

    def ask(self, call: Callable[[QdrantClient], _Answer], tries: int = TRIES) -> _Answer:
        """Return what a call of the client returns.

        Raises:
            StoreError: the server refuses, or did not answer at the last of all tries.
        """
        wait = _FIRST_WAIT
        for left in reversed(range(tries)):
            try:
                return call(self._client)
            except Exception as error:
                cause, again, asked = _explain(error)
                if cause is None:
                    raise
                if not (again and left):
                    raise StoreError(f"{self.location}: {cause}") from error
            # Not all come back at the same moment.
            _sleep(min(max(wait * random.uniform(0.5, 1), asked), _LONGEST_WAIT))
            wait *= 2
        raise AssertionError("no try")

    def close(self) -> None:
        if self._own:
            self._client.close()


def _explain(error: Exception) -> tuple[str | None, bool, float]:
    """Say what an error means, whether trying again may help, and after how many seconds.

    None is an error that is not the server's.
    """
    import httpx
    from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
    from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

    if isinstance(error, ResponseHandlingException):
        source = error.source
        if isinstance(source, httpx.TimeoutException):
            return "the server did not answer in time; raise `timeout` if it is slow", True, 0
        if isinstance(source, httpx.TransportError):
            said = " ".join(str(source).split()) or type(source).__name__
            hint = "is it running, are host and port right, and is it qdrant:// or, with TLS, "
            return f"the server cannot be reached ({said}); {hint}qdrants://?", True, 0
        if isinstance(source, ValueError):
            return f"what answers there is no Qdrant server of a known version: {source}", False, 0
        return f"the request could not be sent: {source}", False, 0
    if isinstance(error, ResourceExhaustedResponse):
        return "the server has more requests than it takes", True, float(error.retry_after_s)
    if isinstance(error, QdrantException):  # it asked for a time that is no number
        return f"the server has more requests than it takes ({error})", True, 0
    if isinstance(error, UnexpectedResponse):
        return _explain_status(error.status_code or 0, error.content)
    if isinstance(error, ValueError):  # no JSON, or refused by the client
        said = " ".join(str(error).split())[:300]
        return f"the server gave no answer that the client takes ({said})", False, 0
    return None, False, 0


def _explain_status(status: int, content: bytes) -> tuple[str, bool, float]:
    said = " ".join(content.decode("utf-8", "replace").split())[:300]
    if status in (401, 403):
        cause = f"the server denies access ({status}); set QDRANT_API_KEY, or give `api_key`, to "
        return f"{cause}a key that may do this", False, 0
    if status == 404:
        return f"a collection of it is not there; was it deleted meanwhile? ({said})", False, 0
    if status == 413:
        cause = "the request is larger than the server takes; set its "
        return f"{cause}service.max_request_size_mb to 32 or more", False, 0
    again = status in (408, 429) or status >= 500
    return f"the server {'fails' if again else 'refuses'} ({status}): {said}", again, 0
