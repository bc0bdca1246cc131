"""A signal that ends the command line, and where it must wait."""

import os
import signal
import sys
import threading
import time

import pytest

from snappy_core.cli.signals import clean_exit


def end():
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(30)


def end_amid_import():
    import ended_amid  # noqa: F401

    time.sleep(30)


def test_a_signal_ends_what_runs():
    with pytest.raises(SystemExit) as ending, clean_exit():
        end()
    assert ending.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_signal_amid_an_import_waits_until_it_has_ended(tmp_path, monkeypatch):
    lines = "import os, signal, time", "os.kill(os.getpid(), signal.SIGTERM)", "time.sleep(0.2)"
    (tmp_path / "ended_amid.py").write_text("\n".join([*lines, "ENDED = 1"]))
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(SystemExit) as ending, clean_exit():
        end_amid_import()
    assert ending.value.code == 128 + signal.SIGTERM
    assert sys.modules.pop("ended_amid").ENDED


def test_another_thread_has_no_say_in_signals():
    handlers = []

    def run():
        with clean_exit():
            handlers.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert handlers == [signal.SIG_DFL]
