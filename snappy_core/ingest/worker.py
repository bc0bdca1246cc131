"""What runs in a worker process: set it up, then run one job after the other."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from snappy_core.encoders.base import Encoder
from snappy_core.errors import SnappyError, WorkerError
from snappy_core.ingest.jobs import Job
from snappy_core.registry import registrations, restore


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """The encoder, and the readers, engines and models this program registered, pickled."""

    registrations: bytes
    encoder: bytes

    @classmethod
    def of(cls, encoder: Encoder) -> WorkerSetup:
        """Pickle an encoder and what is registered now.

        Raises:
            TypeError: something does not pickle.
        """
        return cls(
            _pickle(registrations(), "what this program registered"),
            _pickle(encoder, f"the encoder {encoder.name}"),
        )

    def load(self) -> Encoder:
        """Register everything in this process; return the encoder."""
        restore(pickle.loads(self.registrations))
        encoder: Encoder = pickle.loads(self.encoder)
        return encoder


def serve(pipe: Connection, parent: int) -> None:
    """Run the jobs that come through the pipe until it closes.

    The first message is a `WorkerSetup`. Each message is answered by a result and an error, one
    of them None.
    """
    if hasattr(os, "setpgrp"):
        os.setpgrp()  # so that it can be killed together with the programs it starts
        threading.Thread(target=_exit_with, args=(parent,), daemon=True).start()
    try:
        setup: WorkerSetup = pipe.recv()
        encoder = setup.load()
        pipe.send((None, None))
    except Exception as error:
        pipe.send((None, portable(error)))
        return
    while True:
        try:
            job: Job = pipe.recv()
        except EOFError:
            return
        pipe.send(run(job, encoder))


def run(job: Job, encoder: Encoder) -> tuple[Any, Exception | None]:
    """Run a job; return its result or its error, which pickles."""
    try:
        return job.run(encoder), None
    except MemoryError:
        return None, WorkerError(job.source.name, f"needs more memory than there is ({job})")
    except Exception as error:
        return None, portable(error)


def portable(error: Exception) -> Exception:
    """Return an error that pickles, with its traceback as a note unless it is a `SnappyError`."""
    trace = "".join(traceback.format_exception(error))
    if not isinstance(error, SnappyError):
        error.add_note(f"in a worker process:\n{trace}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(trace)
    return error


def _pickle(value: object, name: str) -> bytes:
    import cloudpickle  # pickles classes of scripts and notebooks by value

    try:
        pickled: bytes = cloudpickle.dumps(value)
    except Exception as error:  # whatever its attributes raise
        raise TypeError(
            f"{name} cannot be sent to worker processes ({error}); "
            "add the documents without workers (executor=None)"
        ) from error
    return pickled


def _exit_with(parent: int) -> None:
    """End this process and the programs it started once its parent is gone, even in a hang."""
    while os.getppid() == parent:
        time.sleep(1)
    os.killpg(0, signal.SIGKILL)
