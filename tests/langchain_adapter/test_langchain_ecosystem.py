"""What merges, filters and prints documents elsewhere in LangChain."""

import json

import pytest
from langchain_classic.retrievers import EnsembleRetriever
from langchain_core.documents import Document
from langchain_core.prompts import format_document

from snappy_core import RegionIndex, Source
from snappy_core.metadata import KEYS
from snappy_core.testing import FakeEncoder
from snappy_langchain import REGION_PROMPT, SnappyRetriever

QUESTION = "How many turbines are at work?"


@pytest.fixture
def retriever(report_index):
    return SnappyRetriever(index=report_index)


async def test_ensemble_merges_by_region(report_index):
    words = SnappyRetriever(index=report_index, k=6)
    peaks = SnappyRetriever(index=report_index, k=6, scoring="max")
    both = EnsembleRetriever(retrievers=[words, peaks], weights=[1, 1], id_key="region_id")
    first, second = words.invoke(QUESTION), peaks.invoke(QUESTION)
    found = both.invoke(QUESTION)
    ids = [document.id for document in found]
    assert sorted(ids) == sorted({document.id for document in [*first, *second]})
    assert len(ids) < 12
    assert [document.id for document in await both.ainvoke(QUESTION)] == ids
    shared = {d.id for d in first} & {d.id for d in second}
    assert set(ids[:1]) <= shared  # what both find comes first


def test_equal_texts_on_two_pages_stay_two(data):
    index = RegionIndex(encoder=FakeEncoder())
    for name in ("one", "two"):
        content = (data / "table.pdf").read_bytes() + f"% {name}".encode()
        index.add_document(Source.from_bytes(content, name)).raise_failed()
    retriever = SnappyRetriever(index=index, k=2)
    question = "Five crews gave up their licences"
    first, second = retriever.invoke(question)
    assert (first.page_content, first.id) != (second.page_content, second.id)
    assert first.page_content == second.page_content
    by_text = EnsembleRetriever(retrievers=[retriever] * 2)
    by_region = EnsembleRetriever(retrievers=[retriever] * 2, id_key="region_id")
    assert len(by_text.invoke(question)) == 1  # the trap
    assert len(by_region.invoke(question)) == 2


def test_metadata_survives_what_knows_scalars_only(retriever):
    for document in retriever.invoke(QUESTION, k=500):
        # as `filter_complex_metadata` does for vector stores
        kept = {
            k: v for k, v in document.metadata.items() if isinstance(v, (str, bool, int, float))
        }
        assert kept == document.metadata
        assert set(KEYS) <= set(kept)
        assert json.loads(json.dumps(kept)) == kept


def test_documents_go_through_json_and_back(retriever):
    documents = retriever.invoke(QUESTION)
    assert [Document.model_validate_json(d.model_dump_json()) for d in documents] == documents


def test_prompt_of_a_region(retriever):
    for document in retriever.invoke(QUESTION, k=500):
        text = format_document(document, REGION_PROMPT)
        assert text.startswith(f"[{document.metadata['citation']}] ")
        assert text.endswith(f"\n{document.page_content}")


def test_one_retriever_gives_new_documents_each_time(retriever):
    first, second = retriever.invoke(QUESTION), retriever.invoke(QUESTION)
    assert first == second
    for one, other in zip(first, second, strict=True):
        assert one.metadata is not other.metadata
