"""Retrievers and compressors are pickled and copied by the location of their index."""

import copy
import pickle

import pytest
from langchain_core.runnables import ConfigurableField

from snappy_core import IndexMismatchError, RegionIndex
from snappy_core.encoders import EmbeddingEncoder
from snappy_core.stores import SqliteStore
from snappy_core.testing import FakeEncoder, make_page
from snappy_langchain import RegionCompressor, SnappyRetriever
from tests.search.test_engine import fill

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


class Letters:
    """A model of one vector a text, which an index cannot open by its name."""

    model_name = "letters-1"

    def embed_documents(self, texts):
        return [[text.count(letter) + 0.01 for letter in "abcdefghij"] for text in texts]

    def embed_query(self, text):
        return self.embed_documents([text])[0]


def test_the_encoder_of_an_index_is_given_with_its_path(tmp_path):
    page = make_page("The bond carries a coupon.", "Debt fell.")
    encoder = EmbeddingEncoder(Letters())
    fill(SqliteStore(tmp_path / "i.snappy"), encoder, {"a": [page]}).close()
    retriever = SnappyRetriever(index=tmp_path / "i.snappy", encoder=encoder)
    assert len(retriever.invoke(QUESTION)) == 2
    configurable = retriever.configurable_fields(k=ConfigurableField(id="k"))
    assert len(configurable.invoke(QUESTION, config={"configurable": {"k": 1}})) == 1
    without = SnappyRetriever(index=tmp_path / "i.snappy")
    with pytest.raises(IndexMismatchError, match="Letters:letters-1"):
        without.invoke(QUESTION)
    with pytest.raises(ValueError, match="give them with a path only"):
        SnappyRetriever(index=retriever.index, encoder=encoder)
