"""The Lance store on S3: against a server that speaks S3, on this machine."""

import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partialmethod

import numpy as np
import pytest

from snappy_core import RegionIndex
from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.stores import open_store
from snappy_core.stores.base import PageFilter
from snappy_core.stores.lance import pooled
from snappy_core.stores.lance import table as lance_table
from snappy_core.stores.lance.errors import libraries
from snappy_core.stores.lance.store import LanceStore
from snappy_core.stores.lance.table import LanceTable
from snappy_core.stores.sqlite.store import SqliteStore
from snappy_core.testing import FakeEncoder
from snappy_core.testing.stores import StoreConformance
from snappy_core.testing.stores.samples import ENCODER, assert_consistent, document, texts

pytestmark = pytest.mark.requires("lancedb", "moto")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(lance_table, "_SETTLE", 0)


# In a process of its own: a server in a thread would take turns with the test that waits for it.
SERVER = """
import sys
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%s" % server.get_host_and_port(), flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture(scope="module")
def endpoint():
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    url = next(line for line in server.stdout if line.startswith("http")).strip()
    urllib.request.urlopen(urllib.request.Request(f"{url}/bucket", method="PUT")).close()
    yield url
    server.communicate(timeout=30)


@pytest.fixture
def s3(endpoint, monkeypatch):
    """The environment of someone whose S3 is this server."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def prefix(s3, request):
    return f"s3://bucket/{request.node.name}"


class TestOnS3(StoreConformance):
    @pytest.fixture
    def store(self, prefix):
        store = LanceStore(prefix)
        yield store
        store.close()


def test_serves_an_index(prefix, tmp_path, data):
    encoder = FakeEncoder()
    with RegionIndex.open(prefix, encoder) as index:
        index.add([data / "table.pdf", data / "page_labels.pdf"])
        assert index.info().location == prefix
    with (
        RegionIndex.open(prefix, encoder, create=False) as index,
        RegionIndex.open(tmp_path / "index.snappy", encoder) as other,
    ):
        other.add([data / "table.pdf", data / "page_labels.pdf"])
        hits, expected = index.search("boats", k=3), other.search("boats", k=3)
        assert [(hit.region, hit.score) for hit in hits] == [(h.region, h.score) for h in expected]
    with pytest.raises(IndexMismatchError, match="made by the encoder fake-1"):
        RegionIndex.open(prefix, FakeEncoder(name="other-2"))


def test_readers_see_new_versions_and_keep_theirs(prefix, monkeypatch):
    monkeypatch.setattr(lance_table, "_MARGIN", timedelta(0))
    writer, reader = LanceStore(prefix), LanceStore(prefix)
    writer.write(document("a"), texts("Tides turn", "Moon pulls"))
    with reader.read() as before:
        writer.write(document("a", "2"), texts("Sun shines"))
        writer.compact()
        with reader.read() as after:
            assert after.frequencies(["tide", "sun"]) == {"sun": 1}
            assert_consistent(after)
        assert before.frequencies(["tide", "sun"]) == {"tide": 1}
        assert_consistent(before)


def test_an_index_of_pooled_vectors_finds_candidates(prefix, monkeypatch):
    monkeypatch.setattr(pooled, "MOST_EXACT", 1)
    monkeypatch.setattr(pooled, "_MARGIN", timedelta(seconds=-1))
    monkeypatch.setattr(pooled, "_LAG", 0.01)
    query, weights = ENCODER.encode_query("tides").vectors, np.ones(1, np.float32)
    writer, reader = LanceStore(prefix), LanceStore(prefix)
    writer.bind_encoder(ENCODER.name, ENCODER.dim)
    for number in range(6):
        writer.write(document(f"d{number}"), texts(*["Moon pulls", "Sun shines"] * 4))
    writer.write(document("a"), texts("Tides turn"))
    writer.compact()
    with reader.read() as before:
        expected = [*before.page_ids("a").values()]
        assert before.candidates(query, weights, PageFilter(), 1).tolist() == expected
        writer.write(document("a", "2"), texts("Tides turn again"))
        writer.compact()
        writer.compact(timedelta(0))
        assert len(writer._table.other_names("pooled_")) == 1
        assert before.candidates(query, weights, PageFilter(), 1).tolist() == expected
        with reader.read() as after:
            expected = [*after.page_ids("a").values()]
            assert after.candidates(query, weights, PageFilter(), 1).tolist() == expected


def test_stores_write_at_once(prefix, monkeypatch):
    """Each has its own connection, as machines have; none of them loses a write."""
    monkeypatch.setattr(lance_table, "_SETTLE", 0.5)

    def fill(name):
        store = LanceStore(prefix)
        store.bind_encoder("mini-1", 16)
        for number in range(4):
            store.write(document(f"{name}{number}"), texts("Tides turn", "Moon pulls"))

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(fill, "abc"))
    with LanceStore(prefix, create=False).read() as snapshot:
        assert len(snapshot.documents()) == 12
        assert snapshot.frequencies(["tide"]) == {"tide": 12}
        assert_consistent(snapshot)


def test_a_creator_that_comes_late_puts_back_what_it_replaced(prefix, monkeypatch):
    """It has looked before the other one created the table, and Lance lets it replace that."""
    first = LanceStore(prefix)
    first.bind_encoder("mini-1", 16)
    first.write(document("a"), texts("Tides turn", "Moon pulls"))
    find, unseen = LanceTable._find, iter([None])
    monkeypatch.setattr(LanceTable, "_find", lambda table: next(unseen, find(table)))
    create = type(first._table.database).create_table
    monkeypatch.setattr(
        type(first._table.database), "create_table", partialmethod(create, mode="overwrite")
    )
    LanceStore(prefix).write(document("b"), texts("Sun shines"))
    for store in (first, LanceStore(prefix, create=False)):
        assert store.encoder() == ("mini-1", 16)
        with store.read() as snapshot:
            assert [record.document_id for record in snapshot.documents()] == ["a", "b"]
            assert snapshot.frequencies(["tide", "sun"]) == {"tide": 1, "sun": 1}
            assert_consistent(snapshot)


def test_options_stand_in_for_the_environment(prefix, endpoint, monkeypatch):
    LanceStore(prefix).write(document("a"), texts("Tides turn"))
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "REGION", "ENDPOINT_URL", "ALLOW_HTTP"):
        monkeypatch.delenv(f"AWS_{name}")
    options = {
        "aws_access_key_id": "somebody",
        "aws_secret_access_key": "secret",
        "aws_region": "us-east-1",
        "aws_endpoint": endpoint,
        "allow_http": "true",
    }
    with LanceStore(prefix, create=False, storage_options=options).read() as snapshot:
        assert [found.document_id for found in snapshot.documents()] == ["a"]


def test_copies_a_file_to_s3_and_back(prefix, tmp_path):
    from snappy_core.stores.copy import copy

    origin, back = SqliteStore(tmp_path / "a.snappy"), SqliteStore(tmp_path / "b.snappy")
    origin.bind_encoder("mini-1", 16)
    for name in "abc":
        origin.write(document(name), texts("Tides turn", f"Moon {name} pulls"))
    remote = LanceStore(prefix)
    assert copy(origin, remote).copied == ("a", "b", "c")
    assert copy(remote, back).copied == ("a", "b", "c")
    assert copy(origin, back).unchanged == ("a", "b", "c")
    with back.read() as snapshot:
        assert_consistent(snapshot)
    origin.close()
    back.close()


# What goes wrong


def test_no_index(s3):
    with pytest.raises(FileNotFoundError, match="s3://bucket/none: no such index; make it with"):
        open_store("s3://bucket/none", create=False)


@pytest.mark.parametrize("location", ["s3://", "s3:///"])
def test_no_bucket_named(location):
    with pytest.raises(ValueError, match="names no bucket; use s3://bucket/prefix"):
        open_store(location)


ONCE = {"client_max_retries": "0"}


def test_no_such_bucket(s3):
    with pytest.raises(StoreError, match="s3://none/x: there is no such bucket; create it first"):
        LanceStore("s3://none/x", storage_options=ONCE)


def test_no_credentials(s3, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))  # where a profile might lie
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(StoreError, match="no credentials; set AWS_ACCESS_KEY_ID"):
        LanceStore("s3://bucket/x", storage_options=ONCE)


def test_no_server(s3, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StoreError, match="the server cannot be reached; check the network, and"):
        LanceStore("s3://bucket/x", storage_options=ONCE)


def test_http_must_be_allowed(s3, monkeypatch):
    monkeypatch.delenv("AWS_ALLOW_HTTP")
    with pytest.raises(StoreError, match="set AWS_ALLOW_HTTP=true"):
        LanceStore("s3://bucket/x", storage_options=ONCE)


def test_another_table(prefix):
    lancedb, arrow = libraries()
    lancedb.connect(prefix).create_table("snappy", schema=arrow.schema([("x", arrow.int64())]))
    with pytest.raises(IndexMismatchError, match="contains a Lance table, but not a Snappy index"):
        open_store(prefix)
