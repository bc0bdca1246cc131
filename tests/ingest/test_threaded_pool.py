"""The threads that wait for workers: every future is completed, whatever ends the pool."""

import threading
from contextlib import contextmanager

import pytest

from snappy_core.ingest.threaded_pool import ThreadedPool


class BlockedPool(ThreadedPool):
    """Its worker runs each job until the pool stops."""

    begun = threading.Event()

    @contextmanager
    def worker(self):
        def run(job):
            self.begun.set()
            self.stopping.wait()

        yield run

    def stage(self, source):
        return source

    def unstage(self, source):
        pass


class BrokenPool(BlockedPool):
    @contextmanager
    def worker(self):
        raise OSError("no worker today")
        yield


def test_jobs_that_were_queued_when_the_pool_stops_are_cancelled():
    pool = BlockedPool(1)
    with pool.running():
        futures = [pool.submit(number) for number in range(5)]
        assert pool.begun.wait(10)
    assert futures[0].done()
    assert all(future.cancelled() for future in futures[1:])


def test_a_worker_that_cannot_be_started_fails_its_jobs():
    pool = BrokenPool(1)
    with pool.running(), pytest.raises(OSError, match="no worker today"):
        pool.submit(1).result(timeout=10)


def test_a_thread_that_was_not_started_is_not_waited_for(monkeypatch):
    def interrupted(thread):
        raise KeyboardInterrupt  # a signal between two steps of `submit`

    pool = BlockedPool(1)
    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), pool.running():
        pool.submit(None)
