"""`python -m benchmarks [NAME ...]`: run the benchmarks, all or some; exit 1 if a bound breaks."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version

from benchmarks import (
    adapters,
    adding,
    colvision,
    encoding,
    grids,
    index,
    mixed,
    ocr,
    reading,
    scale,
    scan,
    scoring,
    stages,
    workers,
)

BENCHMARKS = {
    "encoding": encoding.run,
    "colvision": colvision.run,
    "scoring": scoring.run,
    "scan": scan.run,
    "stages": stages.run,
    "grids": grids.run,
    "index": index.run,
    "scale": scale.run,
    "adding": adding.run,
    "mixed": mixed.run,
    "adapters": adapters.run,
    "reading": reading.run,
    "ocr": ocr.run,
    "workers": workers.run,
}


def main() -> int:
    """Run what is named on the command line and print a Markdown table."""
    names = sys.argv[1:] or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        print(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "onnxruntime"))
    print(f"Python {platform.python_version()}, {libraries}, {platform.machine()}\n")
    print("| what | ratio | bound | times |\n| --- | --- | --- | --- |")
    broken = False
    for name in names:
        for result in BENCHMARKS[name]():
            sign = "at least" if result.gain else "at most"
            mark = "" if result.holds else " **broken**"
            print(
                f"| {result.name} | {result.ratio:.2f}{mark} | {sign} {result.bound:g} "
                f"| {result.detail} |",
                flush=True,
            )
            broken |= not result.holds
    return int(broken)


if __name__ == "__main__":
    raise SystemExit(main())
