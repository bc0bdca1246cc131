"""Stopping work early: its time is up, or its task was canceled."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Event

from snappy_core.errors import TimeLimitError

CANCELLED: ContextVar[Event | None] = ContextVar("cancelled", default=None)
"""Set in the thread of an async twin: an event that says whether its task was canceled."""


@dataclass(frozen=True, slots=True)
class _Limit:
    """A deadline on the monotonic clock, and the error message for when it has passed."""

    end: float
    message: str


_LIMIT: ContextVar[_Limit | None] = ContextVar("limit", default=None)


def check_timeout(timeout: object) -> None:
    """Raise ValueError unless a timeout is None or a positive number of seconds."""
    if timeout is None:
        return
    is_number = isinstance(timeout, (int, float)) and not isinstance(timeout, bool)
    if not is_number or not 0 < timeout < math.inf:  # type: ignore[operator]
        raise ValueError(f"timeout must be a positive number of seconds, not {timeout!r}")


@contextmanager
def time_limit(timeout: float | None, message: str) -> Iterator[None]:
    """Limit the time of the work in a `with` statement, which checks it with `raise_if_ended`.

    Of nested limits, the one that ends first counts.

    Args:
        timeout: seconds; None for no limit.
        message: the error message, in which {} stands for the number of seconds.

    Raises:
        ValueError: the timeout is not positive.
    """
    check_timeout(timeout)
    outer = _LIMIT.get()
    limit = outer
    if timeout is not None:
        limit = _Limit(time.monotonic() + timeout, message.format(f"{timeout:g}"))
        if outer is not None and outer.end < limit.end:
            limit = outer
    token = _LIMIT.set(limit)
    try:
        yield
    finally:
        _LIMIT.reset(token)


def raise_if_ended() -> None:
    """Stop work between two of its steps if it should end.

    Raises:
        TimeLimitError: its time is up.
        CancelledError: it runs in the thread of an async twin whose task was canceled.
    """
    cancelled = CANCELLED.get()
    if cancelled is not None and cancelled.is_set():
        raise CancelledError
    limit = _LIMIT.get()
    if limit is not None and time.monotonic() > limit.end:
        raise TimeLimitError(limit.message)
