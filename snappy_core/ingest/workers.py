"""Worker processes that do jobs, contain what goes wrong in them, and leave nothing behind.

Each worker has a pipe to this process and one job at a time, so that one knows over which
document it died. It is a fresh interpreter started by loky, which needs no `__main__` guard.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType
from typing import Any

from snappy_core.encoders.base import Encoder
from snappy_core.errors import WorkerError
from snappy_core.ingest.jobs import Job
from snappy_core.ingest.worker import serve
from snappy_core.parsing import Source

TIMEOUT = 60.0
MEMORY = 4 << 30

_ROOM = 24  # pages on their way for each worker: some being read, some encoded, some waiting
_LOOK = 0.1  # seconds between looks at clocks and memory
_START = 120.0  # seconds a worker may take to load the encoder


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
        return WorkerPool(encoder, self.count, self.timeout, self.memory)


def check_positive(**options: float) -> None:
    """Raise ValueError if an option is not positive."""
    for name, value in options.items():
        if not value > 0:
            raise ValueError(f"{name} must be positive, not {value}")


class WorkerPool:
    """A crew of worker processes, begun when they are needed; use it in a `with` statement.

    Args:
        encoder: pickled once and loaded in every worker.
        count: processes at most.
        timeout: seconds a job may take for each of its pages.
        memory: bytes a worker and the programs it started may hold (looked at on Linux only).

    Raises:
        TypeError: the encoder does not pickle.
    """

    def __init__(
        self, encoder: Encoder, count: int, timeout: float = TIMEOUT, memory: int = MEMORY
    ) -> None:
        self.room = _ROOM * count
        self._encoder = pickle_encoder(encoder)
        self._count = count
        self._timeout = timeout
        self._memory = memory
        self._workers: list[_Worker] = []
        self._lent = 0

    @property
    def free(self) -> bool:
        return len(self._workers) < self._count or any(w.job is None for w in self._workers)

    def give(self, job: Job, future: Future[Any]) -> None:
        worker = next((worker for worker in self._workers if worker.job is None), None)
        if worker is None:
            worker = _Worker(self._encoder, self._folder.name)
            self._workers.append(worker)  # before it starts: Ctrl-C may come at any moment
            worker.start()
        worker.take(job, future, self._timeout * len(job))

    def wait(self) -> None:
        busy = [worker for worker in self._workers if worker.job is not None]
        if busy:
            wait([worker.pipe for worker in busy], timeout=_LOOK)
        for worker in busy:
            worker.look(self._memory)

    def lend(self, source: Source) -> Source:
        """Write bytes to a file, once, instead of sending them with every job."""
        if source.data is None:
            return source
        self._lent += 1
        path = Path(self._folder.name, f"document-{self._lent}")
        path.write_bytes(source.data)
        return replace(source, path=path, data=None)

    def take_back(self, source: Source) -> None:
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
        for worker in self._workers:
            worker.kill()
        self._folder.cleanup()


class _Worker:
    """A process, and the next one in its place when it has died."""

    job: Job | None = None

    def __init__(self, encoder: bytes, folder: str) -> None:
        self._encoder = encoder
        self._folder = folder

    def start(self) -> None:
        from loky.backend.context import get_context

        context = get_context("loky")
        self._ready = False
        self._deadline = time.monotonic() + _START
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=serve,
            args=(theirs, self._encoder, os.getpid()),
            env=_environment(self._folder),
            daemon=True,
        )
        # Ctrl-C is for this process, which ends the workers: they never see it. A signal that
        # is blocked stays so in the programs one starts.
        blocked = _block(signal.SIGINT)
        try:
            self._process.start()
        finally:
            theirs.close()
            _unblock(blocked)

    def take(self, job: Job, future: Future[Any], seconds: float) -> None:
        self.job, self._future, self._seconds = job, future, seconds
        self._again = True
        if self._ready:
            self._send()

    def look(self, memory: int) -> None:
        """See what came of the job, or whether it has gone on for too long or grown too large."""
        assert self.job is not None
        try:
            while self.job is not None and self.pipe.poll():
                self._receive(*self.pipe.recv())
        except (EOFError, OSError):
            self._died("the worker process " + self._how())
            return
        if self.job is None:
            return
        if time.monotonic() > self._deadline:
            self._again = False
            self._died(f"took longer than {self._seconds:g} seconds")
        elif resident(self._process.pid) > memory:
            self._died(f"needs more than {memory / 2**20:,.0f} MiB of memory")

    def kill(self) -> None:
        """End the process and the programs it started, at once."""
        pid = self._process.pid
        if pid is not None:
            if hasattr(os, "killpg"):
                with suppress(OSError):  # not yet a group of its own, or gone
                    os.killpg(pid, signal.SIGKILL)
                if self._process.exitcode is None:
                    os.kill(pid, signal.SIGKILL)
            else:
                self._process.terminate()
            self._process.join()
        self.pipe.close()

    def _receive(self, result: Any, error: Exception | None) -> None:
        if not self._ready:
            if error is not None:
                raise RuntimeError(
                    f"the encoder cannot be loaded in a worker process ({error}); "
                    "add the documents without workers (executor=None)"
                ) from error
            self._ready = True
            self._send()
        else:
            self.job = None
            if error is None:
                self._future.set_result(result)
            else:
                self._future.set_exception(error)

    def _send(self) -> None:
        self._deadline = time.monotonic() + self._seconds
        with suppress(OSError):  # it has died, as the next look shows
            self.pipe.send(self.job)

    def _how(self) -> str:
        """Say how the process ended."""
        self._process.join(_START)
        code = self._process.exitcode
        if code is None or code >= 0:
            return f"ended (exit code {code})"
        with suppress(ValueError):
            return f"was killed ({signal.Signals(-code).name})"
        return f"was killed (signal {-code})"

    def _died(self, cause: str) -> None:
        """Put a new process in place of this one, which tries the job once more.

        The job may not be to blame: what earlier ones left behind, or the system, may be.
        """
        self.kill()
        if not self._ready:
            raise RuntimeError(
                f"no worker process can be started ({cause}); "
                "add the documents without workers (executor=None)"
            )
        self.start()
        if self._again:
            self._again = False
        else:
            assert self.job is not None
            job, self.job = self.job, None
            self._future.set_exception(WorkerError(job.source.name, f"{cause} ({job})"))


def pickle_encoder(encoder: Encoder) -> bytes:
    import cloudpickle  # pickles classes of scripts and notebooks by value

    try:
        pickled: bytes = cloudpickle.dumps(encoder)
    except Exception as error:  # whatever its attributes raise
        raise TypeError(
            f"the encoder {encoder.name} cannot be sent to worker processes ({error}); "
            "add the documents without workers (executor=None)"
        ) from error
    return pickled


def _environment(folder: str) -> dict[str, str]:
    """Return what differs in a worker: one core each, and what it leaves behind is removed."""
    return {
        "OMP_NUM_THREADS": "1",
        "OMP_THREAD_LIMIT": "1",
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder),
    }


def _block(number: int) -> set[Any]:
    """Block a signal in this thread and what it starts; return what was blocked before."""
    if hasattr(signal, "pthread_sigmask"):  # not on Windows
        return signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    return set()


def _unblock(before: set[Any]) -> None:
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def resident(pid: int | None) -> int:
    """Return the bytes of memory that a process and its children hold; 0 where nobody says."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_bytes().split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_bytes().split()
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(resident(int(child)) for child in children)
