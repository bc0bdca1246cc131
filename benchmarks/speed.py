"""Runs the benchmarks of speed and prints a Markdown table."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

BENCHMARKS = (
    "encoding", "colvision", "scoring", "scan", "stages", "grids", "index", "question", "filters",
    "scale", "adding", "mixed", "adapters", "reading", "ocr", "pictures", "workers",
    "memory", "serve",
)  # fmt: skip
"""Modules of this package whose `run()` returns or yields `measure.Result`s."""


def run(names: Sequence[str]) -> int:
    """Run benchmarks by name; return 0, 1 if a bound is broken, 2 if a name is unknown."""
    if unknown := [name for name in names if name not in BENCHMARKS]:
        print(f"no benchmark {unknown[0]!r}: see python -m benchmarks --help", file=sys.stderr)
        return 2
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "onnxruntime"))
    print(f"Python {platform.python_version()}, {libraries}, {platform.machine()}\n")
    print("| what | ratio | bound | times |\n| --- | --- | --- | --- |")
    broken = False
    for name in names:
        for result in import_module(f"benchmarks.{name}").run():
            sign = "at least" if result.gain else "at most"
            ratio = f"{result.ratio:.2f}" + (" **broken**" if not result.holds else "")
            row = f"| {result.name} | {ratio} | {sign} {result.bound:g} | {result.detail} |"
            print(row, flush=True)
            broken |= not result.holds
    return int(broken)
