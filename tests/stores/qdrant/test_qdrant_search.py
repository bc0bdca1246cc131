"""What the server finds, and that an index there answers as any other."""

import numpy as np
import pytest

from snappy_core import RegionIndex
from snappy_core.evaluation.recall import run_recall
from snappy_core.ingest.jobs import prepare
from snappy_core.scoring.rules import SCORING_RULES
from snappy_core.stores import MemoryStore, SqliteStore
from snappy_core.stores.base import DocumentRecord, PageFilter
from snappy_core.stores.copy import copy
from snappy_core.stores.qdrant import filters as qdrant_filters
from snappy_core.stores.qdrant import points as qdrant_points
from snappy_core.stores.qdrant import snapshot as snapshots
from snappy_core.stores.qdrant.page_collection import PageCollection
from snappy_core.stores.qdrant.store import QdrantStore
from snappy_core.testing import FakeEncoder, FakeGridEncoder, make_page
from snappy_core.testing.stores.samples import (
    assert_consistent,
    assert_same_page,
    assert_same_patches,
    document,
    grid_record,
    records,
    scanned_page,
    texts,
)
from tests.stores.qdrant.qdrant_stub import LOCAL_MODE, local_client

pytestmark = [LOCAL_MODE, pytest.mark.requires("qdrant_client")]
ENCODER = FakeEncoder(dim=16)
ALL = PageFilter()
WORDS = "harbour tide moon wind ship wall cloud rain cow gull rope sail".split()
RARE = [f"{a}{b}" for a in WORDS for b in WORDS]


@pytest.fixture
def store():
    store = QdrantStore("qdrant://local/index", client=local_client())
    yield store
    store.close()


@pytest.fixture
def best(monkeypatch):
    """The answers of the server: write, place and score."""
    answers = []
    rank = PageCollection.rank
    monkeypatch.setattr(
        PageCollection, "rank", lambda *args: answers.append(found := rank(*args)) or found
    )
    return answers


def fill(store, encoder, documents=30, pages=3, words=WORDS):
    """Write documents of random words."""
    chance = np.random.default_rng(0)
    for number in range(documents):
        made = [
            make_page(*(" ".join(chance.choice(words, 7)) for _ in range(4)), number=n + 1)
            for n in range(pages)
        ]
        record = DocumentRecord(f"d{number:02}", f"d{number:02}", "1", "1", metadata={"n": number})
        store.write(record, map(prepare, made, encoder.encode_pages(made)))
    return RegionIndex(store, encoder)


def ask(snapshot, question, page_filter=ALL, most=None, weights=None):
    query = ENCODER.encode_query(question)
    given = np.full(len(query.tokens), 1 / len(query.tokens)) if weights is None else weights
    return snapshot.candidates(query.vectors, np.float32(given), page_filter, most).tolist()


@pytest.mark.parametrize("encoder", [FakeEncoder(), FakeGridEncoder()], ids=lambda e: e.name)
def test_answers_as_in_memory(store, encoder, monkeypatch):
    """Also when the server chooses the pages: those left out are not among the best."""
    monkeypatch.setattr(snapshots, "DEFAULT_CANDIDATES", 60)
    index, other = (fill(each, encoder, words=RARE) for each in (store, MemoryStore()))
    for question in ("shipwall cowrain", "moonmoon over the harbourcow", "gullgull"):
        for scoring in SCORING_RULES.names()[1 if "grid" in encoder.name else 0 :]:
            for filter in (None, {"n": [3, 5, 8]}, {"page_number": 2}):
                found = index.search(question, k=5, scoring=scoring, filter=filter)
                expected = other.search(question, k=5, scoring=scoring, filter=filter)
                assert [hit.region_id for hit in found] == [hit.region_id for hit in expected]
                for hit, same in zip(found, expected, strict=True):
                    assert hit.region == same.region
                    for score in ("score", "region_score", "page_score", "page_maxsim"):
                        assert getattr(hit, score) == pytest.approx(getattr(same, score), abs=1e-6)


def test_reads_the_pages_whose_patches_are_nearest(store, best):
    """The server's scores are the weighted page scores, and only the best are read."""
    fill(store, ENCODER)
    weights = np.float32([0.5, 0, 0.3, 0.2])
    query = ENCODER.encode_query("ship cow wall rain")
    with store.read() as snapshot:
        assert snapshot.page_count() == 90 > snapshots.DEFAULT_CANDIDATES
        found = ask(snapshot, query.text, weights=weights)
        exact = {}
        for page in snapshot.catalog().page_ids.tolist():
            patches = snapshot.patches(page)
            cosines = query.vectors @ (patches.vectors * patches.scales[:, None]).T
            exact[page] = float(weights @ cosines.max(axis=1))
        best_pages = sorted(exact, key=lambda page: -exact[page])[: snapshots.DEFAULT_CANDIDATES]
        assert found == sorted(best_pages)
        (answer,) = best
        for write, place, score in answer:
            page = snapshot.log.first_ids[write] + place
            assert score == pytest.approx(exact[page], abs=2e-5)


def test_so_many_as_are_asked_for(store, best):
    fill(store, ENCODER)
    with store.read() as snapshot:
        for most in (1, 7, 89):
            assert len(ask(snapshot, "ship", most=most)) == most
        assert len(best) == 3
        everything = snapshot.catalog().page_ids.tolist()
        assert ask(snapshot, "ship", most=90) == everything
        assert ask(snapshot, "ship", PageFilter(page_numbers=frozenset({2}))) == everything[1::3]
        assert len(best) == 3  # the server had nothing to choose
        assert len(ask(snapshot, "ship", most=1, weights=[1])) == 1


def test_candidates_have_a_limit(store, best, monkeypatch):
    fill(store, ENCODER)
    query = ENCODER.encode_query("harbour tide")
    monkeypatch.setattr(snapshots, "DEFAULT_CANDIDATES", 5)
    for most, ranked in ((20, 20), (1_000, 90)):  # 90 pages are fewer than the usual 200
        monkeypatch.setattr(snapshots, "MAX_RANKED", most)
        with store.read() as snapshot:
            snapshot.candidates(query.vectors, np.full(2, 0.5, np.float32), ALL)
        assert len(best[-1]) == ranked
    monkeypatch.setattr(snapshots, "MAX_RANKED", 20)
    with store.read() as snapshot:
        assert len(snapshot.candidates(query.vectors, np.full(2, 0.5, np.float32), ALL, 30)) == 30


def test_a_filter_is_the_servers(store, best, monkeypatch):
    monkeypatch.setattr(qdrant_filters, "BATCH", 5)
    fill(store, ENCODER)
    with store.read() as snapshot:
        ids = {name: snapshot.page_ids(name) for name in (f"d{n:02}" for n in range(30))}
        some = frozenset(f"d{n:02}" for n in range(12))
        of_some = {page for name in some for page in ids[name].values()}
        seconds = {numbers[2] for numbers in ids.values()}
        named = frozenset(page for page in range(1, 91) if page % 3 and page % 5)
        for page_filter, passing, requests in (
            (PageFilter(some), of_some, 3),  # 5 values a request
            (PageFilter(some, frozenset({1, 2})), of_some - {page[3] for page in ids.values()}, 3),
            (PageFilter(page_numbers=frozenset({2})), seconds, 1),
            (PageFilter(page_ids=named), named, 30),
            (PageFilter(some, frozenset({2}), named), of_some & seconds & named, 12),
        ):
            best.clear()
            found = ask(snapshot, "ship wall", page_filter, most=4)
            assert len(found) == 4
            assert set(found) <= passing
            everything = set(ask(snapshot, "ship wall", most=90))
            assert passing <= everything
            assert len(best) <= requests
            assert {snapshot.log.first_ids[write] + place for answer in best
                    for write, place, _ in answer} == passing  # fmt: skip


def test_pages_in_several_parts_are_found_by_each(store, best, monkeypatch):
    monkeypatch.setattr(qdrant_points, "MULTIVECTOR", 3 * 16)
    store.write(document("long"), texts("cow cow cow wall rain moon sail"))
    store.write(document("other"), texts(*["gull rope cloud"] * 5))
    with store.read() as snapshot:
        (page,) = snapshot.page_ids("long").values()
        for word in ("cow", "moon", "sail"):
            assert ask(snapshot, word, most=1) == [page]
        assert len(best[-1]) == 8
        assert snapshot.frequencies(["cow", "gull"]) == {"cow": 1, "gull": 5}
        assert_consistent(snapshot)
    store.delete("long")
    with store.read() as snapshot:
        assert len(ask(snapshot, "moon", most=1)) == 1
        assert len(best[-1]) == 5


def test_recall_is_measured(store):
    # Of so many words few pages have all that are asked for, and the server tells them apart.
    fill(store, ENCODER, documents=20, words=[*WORDS, *(f"buoy{number}" for number in range(60))])
    recall = run_recall(store, ENCODER, ["ship wall", "moon", "cow sail"], k=3, candidates=[1, 30])
    assert recall["pages"] == 60
    assert [depth["candidates"] for depth in recall["depths"]] == [1, 30, 60]
    one, some, exact = (depth["regions"] for depth in recall["depths"])
    assert one < some == exact == 1


def test_copied_there_and_back(store, tmp_path):
    source, back = (SqliteStore(tmp_path / f"{name}.snappy") for name in ("source", "back"))
    source.bind_encoder("mini-1", 16)
    source.write(document("scan", team="sea", year=2024), records(scanned_page()))
    source.write(document("grid"), [grid_record()])
    source.write(document("text"), texts("Tides turn", "Moon pulls", "odd \x00 text"))
    source.write(document("nothing"), [])
    report = copy(source, store)
    assert report.copied == ("grid", "nothing", "scan", "text")
    assert copy(source, store).copied == ()
    assert copy(store, back).copied == report.copied
    assert store.encoder() == back.encoder() == ("mini-1", 16)
    with source.read() as expected, store.read() as there, back.read() as found:
        assert_consistent(there)
        for snapshot in (there, found):
            assert snapshot.documents() == expected.documents()
            ours, theirs = snapshot.catalog(), expected.catalog()
            for record in expected.documents():
                ids = snapshot.page_ids(record.document_id)
                for number, page in expected.page_ids(record.document_id).items():
                    assert_same_page(snapshot.page(ids[number]), expected.page(page))
                    assert_same_patches(snapshot.patches(ids[number]), expected.patches(page))
                    np.testing.assert_array_equal(pooled(ours, ids[number]), pooled(theirs, page))
    source.close()
    back.close()


def pooled(catalog, page):
    (place,) = np.flatnonzero(catalog.page_ids == page)
    own = slice(*catalog.offsets[place : place + 2])
    return catalog.vectors[own] * catalog.scales[own, None]
