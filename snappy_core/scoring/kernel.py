"""The kernel on all cores: each thread multiplies pieces of the patches with a query."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.maxsim import Product, product

Part = tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]]
"""Patches (n, d), their scales (n,) and where their similarities go (m, n)."""

_PIECE = 2048  # patches that a thread takes at once

T = TypeVar("T")


class Kernel:
    """Multiplies one query with patches; for one thread, which waits for those that work.

    It is a `Product` itself.

    Args:
        products: one for each thread of the pool.
        pool: None: the caller works alone.
    """

    def __init__(self, products: Sequence[Product], pool: Executor | None = None) -> None:
        self._products = products
        self._pool = pool

    def __call__(
        self, vectors: NDArray[np.int8], scales: NDArray[np.float32], out: NDArray[np.float32]
    ) -> None:
        self.fill([(vectors, scales, out)])

    def fill(self, parts: Iterable[Part]) -> None:
        """Multiply all parts, in any order."""
        self.each(lambda multiply, part: multiply(*part), _cut(parts))

    def each(self, work: Callable[[Product, T], object], items: Iterable[T]) -> None:
        """Call `work` for each item in some thread, with the product of that thread."""
        waiting = deque(items)
        running: list[Future[None]] = []
        try:
            if self._pool is not None:
                for multiply in self._products[: len(waiting)]:
                    running.append(self._pool.submit(_work_off, waiting, work, multiply))
        except RuntimeError:  # the main thread has ended, and all pools with it; this one goes on
            _work_off(waiting, work, self._products[len(running)])
        if self._pool is None:
            _work_off(waiting, work, self._products[0])
        for done in running:
            done.result()


def fastest(query: NDArray[np.float32]) -> Kernel:
    """Return the kernel in torch when the process has loaded it and it is faster here.

    Otherwise that in numpy. To load torch takes longer than most scans, so that is left to who
    needs it, such as a vision encoder. It rounds (see `torch_kernel.kernel`): for the first stage.
    """
    if "torch" in sys.modules:
        from snappy_core.scoring import torch_kernel

        if device := torch_kernel.device():
            return torch_kernel.kernel(query, device)
    return in_numpy(query)


def in_numpy(query: NDArray[np.float32]) -> Kernel:
    """Return the kernel of a query (m, d) in numpy: float32, without rounding."""
    pool, count = _threads()
    return Kernel([product(query) for _ in range(count)], pool)


def once_a_process(make: Callable[[], T]) -> Callable[[], T]:
    """Return a function that calls `make` once, and gives what it made from then on.

    A forked process has none of the threads of its parent: there `make` is called again.
    """
    made: dict[int, T] = {}
    locks: dict[int, threading.Lock] = {}

    def give() -> T:
        process = os.getpid()
        with locks.setdefault(process, threading.Lock()):
            if process not in made:
                made[process] = make()
            return made[process]

    return give


@once_a_process
def _threads() -> tuple[Executor | None, int]:
    """Return threads, and how many they are."""
    try:
        from loky import cpu_count  # knows of the limits of a container
    except RuntimeError:  # it cannot be loaded when the main thread has ended
        return None, 1
    count: int = cpu_count()
    return (ThreadPoolExecutor(count, "snappy-scan") if count > 1 else None), count


def _cut(parts: Iterable[Part]) -> Iterator[Part]:
    for vectors, scales, out in parts:
        for start in range(0, max(len(vectors), 1), _PIECE):
            these = slice(start, start + _PIECE)
            yield vectors[these], scales[these], out[:, these]


def _work_off(waiting: deque[T], work: Callable[[Product, T], object], multiply: Product) -> None:
    while True:
        try:
            item = waiting.popleft()
        except IndexError:
            return
        work(multiply, item)
