"""Reading and encoding documents in worker processes of this machine."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from snappy_core.encoders.base import Encoder
from snappy_core.ingest.jobs import Job
from snappy_core.ingest.threaded_pool import ThreadedPool
from snappy_core.ingest.worker import WorkerSetup
from snappy_core.ingest.worker_process import WorkerProcess
from snappy_core.parsing import Source

TIMEOUT = 60.0  # seconds a page; OCR of a large scan takes some
MEMORY = 4 << 30  # bytes; far more than any page of our corpora needs
PAGES_PER_WORKER = 24  # in flight: some being read, some encoded, some waiting to be written


@dataclass(frozen=True, slots=True)
class Workers:
    """Read and encode documents in worker processes of this machine.

    A document over which a process crashes, hangs or outgrows its memory is reported as one that
    cannot be read; all others are added.

    Attributes:
        count: processes at most, each on one core.
        timeout: seconds a worker may take for a page, on average over the few it has at once.
        memory: bytes a worker and the programs it started may hold (checked on Linux only).

    Raises:
        ValueError: a number is not positive.
    """

    count: int
    timeout: float = TIMEOUT
    memory: int = MEMORY

    def __post_init__(self) -> None:
        check_positive(count=self.count, timeout=self.timeout, memory=self.memory)

    def start(self, encoder: Encoder) -> WorkerPool:
        """Return a pool of worker processes, which are started as they are needed.

        Raises:
            TypeError: the encoder does not pickle.
        """
        return WorkerPool(WorkerSetup.of(encoder), self.count, self.timeout, self.memory)


def check_positive(**options: float) -> None:
    """Raise ValueError if an option is not positive."""
    for name, value in options.items():
        if not value > 0:
            raise ValueError(f"{name} must be positive, not {value}")


class WorkerPool(ThreadedPool):
    """Worker processes, each waited for by a thread of this process."""

    def __init__(self, setup: WorkerSetup, count: int, timeout: float, memory: int) -> None:
        super().__init__()
        self._setup = setup
        self._count = count
        self._limits = timeout, memory
        self._staged = 0

    @property
    def count(self) -> int:
        return self._count

    @property
    def capacity(self) -> int:
        return PAGES_PER_WORKER * self._count

    @contextmanager
    def worker(self) -> Iterator[Callable[[Job], Any]]:
        process = WorkerProcess(self._setup, self._folder.name, *self._limits, self.stopping)
        try:
            yield process.run
        finally:
            process.kill()

    def stage(self, source: Source) -> Source:
        """Write bytes to a file, once, instead of sending them with every job."""
        if source.data is None:
            return source
        self._staged += 1
        path = Path(self._folder.name, f"document-{self._staged}")
        path.write_bytes(source.data)
        return replace(source, path=path, data=None)

    def unstage(self, source: Source) -> None:
        if source.path is not None and source.path.parent == Path(self._folder.name):
            source.path.unlink(missing_ok=True)

    def __enter__(self) -> WorkerPool:
        self._folder = tempfile.TemporaryDirectory(prefix="snappy-")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, trace)
        self._folder.cleanup()
