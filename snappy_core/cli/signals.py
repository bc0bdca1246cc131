"""Signals that end the command line: it cleans up, as on Ctrl-C."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


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


def _exit(number: int, _: object) -> None:
    raise SystemExit(128 + number)
