"""Changes of a store, and processes that are killed by SIGKILL in the middle of one.

The moment is told by the number of calls, and returns of calls, in the code of the stores; what
they do to pages before they write is not counted, so that most of them are about writing.
"""

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import warnings
from dataclasses import dataclass
from importlib.util import find_spec

from snappy_core.stores import open_store
from snappy_core.stores.copy import copy
from snappy_core.testing.stores.samples import document, texts

if find_spec("lancedb"):
    import lancedb  # noqa: F401 - once for all children, which are forked


@dataclass(frozen=True)
class Write:
    """Add or replace a document with a page for each text."""

    name: str
    content: str
    pages: tuple[str, ...]

    def prepare(self):
        record, pages = document(self.name, self.content), texts(*self.pages)
        return lambda store: store.write(record, pages)


@dataclass(frozen=True)
class Delete:
    name: str

    def prepare(self):
        return lambda store: store.delete(self.name)


@dataclass(frozen=True)
class Compact:
    def prepare(self):
        return lambda store: store.compact()


@dataclass(frozen=True)
class Copy:
    target: str

    def prepare(self):
        return self._copy

    def _copy(self, store):
        with contextlib.closing(open_store(self.target)) as target:
            copy(store, target, progress=False)


def apply_and_be_killed(location, change, calls):
    """Apply a change in a process that is killed after so many calls.

    Returns whether the change was acknowledged: it returned before the end came.
    """
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload([__name__])
    answers, answer = server.Pipe(duplex=False)
    process = server.Process(target=_child, args=(str(location), change, calls, answer))
    process.start()
    answer.close()
    try:
        is_acknowledged = answers.recv() == "done"
    except EOFError:
        is_acknowledged = False
    process.join()
    answers.close()
    assert process.exitcode == -signal.SIGKILL
    process.close()
    return is_acknowledged


def apply_and_be_interrupted(store, change, calls):
    """Apply a change in this process, with Ctrl-C after so many calls.

    It comes when a function returns, as Python has it: not between a block and its end.

    Returns whether the change returned before.
    """
    apply, is_over = change.prepare(), False

    def count(frame, event, argument):
        nonlocal calls
        calls -= _is_counted(frame)
        if calls <= 0 and event in ("return", "c_return") and not is_over:
            raise KeyboardInterrupt  # which also ends the counting

    hook = sys.unraisablehook
    sys.unraisablehook = lambda unraisable: None  # temporary files that were not closed yet
    gc.disable()  # its callbacks would be interrupted instead
    sys.setprofile(count)
    try:
        apply(store)
        is_over = True
    except KeyboardInterrupt:
        pass
    sys.setprofile(None)
    gc.enable()
    sys.unraisablehook = hook
    return is_over


def count_calls(store, change):
    """Return after how many calls a change of a store returns."""
    apply, calls = change.prepare(), 0

    def count(frame, event, argument):
        nonlocal calls
        calls += _is_counted(frame)

    sys.setprofile(count)
    try:
        apply(store)
    finally:
        sys.setprofile(None)
    return calls


def _is_counted(frame):
    name = frame.f_code.co_filename
    return f"{os.sep}stores{os.sep}" in name and not name.endswith("codec.py")


def _child(location, change, calls, answer):
    store, apply = open_store(location), change.prepare()

    def count(frame, event, argument):
        nonlocal calls
        calls -= _is_counted(frame)
        if calls <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    apply(store)
    sys.setprofile(None)
    answer.send("done")
    os.kill(os.getpid(), signal.SIGKILL)


warnings.filterwarnings("ignore", "lancedb fork support", RuntimeWarning)
