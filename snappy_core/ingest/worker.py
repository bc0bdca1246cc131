"""The code of a worker process: sets itself up, then runs one job after another."""

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
    """The pickled encoder, and the readers, engines and models registered by this program."""

    registrations: bytes
    encoder: bytes

    @classmethod
    def of(cls, encoder: Encoder) -> WorkerSetup:
        """Pickle an encoder and everything registered now.

        Raises:
            TypeError: something cannot be pickled.
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
    """Run the jobs that arrive through the pipe until it closes.

    The first message is a `WorkerSetup`. Each message is answered with a result and an error, one
    of which is None.
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
    """Run a job; return its result or its error, in a form that pickles."""
    try:
        return job.run(encoder), None
    except MemoryError:
        return None, WorkerError(job.source.name, f"needs more memory than there is ({job})")
    except Exception as error:
        return None, portable(error)


def portable(error: Exception) -> Exception:
    """Return an error that can be pickled, with its traceback as a note unless a `SnappyError`."""
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
    except Exception as error:  # its attributes may raise anything
        raise TypeError(
            f"{name} cannot be sent to worker processes ({error}); "
            "add the documents without workers (executor=None)"
        ) from error
    return pickled


def _exit_with(parent: int) -> None:
    """End this process and the programs it started once its parent is gone, even if it hangs."""
    while os.getppid() == parent:
        time.sleep(1)
    os.killpg(0, signal.SIGKILL)
