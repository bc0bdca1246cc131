"""Adding documents to a Lance index on a Ray cluster: two workers against one, and the driver."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import REPORT, NotRun, Result, absent
from snappy_core import Ray, ReadingOptions, RegionIndex
from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.ingest.progress import IngestProgress

_NAME = "adding with Ray to Lance, two workers / one"
_FIRST = 4  # documents that are not measured, while the actors start
_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Run:
    """Added documents: pages, seconds, and the CPU seconds of this process."""

    pages: int
    seconds: float
    driver: float


def run(copies: int = 44) -> Iterator[Result | NotRun]:
    """Add copies of the sample report; the cluster and its actors start before the clock."""
    for package in ("ray", "lancedb"):
        if why := absent(package, extra="ray" if package == "ray" else "lance"):
            yield NotRun(_NAME, why)
            return
    import ray

    runs: dict[int, list[Run]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number}.pdf") for number in range(copies)]
        for number, path in enumerate(paths):
            path.write_bytes(REPORT.read_bytes() + b"%d" % number)
        ray.init(
            num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR
        )
        try:
            for number in range(_ROUNDS):
                for workers in runs:
                    index = Path(folder, f"{number}-{workers}.lance")
                    runs[workers].append(_add(index, paths, workers))
        finally:
            ray.shutdown()
    one, two = (min(measured, key=lambda run: run.seconds) for measured in runs.values())
    speeds = f"{two.pages / two.seconds:.2f} and {one.pages / one.seconds:.2f} pages/s"
    yield Result(_NAME, one.seconds / two.seconds, 1.7, True, speeds)
    detail = f"{two.driver / two.pages * 1000:.1f} ms of CPU time for a page"
    yield Result(
        "the same, share of the driver with two workers",
        two.driver / two.seconds,
        0.02,
        False,
        detail,
    )


def _add(index: Path, paths: list[Path], workers: int) -> Run:
    pages = 0
    seconds = driver = 0.0

    def start(progress: IngestProgress) -> None:
        nonlocal pages, seconds, driver
        if not pages and progress.done == _FIRST:
            pages = progress.pages
            seconds, driver = time.perf_counter(), time.process_time()

    with RegionIndex.open(index, MiniLMEncoder()) as opened:
        report = opened.add(
            paths,
            reading=ReadingOptions(ocr="never"),
            executor=Ray(workers=workers),
            progress=start,
        )
    report.raise_failed()
    now, core = time.perf_counter(), time.process_time()
    return Run(report.pages - pages, now - seconds, core - driver)
