"""Reading and encoding documents on a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any

from snappy_core.encoders.base import Encoder
from snappy_core.errors import WorkerError
from snappy_core.ingest.jobs import Job
from snappy_core.ingest.ray.actor import Actor
from snappy_core.ingest.ray.cluster import actor_resources, connected, find
from snappy_core.ingest.threaded_pool import ThreadedPool
from snappy_core.ingest.worker import WorkerSetup
from snappy_core.ingest.workers import MEMORY, PAGES_PER_WORKER, TIMEOUT, check_positive
from snappy_core.parsing import Source

_RETRIES = 2  # of a job whose actor died, with its machine perhaps
_CHECK = 0.5  # seconds between checks of whether to stop, while an actor starts
_CLOSE = 5.0  # seconds actors may take to remove their files


@dataclass(frozen=True, slots=True)
class Ray:
    """Read and encode documents on a Ray cluster (docs/ray.md).

    Attributes:
        address: "host:port" of a cluster; "auto" for one that runs, else one of this machine;
            or "local" for one of this machine.
        workers: actors, each with a worker process on one core; None takes all cores of the
            cluster. 0 reads and encodes in the actors themselves, one for each GPU, or one for
            each machine without GPUs; nothing stops a document there.
        timeout: seconds a worker process may take for a page, on average over the few it has.
        memory: bytes a worker process and the programs it started may hold (Linux only).

    Raises:
        ValueError: a number is negative, or a limit is not positive.
    """

    address: str = "auto"
    workers: int | None = None
    timeout: float = TIMEOUT
    memory: int = MEMORY

    def __post_init__(self) -> None:
        check_positive(workers=self.workers or 1, timeout=self.timeout, memory=self.memory)

    def start(self, encoder: Encoder) -> RayPool:
        """Return a pool of actors; it joins or starts the cluster when the first job is to run.

        Raises:
            MissingDependencyError: Ray is not installed.
            TypeError: the encoder does not pickle.
            ValueError: the address is none of a cluster.
            ConnectionError: no cluster answers there.
        """
        return RayPool(WorkerSetup.of(encoder), find(self.address), self)


class RayPool(ThreadedPool):
    """Actors of a cluster, each waited for by a thread of this process."""

    def __init__(self, setup: WorkerSetup, address: str, options: Ray) -> None:
        super().__init__()
        self._setup = setup
        self._address = address
        self._options = options
        self._documents: dict[str, tuple[int, list[Any]]] = {}  # number and content, by name
        self._staged = self._oldest = 0
        self._actors: list[Any] = []
        self._ray: Any = None

    @property
    def count(self) -> int:
        return self._count

    @property
    def capacity(self) -> int:
        return PAGES_PER_WORKER * self._count

    def stage(self, source: Source) -> Source:
        """Put bytes into the object store, once, instead of sending them with every job."""
        if self._ray is None:
            self._connect()
        content = [] if source.data is None else [self._ray.put(source.data)]
        self._documents[source.name] = self._staged, content
        self._staged += 1
        return replace(source, data=None)

    def unstage(self, source: Source) -> None:
        number, _ = self._documents.pop(source.name)
        self._oldest = number + 1  # documents leave in the order in which they came

    @contextmanager
    def worker(self) -> Iterator[Callable[[Job], Any]]:
        actor = self._remote.remote(*self._arguments)
        self._actors.append(actor)
        started = actor.ready.remote()
        while not (self.stopping.is_set() or self._ray.wait([started], timeout=_CHECK)[0]):
            pass  # meanwhile the jobs go to the actors that run
        yield partial(self._run, actor, started)

    def __enter__(self) -> RayPool:
        self._cluster = ExitStack()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._cluster:
            self.stopping.set()
            if error is None and self._actors:
                closed = [actor.close.remote() for actor in self._actors]
                self._ray.wait(closed, num_returns=len(closed), timeout=_CLOSE)
            for actor in self._actors:
                self._ray.kill(actor)
            super().__exit__(kind, error, trace)

    def _connect(self) -> None:
        options = self._options
        self._ray = ray = self._cluster.enter_context(connected(self._address))
        resources, self._count = actor_resources(ray, options.workers)
        limits = None if options.workers == 0 else (options.timeout, options.memory)
        home = ray.get_runtime_context().get_node_id()
        self._arguments = ray.put(self._setup), home, limits
        self._remote = ray.remote(max_restarts=-1, max_task_retries=_RETRIES, **resources)(Actor)

    def _run(self, actor: Any, started: Any, job: Job) -> Any:
        ray = self._ray
        try:
            ray.get(started)
        except ray.exceptions.RayError as error:
            raise RuntimeError(f"no actor can be started on the cluster ({error})") from error
        try:
            number, content = self._documents[job.source.name]
        except KeyError:  # the document has failed, and its other jobs do not matter
            raise CancelledError from None
        try:
            result, failure = ray.get(actor.run.remote(job, number, self._oldest, content))
        except ray.exceptions.RayActorError as death:
            raise WorkerError(job.source.name, f"the Ray actor died ({job})") from death
        if failure is not None:
            raise failure
        return result
