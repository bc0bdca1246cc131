"""A Qdrant server: its location, and requests with retries after temporary failures."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from time import sleep as _sleep
from typing import TYPE_CHECKING, Any, TypeVar

from snappy_core.errors import MissingDependencyError, StoreError, install_hint
from snappy_core.forks import ProcessModel
from snappy_core.stores.locations import without_secrets

if TYPE_CHECKING:
    from qdrant_client import QdrantClient
    from tenacity import RetryCallState

TRIES = 5
"""How many times a request is sent before it fails."""

_FIRST_WAIT = 0.5  # seconds after the first failure; doubles with each further one
_LONGEST_WAIT = 30.0  # seconds, even if the server asks for more
_URL = re.compile(r"qdrant(s?)://([^/@?#\s]+)((?:/[^/?#\s]+)*)/([^/?#\s<>:\"\\|*]{1,251})/?")

_Answer = TypeVar("_Answer")


def parse_location(location: str) -> tuple[str, str]:
    """Return the URL of the server and the name of the index.

    >>> parse_location("qdrant://localhost:6333/reports")
    ('http://localhost:6333', 'reports')
    >>> parse_location("qdrants://example.org/behind/a/proxy/reports")
    ('https://example.org/behind/a/proxy', 'reports')

    Raises:
        ValueError: the location is malformed.
    """
    match = _URL.fullmatch(location)
    if match is None or match[4] in (".", ".."):
        raise ValueError(
            f"{without_secrets(location)}: use qdrant://host:6333/name, or qdrants:// for TLS; "
            "an API key comes from QDRANT_API_KEY"
        )
    return f"http{match[1]}://{match[2]}{match[3]}", match[4]


def library() -> Any:
    """Import qdrant_client; MissingDependencyError if the extra or a part of it is missing."""
    try:
        import qdrant_client
        import tenacity  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            f"a Qdrant index needs more packages: {install_hint('qdrant')}"
        ) from error
    return qdrant_client


class Server:
    """Sends requests, and repeats them if the server cannot be reached or is busy.

    All requests must therefore be idempotent: everything written has its own id.

    The arguments are those of `QdrantStore`. A client that is passed in is not closed.
    """

    def __init__(
        self, location: str, api_key: str | None, timeout: int, client: QdrantClient | None = None
    ) -> None:
        url, self.name = parse_location(location)
        self.location = location
        self._timeout = timeout
        self._owns_client = client is None
        key = api_key or os.environ.get("QDRANT_API_KEY")
        # A forked process gets its own client and connections. The client would check the version
        # of the server from its own thread, and only warn.
        self._connection: ProcessModel[QdrantClient] = ProcessModel(
            object(),
            lambda: (
                client
                or library().QdrantClient(
                    url=url, api_key=key, timeout=timeout, check_compatibility=False
                )
            ),
        )
        self._connection.get()

    @property
    def _client(self) -> QdrantClient:
        return self._connection.get()

    def ask(self, call: Callable[[QdrantClient], _Answer], tries: int = TRIES) -> _Answer:
        """Return the result of a call of the client.

        Raises:
            StoreError: the server refuses the request, or all tries failed.
        """
        from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_after_delay

        retrying = Retrying(
            retry=retry_if_exception(lambda error: explain(error).is_temporary),
            wait=_wait,
            stop=stop_after_attempt(tries) | stop_after_delay(self._timeout),
            sleep=_sleep,
            reraise=True,
        )
        try:
            return retrying(call, self._client)
        except Exception as error:
            cause = explain(error).cause
            if cause is None:
                raise
            raise StoreError(f"{self.location}: {cause}") from error

    def close(self) -> None:
        if self._owns_client:
            self._client.close()


def _wait(state: RetryCallState) -> float:
    error = None if state.outcome is None else state.outcome.exception()
    requested = 0 if error is None else explain(error).retry_after
    # Randomized, so that many clients do not retry at the same moment.
    wait: float = _FIRST_WAIT * 2 ** (state.attempt_number - 1) * random.uniform(0.5, 1)
    return min(max(wait, requested), _LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class Failure:
    """The meaning of an error."""

    cause: str | None  # what happened and what to do about it; None if not an error of the server
    is_temporary: bool = False  # the same request may succeed later
    retry_after: float = 0  # seconds to wait, as the server asks


def explain(error: BaseException) -> Failure:
    """Return the meaning of an error that the client raised."""
    import httpx
    from qdrant_client.common.client_exceptions import QdrantException, ResourceExhaustedResponse
    from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

    if isinstance(error, ResponseHandlingException):
        source = error.source
        if isinstance(source, httpx.TimeoutException):
            return Failure("the server did not answer in time; raise `timeout` if it is slow", True)
        if isinstance(source, httpx.TransportError):
            message = " ".join(str(source).split()) or type(source).__name__
            return Failure(
                f"the server cannot be reached ({message}); is it running, are host and port "
                "right, and is it qdrant:// or, with TLS, qdrants://?",
                True,
            )
        if isinstance(source, ValueError):
            return Failure(f"what answers there is no Qdrant server of a known version: {source}")
        return Failure(f"the request could not be sent: {source}")
    if isinstance(error, ResourceExhaustedResponse):
        return Failure(
            "the server gets more requests than it accepts", True, float(error.retry_after_s)
        )
    if isinstance(error, QdrantException):  # the wait time is not a number
        return Failure(f"the server gets more requests than it accepts ({error})", True)
    if isinstance(error, UnexpectedResponse):
        return _explain_status(error.status_code or 0, error.content)
    if isinstance(error, ValueError):  # not JSON, or refused by the client
        message = " ".join(str(error).split())[:300]
        return Failure(f"the server gave no answer that the client understands ({message})")
    return Failure(None)


def _explain_status(status: int, content: bytes) -> Failure:
    message = " ".join(content.decode("utf-8", "replace").split())[:300]
    if status in (401, 403):
        return Failure(
            f"the server denies access ({status}); set QDRANT_API_KEY, or give `api_key`, to a key "
            "that may do this"
        )
    if status == 404:
        return Failure(f"a collection of it is missing; was it deleted meanwhile? ({message})")
    if status == 413:
        return Failure(
            "the request is larger than the server accepts; set its service.max_request_size_mb "
            "to 32 or more"
        )
    if status in (408, 429) or status >= 500:
        return Failure(f"the server fails ({status}): {message}", True)
    return Failure(f"the server refuses ({status}): {message}")
