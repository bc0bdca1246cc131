"""Async twins of methods that work for long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar

Self = TypeVar("Self")
P = ParamSpec("P")
T = TypeVar("T")


def in_thread(
    method: Callable[Concatenate[Self, P], T],
) -> Callable[Concatenate[Self, P], Coroutine[Any, Any, T]]:
    """Return a coroutine method that does as `method`, in a thread; name it with an "a" before.

    It calls the method by its name: a subclass that overrides one has both.

    >>> class Sleeper:
    ...     def sleep(self, hours: int) -> str:
    ...         return f"slept {hours} hours"
    ...     asleep = in_thread(sleep)
    >>> asyncio.run(Sleeper().asleep(hours=8))
    'slept 8 hours'
    """

    async def twin(self: Self, /, *args: P.args, **kwargs: P.kwargs) -> T:
        now: Callable[P, T] = getattr(self, method.__name__)
        return await asyncio.to_thread(now, *args, **kwargs)

    update_wrapper(twin, method)
    twin.__name__ = f"a{method.__name__}"
    twin.__qualname__ = f"{method.__qualname__.removesuffix(method.__name__)}{twin.__name__}"
    twin.__doc__ = f"Do as `{method.__name__}`, in a thread."
    return twin
