"""The code of an actor on a Ray cluster, which runs jobs in its own or in a worker process.

With a store that many processes can write to, actors add whole documents: no page leaves them.
"""

from __future__ import annotations

import pickle
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from snappy_core.encoders.base import Encoder
from snappy_core.errors import SnappyError, UnreadableDocumentError
from snappy_core.ingest.executor import InlinePool, Pool
from snappy_core.ingest.jobs import Add, CannotWriteError, Job
from snappy_core.ingest.keep import Keeper
from snappy_core.ingest.pipeline import Pipeline
from snappy_core.ingest.plan import PlannedDocument
from snappy_core.ingest.progress import ingest_progress
from snappy_core.ingest.ray.cluster import import_ray, session_folder
from snappy_core.ingest.report import IngestReport
from snappy_core.ingest.worker import WorkerSetup, portable
from snappy_core.ingest.workers import Workers
from snappy_core.ingest.write import write_documents
from snappy_core.parsing import Source
from snappy_core.stores.shared import SharedStore


@dataclass(frozen=True, slots=True)
class SharedIndex:
    """A pickled store, and what distinguishes its index from one at the same path elsewhere."""

    store: bytes
    identity: int | None

    @classmethod
    def of(cls, store: SharedStore) -> SharedIndex:
        return cls(pickle.dumps(store), store.identity())

    def open(self) -> SharedStore:
        """Open the store on this node.

        Raises:
            CannotWriteError: it does not exist on this node.
        """
        try:
            store: SharedStore = pickle.loads(self.store)
            identity = store.identity()
        except (SnappyError, OSError) as error:
            raise CannotWriteError(f"a worker cannot open it ({error})") from error
        if identity != self.identity:
            raise CannotWriteError("where a worker runs, there is another index at this place")
        return store


class Actor:
    """Runs jobs on a node of the cluster.

    Args:
        setup: loaded first by this process, or by its worker process.
        home: id of the node where the paths of sources exist.
        worker: the worker process of the actor; None runs the jobs in the actor itself, where
            nothing stops them.
        index: the index that it writes whole documents to; None if it cannot.
        merges: whether it is the one writer that merges small files.
    """

    def __init__(
        self,
        setup: WorkerSetup,
        home: str,
        worker: Workers | None,
        index: SharedIndex | None = None,
        merges: bool = False,
    ) -> None:
        self._setup = setup
        self._home = home
        self._worker = worker
        self._index = index
        self._merges = merges
        self._store: SharedStore | None = None
        self._resources = ExitStack()
        self._pool: Pool | None = None
        self._local: dict[int, Source] = {}  # staged here, by number of the document

    def ready(self) -> None:
        """Do nothing; returns once the actor is running."""

    def run(self, job: Job | Add, number: int, oldest: int, content: list[Any]) -> Any:
        """Return the result of a job and its error, one of which is None.

        Args:
            number: of the document, in the order of adding.
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
            job = replace(job, source=self._local[number])  # type: ignore[type-var]
            result = self._add(job, pool) if isinstance(job, Add) else pool.submit(job).result()
            return result, None
        except Exception as error:
            return None, portable(error)

    def close(self) -> None:
        """End the worker process, and remove the copies of documents."""
        self._resources.close()

    def _add(self, job: Add, pool: Pool) -> IngestReport:
        """Add a document to the index as in `write_documents`; raise the error if it fails."""
        store = self._opened_store()
        if job.replaces:
            with store.read():  # `write` only drops files of a document it knows it replaces
                pass
        planned = PlannedDocument(job.source, job.record, is_new=True)
        keeper = None if job.keep is None else Keeper(store, job.keep, pool)
        with ingest_progress(1, show=False) as bar:
            pipeline = Pipeline(iter([planned]), pool, job.reading, bar.count_document)
            report = write_documents(store, pipeline, job.record.metadata, bar, keeper)
        report.raise_failed()
        return report

    def _opened_store(self) -> SharedStore:
        if self._store is None:
            assert self._index is not None
            self._store = self._index.open()
            self._store.merges = self._merges
        return self._store

    def _started_pool(self) -> Pool:
        if self._pool is None:
            # Ray kills actors: what they leave behind then is in the folder of its logs.
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

    On a node other than `home`, it has the bytes of the file.

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
