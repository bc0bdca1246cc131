"""Kernels in torch: int8 products on CPUs with AVX-512, float32 products on CUDA.

Imported only by processes that have imported torch already; see `kernel.fastest_kernel`.
"""

from __future__ import annotations

import ctypes
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from snappy_core.scoring.kernel import Kernel, once_per_process
from snappy_core.scoring.maxsim import Product


@cache
def device() -> str | None:
    """Return the device on which torch is faster than numpy: "cuda", "cpu" or None.

    A CPU is faster when it has AVX-512, which multiplies int8 several times faster than float32.
    """
    if torch.cuda.is_available():
        return "cuda"
    has_avx512 = torch.backends.cpu.get_cpu_capability() == "AVX512"
    return "cpu" if has_avx512 and _multiplies_int8() else None


def _multiplies_int8() -> bool:
    """Return whether the int8 product exists and is correct.

    `torch._int_mm` is private: a later version may remove or change it.
    """
    left, right = (torch.arange(-128, 128, dtype=torch.int8).view(-1, 64) for _ in range(2))
    sums = torch.empty((4, 4), dtype=torch.int32)
    try:
        torch._int_mm(left, right.T, out=sums)
    except (AttributeError, TypeError, RuntimeError):
        return False
    return torch.equal(sums, left.int() @ right.int().T)


def kernel(query: NDArray[np.float32], device: str) -> Kernel:
    """Return the kernel of a query (m, d) on a device.

    On "cpu" the query is rounded to int8 too. Since patches have length 1, a similarity is then off
    by at most `|q - q'| <= sqrt(d) max|q| / 254`, the length of the rounding error of its token: in
    128 dimensions at most about .006, and a tenth of that on average. On other devices similarities
    are float32 and differ from numpy's only in the order of summation.
    """
    if device != "cpu":
        return Kernel([_float_product(query, device)])
    pool, count = _threads()
    return Kernel([_int8_product(query) for _ in range(count)], pool)


def round_query(query: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 codes (m, d) and a step for each token (m, 1): `q' = codes * steps`."""
    steps = np.abs(query).max(axis=1, keepdims=True, initial=0) / np.float32(127)
    codes = np.divide(query, steps, out=np.zeros_like(query), where=steps > 0)
    return np.rint(codes).astype(np.int8), steps


def _int8_product(query: NDArray[np.float32]) -> Product:
    """Return the product on one core, for a thread in which torch runs single-threaded."""
    codes, steps = round_query(query)
    token_codes, token_steps = torch.from_numpy(codes), torch.from_numpy(steps)
    buffer = torch.empty(0, dtype=torch.int32)  # reused from call to call

    def multiply(
        vectors: NDArray[np.int8], scales: NDArray[np.float32], out: NDArray[np.float32]
    ) -> None:
        nonlocal buffer
        _check_dimensions(query, vectors)
        if not out.size:
            return
        if buffer.numel() < out.size:
            buffer = torch.empty(out.size, dtype=torch.int32)
        sums = buffer[: out.size].view(out.shape)
        torch._int_mm(token_codes, _tensor(vectors).T, out=sums)
        result = torch.from_numpy(out)
        result.copy_(sums)
        result.mul_(_tensor(scales)).mul_(token_steps)

    return multiply


@once_per_process
def _threads() -> tuple[Executor | None, int]:
    """Return a pool of threads, in each of which torch runs single-threaded, and its size.

    Torch's own threads busy-wait for each other after every operation, which made a scan up to
    fifty times slower on a machine with other work.
    """
    count = torch.get_num_threads()
    ready = threading.Barrier(count + 1)

    def make_single_threaded() -> None:
        torch.get_num_threads()  # the first call in a thread resets its thread count to the default
        torch.set_num_threads(1)
        ready.wait()

    pool = ThreadPoolExecutor(count, "snappy-scan", initializer=make_single_threaded)
    try:
        for _ in range(count):  # each call starts a thread, since earlier ones wait at the barrier
            pool.submit(int)
    except RuntimeError:  # the main thread has ended: Python starts no more threads
        return None, 1
    ready.wait()
    torch.set_num_threads(count)  # set_num_threads(1) also changed the default of new threads
    return pool, count


def _float_product(query: NDArray[np.float32], device: str) -> Product:
    tokens = torch.from_numpy(query).to(device)

    def multiply(
        vectors: NDArray[np.int8], scales: NDArray[np.float32], out: NDArray[np.float32]
    ) -> None:
        _check_dimensions(query, vectors)
        similarity = tokens @ _tensor(vectors).to(device).float().T
        torch.from_numpy(out).copy_(similarity.mul_(_tensor(scales).to(device)))

    return multiply


def _check_dimensions(query: NDArray[np.float32], vectors: NDArray[np.int8]) -> None:
    if vectors.shape[1] != query.shape[1]:
        raise ValueError(f"query of {query.shape[1]} and patches of {vectors.shape[1]} dimensions")


def _tensor(array: NDArray[Any]) -> torch.Tensor:
    """Return a tensor that shares the memory of an array. Read it only while the array exists.

    `torch.from_numpy` warns about read-only arrays, which stores return; this does not.
    """
    array = np.ascontiguousarray(array)
    if array.flags.writeable or not array.size:
        return torch.from_numpy(array if array.size else array.copy())
    memory = (ctypes.c_byte * array.nbytes).from_address(array.ctypes.data)
    dtype = torch.int8 if array.dtype == np.int8 else torch.float32
    return torch.frombuffer(memory, dtype=dtype).view(array.shape)
