"""What runs in an actor of a Ray cluster: read and encode documents, one after the other."""

from __future__ import annotations

import pickle
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from snappy_core.encoders.base import Encoder
from snappy_core.errors import SnappyError, UnreadableDocumentError
from snappy_core.formats import SuppliedPage
from snappy_core.ingest.executor import Crew, Here
from snappy_core.ingest.queued_document import PAGES_ENCODED, Flow
from snappy_core.ingest.ray.cluster import libraries, session_folder
from snappy_core.ingest.worker import portable
from snappy_core.ingest.workers import WorkerPool
from snappy_core.parsing import ReadingOptions, Source
from snappy_core.stores.base import PageRecord


@dataclass(frozen=True, slots=True)
class Orders:
    """What every actor is told.

    Attributes:
        encoder: pickled.
        home: the node of the cluster on which paths lead to the documents.
        supplied: regions of a single document, by the number of their page.
        limits: seconds for a page and bytes of memory, for the worker process that an actor has;
            None lets it work by itself, and nothing stops it.
    """

    encoder: bytes
    home: str
    options: ReadingOptions
    supplied: Mapping[int, SuppliedPage] | None
    limits: tuple[float, int] | None


@dataclass(frozen=True, slots=True)
class Part:
    """Pages of a document that follow each other, or the error that ends it.

    Attributes:
        pages: number of all its pages; 0 when they could not be counted.
    """

    pages: int
    records: Sequence[PageRecord]
    error: Exception | None = None


class Reader:
    """Turns rows that hold a document into rows that hold a `Part`, for `map_batches`."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._crew: Crew | None = None
        self._broken: Exception | None = None  # what any document would end with from now on

    def __call__(self, rows: Any) -> Iterator[Any]:
        for place, source in unpack(rows):
            for part in self._parts(source):
                yield pack([(place, part)])

    def _begin(self) -> Crew:
        """Return the crew; the first time it is made, and the encoder loaded."""
        if self._crew is None:
            # Ray ends actors without asking: what they leave then is in the folder of its logs.
            tempfile.tempdir = session_folder()
            packed: Any = _Packed(self._orders.encoder)
            limits = self._orders.limits
            crew = Here(_load(packed)) if limits is None else WorkerPool(packed, 1, *limits)
            self._crew = crew.__enter__()
            weakref.finalize(self, crew.__exit__, None, None, None)
        return self._crew

    def _parts(self, source: Source) -> Iterator[Part]:
        if self._broken is not None:
            yield Part(0, (), self._broken)
            return
        count, sent, records = 0, 0, list[PageRecord]()

        def counted(pages: int) -> None:
            nonlocal count
            count = pages

        def advance() -> None:
            while crew.free and (task := flow.next_job(crew.room - flow.held)):
                crew.give(*task)
            crew.wait()

        try:
            crew = self._begin()
            lent = crew.lend(at_hand(source, self._orders.home))
            flow = Flow(lent, self._orders.options, counted, self._orders.supplied)
            try:
                for record in flow.records(advance):
                    records.append(record)
                    if len(records) == PAGES_ENCODED:
                        yield Part(count, records)
                        sent, records = sent + len(records), []
            finally:
                crew.take_back(lent)
            if records or not sent:
                yield Part(count, records)
        except SnappyError as error:
            yield Part(count, (), portable(error))
        except Exception as error:  # no fault of the document
            self._broken = portable(error)
            yield Part(count, (), self._broken)


def pack(items: Sequence[tuple[int, Source | Part]]) -> Any:
    """Return rows: each the place of a document in the order, and it or a part of it."""
    _, pyarrow = libraries()
    # Of Arrow, since in NumPy's bytes a zero at the end is lost; "large": more than 2 GiB.
    column = pyarrow.array([pickle.dumps(item) for _, item in items], pyarrow.large_binary())
    return pyarrow.table({"place": [place for place, _ in items], "item": column})


def unpack(rows: Any) -> Iterator[tuple[int, Any]]:
    """Yield what `pack` packed."""
    for place, item in zip(rows["place"], rows["item"], strict=True):
        yield place.as_py(), pickle.loads(item.as_py())


def at_hand(source: Source, home: str) -> Source:
    """Return a source that can be opened here: on another node than `home` it has its bytes.

    Raises:
        UnreadableDocumentError: the file is gone.
    """
    ray, _ = libraries()
    if source.path is None or ray.get_runtime_context().get_node_id() == home:
        return source
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    there = NodeAffinitySchedulingStrategy(home, soft=False)
    fetch = ray.remote(num_cpus=0, scheduling_strategy=there)(_content)
    content: bytes | UnreadableDocumentError = ray.get(fetch.remote(source))
    if isinstance(content, UnreadableDocumentError):
        raise content
    return replace(source, path=None, data=content)


def _content(source: Source) -> bytes | UnreadableDocumentError:
    assert source.path is not None
    try:
        return source.path.read_bytes()
    except OSError as error:
        return UnreadableDocumentError(source.name, error.strerror or str(error))


class _Packed(NamedTuple):
    """Unpickles as the encoder: an actor hands it to its worker and loads none itself."""

    encoder: bytes
    name: str = "of the index"

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return pickle.loads, (self.encoder,)


def _load(packed: _Packed) -> Encoder:
    try:
        loaded: Encoder = pickle.loads(packed.encoder)
    except Exception as error:
        raise RuntimeError(f"the encoder cannot be loaded on the cluster ({error})") from error
    return loaded
