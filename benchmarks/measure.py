"""Timing functions against each other, and the result of a benchmark."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REPORT = Path(__file__).parents[1] / "examples" / "report.pdf"
"""The sample report: 7 pages, which most benchmarks read."""


@dataclass(frozen=True, slots=True)
class Result:
    """A ratio with its bound.

    Attributes:
        name: what is compared with what.
        ratio: our cost over that of the peer, or for a gain the reverse.
        bound: the largest ratio allowed, or for a gain the smallest.
        gain: whether a larger ratio is better.
        detail: the times that the ratio is made of.
    """

    name: str
    ratio: float
    bound: float
    gain: bool
    detail: str

    @property
    def holds(self) -> bool:
        return self.ratio >= self.bound if self.gain else self.ratio <= self.bound


def slowdown(name: str, seconds: float, peer: float, bound: float, detail: str = "") -> Result:
    """Return how many times as long as its peer something takes, at most `bound`."""
    return Result(name, seconds / peer, bound, False, detail + milliseconds(seconds, peer))


def speedup(name: str, seconds: float, peer: float, bound: float, detail: str = "") -> Result:
    """Return how many times as fast as its peer something is, at least `bound`."""
    return Result(name, peer / seconds, bound, True, detail + milliseconds(seconds, peer))


def alternate(
    *functions: Callable[[], object],
    rounds: int = 7,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    """Return the median seconds of each function; they take turns, so noise affects all alike.

    Args:
        clock: `core_seconds` leaves out the time in which other programs run.
    """
    for function in functions:
        function()
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for function, seconds in zip(functions, times, strict=True):
            started = clock()
            function()
            seconds.append(clock() - started)
    return [statistics.median(seconds) for seconds in times]


def core_seconds() -> float:
    """Return the seconds of cores that this process and the programs it ran have taken."""
    return time.process_time() + sum(os.times()[2:4])


def milliseconds(*seconds: float) -> str:
    """Return times as text.

    >>> milliseconds(0.0123, 4.5)
    '12.3 ms, 4500 ms'
    """
    return ", ".join(f"{s * 1000:.3g} ms" if s < 1 else f"{s * 1000:.0f} ms" for s in seconds)


def skip(benchmark: str, package: str) -> None:
    """Print that a peer is left out because its package is not installed."""
    print(f"{benchmark}: {package} is not installed, not compared", file=sys.stderr)


def real_pdfs() -> list[Path]:
    """Return the PDFs of the folder that SNAPPY_PDFS names, by default the sample report."""
    folder = os.environ.get("SNAPPY_PDFS")
    return sorted(Path(folder).glob("*.pdf")) if folder else [REPORT]
