"""A pool whose workers are elsewhere; a thread of this process waits for each."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from snappy_core.ingest.jobs import Task

_log = logging.getLogger(__name__)

T = TypeVar("T", bound=Task)

PAGES_PER_WORKER = 24  # in flight: some being read, some encoded, some waiting to be written


class ThreadedPool(ABC, Generic[T]):
    """Runs jobs on workers, which are started as needed.

    It is not a `ThreadPoolExecutor`, which stops when the main thread ends: documents may be
    added in another thread.

    Attributes:
        count: maximum number of workers.
        stopping: set when the pool is left; workers then end the jobs that are still running.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.stopping = threading.Event()
        self._jobs: SimpleQueue[tuple[T, Future[Any]] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._unfinished = 0  # jobs

    @property
    def capacity(self) -> int:
        return PAGES_PER_WORKER * self.count

    @abstractmethod
    def worker(self) -> AbstractContextManager[Callable[[T], Any]]:
        """Start a worker; provide the function that runs a job on it. Called in its thread."""

    def submit(self, job: T) -> Future[Any]:
        future: Future[Any] = Future()
        with self._lock:
            self._unfinished += 1
        self._jobs.put((job, future))
        if len(self._threads) < min(self._unfinished, self.count):
            thread = threading.Thread(target=self._serve, name="snappy worker", daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    @contextmanager
    def running(self) -> Iterator[None]:
        """Stop all workers and their threads at the end of a `with` statement."""
        try:
            yield
        finally:
            self.stopping.set()
            for _ in self._threads:
                self._jobs.put(None)
            for thread in self._threads:
                if thread.ident is not None:  # a signal may have arrived before it was started
                    thread.join()
            while not self._jobs.empty():  # jobs that no worker took
                if (task := self._jobs.get()) is not None:
                    task[1].cancel()

    def _serve(self) -> None:
        is_done = False
        try:
            with self.worker() as run:
                self._run_jobs(run)
                is_done = True
        except BaseException as error:
            if is_done:  # this thread gets no second signal to end
                _log.warning("a worker failed as it ended: %r", error)
            else:  # the worker cannot be started
                self._run_jobs(partial(_raise, error))

    def _run_jobs(self, run: Callable[[T], Any]) -> None:
        while (task := self._jobs.get()) is not None:
            job, future = task
            if self.stopping.is_set():
                future.cancel()
                return
            try:
                result = run(job)
            except BaseException as error:
                outcome = partial(future.set_exception, error)
            else:
                outcome = partial(future.set_result, result)
            with self._lock:
                self._unfinished -= 1  # before the future is set, whose owner may submit the next
            outcome()


def _raise(error: BaseException, job: Task) -> None:
    raise error
