"""What runs in an actor of a Ray cluster: jobs, in its own process or in a worker process."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from snappy_core.encoders.base import Encoder
from snappy_core.errors import UnreadableDocumentError
from snappy_core.ingest.executor import InlinePool, Pool
from snappy_core.ingest.jobs import Job
from snappy_core.ingest.ray.cluster import import_ray, session_folder
from snappy_core.ingest.worker import WorkerSetup, portable
from snappy_core.ingest.workers import Workers
from snappy_core.parsing import Source


class Actor:
    """Runs jobs on a node of the cluster.

    Args:
        setup: what this process, or its worker process, loads first.
        home: id of the node where the paths of sources exist.
        worker: the worker process of the actor; None runs the jobs in the actor itself, where
            nothing stops them.
    """

    def __init__(self, setup: WorkerSetup, home: str, worker: Workers | None) -> None:
        self._setup = setup
        self._home = home
        self._worker = worker
        self._resources = ExitStack()
        self._pool: Pool | None = None
        self._local: dict[int, Source] = {}  # staged here, by number of the document

    def ready(self) -> None:
        """Do nothing, once the actor runs."""

    def run(self, job: Job, number: int, oldest: int, content: list[Any]) -> Any:
        """Return the result of a job and its error, one of them None.

        Args:
            number: of the document, counted in the order of adding.
            oldest: number of the first document that is still needed.
            content: a reference to the bytes of the document; empty if it is a file.
        """
        try:
            pool = self._started_pool()
            for finished in [known for known in self._local if known < oldest]:
                pool.unstage(self._local.pop(finished))
            if number not in self._local:
                source = fetch(job.source, self._home, content)
                self._local[number] = pool.stage(source)
            return pool.submit(replace(job, source=self._local[number])).result(), None  # type: ignore[type-var]
        except Exception as error:
            return None, portable(error)

    def close(self) -> None:
        """End the worker process, and remove the copies of documents."""
        self._resources.close()

    def _started_pool(self) -> Pool:
        if self._pool is None:
            # Ray ends actors by force: what they leave then is in the folder of its logs.
            tempfile.tempdir = session_folder()
            if self._worker is None:
                self._pool = InlinePool(self._load())
            else:
                pool = self._worker.start_with(self._setup)
                self._pool = self._resources.enter_context(pool)
        return self._pool

    def _load(self) -> Encoder:
        try:
            return self._setup.load()
        except Exception as error:
            raise RuntimeError(f"the encoder cannot be loaded on the cluster ({error})") from error


def fetch(source: Source, home: str, content: list[Any]) -> Source:
    """Return a source that can be opened on this node.

    On another node than `home`, it has the bytes of the file.

    Raises:
        UnreadableDocumentError: the file is gone.
    """
    ray = import_ray()
    if content:
        return replace(source, data=ray.get(content[0]))
    if source.path is None or ray.get_runtime_context().get_node_id() == home:
        return source
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    strategy = NodeAffinitySchedulingStrategy(home, soft=False)
    read = ray.remote(num_cpus=0, scheduling_strategy=strategy)(_read_file)
    data: bytes | UnreadableDocumentError = ray.get(read.remote(source))
    if isinstance(data, UnreadableDocumentError):
        raise data
    return replace(source, path=None, data=data)


def _read_file(source: Source) -> bytes | UnreadableDocumentError:
    assert source.path is not None
    try:
        return source.path.read_bytes()
    except OSError as error:
        return UnreadableDocumentError(source.name, error.strerror or str(error))
