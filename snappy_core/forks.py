"""Locks and models in a process that forks: a child has its own.

A lock that another thread holds at the fork stays locked in the child forever. The threads of ONNX
Runtime do not exist there, and destroying a session of the parent in the child causes a
segmentation fault, even at exit.
"""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_LOCKS: weakref.WeakSet[threading.Lock] = weakref.WeakSet()
_MODELS: weakref.WeakSet[ProcessModel[Any]] = weakref.WeakSet()
_LOADED: weakref.WeakValueDictionary[Hashable, _Loaded] = weakref.WeakValueDictionary()


def fork_safe_lock() -> threading.Lock:
    """Return a lock that is free in a forked child, even if a thread of its parent holds it.

    It is a `threading.Lock`: an interrupt as a `with` statement begins cannot leave it locked.
    """
    lock = threading.Lock()
    _LOCKS.add(lock)
    return lock


_LOADING = fork_safe_lock()


class ProcessModel(Generic[T]):
    """A model that each process loads when it is first needed, and once for each key.

    It is freed together with the last `ProcessModel` of this key.

    Args:
        key: what the model depends on: its file, and how it is run.
        load: loads it.
    """

    def __init__(self, key: Hashable, load: Callable[[], T]) -> None:
        self._key = key
        self._load = load
        self._loaded: _Loaded | None = None
        _MODELS.add(self)

    def get(self) -> T:
        """Return the model; raises as `load`."""
        loaded = self._loaded
        if loaded is None:
            with _LOADING:
                loaded = _LOADED.get(self._key) or _Loaded(self._load())
                _LOADED[self._key] = self._loaded = loaded
        model: T = loaded.model
        return model

    def forget(self) -> None:
        self._loaded = None


class _Loaded:
    def __init__(self, model: Any) -> None:
        self.model = model


def _after_fork() -> None:
    for lock in list(_LOCKS):
        lock._at_fork_reinit()  # type: ignore[attr-defined]  # as the standard library does
    for loaded in list(_LOADED.values()):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(loaded))  # so that it is never destroyed
    _LOADED.clear()
    for model in list(_MODELS):
        model.forget()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_after_fork)
