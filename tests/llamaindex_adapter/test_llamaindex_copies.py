"""Retrievers and postprocessors are pickled and copied by the location of their index."""

import copy
import pickle
from pathlib import Path

import pytest
from llama_index.core.schema import NodeWithScore, QueryBundle

from snappy_core import IndexMismatchError, RegionIndex
from snappy_core.encoders import EmbeddingEncoder
from snappy_core.stores import SqliteStore
from snappy_core.testing import FakeEncoder, make_page
from snappy_llamaindex import RegionPostprocessor, SnappyRetriever
from tests.search.test_engine import fill

REPORT = Path(__file__).parents[2] / "examples" / "report.pdf"
COPIES = {"pickle": lambda value: pickle.loads(pickle.dumps(value)), "deepcopy": copy.deepcopy}
QUESTION = "What coupon does the green bond carry?"


def shown(nodes: list[NodeWithScore]):
    return [(node.node_id, node.score, node.text) for node in nodes]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    with RegionIndex.open(
        tmp_path_factory.mktemp("copies") / "index.snappy", FakeEncoder()
    ) as index:
        index.add(REPORT, progress=False).raise_failed()
        yield index


@pytest.mark.parametrize("again", COPIES.values(), ids=COPIES)
def test_a_copy_searches_an_index_of_its_own(index, again):
    retriever = SnappyRetriever(index, k=2, filter={"page_number": 4})
    copied = again(retriever)
    assert copied.index is not index
    assert shown(copied.retrieve(QUESTION)) == shown(retriever.retrieve(QUESTION))
    copied.index.close()
    assert len(retriever.retrieve(QUESTION)) == 2


@pytest.mark.parametrize("again", COPIES.values(), ids=COPIES)
def test_postprocessors(index, again):
    nodes = SnappyRetriever(index, k=1).retrieve(QUESTION)
    page = {"page_base": 1, "page_key": "page_number", "source_key": "source"}
    for postprocessor in (
        RegionPostprocessor(index, k=2, **page),
        RegionPostprocessor(root=REPORT.parent, encoder=FakeEncoder(), k=2, **page),
    ):
        bundle = QueryBundle(QUESTION)
        expected = shown(postprocessor.postprocess_nodes(nodes, bundle))
        assert shown(again(postprocessor).postprocess_nodes(nodes, bundle)) == expected
        assert expected


def test_an_index_in_memory_is_not_copied():
    with pytest.raises(TypeError, match="in memory is not pickled"):
        copy.deepcopy(SnappyRetriever(RegionIndex(encoder=FakeEncoder())))


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
    retriever = SnappyRetriever(tmp_path / "i.snappy", encoder=encoder)
    assert len(retriever.retrieve(QUESTION)) == 2
    without = SnappyRetriever(tmp_path / "i.snappy")
    with pytest.raises(IndexMismatchError, match="Letters:letters-1"):
        without.retrieve(QUESTION)
    with pytest.raises(ValueError, match="give them with a path only"):
        SnappyRetriever(retriever.index, encoder=encoder)
