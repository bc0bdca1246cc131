"""Encoders and documents that do to their process what hostile files do; workers import them."""

import ctypes
import os
import signal
import time
from pathlib import Path

from snappy_core import ReadingOptions, Source, parsing
from snappy_core.testing import FakeEncoder

TIMEOUT = 3  # seconds a page may take of a worker that a `Warmed` encoder has set up


def _kill():
    os.kill(os.getpid(), signal.SIGKILL)


def _grow():
    held = []
    while True:
        held.append(b"x" * (16 << 20))
        time.sleep(0.005)


def _raise():
    raise KeyError("no such word")


MISDEEDS = {
    "kill": _kill,
    "exit": lambda: os._exit(3),
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "hang": lambda: time.sleep(600),
    "grow": _grow,
    "memory": lambda: b"x" * (1 << 60),
    "raise": _raise,
}


class Warmed(FakeEncoder):
    """Reads a page while it is unpickled, so that the first job of a worker loads nothing."""

    def __setstate__(self, state):
        self.__dict__.update(state)
        table = Source.from_path(Path(__file__).parents[1] / "data" / "table.pdf")
        list(parsing.read(table, ReadingOptions(ocr="never")))


class MisbehavingEncoder(Warmed):
    """Does what the words of a page say; leaves a file with its process id in `folder`."""

    def __init__(self, folder):
        super().__init__(name="misbehaving-1")
        self._folder = Path(folder)

    def encode_pages(self, pages):
        (self._folder / str(os.getpid())).touch()
        for page in pages:
            for word in page.words.texts:
                if word in MISDEEDS:
                    MISDEEDS[word]()
        return super().encode_pages(pages)


class KilledOnce(FakeEncoder):
    """Is killed by the system over the first page, for no fault of the page."""

    def __init__(self, flag):
        super().__init__()
        self._flag = Path(flag)

    def encode_pages(self, pages):
        if not self._flag.exists():
            self._flag.touch()
            _kill()
        return super().encode_pages(pages)


class Slow(FakeEncoder):
    """Takes its time, so that there is one to be killed in."""

    def encode_pages(self, pages):
        time.sleep(0.1 * len(pages))
        return super().encode_pages(pages)


class Locked(FakeEncoder):
    """Does not pickle."""

    def __reduce__(self):
        raise TypeError("cannot pickle a lock")


class Absent(FakeEncoder):
    """Pickles, but cannot be loaded elsewhere."""

    def __reduce__(self):
        return _fail, ()


def _fail():
    raise OSError("no such model")


class Deadly(Source):
    """A document that kills whoever opens it; its kind, told by its head, is known before."""

    def read_bytes(self):
        _kill()
