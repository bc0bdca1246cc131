"""The Qdrant store over HTTP: on a stub that answers as a server does, and in all ways it fails."""

import runpy
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from snappy_core import RegionIndex
from snappy_core.cli import main
from snappy_core.errors import StoreError
from snappy_core.search.engine import search
from snappy_core.stores import SqliteStore, open_store
from snappy_core.stores.qdrant import points as qdrant_points
from snappy_core.stores.qdrant import server as qdrant_server
from snappy_core.stores.qdrant.server import TRIES
from snappy_core.stores.qdrant.store import QdrantStore
from snappy_core.testing import FakeEncoder
from snappy_core.testing.stores import StoreConformance
from snappy_core.testing.stores.samples import assert_consistent, document, texts
from tests.stores.qdrant.qdrant_stub import LIMIT, LOCAL_MODE, serve

pytestmark = [LOCAL_MODE, pytest.mark.requires("qdrant_client")]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def waits(monkeypatch):
    """How long it was waited each time; it is not waited."""
    waits = []
    monkeypatch.setattr(qdrant_server, "_sleep", waits.append)
    return waits


@pytest.fixture
def stub():
    with serve() as stub:
        yield stub


@pytest.fixture
def store(stub):
    store = QdrantStore(f"qdrant://{stub.address}/index", timeout=60)
    store.write(document("a"), texts("Tides turn"))
    stub.seen.clear()
    yield store
    store.close()


class TestOverHttp(StoreConformance):
    @pytest.fixture
    def store(self, stub):
        store = QdrantStore(f"qdrant://{stub.address}/index")
        yield store
        store.close()


def names(store):
    with store.read() as snapshot:
        return [found.document_id for found in snapshot.documents()]


def test_open_store(stub):
    location = f"qdrant://{stub.address}/reports"
    store = open_store(location)
    assert isinstance(store, QdrantStore)
    assert store.location == location
    store.write(document("a"), texts("Tides turn"))
    store.close()
    store.close()
    assert names(open_store(location, create=False)) == ["a"]
    with pytest.raises(FileNotFoundError, match=f"{location}2: no such index"):
        open_store(f"{location}2", create=False)


def test_serves_an_index(stub, data):
    location, encoder = f"qdrant://{stub.address}/reports", FakeEncoder()
    with RegionIndex.open(location, encoder) as index:
        report = index.add([data / "table.pdf", data / "page_labels.pdf"], metadata={"n": 1})
        assert len(report.added) == 2
        assert len(index.add(data / "table.pdf").unchanged) == 1
    with (
        RegionIndex.open(location, encoder, create=False) as index,
        RegionIndex(encoder=encoder) as other,
    ):
        other.add([data / "table.pdf", data / "page_labels.pdf"], metadata={"n": 1})
        hits = index.search("boats", k=3, filter={"n": 1})
        assert hits == other.search("boats", k=3, filter={"n": 1})
        assert len(hits) == 3
        assert index.explain(hits[0]) == other.explain(hits[0])
        assert index.page_image(hits[0]).size == other.page_image(hits[0]).size
        info = index.info()
        assert (info.location, info.documents, info.bytes) == (location, 2, None)
        assert info.pages == other.info().pages


def test_a_path_on_the_server():
    server = qdrant_server.Server("qdrants://x.org/a/b/name/", None, 60)
    assert server.name == "name"
    assert server._client._client.rest_uri == "https://x.org:6333/a/b"
    server.close()


def test_copies_by_the_command_line(stub, tmp_path, capsys):
    source = SqliteStore(tmp_path / "source.snappy")
    source.bind_encoder("mini-1", 16)
    source.write(document("a"), texts("Tides turn", "Moon pulls"))
    source.close()
    there, back = f"qdrant://{stub.address}/index", str(tmp_path / "back.snappy")
    assert main(["copy", source.location, there]) == 0
    assert main(["copy", there, back]) == 0
    assert main(["copy", source.location, back]) == 0
    assert capsys.readouterr().out.splitlines()[2].startswith("0 copied and verified, 1 unchanged")


def test_the_smoke_test_of_a_live_server(stub, capsys, monkeypatch):
    monkeypatch.setattr(qdrant_points, "MULTIVECTOR", 64 * 1000 - 1)  # a stub is slow
    runpy.run_path(ROOT / "examples" / "qdrant_smoke.py")["main"](f"qdrant://{stub.address}")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Qdrant 0.0.0 at http://{stub.address}"
    assert len(lines) == 7
    assert all(line.startswith("ok: ") for line in lines[1:])
    assert stub.client.get_collections().collections == []


# What is sent


@pytest.mark.filterwarnings("ignore:Api key is used with an insecure connection:UserWarning")
@pytest.mark.parametrize("given", ["argument", "environment"])
def test_the_api_key_is_sent(stub, monkeypatch, given):
    monkeypatch.setenv("QDRANT_API_KEY", "sesame" if given == "environment" else "other")
    key = "sesame" if given == "argument" else None
    store = QdrantStore(f"qdrant://{stub.address}/index", api_key=key)
    store.write(document("a"), texts("Tides turn"))
    assert len(stub.seen) > 5
    assert {headers.get("api-key") for *_, headers in stub.seen} == {"sesame"}
    assert "sesame" not in store.location


def test_requests_stay_below_the_limit(stub, store, monkeypatch):
    """Even when the limit is met by many small pages."""
    monkeypatch.setattr(qdrant_points, "BATCH", 60_000)
    words = " ".join(f"tide{n}" for n in range(100))
    store.write(document("long"), texts(*[words] * 30))
    sizes = [size for method, path, size, _ in stub.seen if path == "/collections/index/points"]
    assert len(sizes) > 5
    assert max(sizes) <= 60_000 < sum(sizes)
    assert qdrant_points.BATCH < qdrant_points.REQUEST < LIMIT
    with store.read() as snapshot:
        assert_consistent(snapshot)


def test_a_search_reads_few_pages(stub, store):
    store.write(document("b"), texts(*[f"Tides {n}" for n in range(120)]))
    query = FakeEncoder(dim=16).encode_query("tides 7")
    stub.seen.clear()
    with store.read() as snapshot:
        hits, _ = search(snapshot, query, k=3)
        assert len(hits) == 3
    asked = [path.removeprefix("/collections/") for _, path, *_ in stub.seen]
    assert asked == [
        "index.log/points",  # the head
        "index.log/points/scroll",
        "index.log/points/count",
        *["index/points/count"] * 2,  # of the terms
        "index/points/query",
        "index/points",  # the patches of 50 pages
        *["index/points"] * 5,  # the pages of the hits, and of where their text may go on
    ]


# A server that falters


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("drop", r"cannot be reached \(.*\); is it running, are host and port right"),
        ("lose", "cannot be reached"),
        ((500, {}, '{"status": {"error": "out of disk"}}'), r"the server fails \(500\): .*out of"),
        ((503, {}, "no leader"), r"the server fails \(503\): no leader"),
        ((429, {}, "slow down"), r"the server fails \(429\): slow down"),
        ((429, {"Retry-After": "7"}, "{}"), "more requests than it accepts"),
        ((429, {"Retry-After": "soon"}, "{}"), "more requests than it accepts"),
    ],
)
def test_is_asked_again(stub, store, waits, fault, words):
    stub.faults = [fault] * (TRIES - 1)
    assert names(store) == ["a"]
    assert len(waits) == TRIES - 1
    stub.seen.clear()
    waits.clear()
    stub.faults = [fault] * TRIES
    with pytest.raises(StoreError, match=words) as caught:
        names(store)
    assert str(caught.value).startswith(f"qdrant://{stub.address}/index: ")
    assert len(stub.seen) == TRIES
    assert len(waits) == TRIES - 1


def test_waits_longer_each_time(stub, store, waits):
    stub.faults = ["drop"] * 4 + [(429, {"Retry-After": "20"}, "{}")]
    with pytest.raises(StoreError):
        names(store)
    for wait, most in zip(waits, (0.5, 1, 2, 4), strict=True):
        assert most / 2 <= wait <= most
    waits.clear()
    stub.faults = [(429, {"Retry-After": "20"}, "{}"), (429, {"Retry-After": "999"}, "{}"), None]
    assert names(store) == ["a"]
    assert waits == [20, 30]


def test_a_server_that_does_not_answer(stub, store, waits):
    """Its time is up after one request: it is not asked again and again."""
    with closing(QdrantStore(store.location, timeout=1)) as hasty:
        stub.faults = [1.3, 1.3, 1.3]
        with pytest.raises(StoreError, match="did not answer in time; raise `timeout`"):
            hasty._server.ask(lambda client: client.get_collections())
    assert waits == []
    assert len(stub.faults) == 2


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ((401, {}, "no key"), r"denies access \(401\); set QDRANT_API_KEY, or give `api_key`"),
        ((403, {}, "read only"), r"denies access \(403\); set QDRANT_API_KEY"),
        ((404, {}, "Not found: index.log"), r"was it deleted meanwhile\? \(Not found: index.log\)"),
        (
            (413, {}, "too large"),
            "larger than the server accepts; set its service.max_req",
        ),
        ((400, {}, '{"status": {"error": "bad vector"}}'), r"refuses \(400\): .*bad vector"),
        ((200, {}, "<html>hello</html>"), "gave no answer that the client understands"),
        ((200, {}, '{"result": 5}'), "no Qdrant server of a known version"),
    ],
)
def test_what_is_refused_is_not_asked_again(stub, store, waits, fault, words):
    stub.faults = [fault]
    with pytest.raises(StoreError, match=words):
        names(store)
    assert len(stub.seen) == 1
    assert waits == []
    assert names(store) == ["a"]


def test_nobody_is_there(waits):
    with serve() as stub:
        location = f"qdrant://{stub.address}/index"
    with pytest.raises(StoreError, match=rf"^{location}: the server cannot be reached"):
        open_store(location)
    assert len(waits) == TRIES - 1


def test_what_is_sent_twice_is_there_once(stub, store, waits):
    """All that writes and deletes is done, and its answer lost."""
    for turn in range(3):
        stub.faults = ["lose", None] * 20
        store.write(document("b", str(turn)), texts("Moon pulls", "Moon shines"))
        store.set_metadata("b", {"turn": turn})
    stub.faults = ["lose", None] * 20
    assert store.delete("a")
    stub.faults = []
    with store.read() as snapshot:
        (found,) = snapshot.documents()
        assert (found.content_hash, found.pages, dict(found.metadata)) == ("2", 2, {"turn": 2})
        assert snapshot.frequencies(["moon", "tide"]) == {"moon": 2}
        assert_consistent(snapshot)


def test_a_collection_is_made_once(stub, waits):
    """The answer that it is made is lost, and then it is there already."""
    stub.faults = [None, None, "lose"]  # are they there? make one
    store = QdrantStore(f"qdrant://{stub.address}/index")
    stub.faults = [None, None, None, "lose"]  # the head, is it there? make the other
    store.write(document("a"), texts("Tides turn"))
    assert names(store) == ["a"]


@pytest.mark.parametrize("good", range(1, 9))
def test_a_write_may_be_cut_off_anywhere(stub, store, waits, monkeypatch, good):
    """From some request on, the server is gone; then it comes back."""
    monkeypatch.setattr(qdrant_points, "BATCH", 1)
    stub.faults = [None] * good + ["drop"] * 100
    with suppress(StoreError):
        store.write(document("a", "2"), texts("Moon pulls", "Moon shines"))
    stub.faults = []
    for each in (store, QdrantStore(store.location)):
        with each.read() as snapshot:
            (found,) = snapshot.documents()
            expected = {"tide": 1} if found.content_hash == "1" else {"moon": 2}
            assert snapshot.frequencies(["tide", "moon"]) == expected
            assert_consistent(snapshot)
    store.write(document("a", "3"), texts("Sun"))
    with store.read() as snapshot:
        assert snapshot.frequencies(["tide", "moon", "sun"]) == {"sun": 1}
        assert_consistent(snapshot)


def test_threads_search_while_one_writes(stub):
    encoder = FakeEncoder(dim=16)
    index = RegionIndex(QdrantStore(f"qdrant://{stub.address}/index"), encoder)
    store = index._store
    store.write(document("still"), texts("Tides turn"))
    done = threading.Event()
    found, errors = [], []

    def search():
        while not done.is_set():
            try:
                found.append([hit.document_id for hit in index.search("tides moon", k=5)])
            except Exception as error:
                errors.append(error)
                return

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    turn = 0
    while turn < 12 or (len(found) < 4 and not errors):
        store.write(document("a", str(turn)), texts("Moon pulls", f"Turn {turn}"))
        time.sleep(0.01)
        turn += 1
    done.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(found) > 3
    assert all(ids.count("still") == 1 and ids.count("a") in (0, 2) for ids in found)
    assert found[-1].count("a") == 2
    index.close()
