"""What runs in a worker process: load the encoder, then do one job after the other."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

from snappy_core.errors import SnappyError, WorkerError
from snappy_core.ingest.jobs import Job


def serve(pipe: Connection, encoder: bytes, parent: int) -> None:
    """Do the jobs that come through the pipe until it closes.

    Every message back is a result and an error, one of them None; the first says that the
    encoder is loaded.
    """
    if hasattr(os, "setpgrp"):
        os.setpgrp()  # so that it can be killed together with the programs it starts
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    try:
        loaded = pickle.loads(encoder)
    except Exception as error:
        pipe.send((None, portable(error)))
        return
    pipe.send((None, None))
    while True:
        try:
            job: Job = pipe.recv()
        except EOFError:
            return
        pipe.send(_do(job, loaded))


def _do(job: Job, encoder: Any) -> tuple[Any, Exception | None]:
    try:
        return job.run(encoder), None
    except MemoryError:
        return None, WorkerError(job.source.name, f"needs more memory than there is ({job})")
    except Exception as error:
        return None, portable(error)


def portable(error: Exception) -> Exception:
    """Return an error that pickles, with its traceback as a note unless it is one of ours."""
    trace = "".join(traceback.format_exception(error))
    if not isinstance(error, SnappyError):
        error.add_note(f"in a worker process:\n{trace}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(trace)
    return error


def _end_with(parent: int) -> None:
    """End this process and the programs it started when its parent is gone, even in a hang."""
    while os.getppid() == parent:
        time.sleep(1)
    os.killpg(0, signal.SIGKILL)
