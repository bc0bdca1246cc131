"""A pool whose workers are elsewhere, each waited for by a thread of this process."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from queue import SimpleQueue
from types import TracebackType
from typing import Any

from snappy_core.ingest.jobs import Job


class ThreadedPool(ABC):
    """Runs jobs on workers, which are started as they are needed.

    Not a `ThreadPoolExecutor`, which stops when the main thread ends: documents may be added in
    another one.

    Attributes:
        stopping: set when the pool is left; workers end the jobs that still run.
    """

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._jobs: SimpleQueue[tuple[Job, Future[Any]] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._unfinished = 0
        self._lock = threading.Lock()

    @property
    @abstractmethod
    def count(self) -> int:
        """How many workers there may be."""

    @abstractmethod
    def worker(self) -> AbstractContextManager[Callable[[Job], Any]]:
        """Return what runs the jobs of one thread, one after the other."""

    def submit(self, job: Job) -> Future[Any]:
        future: Future[Any] = Future()
        with self._lock:
            self._unfinished += 1
        self._jobs.put((job, future))
        if len(self._threads) < min(self._unfinished, self.count):
            thread = threading.Thread(target=self._serve, name="snappy worker", daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        with self.worker() as run:
            while (task := self._jobs.get()) is not None and not self.stopping.is_set():
                job, future = task
                try:
                    result = run(job)
                except BaseException as error:
                    self._finish()
                    future.set_exception(error)
                else:
                    self._finish()
                    future.set_result(result)

    def _finish(self) -> None:
        with self._lock:
            self._unfinished -= 1
