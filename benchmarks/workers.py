"""Adding documents with two worker processes against one, and the memory of all processes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pypdfium2 as pdfium

from benchmarks.measure import REPORT, Result, alternate, report_copies
from snappy_core import ReadingOptions, RegionIndex, Workers
from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.ingest.worker_process import resident


def run(copies: int = 10, pages: int = 300) -> list[Result]:
    """Add copies of the sample report (including the workers' start), then one long document."""
    with tempfile.TemporaryDirectory() as folder:
        return [_speed(Path(folder), copies), _memory(Path(folder), pages)]


def _speed(folder: Path, copies: int) -> Result:
    encoder = MiniLMEncoder()
    paths = report_copies(folder, copies)
    added = 0

    def add(workers: int) -> None:
        nonlocal added
        with RegionIndex(encoder=encoder) as index:
            # Without OCR, whose processes would compete with the workers for the cores.
            reading = ReadingOptions(ocr="never")
            report = index.add(paths, reading=reading, executor=Workers(workers), progress=False)
            report.raise_failed()
            added = report.pages

    one, two = alternate(lambda: add(1), lambda: add(2), rounds=3)
    detail = f"{added} pages: {added / two:.2f} and {added / one:.2f} pages/s"
    return Result("adding documents, two workers / one", one / two, 1.6, True, detail)


def _memory(folder: Path, pages: int) -> Result:
    """Monitor the memory of `snappy index` with two workers and of the programs they start."""
    path = folder / "long.pdf"
    with pdfium.PdfDocument.new() as long, pdfium.PdfDocument(REPORT) as report:
        for number in range(pages):
            long.import_pages(report, [number % len(report)])
        long.save(path)
    ocr = "auto" if shutil.which("tesseract") else "never"
    command = [sys.executable, "-m", "snappy_core.cli", "index", str(path), "--ocr", ocr]
    command += ["--to", str(folder / "long.snappy"), "--workers", "2"]
    started, peak = time.perf_counter(), 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, resident(process.pid))
            time.sleep(0.05)
    if process.returncode:
        raise RuntimeError(f"snappy index ended with {process.returncode}")
    detail = f"{time.perf_counter() - started:.0f} s, two workers, OCR {ocr}"
    return Result(f"peak memory adding {pages} pages, GB", peak / 1e9, 1.5, False, detail)
