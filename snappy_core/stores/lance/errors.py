"""Imports the optional libraries, and translates LanceDB's errors into Snappy's."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

from snappy_core.errors import MissingDependencyError, StoreError, install_hint

T = TypeVar("T")

# Patterns of LanceDB's messages and what they mean; the first that matches counts.
_CAUSES = {
    "NoSuchBucket": "there is no such bucket; create it first, or correct its name",
    "CredentialsNotLoaded": "no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|403 Forbidden": (
        "the server denies access; check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
        "and what they may do with the bucket"
    ),
    "BadScheme|URL scheme is not allowed": (
        "the endpoint speaks http, not https; set AWS_ALLOW_HTTP=true to allow that"
    ),
    "kind: Timeout|TimedOut": "the server did not answer in time; raise `timeout` if it is slow",
    "kind: Connect|ConnectError|dns error": (
        "the server cannot be reached; check the network, and AWS_ENDPOINT_URL and AWS_REGION"
    ),
    "Not found:|NotFound|No such file": (
        "a file of it is gone: this state was cleaned up meanwhile (read again), or someone "
        "deleted the file"
    ),
}


def libraries() -> tuple[Any, Any]:
    """Import lancedb and pyarrow; MissingDependencyError if the extra is not installed."""
    try:
        import lancedb
        import pyarrow
    except ImportError as error:
        raise MissingDependencyError(
            f"a Lance index needs lancedb: {install_hint('lance')}"
        ) from error
    return lancedb, pyarrow


def request_limits(timeout: float) -> dict[str, str]:
    """Return the storage options that limit the time of each request to S3, retries included."""
    seconds = f"{timeout:g}s"
    return {
        "timeout": seconds,
        "connect_timeout": seconds,
        "client_retry_timeout": str(max(int(timeout), 1)),
        "download_retry_count": "0",
    }


def within(timeout: float | None, location: str, call: Callable[[], T]) -> T:
    """Return the result of a call that asks the server for little; None waits forever.

    LanceDB sends several requests in sequence, each with its own time limit.

    Raises:
        StoreError: the call takes longer. It continues in a thread until its requests end.
    """
    if timeout is None:
        return call()
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(call())
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, name="snappy lance", daemon=True).start()
    try:
        return result.result(timeout)
    except TimeoutError as error:
        raise StoreError(
            f"{location}: the server did not answer within {timeout:g} seconds; raise `timeout` "
            "if it is slow"
        ) from error


@contextmanager
def lance_errors(location: str) -> Iterator[None]:
    """Turn errors of LanceDB into a `StoreError` that says what to do."""
    try:
        yield
    except (ValueError, RuntimeError, OSError) as error:
        message = str(error)
        cause = next((cause for sign, cause in _CAUSES.items() if re.search(sign, message)), None)
        raise StoreError(f"{location}: {cause or ' '.join(message.split())[:300]}") from error
