"""The Qdrant store in the client's local mode: what it shares with every store, and its events."""

import re
import sys
import threading
import time
from datetime import timedelta

import numpy as np
import pytest

from snappy_core.errors import IndexMismatchError, MissingDependencyError, StoreError, install_hint
from snappy_core.stores import open_store
from snappy_core.stores.base import PageFilter
from snappy_core.stores.event_log import Event
from snappy_core.stores.qdrant import collection, log_collection, page_collection
from snappy_core.stores.qdrant import points as qdrant_points
from snappy_core.stores.qdrant import store as qdrant
from snappy_core.stores.qdrant.log import put_event_body
from snappy_core.stores.qdrant.log_collection import LogCollection
from snappy_core.stores.qdrant.page_collection import PageCollection
from snappy_core.stores.qdrant.store import QdrantStore
from snappy_core.testing.stores import StoreConformance
from snappy_core.testing.stores.samples import (
    ENCODER,
    assert_consistent,
    document,
    grid_record,
    texts,
)
from tests.stores.qdrant.qdrant_stub import LOCAL_MODE, local_client

pytestmark = [LOCAL_MODE, pytest.mark.requires("qdrant_client")]
LOCATION = "qdrant://local/index"
NOTHING = timedelta(0)


@pytest.fixture
def client():
    return local_client()


@pytest.fixture
def store(client):
    store = QdrantStore(LOCATION, client=client)
    yield store
    store.close()


class TestQdrantStore(StoreConformance):
    @pytest.fixture
    def store(self, client):
        store = QdrantStore(LOCATION, client=client)
        yield store
        store.close()


class TestInPieces(StoreConformance):
    """Every page is several points, each in a request of its own; cleaned up all the time."""

    @pytest.fixture
    def store(self, client, monkeypatch):
        monkeypatch.setattr(qdrant_points, "MULTIVECTOR", 40)
        monkeypatch.setattr(qdrant_points, "BATCH", 1)
        monkeypatch.setattr(collection, "_SCROLL_BATCH", 7)
        monkeypatch.setattr(page_collection, "_READ_BATCH", 3)
        monkeypatch.setattr(qdrant, "_CLEAN_INTERVAL", 1)
        monkeypatch.setattr(qdrant, "_KEEP", timedelta(seconds=1))
        store = QdrantStore(LOCATION, client=client)
        yield store
        store.close()


def names(store):
    with store.read() as snapshot:
        return [found.document_id for found in snapshot.documents()]


def counts(client):
    """Return how many points the collections have: of pages, and of events and the head."""
    return [client.count(name).count for name in ("index", "index.log")]


def nearest(snapshot, question="tide"):
    query = ENCODER.encode_query(question)
    return snapshot.candidates(query.vectors, np.ones(1, np.float32), PageFilter(), 1)


# Collections


def test_stays_on_the_server(client, store):
    store.bind_encoder("mini-1", 16)
    store.write(document("a", team="sea"), texts("Tides turn"))
    store.close()
    again = QdrantStore(LOCATION, create=False, client=client)
    assert again.location == LOCATION
    assert names(again) == ["a"]
    with pytest.raises(
        IndexMismatchError, match=r"qdrant://local/index: made by the encoder mini-1"
    ):
        again.bind_encoder("other-2", 16)
    with again.read() as snapshot:
        assert_consistent(snapshot)


def test_indexes_lie_side_by_side(client, store):
    other = QdrantStore("qdrant://local/other", client=client)
    store.write(document("a"), texts("Tides turn"))
    other.write(document("b"), texts("Tides come", "Tides go"))
    for each, pages in ((store, 1), (other, 2)):
        with each.read() as snapshot:
            assert snapshot.frequencies(["tide"]) == {"tide": pages}
            assert_consistent(snapshot)


def test_not_created_unless_asked(client):
    with pytest.raises(FileNotFoundError, match="qdrant://local/index: no such index; make it"):
        QdrantStore(LOCATION, create=False, client=client)
    assert client.get_collections().collections == []


@pytest.mark.parametrize("create", [True, False])
def test_other_collections_are_refused_and_left_alone(client, create):
    from qdrant_client import models

    plain = models.VectorParams(size=2, distance=models.Distance.DOT)
    client.create_collection("index", vectors_config=plain)
    with pytest.raises(IndexMismatchError, match="is a collection, but not a Snappy index"):
        QdrantStore(LOCATION, create=create, client=client)
    client.create_collection("notes.log", vectors_config=plain)
    client.upsert("notes.log", [models.PointStruct(id=1, vector=[1, 2])])
    with pytest.raises(
        IndexMismatchError, match=r"a collection notes\.log, but it is not a Snappy"
    ):
        QdrantStore("qdrant://local/notes", create=create, client=client)
    assert [c.name for c in client.get_collections().collections] == ["index", "notes.log"]


def test_another_schema_is_refused(client, store, monkeypatch):
    monkeypatch.setattr(log_collection, "SCHEMA_VERSION", 7)
    with pytest.raises(
        IndexMismatchError, match="has the schema 4, this version of Snappy writes 7"
    ):
        QdrantStore(LOCATION, client=client)


def test_what_a_killed_maker_left_is_completed(client, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(LogCollection, "touch", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            QdrantStore(LOCATION, client=client)
    store = QdrantStore(LOCATION, client=client)
    store.write(document("a"), texts("Tides turn"))
    assert names(store) == ["a"]


def test_how_collections_are_made(store, client, monkeypatch):
    from qdrant_client import models

    made = {}
    create = client.create_collection
    monkeypatch.setattr(
        client,
        "create_collection",
        lambda name, **options: made.update({name: options}) or create(name, **options),
        raising=False,
    )
    quantized = models.ScalarQuantization(
        scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
    )
    options = {"shard_number": 3, "replication_factor": 2, "write_consistency_factor": 2}
    store = QdrantStore("qdrant://local/x", client=client, quantization=quantized, **options)
    store.bind_encoder("mini-1", 16)
    store.write(document("a"), texts("Tides turn"))
    assert list(made) == ["x.log", "x"]
    assert made["x.log"] == {**options, "shard_number": 1, "vectors_config": {}}
    vectors = made["x"].pop("vectors_config")
    assert made["x"] == {**options, "quantization_config": quantized, "on_disk_payload": True}
    for name, params in vectors.items():
        assert (params.size, params.distance, params.datatype) == (16, "Dot", "float16")
        assert params.multivector_config.comparator == "max_sim"
        assert bool(params.on_disk) == (name == "patches")
    assert vectors["patches"].hnsw_config.m == 0  # ranked by all patches, never searched by them
    assert vectors["pooled"].hnsw_config is None


def test_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "qdrant_client", None)
    with pytest.raises(MissingDependencyError, match=re.escape(install_hint("qdrant"))):
        open_store("qdrant://localhost:6333/reports")


@pytest.mark.parametrize(
    "location",
    ["qdrant://host", "qdrant://host:6333/", "qdrant:name", "qdrant://key@host/x", "qdrants:///x",
     "qdrant://host/x?api_key=1", "qdrant://host/a b", "qdrant://host/..",
     "qdrant://host/" + "x" * 252],
)  # fmt: skip
def test_locations_of_another_form(location):
    with pytest.raises(ValueError, match="use qdrant://host:6333/name, or qdrants:// for TLS"):
        open_store(location)


# Events


def test_what_is_known_is_not_read_again(store, monkeypatch):
    monkeypatch.setattr(log_collection, "_LATE", NOTHING)  # what is so new is read again
    for number in range(20):
        store.write(document(f"d{number}"), texts("Tides turn"))
    names(store)
    read = []
    events = LogCollection.events
    monkeypatch.setattr(
        LogCollection,
        "events",
        lambda self, after: read.append(len(found := events(self, after))) or found,
    )
    names(store)
    assert read == []  # nothing has changed
    other = QdrantStore(LOCATION, client=store._server._client)
    other.write(document("d3"), texts("Tides come"))
    read.clear()
    with store.read() as snapshot:
        assert snapshot.frequencies(["turn", "come"]) == {"turn": 19, "come": 1}
        assert_consistent(snapshot)
    assert read == [1]


@pytest.mark.parametrize("seconds", [1, 3600])
def test_late_events_are_not_missed(store, seconds):
    """Another machine's clock is behind, or its event was long on the way."""
    store.write(document("a"), texts("Tides turn"))
    with store.read() as snapshot:
        ids = snapshot.page_ids("a")
    at = time.time_ns() // 1000 - seconds * 1_000_000
    store._log.append(Event(at, "late", "put", put_event_body(document("b"), [])))
    assert names(store) == ["a", "b"]
    with store.read() as snapshot:
        assert snapshot.page_ids("a") == ids
        assert_consistent(snapshot)


def test_a_late_event_is_not_missed_when_another_is_forgotten_meanwhile(store, client):
    """As many events as before, though not the same."""
    other = QdrantStore(LOCATION, client=client)
    store.write(document("a"), texts("Tides turn"))
    store.write(document("a", "2"), texts("Tides turn twice"))
    at = time.time_ns() // 1000  # said by the other now, and heard by all after the next
    store.write(document("c"), texts("Sun shines"))
    assert names(store) == ["a", "c"]
    other._log.append(Event(at, "late", "put", put_event_body(document("b"), [])))
    other.compact(NOTHING)
    assert names(other) == ["a", "b", "c"]
    assert names(store) == ["a", "b", "c"]


def test_a_clock_that_is_behind_loses_no_write(store, client, monkeypatch):
    other = QdrantStore(LOCATION, client=client)
    store.write(document("a"), texts("Tides turn"))
    then = time.time_ns() - 5 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: then)
    other.write(document("a", "2"), texts("Moon pulls"))
    for each in (store, other, QdrantStore(LOCATION, client=client)):
        with each.read() as snapshot:
            assert snapshot.document("a").content_hash == "2"
            assert snapshot.frequencies(["tide", "moon"]) == {"moon": 1}
            assert_consistent(snapshot)


def test_all_readers_agree_on_what_was_written_at_once(client):
    stores = [QdrantStore(LOCATION, client=client) for _ in range(3)]

    def write(number):
        for turn in range(6):
            stores[number].write(document("a", f"{number}.{turn}"), texts("Tides turn"))
            stores[number].write(document(f"b{number}"), texts(*["Moon"] * (turn + 1)))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = []
    for store in (*stores, QdrantStore(LOCATION, client=client)):
        with store.read() as snapshot:
            assert snapshot.frequencies(["tide", "moon"]) == {"tide": 1, "moon": 18}
            assert_consistent(snapshot)
            found.append(snapshot.document("a").content_hash)
    assert len(set(found)) == 1


def test_page_numbers_are_kept(store):
    pages = texts("Tides", "Moon", "Sun")
    store.write(document("a"), [pages[2], pages[0]])
    with store.read() as snapshot:
        ids = snapshot.page_ids("a")
        assert list(ids) == [1, 3]
        assert snapshot.page(ids[3]).words.texts == ("Sun",)
        assert snapshot.frequencies(["moon", "sun"]) == {"sun": 1}
    store.delete("a")
    store.write(document("a"), pages)
    with store.read() as snapshot:
        assert_consistent(snapshot)


def test_unknown_pages(store):
    store.write(document("a"), texts("Tides turn"))
    with store.read() as snapshot:
        for ask in (snapshot.page, snapshot.patches, snapshot.document_of):
            with pytest.raises(KeyError, match="99"):
                ask(99)
        with pytest.raises(KeyError, match="99"):
            snapshot.vectors([snapshot.page_ids("a")[1], 99])


# Writes that fail, and clean-up


class Cut(Exception):
    pass


def cut(*args, **options):
    raise Cut


def test_pages_without_their_event_are_not_there(store, client, monkeypatch):
    """Neither in what is listed, nor in what is counted and searched."""
    store.write(document("b"), texts("Tides come"))
    with monkeypatch.context() as patch:
        patch.setattr(LogCollection, "append", cut)
        with pytest.raises(Cut):
            store.write(document("a"), texts("Tides turn", "Tides tide"))
    assert counts(client)[0] == 3
    for each in (store, QdrantStore(LOCATION, client=client)):
        with each.read() as snapshot:
            assert snapshot.frequencies(["tide"]) == {"tide": 1}
            assert nearest(snapshot).tolist() == list(snapshot.page_ids("b").values())
            assert_consistent(snapshot)
    store.compact(keep=NOTHING)
    assert counts(client)[0] == 3  # perhaps it goes on
    monkeypatch.setattr(qdrant, "ABANDONED", NOTHING)
    store.compact()
    assert counts(client) == [1, 2]


def test_pages_whose_event_was_heard_stay(store, client, monkeypatch):
    """The answer was lost: it is an error here, but the document is there."""
    append = LogCollection.append

    def append_and_cut(self, event):
        append(self, event)
        raise StoreError("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(LogCollection, "append", append_and_cut)
        with pytest.raises(StoreError, match="no answer"):
            store.write(document("a"), texts("Tides turn"))
    monkeypatch.setattr(qdrant, "ABANDONED", NOTHING)
    store.compact(keep=NOTHING)
    with store.read() as snapshot:
        assert snapshot.frequencies(["tide"]) == {"tide": 1}
        assert_consistent(snapshot)


def test_a_write_that_fails_half_way_leaves_nothing(store, client, monkeypatch):
    monkeypatch.setattr(qdrant_points, "BATCH", 1)
    store.write(document("a"), texts("Tides turn"))
    before = counts(client)
    sent = []
    upsert = PageCollection.upsert

    def upsert_two(self, points):
        if len(sent) == 2:
            raise Cut
        sent.append(upsert(self, points))

    monkeypatch.setattr(PageCollection, "upsert", upsert_two)
    with pytest.raises(Cut):
        store.write(document("a", "2"), texts("Moon", "Moon", "Moon"))
    assert len(sent) == 2
    assert counts(client) == before
    with store.read() as snapshot:
        assert_consistent(snapshot)


def test_what_was_replaced_is_hidden_before_its_pages_say_so(store, client, monkeypatch):
    store.write(document("a"), texts("Tides turn"))
    with monkeypatch.context() as patch:
        patch.setattr(PageCollection, "set_until", cut)
        with pytest.raises(Cut):
            store.write(document("a", "2"), texts("Moon pulls"))
    with store.read() as snapshot:
        assert snapshot.frequencies(["tide", "moon"]) == {"moon": 1}
        assert nearest(snapshot).tolist() == list(snapshot.page_ids("a").values())


def test_pages_say_until_when_they_were_there(store, monkeypatch):
    """Of many that were replaced, most are not left out by name."""
    monkeypatch.setattr("snappy_core.stores.qdrant.log.MAX_EXCLUDED", 1)
    for turn in range(4):
        for name in "ab":
            store.write(document(name, str(turn)), texts("Tides turn", "Moon pulls"))
    store.delete("a")
    with store.read() as snapshot:
        assert len(snapshot.log.excluded_writes) == 1
        assert snapshot.frequencies(["tide", "moon"]) == {"tide": 1, "moon": 1}
        assert nearest(snapshot).tolist() == [snapshot.page_ids("b")[1]]
        assert_consistent(snapshot)


def test_a_write_that_takes_too_long_is_refused(store, client, monkeypatch):
    monkeypatch.setattr(qdrant, "ABANDONED", timedelta(seconds=-1))
    with pytest.raises(StoreError, match="split the document"):
        store.write(document("a"), texts("Moon"))
    assert names(store) == []
    assert counts(client) == [0, 1]


def test_compact_keeps_what_is_there_and_removes_the_rest(store, client):
    store.bind_encoder("mini-1", 16)
    store.write(document("nothing"), [])
    for turn in range(5):
        store.write(document("a", str(turn)), texts(*["Tides turn"] * 10))
        store.write(document("b", str(turn)), [grid_record()])
    store.write(document("nothing", "2"), [])
    store.set_metadata("a", {"team": "sea"})
    store.set_metadata("a", {"team": "sky"})
    store.delete("b")
    assert counts(client) == [55, 17]
    with store.read() as snapshot:
        ids = snapshot.page_ids("a")
    store.compact()
    assert counts(client) == [55, 17]  # all of it was there within the last hour
    store.compact(keep=NOTHING)
    assert counts(client) == [10, 5]  # the head, the encoder, two documents, metadata
    for held in (store, QdrantStore(LOCATION, client=client)):
        assert held.encoder() == ("mini-1", 16)
        with held.read() as snapshot:
            assert dict(snapshot.document("a").metadata) == {"team": "sky"}
            assert [found.document_id for found in snapshot.documents()] == ["a", "nothing"]
            if held is store:
                assert snapshot.page_ids("a") == ids
            assert_consistent(snapshot)


def test_compact_is_safe_under_snapshots_of_this_store(store, client):
    store.write(document("a"), texts("Tides turn", "Moon pulls"))
    store.write(document("b"), texts("Wind turns"))
    with store.read() as before:  # nothing has been read from it
        store.write(document("a", "2"), texts("Sun shines"))
        store.delete("b")
        store.compact(keep=NOTHING)
        assert [found.document_id for found in before.documents()] == ["a", "b"]
        assert before.frequencies(["tide", "sun", "wind"]) == {"tide": 1, "wind": 1}
        assert nearest(before).tolist() == [before.page_ids("a")[1]]
        assert_consistent(before)
        with store.read() as after:
            assert_consistent(after)
    store.compact(keep=NOTHING)
    assert counts(client)[0] == 1


def test_a_state_that_was_cleaned_up_elsewhere(store, client):
    store.write(document("a"), texts("Tides turn", "Moon pulls"))
    with QdrantStore(LOCATION, client=client).read() as before:
        ids = before.page_ids("a")
        store.write(document("a", "2"), texts("Sun shines"))
        store.compact(keep=NOTHING)
        gone = r"pages of a are gone: .* \(read again\)"
        with pytest.raises(StoreError, match=gone):
            before.catalog()
        with pytest.raises(StoreError, match=gone):
            before.patches(ids[1])
        with pytest.raises(StoreError, match=gone):
            before.vectors([ids[2]])


def test_others_notice_a_clean_up(store, client):
    other = QdrantStore(LOCATION, client=client)
    for turn in range(3):
        store.write(document("a", str(turn)), texts("Tides turn"))
        names(other)
    store.compact(keep=NOTHING)
    store.write(document("b"), texts("Tides come"))
    with other.read() as snapshot:
        assert [found.document_id for found in snapshot.documents()] == ["a", "b"]
        assert snapshot.log.events.superseded == ()
        assert_consistent(snapshot)


def test_writing_cleans_up_by_itself(store, client, monkeypatch):
    monkeypatch.setattr(qdrant, "_KEEP", NOTHING)
    for turn in range(48):
        store.write(document("a", str(turn)), texts("Tides turn"))
    assert counts(client)[0] <= 2
    with store.read() as snapshot:
        assert_consistent(snapshot)


def test_a_lost_head_is_damage(store, client):
    from qdrant_client import models

    client.delete("index.log", models.PointIdsList(points=[store._log.head_id]))
    with pytest.raises(StoreError, match=r"is damaged: index\.log has lost its head"):
        names(store)
