"""A few threads for slow requests, separate from the threads of other requests."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

import anyio
import anyio.to_thread

THREADS = min((os.cpu_count() or 1) + 2, 8)
"""How many searches run at once: more would wait for each other and take longer in total."""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Threads:
    """Runs at most `THREADS` calls at once; the others wait their turn without using a thread.

    Fast requests, such as the list of documents, do not wait for them.
    """

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(THREADS)

    def __call__(
        self, function: Callable[Parameters, Result]
    ) -> Callable[Parameters, Coroutine[Any, Any, Result]]:
        """Return a coroutine function that calls a function in one of these threads."""

        @wraps(function)
        async def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            call = partial(function, *args, **kwargs)
            return await anyio.to_thread.run_sync(call, limiter=self._limiter)

        return run
