"""The kernel in torch: int8 by int8 on a CPU that has the instructions, floats on CUDA.

Not imported by anything until torch is loaded; see `kernel.fastest`.
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

from snappy_core.scoring.kernel import Kernel, once_a_process
from snappy_core.scoring.maxsim import Product


@cache
def device() -> str | None:
    """Return where torch is faster than numpy: "cuda", "cpu", or None for nowhere.

    On a CPU that is with AVX-512, whose products of int8 are several times faster than of floats.
    """
    if torch.cuda.is_available():
        return "cuda"
    return "cpu" if torch.backends.cpu.get_cpu_capability() == "AVX512" else None


def kernel(query: NDArray[np.float32], device: str) -> Kernel:
    """Return the kernel of a query (m, d).

    On "cpu" the query is rounded to int8 as well. A similarity then differs from the exact one
    by at most `|q - q'|`, the length of what rounding takes from its token, since patches have
    length 1: `sqrt(d) max|q| / 254` at most, in 128 dimensions about .006, and a tenth of it in
    the mean. On others it is computed in float32 and differs only in the order of the sums.
    """
    if device != "cpu":
        return Kernel([_float(query, device)])
    pool, count = _threads()
    return Kernel([_int8(query) for _ in range(count)], pool)


def rounded(query: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return a query as int8 (m, d) and the step (m, 1) of each token; their product is q'."""
    steps = np.abs(query).max(axis=1, keepdims=True, initial=0) / np.float32(127)
    codes = np.divide(query, steps, out=np.zeros_like(query), where=steps > 0)
    return np.rint(codes).astype(np.int8), steps


def _int8(query: NDArray[np.float32]) -> Product:
    """Return the product on one core, for a thread that has torch's number of threads at 1."""
    codes, steps = rounded(query)
    tokens, each = torch.from_numpy(codes), torch.from_numpy(steps)
    sums = torch.empty(0, dtype=torch.int32)  # kept from call to call

    def multiply(
        vectors: NDArray[np.int8], scales: NDArray[np.float32], out: NDArray[np.float32]
    ) -> None:
        nonlocal sums
        _check(query, vectors)
        if not out.size:
            return
        if sums.numel() < out.size:
            sums = torch.empty(out.size, dtype=torch.int32)
        held = sums[: out.size].view(out.shape)
        torch._int_mm(tokens, _tensor(vectors).T, out=held)
        result = torch.from_numpy(out)
        result.copy_(held)
        result.mul_(_tensor(scales)).mul_(each)

    return multiply


@once_a_process
def _threads() -> tuple[Executor | None, int]:
    """Return threads, each of which runs torch on one core, and how many they are.

    Torch's own threads wait for each other in a loop after every operation. On a machine that
    has anything else to do that made a scan up to fifty times slower; these made it as slow as
    its share of the machine.
    """
    count = torch.get_num_threads()
    ready = threading.Barrier(count + 1)

    def alone() -> None:
        torch.get_num_threads()  # a thread's first call sets its number to the default
        torch.set_num_threads(1)
        ready.wait()

    pool = ThreadPoolExecutor(count, "snappy-scan", initializer=alone)
    try:
        for _ in range(count):  # each starts a thread, while those before it wait
            pool.submit(int)
    except RuntimeError:  # the main thread has ended, and nothing starts any more
        return None, 1
    ready.wait()
    torch.set_num_threads(count)  # what they set is also the default of new threads
    return pool, count


def _float(query: NDArray[np.float32], device: str) -> Product:
    tokens = torch.from_numpy(query).to(device)

    def multiply(
        vectors: NDArray[np.int8], scales: NDArray[np.float32], out: NDArray[np.float32]
    ) -> None:
        _check(query, vectors)
        similarity = tokens @ _tensor(vectors).to(device).float().T
        torch.from_numpy(out).copy_(similarity.mul_(_tensor(scales).to(device)))

    return multiply


def _check(query: NDArray[np.float32], vectors: NDArray[np.int8]) -> None:
    if vectors.shape[1] != query.shape[1]:
        raise ValueError(f"query of {query.shape[1]} and patches of {vectors.shape[1]} dimensions")


def _tensor(array: NDArray[Any]) -> torch.Tensor:
    """Return a tensor over the memory of an array; it is only read, and not after the array.

    What lies in a store's buffers may not be written to, which `torch.from_numpy` warns of.
    """
    array = np.ascontiguousarray(array)
    if array.flags.writeable or not array.size:
        return torch.from_numpy(array if array.size else array.copy())
    memory = (ctypes.c_byte * array.nbytes).from_address(array.ctypes.data)
    kind = torch.int8 if array.dtype == np.int8 else torch.float32
    return torch.frombuffer(memory, dtype=kind).view(array.shape)
