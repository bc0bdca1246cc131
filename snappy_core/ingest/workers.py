"""Reads and encodes documents in worker processes on this machine."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from snappy_core.encoders.base import Encoder
from snappy_core.ingest.jobs import Job
from snappy_core.ingest.threaded_pool import ThreadedPool
from snappy_core.ingest.worker import WorkerSetup
from snappy_core.ingest.worker_process import WorkerProcess
from snappy_core.parsing.source import Source

TIMEOUT = 60.0  # seconds per page; OCR of a large scan takes several
MEMORY = 4 << 30  # bytes; far more than any page of our corpora needs


@dataclass(frozen=True, slots=True)
class Workers:
    """Read and encode documents in worker processes on this machine.

    A document that makes a process crash, hang or exceed its memory is reported as unreadable; all
    others are added.

    Attributes:
        count: maximum number of processes, each on one core.
        timeout: seconds a worker may take per page, averaged over the pages of a job.
        memory: bytes a worker and the programs it started may hold (checked on Linux only).

    Raises:
        ValueError: a number is not positive.
    """

    count: int
    timeout: float = TIMEOUT
    memory: int = MEMORY

    def __post_init__(self) -> None:
        check_positive(count=self.count, timeout=self.timeout, memory=self.memory)

    @contextmanager
    def start(self, encoder: Encoder) -> Iterator[WorkerPool]:
        """Provide worker processes, which are started as needed.

        Raises:
            TypeError: the encoder cannot be pickled.
        """
        with self.start_with(WorkerSetup.of(encoder)) as pool:
            yield pool

    @contextmanager
    def start_with(self, setup: WorkerSetup) -> Iterator[WorkerPool]:
        """Do the same as `start`, with an encoder that is already pickled."""
        with tempfile.TemporaryDirectory(prefix="snappy-") as folder:
            pool = WorkerPool(setup, self, Path(folder))
            with pool.running():
                yield pool


def check_positive(**options: float) -> None:
    """Raise ValueError if an option is not positive."""
    for name, value in options.items():
        if not value > 0:
            raise ValueError(f"{name} must be positive, not {value}")


class WorkerPool(ThreadedPool[Job]):
    """Worker processes; a thread of this process waits for each."""

    def __init__(self, setup: WorkerSetup, options: Workers, folder: Path) -> None:
        super().__init__(options.count)
        self._setup = setup
        self._options = options
        self._folder = folder
        self._staged = 0

    @contextmanager
    def worker(self) -> Iterator[Callable[[Job], Any]]:
        limits = self._options.timeout, self._options.memory
        process = WorkerProcess(self._setup, self._folder, *limits, self.stopping)
        try:
            yield process.run
        finally:
            process.kill()

    def stage(self, source: Source) -> Source:
        """Write bytes to a file, once, instead of sending them with every job."""
        if source.data is None:
            return source
        self._staged += 1
        path = self._folder / f"document-{self._staged}"
        path.write_bytes(source.data)
        return replace(source, path=path, data=None)

    def unstage(self, source: Source) -> None:
        if source.path is not None and source.path.parent == self._folder:
            source.path.unlink(missing_ok=True)
