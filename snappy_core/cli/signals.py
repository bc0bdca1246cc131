"""Signals that end the command line: it cleans up, as on Ctrl-C."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_DELAY = 0.05  # seconds until a signal that came amid an import comes again


@contextmanager
def clean_exit() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into SystemExit; one that is ignored (`nohup`) stays ignored."""
    if threading.current_thread() is not threading.main_thread():  # has no say in signals
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
    # An exception within the import system may be ignored, with the lock of imports kept.
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
