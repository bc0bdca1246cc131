"""Retrievers and compressors are pickled and copied by the location of their index."""

import copy
import pickle

import pytest

from snappy_core import RegionIndex
from snappy_core.testing import FakeEncoder
from snappy_langchain import RegionCompressor, SnappyRetriever

COPIES = {
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "deepcopy": copy.deepcopy,
    "model_copy": lambda value: value.model_copy(deep=True),
}
QUESTION = "What coupon does the green bond carry?"


@pytest.fixture(scope="module")
def index(report, tmp_path_factory):
    with RegionIndex.open(
        tmp_path_factory.mktemp("copies") / "index.snappy", FakeEncoder()
    ) as index:
        index.add(report, progress=False).raise_failed()
        yield index


@pytest.mark.parametrize("again", COPIES.values(), ids=COPIES)
def test_a_copy_searches_an_index_of_its_own(index, again):
    retriever = SnappyRetriever(index=index, k=2, filter={"page_number": 4})
    copied = again(retriever)
    assert copied.index is not index
    assert copied.invoke(QUESTION) == retriever.invoke(QUESTION)
    copied.index.close()
    assert len(retriever.invoke(QUESTION)) == 2


@pytest.mark.parametrize("again", COPIES.values(), ids=COPIES)
def test_compressors(index, again, report):
    documents = SnappyRetriever(index=index, k=1).invoke(QUESTION)
    for compressor in (
        RegionCompressor(index=index, page_base=0, k=2),
        RegionCompressor(root=report.parent, page_base=0, k=2, encoder=FakeEncoder()),
    ):
        expected = compressor.compress_documents(documents, QUESTION)
        assert again(compressor).compress_documents(documents, QUESTION) == expected


def test_an_index_in_memory_is_not_copied(report_index):
    with pytest.raises(TypeError, match="in memory is not pickled"):
        copy.deepcopy(SnappyRetriever(index=report_index))
