"""Opening by a path, and changing many documents at once."""

import numpy as np
import pytest

from snappy_core import RegionIndex, Source, errors
from snappy_core.testing import FakeEncoder


@pytest.fixture
def index(data):
    index = RegionIndex(encoder=FakeEncoder())
    for name, team in (("table", "a"), ("unicode", "b"), ("hyphens", "b")):
        source = Source.from_bytes((data / f"{name}.pdf").read_bytes(), name)
        index.add(source, metadata={"team": team, "n": 1})
    return index


def names(index):
    return {record.document_id for record in index.documents()}


def test_a_path_opens_an_index(tmp_path, data):
    for path in (tmp_path / "i.snappy", str(tmp_path / "i.snappy")):
        with RegionIndex(path, FakeEncoder()) as index:
            index.add(data / "table.pdf")
            assert len(index.documents()) == 1


def test_bytes_are_a_document(data):
    index = RegionIndex(encoder=FakeEncoder())
    content = (data / "table.pdf").read_bytes()
    (name,) = index.add(content).added
    assert name.startswith("bytes ")
    assert index.add([content, bytearray(content)]).unchanged == (name,)
    with pytest.raises(TypeError, match="a path, bytes or a Source, not int"):
        index.add([3])


async def test_many_are_deleted(index):
    assert index.delete(["table", "never", "table"]) == 1
    assert names(index) == {"unicode", "hyphens"}
    assert index.delete(where={"team": "b", "document_id": {"$glob": "h*"}}) == 1
    assert await index.adelete("hyphens", where={}) == 1
    assert names(index) == set()


@pytest.mark.parametrize("change", ["delete", "update_metadata"])
def test_what_to_change_must_be_said(index, change):
    arguments = [] if change == "delete" else [{"x": 1}]
    with pytest.raises(ValueError, match="give document ids, or where="):
        getattr(index, change)(*arguments)
    with pytest.raises(ValueError, match="'page_number' is of a page"):
        getattr(index, change)(*arguments, where={"page_number": 1})
    with pytest.warns(UserWarning, match="'taem'"):
        assert getattr(index, change)(*arguments, where={"taem": "a"}) == 0
    assert len(names(index)) == 3


def test_metadata_keys_are_set(index):
    assert index.update_metadata({"team": "c", "tags": ["x"]}, where={"team": "b"}) == 2
    assert index.update_metadata({"n": 2}, "table") == 1
    assert index.update_metadata({"n": 2}, ["table", "never"]) == 0
    metadata = {record.document_id: dict(record.metadata) for record in index.documents()}
    assert metadata["unicode"] == {"team": "c", "n": 1, "tags": ["x"]}
    assert metadata["table"] == {"team": "a", "n": 2}
    assert {h.document_id for h in index.search("x", filter={"tags": "x"})} <= {
        "unicode",
        "hyphens",
    }
    with pytest.raises(ValueError, match="'source' is reserved"):
        index.update_metadata({"source": "x"}, "table")


def test_true_is_not_1(index):
    """As in filters; in Python they are equal."""
    assert index.update_metadata({"n": True}, ["table", "unicode"]) == 2
    assert index.update_metadata({"n": True}, ["table", "unicode"]) == 0
    assert index.delete(where={"n": True}) == 2
    assert index.update_metadata({"n": 1.0}, "hyphens") == 0


def test_stop_words_do_not_glow():
    with RegionIndex() as index:
        index.add("examples/report.pdf").raise_failed()
        hit = index.search("What is the coupon of the green bond?")[0]
        heat = index.heatmap(hit)
        with index._store.read() as snapshot:
            texts = snapshot.page(snapshot.page_ids(hit.document_id)[hit.page_number]).words.texts
        values = {
            word: [v for text, v in zip(texts, heat.values, strict=True) if text == word]
            for word in ("the", "of", "coupon")
        }
        assert set(values["the"] + values["of"]) == {heat.values.min()}
        assert max(values["coupon"]) > np.median(heat.values)


def test_install_hints_fit_a_checkout(monkeypatch, tmp_path):
    hint = errors.install_hint("lance")
    assert hint.startswith("pip install -e '/")
    assert hint.endswith("[lance]'")
    monkeypatch.setattr(
        errors, "__file__", str(tmp_path / "site-packages" / "snappy_core" / "x.py")
    )
    assert errors.install_hint("lance") == "pip install 'snappy-retriever[lance]'"
