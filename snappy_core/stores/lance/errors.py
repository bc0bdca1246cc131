"""The optional libraries, and the errors of LanceDB as ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from snappy_core.errors import MissingDependencyError, StoreError

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
            "a Lance index needs lancedb: pip install 'snappy-retriever[lance]'"
        ) from error
    return lancedb, pyarrow


@contextmanager
def lance_errors(location: str) -> Iterator[None]:
    """Turn errors of LanceDB into a `StoreError` that says what to do."""
    try:
        yield
    except (ValueError, RuntimeError, OSError) as error:
        message = str(error)
        cause = next((cause for sign, cause in _CAUSES.items() if re.search(sign, message)), None)
        raise StoreError(f"{location}: {cause or ' '.join(message.split())[:300]}") from error
