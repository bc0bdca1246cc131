"""Both adapters hand over what the index finds, with the metadata in `data/golden_region.json`.

After a wanted change, `python tests/test_metadata_golden.py` writes that file again.
"""

import json
from pathlib import Path

import pytest

from snappy_core import RegionIndex, Source
from snappy_core.metadata import KEYS, RESERVED, region_metadata
from snappy_core.testing import FakeEncoder
from snappy_langchain import SnappyRetriever as OnLangChain
from snappy_llamaindex import SnappyRetriever as OnLlamaIndex

HERE = Path(__file__).parent
GOLDEN = HERE / "data" / "golden_region.json"
REPORT = HERE.parent / "examples" / "report.pdf"
QUESTION = "Revenue by segment and quarter"
USER = {"team": "finance", "year": 2025, "audited": True, "note": None}


def make_index():
    index = RegionIndex(encoder=FakeEncoder())
    # As bytes under a name, for a file would bring its absolute path into the golden.
    source = Source.from_bytes(REPORT.read_bytes(), "report.pdf")
    index.add_document(source, document_id="report", metadata=USER).raise_failed()
    return index


@pytest.fixture(scope="module")
def index():
    return make_index()


@pytest.fixture(scope="module")
def golden():
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


def typed(metadata):
    return [(key, type(value), value) for key, value in metadata.items()]


def test_golden_has_every_key(golden):
    assert tuple(golden) == (*KEYS, *USER)


def test_langchain_metadata(index, golden):
    [document] = OnLangChain(index=index, k=1).invoke(QUESTION)
    added = {"page", "score", "page_score", "rank"}
    assert added <= RESERVED
    shared = {key: value for key, value in document.metadata.items() if key not in added}
    assert typed(shared) == typed(golden)
    assert added <= set(document.metadata)


def test_llamaindex_metadata(index, golden):
    [node] = OnLlamaIndex(index, similarity_top_k=1).retrieve(QUESTION)
    assert typed(node.metadata) == typed(golden)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"filter": {"region_label": ["table", "paragraph"], "year": 2025}},
        {"per_page": 1},
        {"score_threshold": 0.5},
        {"scoring": "iou_weighted"},
    ],
)
def test_same_regions_order_and_scores_as_the_index(index, options):
    hits = index.search(QUESTION, k=7, **options)
    documents = OnLangChain(index=index, k=7, **options).invoke(QUESTION)
    nodes = OnLlamaIndex(index, similarity_top_k=7, **options).retrieve(QUESTION)
    assert hits
    expected = [(hit.region_id, hit.region.text, hit.score) for hit in hits]
    assert [(d.id, d.page_content, d.metadata["score"]) for d in documents] == expected
    assert [(node.node_id, node.text, node.score) for node in nodes] == expected


if __name__ == "__main__":
    metadata = region_metadata(make_index().search(QUESTION, k=1)[0])
    GOLDEN.write_text(json.dumps(metadata, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
