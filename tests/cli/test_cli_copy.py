"""`snappy copy`: from a file to a file or folder and back."""

import json

import pytest

from snappy_core.stores import SqliteStore


def test_copies_an_index(snappy, made, tmp_path):
    target = tmp_path / "copy.snappy"
    done = snappy("copy", made, target)
    assert done.code == 0
    assert done.out.startswith("3 copied and verified, 0 unchanged; ")
    found = [
        json.loads(snappy("search", "boats", "--in", index, "--json").out)
        for index in (made, target)
    ]
    assert found[0] == found[1]
    assert found[0]["hits"]
    done = snappy("copy", made, target, "--json")
    report = json.loads(done.out)
    assert report["copied"] == []
    assert len(report["unchanged"]) == 3
    assert report["pages"] == 0


def test_copies_to_a_folder_and_back(snappy, made, tmp_path):
    pytest.importorskip("lancedb")
    assert snappy("copy", made, tmp_path / "copy.lance").code == 0
    done = snappy("copy", tmp_path / "copy.lance", tmp_path / "back.snappy")
    assert done.code == 0
    assert done.out.startswith("3 copied")
    assert json.loads(snappy("copy", made, tmp_path / "back.snappy", "--json").out)["copied"] == []


def test_a_missing_index_is_not_made(snappy, tmp_path):
    done = snappy("copy", tmp_path / "none.snappy", tmp_path / "copy.snappy")
    assert done.code == 1
    assert "none.snappy: no such index" in done.error
    assert list(tmp_path.iterdir()) == []


def test_the_same_place_twice(snappy, made):
    done = snappy("copy", made, made)
    assert done.code == 2
    assert "FROM and TO are the same" in done.error


def test_another_encoder_is_refused(snappy, made, tmp_path):
    store = SqliteStore(tmp_path / "other.snappy")
    store.bind_encoder("other-2", 16)
    store.close()
    done = snappy("copy", made, tmp_path / "other.snappy")
    assert done.code == 1
    assert "made by the encoder other-2 (16 dimensions)" in done.error
    assert "copy it to a new place" in done.error
