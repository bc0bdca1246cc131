"""Adding documents on a Ray cluster: its actors read and encode, this process plans and writes.

Ray Data streams the documents to the actors, and back in parts of a few pages, in order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from typing import Any

from snappy_core.encoders.base import Encoder
from snappy_core.errors import SnappyError
from snappy_core.formats import SuppliedPage
from snappy_core.ingest.pipeline import Item, take_in
from snappy_core.ingest.plan import fingerprint, is_new
from snappy_core.ingest.progress import IngestProgress
from snappy_core.ingest.ray.actor import Orders, Part, Reader, pack, unpack
from snappy_core.ingest.ray.cluster import connected, find
from snappy_core.ingest.report import IngestReport
from snappy_core.ingest.workers import pickle_encoder
from snappy_core.parsing import ReadingOptions, Source
from snappy_core.stores.base import DocumentRecord, PageRecord, Store
from snappy_core.types import Scalar

_TOGETHER = 8
"""Documents in one task, of many: Ray Data spends 10 ms on a task and what it sends."""

_SENT = 1 << 20  # bytes, some pages: they leave an actor when there are so many, or at its end


def ingest_on_ray(
    store: Store,
    encoder: Encoder,
    documents: Sequence[tuple[str, Source]],
    metadata: Mapping[str, Scalar] | None,
    progress: bool | None,
    options: ReadingOptions,
    supplied: Mapping[int, SuppliedPage] | None,
    address: str,
    workers: int | None,
    timeout: float,
    memory: int,
) -> IngestReport:
    """Add documents as `snappy_core.ingest.pipeline.ingest` does, and with the same outcome.

    All documents are planned first, so that the cluster is not begun when nothing is to be done.

    Args:
        address: of the cluster; see `snappy_core.ingest.ray.cluster.find`.
        workers: actors, each with a worker process of its own, on one core; None takes all cores
            of the cluster. 0: actors work by themselves, one for each GPU, or one for each
            machine if there are none.

    Raises:
        MissingDependencyError: Ray Data is not installed.
        ConnectionError: the cluster does not answer, or cannot be used.
        TypeError: the encoder does not pickle.
        ValueError: a number is not positive, or the address is none.
    """
    started = time.perf_counter()
    limits = None if workers == 0 else (timeout, memory)
    pickled, cluster = pickle_encoder(encoder), find(address)
    with IngestProgress(len(documents), progress) as bar, ExitStack() as stack:
        made_by = fingerprint(encoder, options, supplied)
        items = [_plan(store, name, source, made_by, bar) for name, source in documents]
        new = {place: item.source for place, item in enumerate(items) if item.flow}
        parts: Iterator[tuple[int, Part]] = iter(())
        if new:
            ray = stack.enter_context(connected(cluster))
            home = ray.get_runtime_context().get_node_id()
            orders = Orders(pickled, home, options, supplied, limits)
            parts = stack.enter_context(_stream(ray, new, orders, workers))
        return take_in(store, _Line(items, parts), metadata, bar, started)


class _Line:
    """Gives the documents in the order in which their pages arrive."""

    def __init__(self, items: Sequence[Item[_Arriving]], parts: Iterator[tuple[int, Part]]) -> None:
        self._items = items
        self._parts = parts

    def __iter__(self) -> Iterator[Item[_Arriving]]:
        for place, item in enumerate(self._items):
            if item.flow is not None:
                item.flow.begin(place, self._parts)
            yield item

    def advance(self) -> None:
        """The cluster goes on by itself."""


def _plan(
    store: Store, document_id: str, source: Source, made_by: str, bar: IngestProgress
) -> Item[_Arriving]:
    record = DocumentRecord(document_id, source.name, "", made_by)
    try:
        record = replace(record, content_hash=source.content_hash())
    except SnappyError as error:
        bar.counted(0)
        return Item(source, record, error=error)
    if is_new(store, record):
        return Item(source, record, _Arriving(bar.counted))
    bar.counted(0)
    return Item(source, record)


class _Arriving:
    """The pages of one document out of a stream of all.

    Attributes:
        pages: number of its pages, once the first of them has come.
    """

    def __init__(self, counted: Callable[[int], None]) -> None:
        self.pages: int | None = None
        self._counted = counted

    def begin(self, place: int, parts: Iterator[tuple[int, Part]]) -> None:
        """Take note of the stream, which is at this document, the one in that place."""
        self._place = place
        self._parts = parts

    def records(self, advance: Callable[[], None]) -> Iterator[PageRecord]:
        """Yield the pages in order, or raise what ended the document."""
        came = 0
        for place, part in self._parts:
            assert place == self._place
            if self.pages is None:
                self.pages = part.pages
                self._counted(part.pages)
            yield from part.records
            came += len(part.records)
            if part.error is not None:
                raise part.error
            if came == self.pages:
                return
        raise AssertionError("the stream of documents ended before its time")


@contextmanager
def _stream(
    ray: Any, sources: Mapping[int, Source], orders: Orders, workers: int | None
) -> Iterator[Iterator[tuple[int, Part]]]:
    """Give the parts of all documents in order, each with the place of its document."""
    share, actors = _share(ray, workers)
    actors = min(actors, len(sources))
    size = max(1, min(_TOGETHER, len(sources) // (_TOGETHER * actors)))
    places = list(sources)
    rows = [
        pack([(place, sources[place]) for place in places[start : start + size]])
        for start in range(0, len(places), size)
    ]
    documents = ray.data.from_arrow(rows)
    context = documents.context
    context.enable_progress_bars = False
    context.execution_options.preserve_order = True
    context.target_max_block_size = _SENT
    context.execution_no_progress_timeout_s = -1  # workers have a limit for each page
    parts = documents.map_batches(
        Reader,
        fn_constructor_args=(orders,),
        batch_size=None,
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(size=actors),
        **share,
    )
    batches = parts.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0)
    with closing(iter(batches)) as coming:
        yield (part for batch in coming for part in unpack(batch))


def _share(ray: Any, workers: int | None) -> tuple[dict[str, float], int]:
    """Return what of the cluster an actor has for itself, and how many actors there are."""
    if workers != 0:
        return {"num_cpus": 1}, workers or max(int(ray.cluster_resources().get("CPU", 1)), 1)
    if gpus := int(ray.cluster_resources().get("GPU", 0)):
        return {"num_gpus": 1}, gpus
    cores = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
    cores = [count for count in cores if count] or [1]
    return {"num_cpus": min(cores)}, len(cores)
