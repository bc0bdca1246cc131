"""What an error of the Qdrant client means, and whether trying again may help."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """The meaning of an error.

    Attributes:
        cause: what happened and what to do about it; None if the error is not the server's.
        is_temporary: the same request may succeed later.
        retry_after: seconds that the server asks to wait.
    """

    cause: str | None
    is_temporary: bool = False
    retry_after: float = 0


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
    if isinstance(error, QdrantException):  # the time to wait is not a number
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
