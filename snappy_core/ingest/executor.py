"""Where documents are read and encoded: in this process, by workers, or on a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, runtime_checkable

from snappy_core.encoders.base import Encoder
from snappy_core.ingest.jobs import Add, Job
from snappy_core.parsing.source import Source
from snappy_core.stores.shared import SharedStore


class Executor(Protocol):
    """What `RegionIndex.add` takes as `executor`: a small description of where jobs run."""

    def start(self, encoder: Encoder) -> AbstractContextManager[Pool]:
        """Provide a pool that runs jobs with this encoder, for the duration of a `with` statement.

        Jobs that are still running at its end are stopped.

        Raises:
            TypeError: the encoder cannot be sent to the place where the jobs run.
        """
        ...


class Pool(Protocol):
    """Runs jobs, in any order. Its methods are called from one thread.

    Attributes:
        capacity: how many pages may be in flight, to keep all workers busy.
    """

    @property
    def capacity(self) -> int: ...

    def submit(self, job: Job) -> Future[Any]:
        """Run a job whose source is staged; the future will hold its result or error."""
        ...

    def stage(self, source: Source) -> Source:
        """Return a source that jobs can open wherever they run."""
        ...

    def unstage(self, source: Source) -> None:
        """Remove what `stage` made for a source that no job needs anymore."""
        ...


@runtime_checkable
class WritingPool(Protocol):
    """A pool whose workers can write to a store themselves."""

    def share(self, store: SharedStore) -> None:
        """Let the workers write to a store. Called before anything is staged."""
        ...

    def submit(self, job: Job | Add) -> Future[Any]:
        """Run a job like `Pool.submit`; `Add` may raise `CannotWriteError`."""
        ...


class InlineExecutor:
    """Runs jobs in this process, where nothing protects from jobs that hang or crash."""

    @contextmanager
    def start(self, encoder: Encoder) -> Iterator[Pool]:
        yield InlinePool(encoder)


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
