"""Workers are started as they are needed and stopped with the pool."""

import subprocess
import sys
import threading
from concurrent.futures import wait
from contextlib import contextmanager
from pathlib import Path

import pytest

from snappy_core.ingest.threaded_pool import ThreadedPool

ROOT = Path(__file__).parents[2]


class CallingPool(ThreadedPool):
    """Its jobs are functions; its workers call them."""

    def __init__(self, count):
        super().__init__(count)
        self.started = self.ended = 0

    @contextmanager
    def worker(self):
        self.started += 1
        yield lambda job: job()
        self.ended += 1


def test_one_worker_is_enough_for_one_job_after_the_other():
    pool = CallingPool(3)
    with pool.running():
        assert [pool.submit(lambda n=n: n * n).result() for n in range(5)] == [0, 1, 4, 9, 16]
        assert pool.started == 1
    assert pool.ended == 1


def test_jobs_at_once_are_spread_over_all_workers():
    pool, all_busy = CallingPool(3), threading.Barrier(3, timeout=10)
    with pool.running():
        futures = [pool.submit(all_busy.wait) for _ in range(6)]
        assert sorted(future.result() for future in futures) == [0, 0, 1, 1, 2, 2]
        assert pool.started == 3
    assert pool.ended == 3


def test_the_error_of_a_job_is_that_of_its_future():
    pool = CallingPool(1)
    with pool.running():
        with pytest.raises(ZeroDivisionError):
            pool.submit(lambda: 1 / 0).result()
        assert pool.submit(lambda: "next").result() == "next"


def test_jobs_that_wait_when_the_pool_is_left_do_not_run():
    pool, ran = CallingPool(1), []
    with pool.running():
        first = pool.submit(lambda: pool.stopping.wait(10))
        later = pool.submit(lambda: ran.append("later"))
    assert first.result() is True
    assert not wait([later], timeout=0).done
    assert (ran, pool.ended) == ([], 1)


def test_it_works_when_the_main_thread_has_ended():
    """A ThreadPoolExecutor does not."""
    script = """
import threading
from tests.ingest.test_threaded_pool import CallingPool

def work():
    threading.main_thread().join()
    pool = CallingPool(2)
    with pool.running():
        print(pool.submit(lambda: "done").result(10))

threading.Thread(target=work).start()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("done\n", "")
