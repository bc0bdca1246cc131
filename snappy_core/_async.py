"""Async versions of blocking methods."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar

from snappy_core.cancellation import CANCELLED

Self = TypeVar("Self")
P = ParamSpec("P")
T = TypeVar("T")


def async_twin(
    method: Callable[Concatenate[Self, P], T],
) -> Callable[Concatenate[Self, P], Coroutine[Any, Any, T]]:
    """Return a coroutine method that runs `method` in a thread. Its name starts with "a".

    The method is looked up by name at each call, so that a subclass that overrides `method`
    changes both versions.

    >>> class Sleeper:
    ...     def sleep(self, hours: int) -> str:
    ...         return f"slept {hours} hours"
    ...     asleep = async_twin(sleep)
    >>> import asyncio
    >>> asyncio.run(Sleeper().asleep(hours=8))
    'slept 8 hours'
    """

    async def twin(self: Self, /, *args: P.args, **kwargs: P.kwargs) -> T:
        import asyncio  # a caller has imported it already; others need not wait for it

        bound_method: Callable[P, T] = getattr(self, method.__name__)
        cancelled = threading.Event()
        token = CANCELLED.set(cancelled)
        try:
            return await asyncio.to_thread(bound_method, *args, **kwargs)
        except asyncio.CancelledError:  # the thread stops at its next raise_if_ended()
            cancelled.set()
            raise
        finally:
            CANCELLED.reset(token)

    update_wrapper(twin, method)
    twin.__name__ = f"a{method.__name__}"
    twin.__qualname__ = f"{method.__qualname__.removesuffix(method.__name__)}{twin.__name__}"
    twin.__doc__ = f"Run `{method.__name__}` in a thread."
    return twin
