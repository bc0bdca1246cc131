"""Forked processes: their models, locks and connections are their own."""

import gc
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from snappy_core import RegionIndex
from snappy_core.encoders.minilm import MiniLMEncoder
from snappy_core.forks import ProcessModel, fork_safe_lock
from snappy_core.stores import SqliteStore
from snappy_core.stores.sqlite import forking
from snappy_core.testing import FakeEncoder
from tests.forking import fork
from tests.search.test_engine import fill

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

REPORT = Path(__file__).parents[1] / "examples" / "report.pdf"
QUESTION = "When does the ferry leave?"


# Models


def test_encoders_of_one_model_share_it_while_one_of_them_exists():
    first, second = MiniLMEncoder(threads=3), MiniLMEncoder(threads=3)
    assert first.session is second.session
    assert first.session is not MiniLMEncoder(threads=2).session
    loads = []
    models = [ProcessModel("tides", lambda: loads.append(1) or object()) for _ in range(2)]
    assert models[0].get() is models[1].get()
    del models
    gc.collect()
    ProcessModel("tides", lambda: loads.append(1) or object()).get()
    assert len(loads) == 2


def test_an_index_makes_no_second_model(tmp_path):
    first = RegionIndex()
    with RegionIndex.open(tmp_path / "index.snappy") as second:
        assert first.encoder.session is second.encoder.session


def test_a_child_loads_its_own_model_and_leaves_that_of_its_parent():
    encoder = MiniLMEncoder(threads=2)
    expected = encoder.encode_query(QUESTION).vectors
    parents = id(encoder.session)

    def child():
        nonlocal encoder
        same = np.array_equal(encoder.encode_query(QUESTION).vectors, expected)
        owns = id(encoder.session) != parents
        del encoder
        gc.collect()  # which must not destroy the session of the parent
        return same, owns

    assert fork(child) == ("(True, True)", 0)
    assert id(encoder.session) == parents


def test_a_child_that_exits_as_programs_do_ends_well():
    """Python then destroys what modules hold: a session of the parent would end it by SIGSEGV."""
    script = (
        "import os, sys\n"
        "from snappy_core.encoders.minilm import MiniLMEncoder\n"
        "encoder = MiniLMEncoder(threads=2)\n"
        "encoder.encode_query('ferry')\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    sys.exit(0)\n"
        "sys.exit(os.waitpid(child, 0)[1] != 0)\n"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], check=True)


def test_a_lock_is_free_in_the_child():
    lock = fork_safe_lock()
    with lock:

        def child():
            with lock:
                return "entered"

        assert fork(child) == ("entered", 0)


# Connections


@pytest.fixture
def index(tmp_path):
    with fill(SqliteStore(tmp_path / "index.snappy"), FakeEncoder(), {"a": [["Tides"]]}) as index:
        yield index


def names(index):
    return [document.document_id for document in index.documents()]


def read_in_thread(index, release):
    """Read in another thread until an event is set; return the thread, which has begun."""
    begun = threading.Event()

    def read():
        with index._store.read():
            begun.set()
            release.wait(20)

    thread = threading.Thread(target=read)
    thread.start()
    assert begun.wait(20)
    return thread


def test_a_fork_waits_for_threads_that_read(index):
    release = threading.Event()
    thread = read_in_thread(index, release)
    threading.Timer(0.2, release.set).start()
    assert fork(lambda: names(index)) == ("['a']", 0)
    assert release.is_set()
    thread.join()
    assert names(index) == ["a"]


def test_a_child_does_not_use_an_index_that_was_in_use_all_the_time(index, monkeypatch):
    monkeypatch.setattr(forking, "FORK_SECONDS", 0.05)
    release = threading.Event()
    thread = read_in_thread(index, release)
    answer, status = fork(lambda: names(index))
    release.set()
    thread.join()
    assert "forked while the index was being used" in answer
    assert status == 0
    assert names(index) == ["a"]


def test_searching_in_a_child(tmp_path):
    index = RegionIndex.open(tmp_path / "index.snappy")
    index.add(REPORT, progress=False).raise_failed()
    question = "What coupon does the green bond carry?"
    expected = [hit.region_id for hit in index.search(question)]
    assert fork(lambda: [hit.region_id for hit in index.search(question)]) == (str(expected), 0)
