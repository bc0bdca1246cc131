"""S3 that accepts and never answers."""

import socket
import time

import pytest

from snappy_core.errors import StoreError
from snappy_core.stores.lance.store import LanceStore

pytestmark = pytest.mark.requires("lancedb")


@pytest.fixture
def silent():
    """Return a socket that connects to everybody and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        server.setblocking(False)
        yield server


def count_connections(server):
    """Return how many connections wait to be accepted, and close them."""
    for count in range(64):
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
    return 64


@pytest.mark.parametrize("create", [True, False])
def test_a_server_that_never_answers(silent, create):
    options = {
        "aws_access_key_id": "id", "aws_secret_access_key": "secret", "aws_region": "here",
        "aws_endpoint": f"http://127.0.0.1:{silent.getsockname()[1]}", "allow_http": "true",
    }  # fmt: skip
    started = time.monotonic()
    with pytest.raises(StoreError, match=r"s3://bucket/index: the server did not answer"):
        LanceStore("s3://bucket/index", create=create, storage_options=options, timeout=1)
    assert time.monotonic() - started < 30
    assert 0 < count_connections(silent) < 10


def test_the_timeout_is_positive(tmp_path):
    with pytest.raises(ValueError, match="timeout must be positive"):
        LanceStore(tmp_path / "index.lance", timeout=0)
