"""From a hit to a LlamaIndex node."""

from __future__ import annotations

from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    ObjectType,
    RelatedNodeInfo,
    TextNode,
)

from snappy_core.metadata import region_metadata
from snappy_core.types import Hit

FOR_THE_MODEL = frozenset(("source", "page_label", "region_id"))
"""The metadata that a language model gets to read: what it needs to cite a region."""


def to_node(hit: Hit) -> NodeWithScore:
    """Return a hit as a new node with metadata of its own, which holds JSON scalars only.

    The document of the region is its SOURCE and `{document_id}#p{page_number}` its PARENT. The
    node says nothing about the question: the score is beside it, so that a region found by two
    questions has one hash and is fused into one.
    """
    metadata = region_metadata(hit)
    node = TextNode(
        id_=hit.region_id,
        text=hit.region.text,
        metadata=metadata,
        excluded_llm_metadata_keys=[key for key in metadata if key not in FOR_THE_MODEL],
        excluded_embed_metadata_keys=list(metadata),
        relationships={
            NodeRelationship.SOURCE: RelatedNodeInfo(
                node_id=hit.document_id, node_type=ObjectType.DOCUMENT
            ),
            NodeRelationship.PARENT: RelatedNodeInfo(
                node_id=f"{hit.document_id}#p{hit.page_number}"
            ),
        },
    )
    return NodeWithScore(node=node, score=hit.score)
