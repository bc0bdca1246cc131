"""Timing two things against each other, and what a benchmark reports."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """A ratio with its bound.

    Attributes:
        name: what is compared with what.
        ratio: ours over theirs for a cost, theirs over ours for a gain.
        bound: what it may be at most (a cost) or must be at least (a gain).
        gain: whether more is better.
        detail: the times behind it.
    """

    name: str
    ratio: float
    bound: float
    gain: bool
    detail: str

    @property
    def holds(self) -> bool:
        return self.ratio >= self.bound if self.gain else self.ratio <= self.bound


def alternate(*runs: Callable[[], object], rounds: int = 7) -> list[float]:
    """Return the median seconds of each run; the runs take turns, so that noise hits them alike."""
    for run in runs:
        run()
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, taken in zip(runs, times, strict=True):
            started = time.perf_counter()
            run()
            taken.append(time.perf_counter() - started)
    return [statistics.median(taken) for taken in times]


def milliseconds(*seconds: float) -> str:
    """Write times for people.

    >>> milliseconds(0.0123, 4.5)
    '12.3 ms, 4500 ms'
    """
    return ", ".join(f"{s * 1000:.3g} ms" if s < 1 else f"{s * 1000:.0f} ms" for s in seconds)


def skip(benchmark: str, package: str) -> None:
    """Say that a peer is left out."""
    print(f"{benchmark}: {package} is not installed, not compared", file=sys.stderr)
