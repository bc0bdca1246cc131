"""The parent's side of a worker process, which runs one job at a time, within limits."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from snappy_core.errors import WorkerError
from snappy_core.ingest.jobs import Job
from snappy_core.ingest.worker import WorkerSetup, serve
from snappy_core.parsing.office.libreoffice import FOLDER_VARIABLE

_CHECK = 0.1  # seconds between checks of memory, and of whether to stop
_START = 120.0  # seconds a worker may take to load the encoder
_ADVICE = "add the documents without workers (executor=None)"
_EXIT = 10.0  # seconds a process may take to end after closing its pipe

_starting_or_ending = threading.Lock()  # in multiprocessing, two threads cannot wait for processes


class _WorkerDied(Exception):
    """The process ended, or had to be killed; the job may not be to blame."""


class _JobTimedOut(_WorkerDied):
    """The job took too long, and would again."""


class WorkerProcess:
    """A fresh interpreter, started by loky, which needs no `__main__` guard.

    It is started with its first job and replaced if it dies. All methods are called from one
    thread at a time.

    Args:
        setup: loaded first by the process.
        folder: for its temporary files.
        timeout: seconds a job may take per page.
        memory: bytes the process and the programs it started may hold (Linux only).
        stopping: set by another thread to end the running job.
    """

    def __init__(
        self,
        setup: WorkerSetup,
        folder: Path,
        timeout: float,
        memory: int,
        stopping: threading.Event,
    ) -> None:
        self._setup = setup
        self._folder = folder
        self._timeout = timeout
        self._memory = memory
        self._stopping = stopping
        self._process: Any = None

    def run(self, job: Job) -> Any:
        """Return the result of a job, or raise its error.

        If the process dies during the job, the job runs once more in a new process: leftovers of
        earlier jobs, or the system, may be to blame.

        Raises:
            WorkerError: the process died twice, or the job took too long.
            RuntimeError: no process can be started.
            CancelledError: the pool is stopping.
        """
        for may_retry in (True, False):
            try:
                return self._try(job)
            except _WorkerDied as death:
                if not may_retry or isinstance(death, _JobTimedOut):
                    raise WorkerError(job.source.name, f"{death} ({job})") from None

    def kill(self) -> None:
        """End the process and the programs it started immediately."""
        if self._process is None:
            return
        process, self._process = self._process, None
        with _starting_or_ending:
            if hasattr(os, "killpg"):
                with suppress(OSError):  # not a process group yet, or gone
                    os.killpg(process.pid, signal.SIGKILL)
                if process.exitcode is None:
                    with suppress(ProcessLookupError):  # it has ended in the meantime
                        os.kill(process.pid, signal.SIGKILL)
            else:
                process.terminate()
            process.join()
        self._pipe.close()

    def _try(self, job: Job) -> Any:
        try:
            if self._process is None:
                self._start()
            result, error = self._exchange(job, self._timeout * len(job))
        except BaseException:
            self.kill()
            raise
        if error is not None:
            raise error
        return result

    def _start(self) -> None:
        from loky.backend.context import get_context

        context = get_context("loky")
        self._pipe, child_pipe = context.Pipe()
        process = context.Process(
            target=serve,
            args=(child_pipe, os.getpid()),
            env=_environment(self._folder),
            daemon=True,
        )
        # Ctrl-C is for this process, which ends the workers: they never see it. A blocked signal
        # stays blocked in the programs that a thread starts.
        with _starting_or_ending, _blocked(signal.SIGINT), child_pipe:
            process.start()
            self._process = process
        try:
            _, error = self._exchange(self._setup, _START)
        except _WorkerDied as death:
            raise RuntimeError(f"no worker process can be started ({death}); {_ADVICE}") from None
        if error is not None:
            cause = f"the encoder cannot be loaded in a worker process ({error})"
            raise RuntimeError(f"{cause}; {_ADVICE}") from error

    def _exchange(self, message: WorkerSetup | Job, seconds: float) -> tuple[Any, Exception | None]:
        """Send a message and return the answer.

        Raises:
            _WorkerDied: the process ended, or was about to break a limit.
            CancelledError: the pool is stopping.
        """
        deadline = time.monotonic() + seconds
        try:
            self._pipe.send(message)
            while not self._pipe.poll(min(_CHECK, max(deadline - time.monotonic(), 0))):
                if self._stopping.is_set():
                    raise CancelledError
                if time.monotonic() > deadline:
                    raise _JobTimedOut(f"took longer than {seconds:g} seconds")
                if resident(self._process.pid) > self._memory:
                    raise _WorkerDied(f"needs more than {self._memory / 2**20:,.0f} MiB of memory")
            answer: tuple[Any, Exception | None] = self._pipe.recv()
            return answer
        except (EOFError, OSError):
            raise _WorkerDied(f"the worker process {self._how_it_ended()}") from None

    def _how_it_ended(self) -> str:
        with _starting_or_ending:
            self._process.join(_EXIT)
            code = self._process.exitcode
        if code is None or code >= 0:
            return f"ended (exit code {code})"
        with suppress(ValueError):
            return f"was killed ({signal.Signals(-code).name})"
        return f"was killed (signal {-code})"


def resident(pid: int | None) -> int:
    """Return the memory in bytes that a process and its children hold; 0 if unknown."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_bytes().split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_bytes().split()
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(resident(int(child)) for child in children)


def _environment(folder: Path) -> dict[str, str]:
    """Return the variables that differ in a worker: one core, and its own temporary folder."""
    return {
        "OMP_NUM_THREADS": "1",
        "OMP_THREAD_LIMIT": "1",
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP", FOLDER_VARIABLE), str(folder)),
    }


@contextmanager
def _blocked(number: int) -> Iterator[None]:
    """Block a signal in this thread and in programs it starts in the meantime."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
