"""Reading and encoding documents on a Ray cluster."""

from __future__ import annotations

from dataclasses import dataclass

from snappy_core.encoders.base import Encoder
from snappy_core.ingest.executor import Crew
from snappy_core.ingest.workers import MEMORY, TIMEOUT, check_positive


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

    def start(self, encoder: Encoder) -> Crew:
        raise NotImplementedError
