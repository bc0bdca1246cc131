"""Times functions against each other; the result of a benchmark."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from packaging.requirements import Requirement

from snappy_core.errors import install_hint

REPORT = Path(__file__).parents[1] / "examples" / "report.pdf"
"""The sample report: 7 pages, which most benchmarks read."""


@dataclass(frozen=True, slots=True)
class Result:
    """A ratio with its bound.

    Attributes:
        name: what is compared with what.
        ratio: Snappy's cost over that of the peer, or the reverse for a gain.
        bound: the largest ratio allowed, or for a gain the smallest.
        gain: whether a larger ratio is better.
        detail: the times that the ratio is computed from.
        peer: another engine that Snappy is compared with; "" for a floor or Snappy itself.
    """

    name: str
    ratio: float
    bound: float
    gain: bool
    detail: str
    peer: str = ""

    @property
    def holds(self) -> bool:
        return self.ratio >= self.bound if self.gain else self.ratio <= self.bound


@dataclass(frozen=True, slots=True)
class NotRun:
    """A comparison that is left out, and why."""

    name: str
    why: str


def slowdown(
    name: str, seconds: float, other: float, bound: float, detail: str = "", peer: str = ""
) -> Result:
    """Return how many times as long something takes as another, which must be at most `bound`."""
    return Result(name, seconds / other, bound, False, detail + milliseconds(seconds, other), peer)


def speedup(
    name: str, seconds: float, other: float, bound: float, detail: str = "", peer: str = ""
) -> Result:
    """Return how many times as fast something is as another, which must be at least `bound`."""
    return Result(name, other / seconds, bound, True, detail + milliseconds(seconds, other), peer)


def absent(package: str, module: str = "", extra: str = "bench") -> str | None:
    """Return why a package of an extra cannot be used; None if it can.

    Args:
        module: the name it is imported by; by default its name with underscores.
    """
    try:
        import_module(module or package.replace("-", "_"))
    except ModuleNotFoundError:
        if not _is_made_for_this_machine(package, extra):
            return f"{package} has no wheel for this Python and machine"
        return f"{package} is not installed: {install_hint(extra)}"
    except Exception as error:  # a library for another processor or system
        return f"{package} does not load: {error}"
    return None


def _is_made_for_this_machine(package: str, extra: str) -> bool:
    """Return whether the markers of Snappy's installed extras include it on this machine."""
    try:
        lines = metadata.requires("snappy-retriever") or []
    except metadata.PackageNotFoundError:
        return True
    markers = [each.marker for each in map(Requirement, lines) if each.name == package]
    return not markers or any(each is None or each.evaluate({"extra": extra}) for each in markers)


def alternate(
    *functions: Callable[[], object],
    rounds: int = 7,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    """Return the median seconds of each function; they take turns, so noise affects all equally.

    Args:
        clock: `cpu_seconds` excludes the time in which other programs run.
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


def cpu_seconds() -> float:
    """Return the CPU seconds used by this process and the programs it ran."""
    return time.process_time() + sum(os.times()[2:4])


def milliseconds(*seconds: float) -> str:
    """Return times as text.

    >>> milliseconds(0.0123, 4.5)
    '12.3 ms, 4500 ms'
    """
    return ", ".join(f"{s * 1000:.3g} ms" if s < 1 else f"{s * 1000:.0f} ms" for s in seconds)


def skip(benchmark: str, why: str) -> None:
    """Print why a peer is left out."""
    print(f"{benchmark}: not compared: {why}", file=sys.stderr)


def real_pdfs() -> list[Path]:
    """Return the PDFs in the folder given by SNAPPY_PDFS, by default the sample report."""
    folder = os.environ.get("SNAPPY_PDFS")
    return sorted(Path(folder).glob("*.pdf")) if folder else [REPORT]


def report_copies(folder: Path, count: int = 10) -> list[Path]:
    """Write copies of the sample report with different bytes: equal ones would be read once."""
    paths = [folder / f"{number}.pdf" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(REPORT.read_bytes() + b"%d" % number)
    return paths
