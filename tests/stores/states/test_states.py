"""Every store under the state machine; `make states` runs it for longer, and each time anew."""

import signal
from datetime import timedelta

import pytest
from hypothesis import settings

from snappy_core.stores import MemoryStore, SqliteStore, open_store
from snappy_core.stores.qdrant.store import QdrantStore
from snappy_core.stores.sqlite import locks
from snappy_core.testing.stores.samples import ENCODER
from tests.stores.qdrant.qdrant_stub import LOCAL_MODE, local_client
from tests.stores.states.changes import (
    Compact,
    Delete,
    Write,
    apply_and_be_interrupted,
    apply_and_be_killed,
    count_calls,
)
from tests.stores.states.machine import StoreMachine, calls_of, contents

IS_SHORT = settings.get_current_profile_name() == "snappy"
NOTHING = timedelta(0)

needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")


def run_of(machine, examples):
    """Return the test of a machine with the number of runs that fits into a few seconds."""
    case = machine.TestCase
    if IS_SHORT:
        case.settings = settings(max_examples=examples, stateful_step_count=15)
    return case


class SqliteMachine(StoreMachine):
    """A file, and writers in processes of their own, which SIGKILL ends."""

    @staticmethod
    def open_scratch(folder):
        return SqliteStore(f"{folder}/index.snappy")

    def open(self):
        return self.open_scratch(self.folder)

    def interrupt(self, change, moment):
        calls = int(moment * calls_of(self.open_scratch, change))
        return apply_and_be_killed(self.store.location, change, calls)


class LanceMachine(SqliteMachine):
    """The same of a folder."""

    @staticmethod
    def open_scratch(folder):
        return open_store(f"{folder}/index.lance")

    def compact_all(self):
        self.store.compact(NOTHING)


class MemoryMachine(StoreMachine):
    """The memory of this process, where Ctrl-C ends a change; closing forgets all."""

    @staticmethod
    def open_scratch(folder):
        return MemoryStore()

    def open(self):
        self.documents, self.last_page = {}, 0
        store = MemoryStore()
        store.bind_encoder(ENCODER.name, ENCODER.dim)
        return store

    def interrupt(self, change, moment):
        calls = int(moment * calls_of(self.open_scratch, change))
        return apply_and_be_interrupted(self.store, change, calls)


class Killed(BaseException):
    """The writer is no more: nothing catches it."""


class MortalClient:
    """A client of Qdrant that is killed with its writer after so many requests."""

    def __init__(self, client, requests):
        self._client = client
        self._requests = requests

    def __getattr__(self, name):
        method = getattr(self._client, name)

        def call(*args, **options):
            self._requests -= 1
            if self._requests < 0:
                raise Killed
            return method(*args, **options)

        return call


class QdrantMachine(StoreMachine):
    """The client's local mode is the server: a killed writer sends it no further request."""

    LONGEST = 40  # requests of any change of this machine

    def __init__(self):
        super().__init__()
        self.client = local_client()

    def open(self):
        return QdrantStore("qdrant://local/index", client=self.client)

    def interrupt(self, change, moment):
        client = MortalClient(self.client, self.LONGEST)
        store = QdrantStore("qdrant://local/index", client=client)
        client._requests = int(moment * self.LONGEST)
        try:
            change.prepare()(store)
        except Killed:
            return False
        return True

    def compact_all(self):
        self.store.compact(NOTHING)


TestSqlite = needs_kill(run_of(SqliteMachine, 15))
TestLance = pytest.mark.requires("lancedb")(needs_kill(run_of(LanceMachine, 8)))
TestMemory = run_of(MemoryMachine, 40)
TestQdrant = LOCAL_MODE(pytest.mark.requires("qdrant_client")(run_of(QdrantMachine, 30)))


# Interrupted between the creation of a temporary file and the `with` that closes it
@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("change", [Write("a", "2", ("Moon pulls",)), Delete("a"), Compact()])
def test_ctrl_c_leaves_a_store_that_works(tmp_path, monkeypatch, change):
    """At any moment of a change; no lock and no transaction stay behind."""
    monkeypatch.setattr(locks, "WAIT_SECONDS", 0.2)
    store = SqliteStore(tmp_path / "index.snappy")
    before = Write("a", "1", ("Tides turn", "Wind turns"))
    before.prepare()(store)
    calls = count_calls(store, change)
    for number in range(1, calls, 3):
        before.prepare()(store)
        apply_and_be_interrupted(store, change, number)
        with store.read() as snapshot:
            after = {"a": ("2", ("Moon pulls",))} if isinstance(change, Write) else {}
            assert contents(snapshot) in ({"a": (before.content, before.pages)}, after)
    store.close()
