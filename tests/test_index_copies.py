"""Indexes are pickled and copied by their location."""

import copy
import pickle

import pytest

from snappy_core import RegionIndex, StoreError
from snappy_core.fused_search import FusedSearch
from snappy_core.page_search import PageReference, PageSearch
from snappy_core.stores import SqliteStore
from snappy_core.testing import FakeEncoder
from tests.search.test_engine import PAPERS, fill, ids

COPIES = {
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
}
QUESTION = "spring tides"


@pytest.fixture(params=COPIES)
def again(request):
    return COPIES[request.param]


@pytest.fixture
def index(tmp_path):
    with fill(SqliteStore(tmp_path / "index.snappy"), FakeEncoder(), PAPERS) as index:
        yield index


def test_a_copy_opens_the_file_again(index, again):
    copied = again(index)
    assert ids(copied.search(QUESTION)) == ids(index.search(QUESTION))
    copied.delete("sea")
    assert {document.document_id for document in index.documents()} == {"sky", "land"}
    copied.close()
    assert index.documents()


def find(document):
    return None


def test_a_copy_has_the_same_resolver(tmp_path, again):
    with RegionIndex.open(tmp_path / "i.snappy", FakeEncoder(), resolver=find) as index:
        assert again(index).resolver is find


def test_a_copy_finds_a_file_that_was_opened_by_a_relative_path(tmp_path, again, monkeypatch):
    monkeypatch.chdir(tmp_path)
    index = RegionIndex.open("index.snappy", FakeEncoder())
    (tmp_path / "other").mkdir()
    monkeypatch.chdir("other")
    with again(index) as copied:
        assert copied.documents() == []
    index.close()


def test_an_encoder_that_only_the_index_names_is_opened_by_its_name(tmp_path):
    with RegionIndex.open(tmp_path / "index.snappy") as index:
        pickled = pickle.dumps(index)
        with pickle.loads(pickled) as copied:
            assert copied.encoder.session is index.encoder.session  # one model
    assert len(pickled) < 1000


def test_an_index_in_memory_is_not_copied(again):
    with pytest.raises(TypeError, match=r'in memory is not pickled .* RegionIndex\.open\("'):
        again(RegionIndex(encoder=FakeEncoder()))


def test_neither_is_a_closed_one(index, again):
    index.close()
    with pytest.raises(StoreError, match=r"index\.snappy: the index is closed; open it again"):
        again(index)


def test_a_file_that_is_gone_is_not_made_again(index, tmp_path):
    pickled = pickle.dumps(index)
    index.close()
    (tmp_path / "index.snappy").unlink()
    with pytest.raises(FileNotFoundError, match="no such index"):
        pickle.loads(pickled)


def test_fused_searches_and_searches_of_pages(index, again, data):
    fused = again(FusedSearch([index]))
    assert ids(fused.search(QUESTION)) == ids(index.search(QUESTION))
    pages = [PageReference("sea", 1)]
    assert ids(again(PageSearch(index)).search(QUESTION, pages)) == ["sea#p1r0", "sea#p1r1"]
    files = again(PageSearch(root=data, encoder=FakeEncoder()))
    assert files.search("ticket", [PageReference("table.pdf", 1)])


@pytest.mark.requires("lancedb")
def test_a_lance_index(tmp_path, again):
    from snappy_core.stores.lance.store import LanceStore

    index = fill(LanceStore(tmp_path / "tides"), FakeEncoder(), PAPERS)
    assert ids(again(index).search(QUESTION)) == ids(index.search(QUESTION))
