"""The threads that wait for workers: every future is completed, whatever ends the pool."""

import os
import threading
from contextlib import contextmanager
from unittest.mock import Mock

import pytest

from snappy_core.ingest.threaded_pool import ThreadedPool
from snappy_core.ingest.worker_process import WorkerProcess


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


class SpoiledPool(BlockedPool):
    @contextmanager
    def worker(self):
        yield lambda job: job
        raise ProcessLookupError("gone before it was ended")


def test_a_worker_that_fails_as_it_ends_does_not_keep_the_pool(caplog):
    pool = SpoiledPool(2)

    def use():
        with pool.running():
            assert [pool.submit(number).result(10) for number in range(4)] == [0, 1, 2, 3]

    user = threading.Thread(target=use, daemon=True)
    user.start()
    user.join(10)
    assert not user.is_alive()
    assert "a worker failed as it ended: ProcessLookupError" in caplog.text


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_a_process_that_has_ended_by_itself_need_not_be_killed(tmp_path, monkeypatch):
    def gone(pid, number):
        raise ProcessLookupError

    process = WorkerProcess(None, tmp_path, 1, 1, threading.Event())
    process._process, process._pipe = Mock(exitcode=None), Mock()
    monkeypatch.setattr(os, "kill", gone)
    monkeypatch.setattr(os, "killpg", gone)
    process.kill()
    process._pipe.close.assert_called_once()


def test_a_thread_that_was_not_started_is_not_waited_for(monkeypatch):
    def interrupted(thread):
        raise KeyboardInterrupt  # a signal between two steps of `submit`

    pool = BlockedPool(1)
    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt), pool.running():
        pool.submit(None)
