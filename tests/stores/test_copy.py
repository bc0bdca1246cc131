"""Copies between stores: equal, resumable, checked."""

import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from snappy_core.errors import IndexMismatchError, StoreError
from snappy_core.stores import MemoryStore, SqliteStore, copy
from snappy_core.stores.copy import copy as copy_index
from snappy_core.stores.lance import table as lance_table
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

KINDS = ["memory", "sqlite", "lance", "qdrant"]
pytestmark = pytest.mark.filterwarnings(
    "ignore:Payload indexes have no effect in the local Qdrant:UserWarning"
)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(lance_table, "_SETTLE", 0)


def make(kind, folder):
    if kind == "memory":
        return MemoryStore()
    if kind == "sqlite":
        return SqliteStore(folder / f"{kind}.snappy")
    if kind == "lance":
        pytest.importorskip("lancedb")
        from snappy_core.stores.lance.store import LanceStore

        return LanceStore(folder / f"{kind}.lance")
    client = pytest.importorskip("qdrant_client").QdrantClient(":memory:")
    from snappy_core.stores.qdrant.store import QdrantStore

    return QdrantStore("qdrant://localhost/copy", client=client)


@pytest.fixture
def source():
    store = MemoryStore()
    store.bind_encoder("mini-1", 16)
    store.write(document("scan", team="sea", year=2024), records(scanned_page()))
    store.write(document("grid"), [grid_record()])
    store.write(document("text"), texts("Tides turn", "Moon pulls", "Sun shines"))
    store.write(document("nothing"), [])
    return store


@pytest.fixture(params=KINDS)
def target(request, tmp_path):
    store = make(request.param, tmp_path)
    yield store
    store.close()


def pooled(catalog, page):
    (place,) = np.flatnonzero(catalog.page_ids == page)
    return catalog.vectors[slice(*catalog.offsets[place : place + 2])]


def assert_equal(store, other):
    with store.read() as found, other.read() as expected:
        assert found.documents() == expected.documents()
        ours, theirs = found.catalog(), expected.catalog()
        for record in expected.documents():
            pages, others = (
                found.page_ids(record.document_id),
                expected.page_ids(record.document_id),
            )
            assert list(pages) == list(others)
            for number in pages:
                page, other_page = pages[number], others[number]
                assert_same_page(found.page(page), expected.page(other_page))
                assert_same_patches(found.patches(page), expected.patches(other_page))
                (a,), (b,) = found.vectors([page]), expected.vectors([other_page])
                for part in ("offsets", "patches", "iou", "share", "own"):
                    np.testing.assert_array_equal(
                        getattr(a.membership, part), getattr(b.membership, part)
                    )
                np.testing.assert_array_equal(a.parents, b.parents)
                one, two = pooled(ours, page), pooled(theirs, other_page)
                np.testing.assert_array_equal(one, two)
        assert_consistent(found)


def test_copies_all_there_is(source, target):
    report = copy_index(source, target)
    assert report.copied == ("grid", "nothing", "scan", "text")
    assert report.unchanged == ()
    assert report.pages == 5
    assert target.encoder() == ("mini-1", 16)
    assert_equal(target, source)


def test_goes_on_where_it_was(source, target):
    copy_index(source, target)
    source.write(document("text", content="2"), texts("Tides come"))
    source.write(document("more"), texts("Wind turns"))
    source.set_metadata("grid", {"team": "sky"})
    report = copy_index(source, target)
    assert report.copied == ("more", "text")
    assert report.unchanged == ("grid", "nothing", "scan")
    assert report.pages == 2
    assert_equal(target, source)


def test_replaces_what_only_seems_the_same(source, target):
    """The record is the same, but the vectors are not."""
    copy_index(source, target)
    record = replace(document("grid"), pages=1)
    other = grid_record()
    target.write(record, [replace(other, pooled=(other.pooled[0] + np.int8(1), other.pooled[1]))])
    assert copy_index(source, target).copied == ("grid",)
    assert_equal(target, source)


def test_leaves_other_documents_of_the_target_alone(source, target):
    target.bind_encoder("mini-1", 16)
    target.write(document("own"), texts("Wind turns"))
    copy_index(source, target)
    with target.read() as snapshot:
        assert snapshot.document("own") is not None
        assert len(snapshot.documents()) == 5
        assert_consistent(snapshot)


def test_another_encoder_is_refused(source, target):
    target.bind_encoder("other-2", 32)
    target.write(document("own"), texts("Wind turns"))
    with pytest.raises(
        IndexMismatchError, match=r"other-2 \(32 dim.*mini-1 \(16\); copy it to a new"
    ):
        copy_index(source, target)
    with target.read() as snapshot:
        assert [found.document_id for found in snapshot.documents()] == ["own"]


def test_an_empty_index(target):
    source = MemoryStore()
    assert copy_index(source, target).copied == ()
    assert target.encoder() is None
    source.bind_encoder("mini-1", 16)
    assert copy_index(source, target).copied == ()
    assert target.encoder() == ("mini-1", 16)


def test_copies_one_state(source, target, monkeypatch):
    """What is written to the source meanwhile comes the next time."""
    write = type(target).write

    def write_both(self, record, pages):
        if self is target:
            source.delete("text")
            source.write(document("grid", content="2"), texts("Wind turns"))
        write(self, record, pages)

    monkeypatch.setattr(type(target), "write", write_both)
    report = copy_index(source, target)
    assert report.copied == ("grid", "nothing", "scan", "text")
    with target.read() as snapshot:
        assert snapshot.document("grid").content_hash == "1"
        assert snapshot.document("text").pages == 3


def test_what_reads_otherwise_than_it_was_written_is_an_error(source, monkeypatch):
    class Forgetful(MemoryStore):
        def write(self, record, pages):
            kept = [
                replace(page, patches=replace(page.patches, scales=page.patches.scales * 2))
                if page.page.number == 2
                else page
                for page in pages
            ]
            super().write(record, kept)

    with pytest.raises(StoreError, match=r"text does not read as it was written \(page 2\)"):
        copy_index(source, Forgetful())

    class Losing(MemoryStore):
        def write(self, record, pages):
            super().write(record, list(pages)[:2])

    with pytest.raises(StoreError, match="text is not there as it was written"):
        copy_index(source, Losing())

    class Mixing(MemoryStore):
        def write(self, record, pages):
            wrong = [replace(p, pooled=(p.pooled[0] * np.int8(-1), p.pooled[1])) for p in pages]
            super().write(record, wrong)

    with pytest.raises(StoreError, match="grid is not there as it was copied"):
        copy_index(source, Mixing())


def test_reads_a_page_when_the_one_before_has_been_taken(source, monkeypatch):
    read = []
    checksum = copy._checksum
    monkeypatch.setattr(copy, "_checksum", lambda page: read.append(1) or checksum(page))
    taken = []

    class Counting(MemoryStore):
        def write(self, record, pages):
            for _ in pages:
                taken.append(1)
                assert len(read) == len(taken)
            raise KeyboardInterrupt

    source.delete("grid")
    source.delete("nothing")
    source.delete("scan")
    with pytest.raises(KeyboardInterrupt):
        copy_index(source, Counting())
    assert len(taken) == 3


def test_shows_progress(source, capsys):
    copy_index(source, MemoryStore(), progress=True)
    assert "5/5 pages" in capsys.readouterr().err
    copy_index(source, MemoryStore(), progress=False)
    assert capsys.readouterr().err == ""


SLOW = """
import sys
from snappy_core.stores import open_store
from snappy_core.stores.copy import copy

print("go", flush=True)
copy(open_store(sys.argv[1], create=False), open_store(sys.argv[2]))
"""


@pytest.mark.parametrize("kind", ["sqlite", "lance"])
def test_goes_on_after_a_kill(tmp_path, kind):
    source = SqliteStore(tmp_path / "source.snappy")
    source.bind_encoder("mini-1", 16)
    for number in range(25):
        source.write(document(f"d{number:02}"), texts(*["Tides turn", f"Moon {number}"] * 3))
    target = make(kind, tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-c", SLOW, source.location, target.location], stdout=subprocess.PIPE
    )
    child.stdout.readline()
    while True:
        with target.read() as snapshot:
            if snapshot.documents():
                break
        assert child.poll() is None
        time.sleep(0.02)
    child.kill()
    child.communicate(timeout=120)
    with target.read() as snapshot:
        there = [found.document_id for found in snapshot.documents()]
        assert_consistent(snapshot)
    report = copy_index(source, target)
    assert list(report.unchanged) == there
    assert len(report.copied) + len(there) == 25
    assert_equal(target, source)
    source.close()
    target.close()
