"""`snappy copy`: from a file to a file or folder and back."""

import json

import pytest

from snappy_core.ingest.jobs import prepare
from snappy_core.stores import SqliteStore, open_store
from tests.stores.older import older_layout, older_record


def test_copies_an_index(snappy, small_index, tmp_path):
    target = tmp_path / "copy.snappy"
    result = snappy("copy", small_index, target)
    assert result.code == 0
    assert result.out.startswith("3 copied and verified, 0 unchanged; ")
    output = [
        json.loads(snappy("search", "boats", "--in", index, "--json").out)
        for index in (small_index, target)
    ]
    assert output[0] == output[1]
    assert output[0]["hits"]
    result = snappy("copy", small_index, target, "--json")
    report = json.loads(result.out)
    assert report["copied"] == []
    assert len(report["unchanged"]) == 3
    assert report["pages"] == 0


def test_copies_to_a_folder_and_back(snappy, small_index, tmp_path):
    pytest.importorskip("lancedb")
    assert snappy("copy", small_index, tmp_path / "copy.lance").code == 0
    result = snappy("copy", tmp_path / "copy.lance", tmp_path / "back.snappy")
    assert result.code == 0
    assert result.out.startswith("3 copied")
    assert (
        json.loads(snappy("copy", small_index, tmp_path / "back.snappy", "--json").out)["copied"]
        == []
    )


def test_a_missing_index_is_not_made(snappy, tmp_path):
    result = snappy("copy", tmp_path / "none.snappy", tmp_path / "copy.snappy")
    assert result.code == 1
    assert "none.snappy: no such index" in result.error
    assert list(tmp_path.iterdir()) == []


def test_the_same_place_twice(snappy, small_index):
    result = snappy("copy", small_index, small_index)
    assert result.code == 2
    assert "FROM and TO are the same" in result.error


def test_another_encoder_is_refused(snappy, small_index, tmp_path):
    store = SqliteStore(tmp_path / "other.snappy")
    store.bind_encoder("other-2", 16)
    store.close()
    result = snappy("copy", small_index, tmp_path / "other.snappy")
    assert result.code == 1
    assert "made by the encoder other-2 (16 dimensions)" in result.error
    assert "copy it to a new place" in result.error


def test_an_index_of_the_version_before_is_upgraded(snappy, small_index, tmp_path):
    old, new = tmp_path / "old.snappy", tmp_path / "new.snappy"
    source = open_store(small_index, create=False)
    with older_layout(), source.read() as snapshot:
        store = SqliteStore(old)
        store.bind_encoder(*source.encoder())
        for record in snapshot.documents():
            store.write(record, map(older_record, read_pages(snapshot, record.document_id)))
        store.close()
    source.close()
    result = snappy("search", "boats", "--in", old)
    assert result.code == 1
    assert "snappy copy INDEX NEW" in result.error
    assert snappy("copy", old, new).out.startswith("3 copied and verified")
    upgraded, expected = (
        json.loads(snappy("search", "boats", "--in", index, "--json").out)["hits"]
        for index in (new, small_index)
    )
    assert [hit["region_id"] for hit in upgraded] == [hit["region_id"] for hit in expected]
    assert upgraded[0]["score"] == pytest.approx(expected[0]["score"])


def read_pages(snapshot, document_id):
    for page_id in snapshot.page_ids(document_id).values():
        page, patches = snapshot.page(page_id), snapshot.patches(page_id)
        yield prepare(page, patches)
