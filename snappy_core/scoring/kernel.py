"""The product of a query and many patches on all cores.

A `Kernel` divides the patches into blocks and hands them to threads, each with its own `Product`
(`maxsim.product` in numpy, or one from `torch_kernel`).
"""

from __future__ import annotations

import math
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from snappy_core.scoring.maxsim import Product, product

Part = tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32]]
"""Patches (n, d), their scales (n,) and the array (m, n) that receives their similarities."""

BLOCK = 2048
"""Patches in one unit of work: two pages of a vision encoder."""

T = TypeVar("T")


class Kernel:
    """Multiplies one query with patches on several threads. Call it from one thread at a time.

    A kernel is itself a `Product`.

    Args:
        products: one for each thread of the pool.
        pool: without one, the calling thread does all the work.
    """

    def __init__(self, products: Sequence[Product], pool: Executor | None = None) -> None:
        self._products = products
        self._pool = pool

    def __call__(
        self, vectors: NDArray[np.int8], scales: NDArray[np.float32], out: NDArray[np.float32]
    ) -> None:
        self.fill([(vectors, scales, out)])

    def fill(self, parts: Iterable[Part]) -> None:
        """Write the similarities of all parts."""
        self.each(lambda multiply, part: multiply(*part), _blocks(parts))

    def each(self, work: Callable[[Product, T], object], items: Iterable[T]) -> None:
        """Call `work(product, item)` for each item in one of the threads, in any order.

        Raises:
            Exception: whatever `work` raised.
        """
        queue = deque(items)
        futures: list[Future[None]] = []
        try:
            if self._pool is not None:
                for multiply in self._products[: len(queue)]:
                    futures.append(self._pool.submit(_drain, queue, work, multiply))
        except RuntimeError:  # at exit, Python closes all pools while other threads still run
            _drain(queue, work, self._products[len(futures)])
        if self._pool is None:
            _drain(queue, work, self._products[0])
        for future in futures:
            future.result()


def fastest_kernel(query: NDArray[np.float32]) -> Kernel:
    """Return the torch kernel of a query (m, d) where it is faster, else the numpy kernel.

    Torch is used only if the process has already imported it, as vision encoders do: importing it
    takes longer than most scans. On a CPU it rounds the query (`torch_kernel.kernel`), so this
    kernel is for choosing candidates, not for final scores.
    """
    if "torch" in sys.modules:
        from snappy_core.scoring import torch_kernel

        if device := torch_kernel.device():
            return torch_kernel.kernel(query, device)
    return numpy_kernel(query)


def numpy_kernel(query: NDArray[np.float32]) -> Kernel:
    """Return the numpy kernel of a query (m, d): float32, not rounded."""
    pool, count = _threads()
    return Kernel([product(query) for _ in range(count)], pool)


def once_per_process(create: Callable[[], T]) -> Callable[[], T]:
    """Return a function that calls `create` once in each process and then returns its result.

    A forked process does not inherit its parent's threads, so it has to create its own.
    """
    results: dict[int, T] = {}
    locks: dict[int, threading.Lock] = {}

    def get() -> T:
        process = os.getpid()
        with locks.setdefault(process, threading.Lock()):
            if process not in results:
                results[process] = create()
            return results[process]

    return get


def core_count(limit: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Return how many cores the machine and its container let this process use.

    `loky.cpu_count` knows more limits, but importing it would delay the first search by 20 ms.

    Args:
        limit: a file with the container's microseconds per period ("max" for all) and the period.
    """
    count = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    try:
        allowed, period = limit.read_text().split()
        return count if allowed == "max" else min(count, math.ceil(int(allowed) / int(period)))
    except (OSError, ValueError):  # no container, or another kind of container
        return count


@once_per_process
def _threads() -> tuple[Executor | None, int]:
    """Return a thread pool, None on a single core, and its number of threads."""
    count = core_count()
    return (ThreadPoolExecutor(count, "snappy-scan") if count > 1 else None), count


def _blocks(parts: Iterable[Part]) -> Iterator[Part]:
    for vectors, scales, out in parts:
        for start in range(0, max(len(vectors), 1), BLOCK):
            block = slice(start, start + BLOCK)
            yield vectors[block], scales[block], out[:, block]


def _drain(queue: deque[T], work: Callable[[Product, T], object], multiply: Product) -> None:
    """Work on items until the queue, which other threads share, is empty."""
    while True:
        try:
            item = queue.popleft()
        except IndexError:
            return
        work(multiply, item)
