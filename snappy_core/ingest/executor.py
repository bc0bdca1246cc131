"""Where documents are read and encoded: in this process, by workers, or on a cluster."""

from __future__ import annotations

from concurrent.futures import Future
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Protocol

from snappy_core.encoders.base import Encoder
from snappy_core.ingest.jobs import Job
from snappy_core.parsing import Source


class Executor(Protocol):
    """What `RegionIndex.add` takes as `executor`: a small description of where jobs run."""

    def start(self, encoder: Encoder) -> AbstractContextManager[Pool]:
        """Return a pool that runs jobs with this encoder inside a `with` statement.

        Raises:
            TypeError: the encoder cannot be sent to where the jobs run.
        """
        ...


class Pool(Protocol):
    """Runs jobs, in any order. Leaving its `with` statement stops those that still run.

    The methods are called from one thread.
    """

    @property
    def capacity(self) -> int:
        """How many pages may be in flight: enough to keep all workers busy."""
        ...

    def submit(self, job: Job) -> Future[Any]:
        """Run a job whose source was staged; the future holds its result or its error."""
        ...

    def stage(self, source: Source) -> Source:
        """Return a source that jobs can open wherever they run."""
        ...

    def unstage(self, source: Source) -> None:
        """Remove what `stage` made for a source; no job needs it any more."""
        ...


class InlineExecutor:
    """Runs jobs in this process, where nothing stops one that hangs or crashes."""

    def start(self, encoder: Encoder) -> InlinePool:
        return InlinePool(encoder)


class InlinePool:
    """Runs each job when it is submitted."""

    capacity = 8  # pages: one batch of the encoder, so that pages are written before more are read

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def submit(self, job: Job) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(job.run(self._encoder))
        except Exception as error:
            future.set_exception(error)
        return future

    def stage(self, source: Source) -> Source:
        return source

    def unstage(self, source: Source) -> None:
        pass

    def __enter__(self) -> InlinePool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass
