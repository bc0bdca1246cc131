"""Reads and encodes documents on a Ray cluster."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from snappy_core.encoders.base import Encoder
from snappy_core.errors import WorkerError
from snappy_core.ingest.jobs import Add, CannotWriteError, Job
from snappy_core.ingest.ray.actor import Actor, SharedIndex
from snappy_core.ingest.ray.cluster import actor_resources, connected, find
from snappy_core.ingest.threaded_pool import ThreadedPool
from snappy_core.ingest.worker import WorkerSetup
from snappy_core.ingest.workers import MEMORY, TIMEOUT, Workers, check_positive
from snappy_core.parsing.source import Source
from snappy_core.stores.shared import SharedStore
from snappy_core.terminal import plain

_RETRIES = 2  # of a job whose actor died, maybe with its machine
_CHECK = 0.2  # seconds between checks of whether to stop
_PATIENCE = 10.0  # seconds to wait for room on the cluster before logging it
_CLOSE = 1.0  # seconds an actor may take to end its job and remove its files

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ray:
    """Read and encode documents on a Ray cluster (docs/ray.md).

    Attributes:
        address: "host:port" of a cluster; "auto" for a running one, else one on this machine;
            or "local" for one on this machine.
        workers: number of actors, each with a worker process on one core; None uses all cores of
            the cluster. 0 reads and encodes in the actors themselves, one per GPU, or one per
            machine without GPUs; there, nothing stops a document that hangs.
        timeout: seconds a worker process may take per page, averaged over the pages of a job.
        memory: bytes a worker process and the programs it started may hold (Linux only).
        connect_timeout: seconds within which the cluster must answer.

    Raises:
        ValueError: a number is negative, or a limit is not positive.
    """

    address: str = "auto"
    workers: int | None = None
    timeout: float = TIMEOUT
    memory: int = MEMORY
    connect_timeout: float = 30.0

    def __post_init__(self) -> None:
        check_positive(
            workers=self.workers or 1,
            timeout=self.timeout,
            memory=self.memory,
            connect_timeout=self.connect_timeout,
        )

    @contextmanager
    def start(self, encoder: Encoder) -> Iterator[RayPool]:
        """Provide actors of the cluster, which is joined or started with the first document.

        Raises:
            MissingDependencyError: Ray is not installed.
            TypeError: the encoder cannot be pickled.
            ValueError: the address is not that of a cluster.
            ConnectionError: no cluster answers there.
        """
        setup, address = WorkerSetup.of(encoder), find(self.address, self.connect_timeout)
        with ExitStack() as cluster:
            pool = RayPool(setup, self, lambda: cluster.enter_context(connected(address)))
            with pool.running():
                yield pool


class RayPool(ThreadedPool[Job | Add]):
    """Actors of a cluster, each waited for by a thread of this process.

    Args:
        connect: connects to the cluster and returns the module ray.
    """

    def __init__(self, setup: WorkerSetup, options: Ray, connect: Callable[[], Any]) -> None:
        super().__init__(count=0)  # until the resources of the cluster are known
        self._setup = setup
        self._options = options
        self._connect = connect
        self._ray: Any = None
        self._documents: dict[str, tuple[int, list[Any]]] = {}  # number and content, by name
        self._staged = self._oldest = 0
        self._is_waiting_known = False
        self._index: SharedIndex | None = None
        self._location = ""
        self._numbers = itertools.count()  # of actors

    def share(self, store: SharedStore) -> None:
        self._index, self._location = SharedIndex.of(store), store.location

    def stage(self, source: Source) -> Source:
        """Put bytes into the object store, once, instead of sending them with every job."""
        if self._ray is None:
            self._ray = self._connect()
            self._prepare_actors()
        content = [] if source.data is None else [self._ray.put(source.data)]
        self._documents[source.name] = self._staged, content
        self._staged += 1
        return replace(source, data=None)

    def unstage(self, source: Source) -> None:
        del self._documents[source.name]
        # Documents staged only to be kept are unstaged before earlier ones.
        self._oldest = min((number for number, _ in self._documents.values()), default=self._staged)

    def _prepare_actors(self) -> None:
        ray, options = self._ray, self._options
        resources, self.count = actor_resources(ray, options.workers)
        worker = Workers(1, options.timeout, options.memory) if options.workers != 0 else None
        home = ray.get_runtime_context().get_node_id()
        self._arguments = ray.put(self._setup), home, worker, self._index
        self._remote = ray.remote(max_restarts=-1, max_task_retries=_RETRIES, **resources)(Actor)

    @contextmanager
    def worker(self) -> Iterator[Callable[[Job | Add], Any]]:
        is_first = next(self._numbers) == 0
        actor = self._remote.remote(*self._arguments, merges=is_first)
        try:
            # Until this actor runs, which needs room on the cluster, others get the jobs.
            start = self._wait_for(actor.ready.remote(), "has no room yet for an actor: waiting")
            yield partial(self._run, actor, start)
        finally:
            self._ray.wait([actor.close.remote()], timeout=_CLOSE)
            self._ray.kill(actor)

    def _run(self, actor: Any, start: Any, job: Job | Add) -> Any:
        ray = self._ray
        if isinstance(job, Add) and self._index is None:
            raise CannotWriteError
        try:
            ray.get(start)
        except ray.exceptions.RayError as error:
            raise RuntimeError(f"no actor can be started on the cluster ({error})") from error
        try:
            number, content = self._documents[job.source.name]
        except KeyError:  # the document has failed, so its other jobs do not matter
            raise CancelledError from None
        answer = self._wait_for(actor.run.remote(job, number, self._oldest, content))
        if self.stopping.is_set():
            raise CancelledError
        try:
            result, failure = ray.get(answer)
        except ray.exceptions.RayActorError as error:
            raise WorkerError(job.source.name, f"the Ray actor died ({job})") from error
        if isinstance(failure, CannotWriteError) and self._index is not None:
            self._index = None
            _LOGGER.warning("%s: %s; this process writes to it", plain(self._location), failure)
        if failure is not None:
            raise failure
        return result

    def _wait_for(self, reference: Any, notice: str = "") -> Any:
        """Wait for an object, or until the pool stops; return the reference.

        A long wait is logged with the notice, once for all actors.
        """
        started = time.monotonic()
        while not (self.stopping.is_set() or self._ray.wait([reference], timeout=_CHECK)[0]):
            is_long = time.monotonic() - started > _PATIENCE
            if notice and is_long and not self._is_waiting_known:
                self._is_waiting_known = True
                _LOGGER.warning("the Ray cluster %s", notice)
        return reference
