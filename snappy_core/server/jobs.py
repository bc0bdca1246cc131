"""Adding documents in a thread, one job after the other, with progress that anyone can read."""

from __future__ import annotations

import contextvars
import os
import queue
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress

from snappy_core.cancellation import CANCELLED
from snappy_core.errors import SnappyError
from snappy_core.index import RegionIndex
from snappy_core.ingest.executor import Executor
from snappy_core.ingest.progress import IngestProgress
from snappy_core.ingest.report import IngestReport
from snappy_core.names import file_name, short_name, without_folders
from snappy_core.parsing.source import Source
from snappy_core.server.schemas import JobJson

MAX_WAITING = 32
"""Maximum number of waiting jobs, each with the bytes of its upload."""

_REMEMBERED = 200  # jobs, with their results

Work = Callable[[Callable[[IngestProgress], None]], IngestReport]


class Jobs:
    """Adds uploads and folders to an index.

    Each change to a job creates a new `JobJson`, so that others can read it at any time.

    Args:
        executor: where documents are read.
    """

    def __init__(self, index: RegionIndex, executor: Executor | None = None) -> None:
        self._index = index
        self._executor = executor
        self._jobs: dict[str, JobJson] = {}
        self._lock = threading.Lock()
        self._waiting: queue.Queue[tuple[str, Work] | None] = queue.Queue(MAX_WAITING)
        self._cancelled = threading.Event()
        context = contextvars.copy_context()
        context.run(CANCELLED.set, self._cancelled)
        self._thread = threading.Thread(target=context.run, args=(self._run,), daemon=True)
        self._thread.start()

    def add_upload(self, name: str, data: bytes) -> JobJson:
        """Add the bytes of a file, which the index keeps; raises queue.Full."""
        source = Source.from_bytes(data, name)

        def work(tell: Callable[[IngestProgress], None]) -> IngestReport:
            return self._index.add(source, keep="source", executor=self._executor, progress=tell)

        return self._submit(name, work)

    def add_folder(self, folder: str) -> JobJson:
        """Make the index match a folder on this machine."""
        return self._submit(
            file_name(os.path.abspath(folder)),
            lambda tell: self._index.sync(folder, executor=self._executor, progress=tell),
        )

    def get(self, job: str) -> JobJson | None:
        """Return the current state of a job."""
        with self._lock:
            return self._jobs.get(job)

    def all(self) -> list[JobJson]:
        """Return all jobs, oldest first."""
        with self._lock:
            return list(self._jobs.values())

    def close(self) -> None:
        """Start no further page, and wait for the one being read."""
        self._cancelled.set()
        with suppress(queue.Full):  # the thread looks at `_cancelled` before each job
            self._waiting.put_nowait(None)
        self._thread.join(timeout=10)

    def _submit(self, name: str, work: Work) -> JobJson:
        job = JobJson(job=secrets.token_urlsafe(9), name=name, state="queued")
        with self._lock:
            self._jobs[job.job] = job
            for old in list(self._jobs)[:-_REMEMBERED]:
                del self._jobs[old]
        try:
            self._waiting.put_nowait((job.job, work))
        except queue.Full:
            with self._lock:
                del self._jobs[job.job]
            raise
        return job

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None and not self._cancelled.is_set():
            self._work(*item)

    def _work(self, job: str, work: Work) -> None:
        def tell(progress: IngestProgress) -> None:
            expected = progress.expected_pages
            self._update(
                job,
                documents=progress.documents,
                done=progress.done,
                pages=progress.pages,
                expected_pages=None if expected is None else round(expected),
            )

        self._update(job, state="running")
        try:
            report = work(tell)
        except CancelledError:
            self._update(job, state="failed", failures=["the server was stopped"])
        except (SnappyError, ValueError, OSError) as error:
            self._update(job, state="failed", failures=[without_folders(str(error))])
        except Exception as error:  # a bug; the thread continues with other jobs
            text = f"{type(error).__name__}: {without_folders(str(error))}"
            self._update(job, state="failed", failures=[text])
        else:
            failures = [
                f"{file_name(part.source)}: {without_folders(part.cause)}" for part in report.failed
            ]
            added = [short_name(name) for name in report.added]
            unchanged = [short_name(name) for name in (*report.unchanged, *report.duplicates)]
            self._update(
                job,
                state="done" if added or unchanged or not failures else "failed",
                added=added,
                unchanged=unchanged,
                warnings=[without_folders(warning) for warning in report.warnings],
                failures=failures,
            )

    def _update(self, job: str, **changes: object) -> None:
        with self._lock:
            if job in self._jobs:
                self._jobs[job] = self._jobs[job].model_copy(update=changes)
