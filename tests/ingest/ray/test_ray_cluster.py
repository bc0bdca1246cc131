"""Which cluster an address stands for, and errors before one is joined or started."""

import os
import re
import socket
import sys
import threading
import time
from pathlib import Path

import pytest

from snappy_core import MissingDependencyError, Ray, RegionIndex, Source
from snappy_core.cli import main
from snappy_core.errors import install_hint
from snappy_core.ingest.ray import executor
from snappy_core.ingest.ray.cluster import _environment, actor_resources, connected, find
from snappy_core.ingest.worker import WorkerSetup
from snappy_core.testing import FakeEncoder
from tests.ingest.misbehaving import Locked

pytestmark = pytest.mark.requires("ray")


def add(encoder):
    with RegionIndex(encoder=encoder) as index:
        return index.add([], executor=Ray("local"))


@pytest.fixture
def closed():
    """An address at which nobody answers."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


def test_a_cluster_that_does_not_answer(closed, data, tmp_path, monkeypatch, capsys):
    started = time.monotonic()
    command = ["index", str(data / "table.pdf"), "--to", str(tmp_path / "a"), "--ray"]
    assert main([*command, closed]) == 1
    error = capsys.readouterr().err
    assert f"no Ray cluster answers at {closed} (" in error
    assert "`ray start --head`" in error
    monkeypatch.setenv("RAY_ADDRESS", closed)
    with pytest.raises(ConnectionError, match=closed):
        find("auto")
    assert time.monotonic() - started < 45  # Ray itself tries for a minute


def test_a_cluster_that_accepts_and_never_answers():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        cluster = Ray(address, connect_timeout=0.5)
        with (
            RegionIndex(encoder=FakeEncoder()) as index,
            pytest.raises(ConnectionError, match=r"no answer within 0\.5 seconds"),
        ):
            index.add([], executor=cluster)
        assert time.monotonic() - started < 45  # Ray itself tries for a minute


def token_errors():
    """What Ray 2.60 raises without a token and with a wrong one."""
    from ray.exceptions import AuthenticationError

    missing = AuthenticationError("Token authentication is enabled but no token was found")
    wrong = ConnectionError("Failed to connect to Ray cluster at 10.0.0.1:6379")
    wrong.__cause__ = RuntimeError(
        "Failed to connect to GCS. Last connection error: ray.exceptions.AuthenticationError: "
        "RPC error: InvalidAuthToken: Authentication token is missing or incorrect"
    )
    return missing, wrong


@pytest.mark.parametrize("number", [0, 1], ids=["missing", "wrong"])
def test_a_token_that_is_missing_or_wrong(number, monkeypatch):
    import ray

    def init(address, **options):
        raise token_errors()[number]

    monkeypatch.setattr(ray, "init", init)
    message = r"10\.0\.0\.1:6379 does not accept this process: .* token .*RAY_AUTH_TOKEN"
    with pytest.raises(ConnectionError, match=message), connected("10.0.0.1:6379"):
        pass


def test_another_error_of_ray_is_told_as_it_is(monkeypatch):
    import ray

    monkeypatch.setattr(ray, "init", lambda *_, **__: sys.exit("no answer"))
    with (
        pytest.raises(ConnectionError, match=r"cannot be used \(no answer\); start one with"),
        connected("10.0.0.1:6379"),
    ):
        pass


class FullCluster:
    """A cluster on which nothing ever starts."""

    def wait(self, references, timeout):
        return [], references


def test_a_cluster_without_room_is_told(monkeypatch, caplog):
    monkeypatch.setattr(executor, "_PATIENCE", 0.01)
    pool = executor.RayPool(WorkerSetup.of(FakeEncoder()), Ray("local"), FullCluster)
    pool._ray = FullCluster()
    threading.Timer(0.2, pool.stopping.set).start()
    pool._wait_for("an actor", "has no room yet for an actor: waiting")
    assert [record.message for record in caplog.records] == [
        "the Ray cluster has no room yet for an actor: waiting"
    ]


def test_documents_in_flight_are_needed_when_a_later_one_leaves():
    """As one does that is unchanged and of which pages are kept."""
    pool = executor.RayPool(WorkerSetup.of(FakeEncoder()), Ray("local"), FullCluster)
    pool._ray = FullCluster()
    sources = [Source(f"{name}.pdf", path=Path(f"{name}.pdf")) for name in "abc"]
    first, second, third = map(pool.stage, sources)
    pool.unstage(third)
    assert pool._oldest == 0
    pool.unstage(first)
    assert pool._oldest == 1
    pool.unstage(second)
    assert pool._oldest == 3


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ray://10.0.0.1:10001", "a Ray client cannot be used"),
        ("a.pdf", "'a.pdf' is no address of a Ray cluster; give 'auto', 'local'"),
        (":6379", "is no address"),
        ("", "is no address"),
    ],
)
def test_wrong_addresses(address, said):
    with RegionIndex(encoder=FakeEncoder()) as index, pytest.raises(ValueError, match=said):
        index.add([], executor=Ray(address))


def test_the_environment_is_left_as_it_was(monkeypatch):
    monkeypatch.setenv("SNAPPY_TEST_SET", "mine")
    monkeypatch.delenv("SNAPPY_TEST_NEW", raising=False)
    with _environment({"SNAPPY_TEST_SET": "theirs", "SNAPPY_TEST_NEW": "new"}):
        assert (os.environ["SNAPPY_TEST_SET"], os.environ["SNAPPY_TEST_NEW"]) == ("mine", "new")
    assert os.environ["SNAPPY_TEST_SET"] == "mine"
    assert "SNAPPY_TEST_NEW" not in os.environ


def test_wrong_options_and_encoders_are_errors_at_once(monkeypatch):
    for options in ({"workers": -1}, {"timeout": 0}, {"memory": -5}):
        with pytest.raises(ValueError, match=f"{next(iter(options))} must be positive"):
            Ray(**options)
    with pytest.raises(TypeError, match="fake-1 cannot be sent"):
        add(Locked())
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingDependencyError, match=re.escape(install_hint("ray"))):
        add(FakeEncoder())


def test_nothing_to_do_starts_no_cluster(data, monkeypatch):
    with RegionIndex(encoder=FakeEncoder()) as index:
        index.add(data / "table.pdf")
        monkeypatch.setattr(executor, "connected", lambda *_: pytest.fail("a cluster is started"))
        report = index.add([data / "table.pdf", data / "none.pdf"], executor=Ray("local"))
    assert len(report.unchanged) == len(report.failed) == 1


@pytest.mark.parametrize(
    ("cores", "gpus", "workers", "share"),
    [
        ((4, 16), 0, None, ({"num_cpus": 1}, 20)),
        ((4, 16), 2, 3, ({"num_cpus": 1}, 3)),
        ((0, 16), 2, 0, ({"num_gpus": 1}, 2)),
        ((0, 4, 16), 0, 0, ({"num_cpus": 4}, 2)),
    ],
)
def test_resources_of_an_actor(cores, gpus, workers, share):
    class Cluster:
        def cluster_resources(self):
            return {"CPU": float(sum(cores)), **({"GPU": float(gpus)} if gpus else {})}

        def nodes(self):
            gone = {"Alive": False, "Resources": {"CPU": 2.0}}
            alive = [{"Alive": True, "Resources": {"CPU": float(n)} if n else {}} for n in cores]
            return [gone, *alive]

    assert actor_resources(Cluster(), workers) == share
