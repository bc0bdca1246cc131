"""Adding images with OCR against bare Tesseract on the same files and cores."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.measure import REPORT, Result
from snappy_core import ReadingOptions, RegionIndex, Workers, parsing
from snappy_core.parsing import Source
from snappy_core.testing import FakeEncoder

CORES = 2
COPIES = 4


def run() -> list[Result]:
    """Read the sample report's pages as images at 200 dpi, four times each, on two cores."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        source = Source.from_path(REPORT)
        for number in range(1, parsing.count_pages(source) + 1):
            picture = parsing.render(source, number, 200).convert("L")
            for copy in range(COPIES):
                files.append(Path(folder) / f"{number}-{copy}.png")
                picture.save(files[-1])
        started = time.perf_counter()
        with ThreadPoolExecutor(CORES) as threads:
            list(threads.map(_bare, files))
        bare = time.perf_counter() - started
        with RegionIndex(encoder=FakeEncoder()) as index:
            started = time.perf_counter()
            reading = ReadingOptions(layout_model="never")
            executor = Workers(CORES)
            index.add(files, reading=reading, executor=executor, progress=False).raise_failed()
            ours = time.perf_counter() - started
    detail = f"{len(files)} pages: {len(files) / ours:.2f} and {len(files) / bare:.2f} pages/s"
    name = "adding images (start-up included) / bare Tesseract on two cores, pages/s"
    return [Result(name, bare / ours, 0.9, True, detail)]


def _bare(file: Path) -> None:
    command = ["tesseract", str(file), "stdout", "--psm", "1", "--dpi", "200", "tsv"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    subprocess.run(command, env=environment, check=True, capture_output=True)
