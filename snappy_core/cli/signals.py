"""Cleaning up when a signal ends the command line, as on Ctrl-C."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_DELAY = 0.05  # seconds until a signal received during an import is sent again


@contextmanager
def clean_exit() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into SystemExit; an ignored signal (`nohup`) stays ignored."""
    if threading.current_thread() is not threading.main_thread():  # cannot set signal handlers
        yield
        return
    chosen = [number for number in _SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    for number in chosen:
        signal.signal(number, _exit)
    try:
        yield
    finally:
        for number in chosen:
            signal.signal(number, signal.SIG_DFL)


def _exit(number: int, frame: FrameType | None) -> None:
    # An exception inside the import system may be ignored and leave the import lock held.
    if _is_importing(frame):
        threading.Timer(_DELAY, os.kill, (os.getpid(), number)).start()
        return
    raise SystemExit(128 + number)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
