"""Connections at a fork: none of them may outlive it.

Otherwise the child would assume that it holds the locks of its parent. So a fork waits until no
other thread uses a connection; idle ones are closed first, and each process then opens its own.
"""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Sequence
from typing import Protocol

FORK_SECONDS = 5.0
"""How long a fork waits for other threads to return their connections."""


class Pool(Protocol):
    """A pool of connections."""

    def pause(self) -> bool:
        """Stop lending until `resume`, unless another thread has a connection; return whether."""

    def resume(self) -> None: ...

    def close_idle(self) -> None: ...

    def reset_after_fork(self) -> None: ...


POOLS: weakref.WeakSet[Pool] = weakref.WeakSet()

_PAUSED: list[Pool] = []


def _before_fork() -> None:
    deadline = time.monotonic() + FORK_SECONDS
    while not _pause(list(POOLS)) and time.monotonic() < deadline:
        time.sleep(0.002)
    for pool in list(POOLS):
        pool.close_idle()


def _pause(pools: Sequence[Pool]) -> bool:
    """Stop lending in all pools, or in none if one of them is in use; return the paused pools."""
    for pool in pools:
        if not pool.pause():
            _resume()
            return False
        _PAUSED.append(pool)
    return True


def _resume() -> None:
    while _PAUSED:
        _PAUSED.pop().resume()


def _after_fork() -> None:
    _PAUSED.clear()
    for pool in list(POOLS):
        pool.reset_after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(before=_before_fork, after_in_parent=_resume, after_in_child=_after_fork)
