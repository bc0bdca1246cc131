"""LlamaIndex's metadata filters and ours say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.core.vector_stores import MetadataFilter, MetadataFilters
from llama_index.core.vector_stores.types import FilterCondition, FilterOperator

from snappy_core.filters import parse, predicate
from snappy_llamaindex import RegionPostprocessor, SnappyRetriever, to_filter, to_metadata_filters

REPORT = "examples/report.pdf"
ROWS = [
    {"team": "finance", "year": 2024, "tags": ["a", "b"]},
    {"team": "legal", "year": 2023.5, "tags": []},
    {"team": "sales"},
    {"year": 7, "tags": ["b", 3]},
]


def passing(filter):
    meets = predicate(parse(filter))
    return [meets(row) for row in ROWS]


def one(key, operator, value):
    return MetadataFilters(filters=[MetadataFilter(key=key, value=value, operator=operator)])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (one("team", "==", "legal"), [0, 1, 0, 0]),
        (one("team", "!=", "legal"), [1, 0, 1, 0]),
        (one("year", ">", 2023), [1, 1, 0, 0]),
        (one("year", ">=", 2024), [1, 0, 0, 0]),
        (one("year", "<", 2024), [0, 1, 0, 1]),
        (one("year", "<=", 7), [0, 0, 0, 1]),
        (one("team", "in", ["legal", "sales"]), [0, 1, 1, 0]),
        (one("team", "nin", ["legal", "sales"]), [1, 0, 0, 0]),
        (one("tags", "any", ["a", "z"]), [1, 0, 0, 0]),
        (one("tags", "all", ["a", "b"]), [1, 0, 0, 0]),
        (one("tags", "contains", "b"), [1, 0, 0, 1]),
        (one("tags", "is_empty", None), [0, 1, 1, 0]),
        (MetadataFilters(filters=[]), [1, 1, 1, 1]),
    ],
)
def test_each_operator(filters, expected):
    assert passing(to_filter(filters)) == list(map(bool, expected))


def test_conditions_nest():
    a, b = (MetadataFilter(key="team", value=team) for team in ("finance", "legal"))
    late = MetadataFilter(key="year", value=2024, operator=FilterOperator.GTE)
    either = MetadataFilters(filters=[a, b], condition=FilterCondition.OR)
    both = MetadataFilters(filters=[either, late], condition=FilterCondition.AND)
    neither = MetadataFilters(filters=[a, b], condition=FilterCondition.NOT)
    assert passing(to_filter(both)) == [True, False, False, False]
    assert passing(to_filter(neither)) == [False, False, True, False]


@pytest.mark.parametrize("operator", ["text_match", "text_match_insensitive"])
def test_operators_that_are_refused(operator):
    with pytest.raises(ValueError, match=f"'team': Snappy has no {operator}; use ==, !="):
        to_filter(one("team", operator, "fin"))


@pytest.mark.parametrize(
    "filter", [{"draft": True}, {"team": {"$glob": "f*"}}, {"$not": {"draft": {"$ne": False}}}]
)
def test_what_llamaindex_cannot_express(filter):
    with pytest.raises(ValueError, match="LlamaIndex's filters cannot express"):
        to_metadata_filters(filter)


texts = st.sampled_from(["finance", "legal", "a", "b"])
numbers = st.sampled_from([7, 2023, 2024])
leaves = st.one_of(
    st.builds(lambda value: {"team": value}, texts | st.lists(texts, min_size=1)),
    st.builds(lambda name, value: {"year": {name: value}},
              st.sampled_from(["$gt", "$gte", "$lt", "$lte", "$ne", "$eq"]), numbers),
    st.builds(lambda value: {"tags": {"$contains": value, "$any": [value]}}, texts),
    st.builds(lambda value: {"tags": {"$exists": value}}, st.booleans()),
    st.builds(lambda values: {"year": {"$not": {"$nin": values}}}, st.lists(numbers, min_size=1)),
)  # fmt: skip
filters = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"$and": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"$or": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"$not": part}, inner),
    ),
    max_leaves=5,
)


@given(filters)
def test_there_and_back_means_the_same(filter):
    assert passing(to_filter(to_metadata_filters(filter))) == passing(filter)


def test_retriever_and_postprocessor_take_them():
    question = "How high was net debt in 2023?"
    tables = one("region_label", "in", ["table", "table_row"])
    retriever = SnappyRetriever.from_files(REPORT, filter=tables)
    nodes = retriever.retrieve(question)
    assert {node.metadata["region_label"] for node in nodes} <= {"table", "table_row"}
    retriever.filter = one("page_number", "==", 2)
    assert {node.metadata["page_number"] for node in retriever.retrieve(question)} == {2}
    with pytest.raises(ValueError, match="has no text_match"):
        SnappyRetriever(retriever.index, filter=one("team", "text_match", "x"))
    postprocessor = RegionPostprocessor(
        retriever.index, page_key="page", page_base=1, filter=tables
    )
    place = {"file_path": nodes[0].metadata["source"], "page": nodes[0].metadata["page_number"]}
    page = TextNode(text="", metadata=place)
    found = postprocessor.postprocess_nodes([NodeWithScore(node=page)], QueryBundle(question))
    assert found
    assert {node.metadata["region_label"] for node in found} <= {"table", "table_row"}
