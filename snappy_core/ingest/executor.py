"""Who does the jobs: this process, or worker processes (`snappy_core.ingest.workers`)."""

from __future__ import annotations

from concurrent.futures import Future
from types import TracebackType
from typing import Any, Protocol

from snappy_core.encoders.base import Encoder
from snappy_core.ingest.jobs import Job
from snappy_core.parsing import Source


class Executor(Protocol):
    """Where documents are read and encoded, as `RegionIndex.add` takes it: small and picklable."""

    def start(self, encoder: Encoder) -> Crew:
        """Return what does the jobs, for use in a `with` statement."""
        ...


class Crew(Protocol):
    """Runs jobs, in any order.

    Attributes:
        room: pages that may be on their way at once.
    """

    @property
    def room(self) -> int: ...

    @property
    def free(self) -> bool:
        """Whether a job can be given now."""
        ...

    def give(self, job: Job, future: Future[Any]) -> None:
        """Take on a job; `future` will hold what comes of it."""
        ...

    def wait(self) -> None:
        """Wait until a job is done, or a moment; not at all when there is none."""
        ...

    def lend(self, source: Source) -> Source:
        """Return a source that jobs can open, wherever they run."""
        ...

    def take_back(self, source: Source) -> None:
        """Do away with what was made to lend a source."""
        ...

    def __enter__(self) -> Any: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop whatever still runs."""
        ...


class Here:
    """Runs one job at a time in this process."""

    room = 8  # as many as are encoded together: pages leave before more are read

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._given: tuple[Job, Future[Any]] | None = None

    @property
    def free(self) -> bool:
        return self._given is None

    def give(self, job: Job, future: Future[Any]) -> None:
        self._given = job, future

    def wait(self) -> None:
        if self._given is None:
            return
        (job, future), self._given = self._given, None
        try:
            future.set_result(job.run(self._encoder))
        except Exception as error:
            future.set_exception(error)

    def lend(self, source: Source) -> Source:
        return source

    def take_back(self, source: Source) -> None:
        pass

    def __enter__(self) -> Here:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass
